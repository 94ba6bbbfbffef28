"""What a redacted copy says of itself, for people."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

WORDS = {
    "worker_name": "names of workers",
    "age": "ages",
    "looks": "descriptions of persons",
    "buyer": "handles of reviewers",
    "email": "e-mail addresses",
    "born": "dates of birth",
    "phone": "phones",
    "encoded": "encoded passages with one of these",
    "text": "passages that this reader does not see",
    "photo": "images",
    "script": "scripts",
    "media and frames": "media and frames",
}


def read_me(facts: Mapping[str, Any]) -> str:
    """REDACTED.md."""
    original, spans = facts["original"], facts["spans"]
    lines = [
        "# Redacted copy",
        "",
        *([f"**{facts['watermark']}**", ""] if facts["watermark"] else []),
        "This is not the original. It shows pages of an exhibit package as one kind of reader may see them.",
        "",
        f"- Made for: {facts['profile']}" + (f", premises {facts['premises']}" if facts["premises"] else ""),
        f"- Made: {facts['made_at']} by {facts['made_by']}",
        f"- Original: {original['name']}, exhibit {original['exhibit'] or '–'}, case {original['case'] or '–'}",
        f"- SHA-256 of the original's tagmanifest-sha256.txt: `{original['sha256']}`",
        f"- Items shown: {len(facts['items'])}; left out: {len(facts['left_out'])}",
        f"- Taken out: {', '.join(f'{n} {WORDS.get(kind, kind)}' for kind, n in spans.items()) or 'nothing'}",
        "",
        "A mark W-001 stands for one name of a worker, the same on every page; [removed] stands for anything else that",
        "was taken out. Scripts, styles, images and frames were left out; text that a page hid is shown. The file",
        "`data/redaction.json` names the capture of every item, and the SHA-256 of its original body and of its page.",
        "",
        *([f"- left out: capture {o['capture_id']}: {o['reason']}" for o in facts["left_out"]]),
        "",
        "## Check it",
        "    sha256sum -c tagmanifest-sha256.txt && sha256sum -c manifest-sha256.txt",
        "    openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt \\",
        "      -CAfile signer.pem -purpose any -out /dev/null",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def index_page(facts: Mapping[str, Any]) -> str:
    """index.html: the items, without script."""
    rows = "".join(
        f"<tr><td><a href='{html.escape(i['page'])}'>{i['item']}</a></td><td>{html.escape(i['captured_at'])}</td>"
        f"<td>{html.escape(i['site'])}</td><td>{html.escape(i['url'])}</td><td><code>{i['payload_sha256']}</code></td>"
        f"<td>{sum(i['spans'].values())}</td></tr>\n"
        for i in facts["items"]
    )
    mark = f"<p><strong>{html.escape(facts['watermark'])}</strong></p>" if facts["watermark"] else ""
    return (
        "<!DOCTYPE html><meta charset='utf-8'><title>Redacted copy</title>"
        "<style>body{font:15px sans-serif;margin:2em}td,th{border-bottom:1px solid #ccc;padding:.3em .6em;"
        "text-align:left;vertical-align:top}code{word-break:break-all;font-size:12px}</style>\n"
        f"{mark}<h1>Redacted copy, not the original</h1><p>Made for: {html.escape(facts['profile'])}. Original: "
        f"{html.escape(facts['original']['name'])}, SHA-256 <code>{facts['original']['sha256']}</code>. "
        "See <a href='REDACTED.md'>REDACTED.md</a>.</p>\n"
        f"<table><tr><th>Item</th><th>Captured</th><th>Site</th><th>Address</th><th>SHA-256 of the original body</th>"
        f"<th>Taken out</th></tr>\n{rows}</table>\n"
    )
