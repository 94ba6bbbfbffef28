"""What people read in a package: report.html (no script), report.txt, items.csv, VERIFY.md. Pure functions of the
manifest. Every value is escaped; times are UTC."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from pipeline.evidence.package_seals import commands
from pipeline.evidence.warc import FIDELITY

Manifest = Mapping[str, Any]
FACTS = ("exhibit", "case", "requester", "authority", "purpose", "exporter")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
STYLE = """
body{font:11pt/1.45 Georgia,serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#111}
h1,h2,h3{font-family:Helvetica,Arial,sans-serif;line-height:1.2}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.2rem}
th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:left;vertical-align:top}
th{width:13rem;background:#f3f3f3;font-weight:normal}
td{overflow-wrap:anywhere}
code{font-size:9.5pt}
section{break-before:page}
.mark,.page-mark{color:#a00;text-align:center;font:bold 13pt Helvetica,Arial,sans-serif}
.mark{border:2px solid #a00;padding:.3rem;margin:.6rem 0}
@media print{.page-mark{position:fixed;top:0;left:0;right:0}}
@media screen{.page-mark{display:none}}
"""


def render_html(manifest: Manifest) -> str:
    """The report as one file that needs nothing else."""
    mark = f'<p class="mark">{escape(manifest["watermark"])}</p>' if manifest["watermark"] else ""
    page_mark = f'<div class="page-mark">{escape(manifest["watermark"])}</div>' if manifest["watermark"] else ""
    title = escape(_title(manifest))
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{title}</title><style>{STYLE}</style></head><body>{page_mark}{mark}<h1>{title}</h1>",
        _table(_front(manifest)),
        "<h2>Contents</h2><table><tr><td>No.</td><td>Captured (UTC)</td><td>Address reached</td></tr>",
    ]
    for item in manifest["items"]:
        number, received = item["item"], escape(_time(item["times"]["response_received"]))
        parts.append(
            f'<tr><td><a href="#item-{number}">{number}</a></td><td>{received}</td>'
            f"<td>{escape(item['url_reached'])}</td></tr>"
        )
    parts.append("</table>" + _left_out_html(manifest) + "<h2>About this report</h2>")
    parts += [f"<p>{escape(sentence)}</p>" for sentence in _notes(manifest)]
    parts.append("<h2>How the pages were collected</h2>")
    parts += [_table(_source(source)) for source in manifest["sources"]]
    for item in manifest["items"]:
        parts.append(f'<section id="item-{item["item"]}">{mark}<h2>Item {item["item"]}</h2>{_table(_rows(item))}')
        for described in item["description"]:
            parts.append(f"<h3>As read from the page (derived)</h3>{_table(described.items())}")
        parts.append(f"<h3>Records</h3>{_table(_records(item))}</section>")
    return "".join(parts) + "</body></html>\n"


def render_text(manifest: Manifest) -> str:
    """The same report as plain text."""
    mark = f"*** {manifest['watermark']} ***" if manifest["watermark"] else ""
    lines = [mark, _title(manifest), "", *_lines(_front(manifest)), "", "Not included:"]
    lines += [f"  {x['capture_id']}: {x['reason']}" for x in manifest["not_included"]] or ["  nothing was left out"]
    lines += ["", *_notes(manifest), "", "How the pages were collected:"]
    lines += [line for source in manifest["sources"] for line in [*_lines(_source(source)), ""]]
    for item in manifest["items"]:
        lines += ["", "\f" + mark, f"Item {item['item']}", *_lines(_rows(item))]
        for described in item["description"]:
            lines += ["  As read from the page (derived):", *_lines(described.items())]
        lines += ["  Records:", *_lines(_records(item))]
    return "\n".join(_one_line(line) for line in lines).strip("\n") + "\n"


def render_csv(manifest: Manifest) -> str:
    """Items as a table for spreadsheets; no cell can act as a formula."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    names = ("item", "capture_id", "site", "url_asked", "url_reached", "status", "content_type", "why_collected")
    writer.writerow([*names, "captured_utc", "collector", "payload_sha256", "title", "business_name", "note"])
    for item in manifest["items"]:
        described = item["description"][0] if item["description"] else {}
        row = [item[name] for name in names]
        row += [item["times"]["response_received"], item["collector"], item["payload_sha256"]]
        row += [described.get("title", ""), described.get("business_name", ""), manifest["watermark"]]
        writer.writerow([guarded(value) for value in row])
    return sink.getvalue()


def guarded(value: Any) -> str:
    """A cell's text; with an apostrophe in front when a spreadsheet would take it for a formula."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text


def render_verify(manifest: Manifest) -> str:
    """Instructions for a stranger with stock tools."""
    mark = f"**{manifest['watermark']}**\n\n" if manifest["watermark"] else ""
    return f"""{mark}# How to check this package

Unpack it when it is a zip, open a terminal in its folder, and type what follows. Nothing of ours is needed.

1. **Every file is the one that was exported** (all lines must say `OK`):

       sha256sum -c manifest-sha256.txt

   The SHA-256 of `manifest-sha256.txt` itself was told to you separately and stands in our journal:

       sha256sum manifest-sha256.txt

2. **The archived records are whole and their digests hold** (WARC tools by others: `pip install warcio fastwarc`):

       for f in records/*; do warcio check -v "$f"; done
       for f in records/*.warc*; do fastwarc check "$f"; done

   Records that other collectors made may carry damage of their own; `manifest.json` names it under `damage`.

3. **The journal's entries are what their hashes were made from** (all must say `True`):

       python3 -c "import json,hashlib
       for line in open('journal.jsonl'):
           e=json.loads(line); h=e.pop('hash')
           s=json.dumps(e,sort_keys=True,separators=(',',':'))
           print(e['seq'], e['kind'], hashlib.sha256(s.encode()).hexdigest()==h)"

4. **A record is the one that was journalled at capture**: in `manifest.json` each item has `journal.seq`; the entry
   with that `seq` in `journal.jsonl` holds the SHA-256 of the stored bytes of each record that this office captured
   (for a file received from others, the SHA-256 of the whole file). Cut the record out and compare:

       tail -c +$((OFFSET+1)) records/FILE | head -c LENGTH | sha256sum

{_verify_seals(manifest)}
6. **Read a record**:

       gunzip -c records/FILE.warc.gz | less

With the program that made the package: `imb evidence verify .`

What this shows, and what not: the digests show that nothing changed since the export; the journal's hashes tie each
record to its place in this office's log. {_shown(manifest)}
"""


def _verify_seals(manifest: Manifest) -> str:
    if not manifest["sealed"]:
        return (
            "5. **Seals**: the journal's entries in this package are not sealed: nobody signed or time-stamped them.\n"
        )
    first = next((s for s in manifest["seals"] if s["token"]), manifest["seals"][0])
    shown = "\n".join(f"       {line}" for line in commands(first))
    return f"""5. **The journal was sealed when it was written.** Each entry lies under a seal: a statement signed by
   this office (`seal.json`, `seal.p7s`) and, where there is a `token.tsr`, time-stamped by a time-stamp authority.

   a. Each entry of `journal.jsonl` is under the seal that `seals/proof.json` names (all must say `True`):

       python3 -c "import json,hashlib
       h=lambda b: hashlib.sha256(b).digest()
       proof=json.load(open('seals/proof.json'))
       for line in open('journal.jsonl'):
           e=json.loads(line); p=proof[str(e['seq'])]; n=h(bytes([0])+bytes.fromhex(e['hash']))
           for side,other in p['path']:
               o=bytes.fromhex(other); n=h(bytes([1])+(o+n if side=='left' else n+o))
           seal=json.load(open('seals/'+p['seal']+'/seal.json'))
           print(e['seq'], 'in seal', p['seal'], n.hex()==seal['merkle_root'])"

   b. Signatures and time-stamps hold (`CMS Verification successful`, `Verification: OK`); all commands stand in
      `seals/commands.txt`, here those of one seal. `-attime` is the moment of signing, so that they work when the
      certificates have expired:

{shown}

      Compare the certificates with those that office and authority give you by another way:

       openssl x509 -noout -subject -fingerprint -sha256 -in {first["folder"]}/signer.pem

   c. A seal without a token of its own is named by the next one (`previous_sha256`), up to one that has a token:

       sha256sum seals/*/seal.json; grep -o '"previous_sha256":"[0-9a-f]*"' seals/*/seal.json

   d. The package as a whole was signed at export:

       {_export_command(manifest)}
"""


def _export_command(manifest: Manifest) -> str:
    when = int(datetime.fromisoformat(manifest["signed_at"]).timestamp())
    return (
        "openssl cms -verify -binary -inform DER -purpose any -out /dev/null -in manifest-sha256.txt.p7s "
        f"-content manifest-sha256.txt -CAfile seals/exporter.pem -attime {when}"
    )


def _shown(manifest: Manifest) -> str:
    if not manifest["sealed"]:
        return "The log has not been signed or time-stamped by a third party in this package."
    stamped = sum(1 for item in manifest["items"] if item["seal"].get("token"))
    internal = any(s["internal"] for s in manifest["seals"])
    key = (
        "The signing certificate is INTERNAL (self-signed): it shows that one key sealed everything, not whose it is. "
        if internal
        else ""
    )
    tokens = (
        f"For {stamped} of {len(manifest['items'])} items a time-stamp authority attests that the record existed at "
        "the stamped time."
        if stamped
        else "No time-stamp authority attests the times: they rest on this office's clock."
    )
    return f"The seals show that the log was not changed after they were signed. {key}{tokens}"


def _title(manifest: Manifest) -> str:
    exhibit, case = manifest["facts"].get("exhibit", ""), manifest["facts"].get("case", "")
    return " · ".join(
        ["Archived web pages", *([f"Exhibit {exhibit}"] if exhibit else []), *([f"Case {case}"] if case else [])]
    )


def _front(manifest: Manifest) -> Iterator[tuple[str, str]]:
    facts = manifest["facts"]
    for name in [*FACTS, *sorted(set(facts) - set(FACTS))]:
        yield name.capitalize(), facts.get(name) or "not stated"
    yield "Exported (UTC)", _time(manifest["exported_at"])
    yield "Office's collector account", manifest["operator"]
    yield "Program", f"imb {manifest['software']['version']} {manifest['software']['commit'][:12]}".strip()
    yield "Items", str(len(manifest["items"]))
    yield "Not included", str(len(manifest["not_included"]))


def _rows(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    times, original = item["times"], item["original"]
    yield "Address asked", item["url_asked"]
    yield "Address reached", item["url_reached"]
    if item["redirected_from"]:
        yield "Redirected from", item["redirected_from"]
    yield "HTTP status", str(item["status"] or "stored by its collector without the HTTP exchange")
    yield "Why collected", item["why_collected"] or "not recorded"
    yield "Request started (UTC)", _time(times["request_started"]) or "not recorded"
    yield "Response received (UTC)", _time(times["response_received"])
    yield "Server's own Date header", times["server_date_header"] or "none"
    yield "Entered in our journal (UTC)", _time(times["journalled"])
    yield "Clock", times["clock"] or "not recorded"
    yield "Collected by", item["collector"]
    if original["received_as"]:
        yield "Received as file", f"{original['received_as']} (SHA-256 {original['file_sha256']})"
    yield "Server's IP address", item["ip"] or "not recorded"
    if item["certificate_sha256"]:
        yield "TLS certificate, SHA-256", item["certificate_sha256"]
    yield "SHA-256 of the page as received", item["payload_sha256"]
    yield "Original place", f"{original['address']}, offset {original['offset']}"
    yield "Journal entry", f"{item['journal']['seq']} ({item['journal']['hash']})"
    yield "Sealed", _sealed(item["seal"])
    yield "Time-stamped (authority's clock)", _stamped(item["seal"])
    yield "Capture id", item["capture_id"]
    for damage in item["damage"]:
        yield "Damage in the received file", damage


def _sealed(seal: Mapping[str, Any]) -> str:
    if not seal:
        return "not sealed"
    return f"seal {seal['seal']}, signed {_time(seal['signed_at'])} (UTC, system clock) by {seal['signer']}"


def _stamped(seal: Mapping[str, Any]) -> str:
    token = seal.get("token")
    if not token:
        return "no time-stamp"
    return (
        f"{_time(token['time'])} UTC, {token['signer']}, under {token['root']} (with seal {token['stamped_by_seal']})"
    )


def _source(source: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    is_crawl = source["journal"]["kind"] == "crawl_started"
    yield ("Crawl begun (UTC)" if is_crawl else "File received (UTC)"), _time(source["at"])
    for name, value in sorted(source["facts"].items()):
        shown = ", ".join(f"{k} {v}" for k, v in value.items() if v) if isinstance(value, Mapping) else str(value)
        yield name.replace("_", " "), shown
    yield "Journal entry", f"{source['journal']['seq']} ({source['journal']['hash']})"


def _records(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for record in item["records"]:
        where = f"{record['file']}, offset {record['offset']}, {record['length']} bytes"
        yield record["type"], f"{where}, SHA-256 {record['sha256']}"


def _notes(manifest: Manifest) -> Iterator[str]:
    yield (
        "The records in the folder records/ are copies, byte for byte, of what this office archived or received. "
        "This report is derived from them and from the journal; where they differ, the records count."
    )
    yield f"Fidelity: {FIDELITY}. All times are UTC; times of other collectors are as they state them."
    if manifest["watermark"]:
        yield "This package comes from a demonstration. Its clock is simulated and its contents are invented."


def _left_out_html(manifest: Manifest) -> str:
    rows = [(x["capture_id"], x["reason"]) for x in manifest["not_included"]]
    return f"<h2>Not included</h2>{_table(rows) if rows else '<p>Nothing was left out.</p>'}"


def _table(rows: Any) -> str:
    lines = [f"<tr><th>{escape(str(k))}</th><td>{escape(str(v))}</td></tr>" for k, v in rows]
    return f"<table>{''.join(lines)}</table>"


def _lines(rows: Any) -> list[str]:
    return [f"  {str(name) + ':':34} {value}" for name, value in rows]


def _one_line(text: str) -> str:
    """Control characters of foreign text made visible; the form feed between items stays."""
    return "".join(c if c.isprintable() or c == "\f" else f"\\x{ord(c):02x}" for c in text)


def _time(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")
