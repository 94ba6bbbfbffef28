"""index.html and one page per capture: what a package shows in any browser, offline, without script or any request.

The archived page stands in a sandboxed frame without rights, as made by `still`; both documents forbid every fetch by
Content-Security-Policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from pipeline.evidence.documents.certificates import templates
from pipeline.evidence.package.exhibit import CrawlEnd, CustodyEntry, ExhibitItem, ExhibitPackage, NotCaptured
from pipeline.evidence.package.rows import (
    front,
    is_received,
    item_rows,
    moment,
    notes,
    proof_rows,
    source_rows,
    time_rows,
    title,
)
from pipeline.evidence.package.still import Still

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
STYLE = """
:root{color-scheme:light;--ink:#1a1a1a;--soft:#5b6470;--line:#d4d8dd;--band:#f4f5f7;--mark:#9b1c1c}
*{box-sizing:border-box}
body{font:15px/1.5 "Segoe UI",Helvetica,Arial,sans-serif;max-width:64rem;margin:0 auto;padding:1.5rem 1.25rem 4rem;
color:var(--ink);background:#fff}
h1{font-size:1.6rem;line-height:1.2;margin:.4rem 0 .2rem}
h2{font-size:1.1rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:2px solid var(--ink)}
h3{font-size:.95rem;margin:1.4rem 0 .4rem}
p{max-width:48rem;margin:.5rem 0}
a{color:#123f7a}
.papers{background:var(--band);padding:.5rem .8rem;max-width:none;overflow-wrap:anywhere}
.lead{color:var(--soft);margin:0 0 1.2rem}
.mark{border:2px solid var(--mark);color:var(--mark);font-weight:700;text-align:center;padding:.35rem;margin:0 0 1rem}
.derived{background:#fff7e0;border-left:4px solid #b7791f;padding:.5rem .8rem;margin:.8rem 0}
nav{display:flex;gap:1.2rem;font-size:.9rem;margin-bottom:1rem}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{border-bottom:1px solid var(--line);padding:.32rem .6rem .32rem 0;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere}
.facts th{width:15.5rem;color:var(--soft);font-weight:400}
.list thead th{border-bottom:2px solid var(--ink);white-space:nowrap;font-size:.8rem}
.numbered td:first-child{width:3rem}
.list .name{overflow-wrap:normal}
.list .when{white-space:nowrap;font-variant-numeric:tabular-nums}
.tag{display:inline-block;font-size:.75rem;border:1px solid var(--line);border-radius:3px;padding:0 .35rem;
color:var(--soft);white-space:nowrap}
.tag.good{border-color:#2f6f44;color:#2f6f44}
.frame{border:1px solid var(--soft);width:100%;height:34rem;background:#fff;display:block}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--band);padding:.8rem;font-size:.82rem}
summary{cursor:pointer;color:var(--soft)}
@media print{nav,.frame{display:none}body{max-width:none;padding:0;font-size:10pt}details{display:block}}
"""
FRAME_STYLE = """
html{background:#fff;color:#000}body{margin:8px}
.imb-left-out{display:inline-block;border:1px dashed #999;color:#666;background:#f6f6f6;padding:.2em .5em;margin:2px;
font:12px Helvetica,Arial,sans-serif}
.imb-field{display:inline-block;border:1px solid #bbb;padding:0 .4em;min-width:3em;background:#fff}
"""


def render_index(package: ExhibitPackage) -> str:
    """The first page: what this is, every capture, what is missing and why, how it was collected, who had it."""
    own = {(item["capture_id"], "journal") for item in package["items"]}
    parts = [
        _head(title(package)),
        _mark(package),
        f"<h1>{escape(title(package))}</h1>",
        '<p class="lead">Read this first. To check the package without any program of ours, follow '
        '<a href="VERIFY.md">VERIFY.md</a>.</p>',
        *_documents(package),
        _facts(front(package)),
        "<h2>Captures</h2>",
        _captures(item for item in package["items"] if item["role"] == "ad"),
        *_redirects(package),
        "<h2>About this package</h2>",
        *(f"<p>{escape(note)}</p>" for note in notes(package)),
        *_files(package),
        "<h2>Refused</h2>",
        _refused(package),
        "<h2>What was not captured, and why</h2>",
        *_not_captured(package["not_captured"]),
        "<h2>How the pages were collected</h2>",
        *(f"<details>{_summary(s)}{_facts(source_rows(s))}</details>" for s in package["sources"]),
        "<h2>Custody</h2>",
        "<p>What was done with these captures and with packages that held them, from this office's journal and custody "
        "log. What was done with one capture alone stands on its page.</p>",
        _custody(e for e in package["custody"] if (e["object"], e["log"]) not in own),
    ]
    return "".join(parts) + "</body></html>\n"


def render_item(package: ExhibitPackage, item: ExhibitItem, still: Still, acts: Iterable[CustodyEntry]) -> str:
    """The page of one capture; `acts` are the custody entries on it."""
    last, when = len(package["items"]), moment(item["times"]["response_received"])
    name = f"Item {item['item']}: {still.title or item['url_reached']}"
    shown = f"<p>{escape(still.problem.capitalize())}.</p>" if still.problem else ""
    if still.html:
        shown += f'<iframe class="frame" sandbox title="The archived page" srcdoc="{_document(still)}"></iframe>'
    parts = [
        _head(name),
        _nav(item["item"], last),
        _mark(package),
        f"<h1>{escape(name)}</h1>",
        f'<p class="lead">{escape(item["site"])}, captured {escape(when)} UTC</p>',
        "<h2>The page</h2>",
        '<p class="derived"><b>DERIVED.</b> Shown from the archived record without script, images or anything fetched '
        "from elsewhere; links and forms do nothing. The record in data/exhibit.wacz is the evidence.</p>",
        shown,
        *_text(still),
        *_described(item),
        "<h2>Where it comes from</h2>",
        _facts(item_rows(item)),
        "<h2>Times, each by its own clock (UTC)</h2>",
        _facts(time_rows(item)),
        "<h2>Digests and places</h2>",
        _facts(proof_rows(item)),
        "<h2>Custody</h2>",
        _custody(acts),
    ]
    return "".join(parts) + "</body></html>\n"


def _head(name: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(name)}</title><style>{STYLE}</style></head><body>"
    )


def _mark(package: ExhibitPackage) -> str:
    return f'<div class="mark">{escape(package["watermark"])}</div>' if package["watermark"] else ""


def _nav(number: int, last: int) -> str:
    links = ['<a href="../../index.html">All captures</a>']
    if number > 1:
        links.append(f'<a href="{number - 1:04d}.html">← Item {number - 1}</a>')
    if number < last:
        links.append(f'<a href="{number + 1:04d}.html">Item {number + 1} →</a>')
    return f"<nav>{''.join(links)}</nav>"


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"<tr><th>{escape(label)}</th><td>{escape(text)}</td></tr>" for label, text in rows]
    return f'<table class="facts">{"".join(lines)}</table>'


def _list(heads: Iterable[str], lines: Iterable[str], kind: str = "list") -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _captures(items: Iterable[ExhibitItem]) -> str:
    return _list(("No.", "Captured (UTC)", "Page", "Status", "Proof"), map(_capture_line, items), "list numbered")


def _capture_line(item: ExhibitItem) -> str:
    described = item["description"][0] if item["description"] else {}
    names = dict.fromkeys(filter(None, (described.get("business_name", ""), described.get("title", ""))))
    what = " — ".join(names) or item["site"]
    link = f'<a href="{item["page"]}">{item["item"]}</a>'
    when = escape(moment(item["times"]["response_received"])[:19])
    proof = '<span class="tag">not sealed</span>'
    if item["seal"]:
        stamped = item["times"]["time_stamped"]
        label = f"time-stamped {moment(stamped)[:16]}" if stamped else "signed, no time-stamp"
        proof = f'<span class="tag{" good" if stamped else ""}">{escape(label)}</span>'
    page = f"{escape(what)}<br><small>{escape(item['url_reached'])}</small>"
    if is_received(item):
        told = f"captured by others ({item['collector']}), received {moment(item['times']['journalled'])[:10]}"
        page += f"<br><small>{escape(told)}</small>"
    return (
        f'<tr><td>{link}</td><td class="when">{when}</td><td>{page}</td><td>{item["status"] or "–"}</td>'
        f"<td>{proof}</td></tr>"
    )


def _redirects(package: ExhibitPackage) -> Iterator[str]:
    steps = [item for item in package["items"] if item["role"] == "redirect"]
    if steps:
        yield "<h3>Redirects on the way to them</h3>"
        yield _captures(steps)


def _documents(package: ExhibitPackage) -> Iterator[str]:
    """Links to report and certificates: what each is called on paper, and the forms in which it is there."""
    named = [n for n in package.get("documents", []) if n.endswith((".pdf", ".docx"))]
    for folder, what in (("data/derived/", "Report"), ("data/certificates/", "Certificates, drafts for counsel")):
        own = sorted((n for n in named if n.startswith(folder)), key=lambda n: ("report" not in n, n))
        lines = [_document_line(stem, own) for stem in dict.fromkeys(n.rpartition(".")[0] for n in own)]
        if lines:
            yield f'<p class="papers"><b>{what} (derived)</b><br>{"<br>".join(lines)}</p>'


def _document_line(stem: str, names: Iterable[str]) -> str:
    forms = {".pdf": "PDF", ".docx": "Word"}
    links = [f'<a href="{escape(stem + end)}">{form}</a>' for end, form in forms.items() if stem + end in names]
    name = stem.rpartition("/")[2]
    template = templates().get(name)
    told = f"{template['title']} ({template['basis']})" if template else name.replace("-", " ").capitalize()
    return f"{escape(told)}: {', '.join(links)}"


def _files(package: ExhibitPackage) -> Iterator[str]:
    lines = [
        f"<tr><td>{escape(f['path'])}</td><td>{f['bytes']:,}</td><td><code>{f['sha256']}</code></td></tr>"
        for f in package["evidence"]
    ]
    yield "<h3>Files that hold evidence</h3>"
    yield _list(("File", "Bytes", "SHA-256"), lines)


def _refused(package: ExhibitPackage) -> str:
    if not package["not_included"]:
        return "<p>Nothing that was asked for was refused.</p>"
    lines = [
        f"<tr><td>{escape(x['capture_id'])}</td><td>{escape(x['reason'])}</td></tr>" for x in package["not_included"]
    ]
    return _list(("Capture", "Reason"), lines)


def _not_captured(missing: NotCaptured) -> Iterator[str]:
    yield "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in missing["policy"]) + "</ul>"
    yield "<h3>Requests for these addresses that gave nothing</h3>"
    if missing["attempts"]:
        yield _list(
            ("Time (UTC)", "Address", "Why"),
            (
                f'<tr><td class="when">{escape(moment(a["at"])[:19])}</td><td>{escape(a["url"])}</td>'
                f"<td>{escape(a['reason'])}: {escape(a['detail'])}</td></tr>"
                for a in missing["attempts"]
            ),
        )
    else:
        yield "<p>None.</p>"
    if missing["crawls"]:
        yield "<h3>Crawls that the items come from, by their own counts</h3>"
        yield _list(("Site", "Ended", "Counted"), map(_crawl_line, missing["crawls"]))


def _crawl_line(crawl: CrawlEnd) -> str:
    shown = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in crawl["counts"].items() if count)
    said = "".join(f"<br>{escape(str(problem))}" for problem in crawl["problems"])
    state = "whole" if crawl["ended"] == "crawl_finished" else "with problems"
    return f"<tr><td>{escape(crawl['site'])}</td><td>{state}</td><td>{escape(shown)}{said}</td></tr>"


def _summary(source: dict[str, object]) -> str:
    rows = dict(source_rows(source))
    label, when = next(iter(rows.items()))
    name = rows.get("site") or rows.get("name") or ""
    return f"<summary>{escape(label)}: {escape(when)} {escape(name)}</summary>"


def _custody(entries: Iterable[CustodyEntry]) -> str:
    lines = list(map(_act_line, entries))
    return _list(("Time (UTC)", "Who", "Act", "What and why", "SHA-256 after, log"), lines) if lines else "<p>None.</p>"


def _act_line(act: CustodyEntry) -> str:
    who = f"{act['actor']} ({act['role']})" if act["role"] else act["actor"]
    what = escape(act["object"]) + (f"<br>{escape(act['reason'])}" if act["reason"] else "")
    return (
        f'<tr><td class="when">{escape(moment(act["at"])[:19])}</td><td class="name">{escape(who)}</td>'
        f'<td class="when">{escape(act["action"])}</td><td>{what}</td>'
        f"<td><small>{escape(act['hash_after'])}<br>{escape(act['log'])} {act['number']}</small></td></tr>"
    )


def _text(still: Still) -> Iterator[str]:
    if still.text:
        yield f"<details><summary>The page's text (derived)</summary><pre>{escape(still.text)}</pre></details>"


def _described(item: ExhibitItem) -> Iterator[str]:
    for number, described in enumerate(item["description"], 1):
        which = f" {number} of {len(item['description'])}" if len(item["description"]) > 1 else ""
        yield f"<h2>As this program reads it (derived){which}</h2>"
        yield _facts((name.replace("_", " "), value) for name, value in described.items())


def _document(still: Still) -> str:
    """The frame's document, as the value of an attribute."""
    document = (
        '<!doctype html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{FRAME_STYLE}</style></head>'
        f"<body>{still.html}</body></html>"
    )
    return escape(document)
