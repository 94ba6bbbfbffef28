"""Help for whoever writes a profile: a draft guessed from a saved page, and a dry run of a profile over one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.addresses import find_addresses
from pipeline.extract.contacts import site_of
from pipeline.extract.dates import claimed_date
from pipeline.extract.generic import find_root
from pipeline.extract.listing import read_items
from pipeline.extract.phones import find_phones
from pipeline.extract.profile import AdFields, ListingFields, Rules, Selectors, SiteProfile
from pipeline.extract.selection import Reading, holds, select
from pipeline.extract.surroundings import find_surroundings
from pipeline.extract.text import css_path, decode, parse, visible_text

_CLASS = re.compile(r"[A-Za-z][A-Za-z_-]{1,40}\Z")  # digits in a class are mostly ids
_MIN_ROWS = 3

Row = tuple[str, str, int, str]


def check(profile: SiteProfile, body: bytes, content_type: str, url: str, captured_at: datetime) -> list[Row]:
    """What each selector and page rule of a profile finds on a saved page.

    Rows (name, selector, matches, first value), e.g. ("ad.phone", "span._phone", 1, "417-555-0101"). Selectors of the
    listing and the ad are tried below every item and every root, as the extractor does.
    """
    tree = parse(decode(body, content_type))
    page = tree.root
    if page is None:
        return []
    rows = [
        _rule_row(f"pages.{f.name}", getattr(profile.pages, f.name), page, url)
        for f in fields(profile.pages)
        if getattr(profile.pages, f.name)
    ]
    rows += [_row("consent.link", profile.consent.link, [page], url)] if profile.consent.link else []
    reading = Reading(tree, url, captured_at, profile)
    rows += _field_rows("listing", profile.listing, profile.listing.item, page, reading)
    return rows + _field_rows("ad", profile.ad, profile.ad.root, page, reading)


def _rule_row(name: str, rules: Rules, page: LexborNode, url: str) -> Row:
    written = "; ".join(
        ", ".join(x for x in (r.css, f"url {r.url.pattern}" if r.url else "", f"text {r.text}" if r.text else "") if x)
        for r in rules
    )
    matching = [r for r in rules if holds((r,), page, url)]
    nodes = [n for r in matching if r.css for n in page.css(r.css)[:1]]
    return name, written, len(matching), visible_text(nodes[0])[:80] if nodes else ""


def _field_rows(
    part: str, declared: ListingFields | AdFields, anchor: Selectors, page: LexborNode, reading: Reading
) -> list[Row]:
    anchors = [v.node for v in select(page, anchor, reading.url) if v.node is not None] if anchor else [page]
    rows = []
    for f in fields(declared):
        selectors = getattr(declared, f.name)
        if not selectors or not isinstance(selectors, tuple) or not hasattr(selectors[0], "css"):
            continue
        name = f"{part}.{f.name}"
        if hasattr(selectors[0], "text"):
            rows.append(_rule_row(name, selectors, page, reading.url))
            continue
        whole_page = f.name in {"item", "root", "next"} or (part == "listing" and f.name == "date")
        row = _row(name, selectors, [page] if whole_page else anchors, reading.url, getattr(declared, "sentinels", ()))
        if name == "listing.posting_id" and isinstance(declared, ListingFields):
            ids = [i.posting_id for i in read_items(declared, reading) if i.posting_id]
            row = (row[0], row[1], len(ids), ids[0] if ids else "")
        rows.append(row)
    return rows


def _row(name: str, selectors: Selectors, roots: list[LexborNode], url: str, sentinels: tuple[str, ...] = ()) -> Row:
    values = [v.text for root in roots for v in select(root, selectors, url, sentinels)]
    first = " ".join(values[0].split())[:80] if values else ""
    return name, " | ".join(s.source for s in selectors), len(values), first


def scaffold(html: str, url: str) -> str:
    """A profile draft (TOML that loads) for the site of a saved page: rows of a listing, or the fields of an ad.

    Guesses come from repeated elements with links, and from where phone, address, heading and date stand. What could
    not be guessed is left as a comment. Read it, correct it, then run `imb sites check`.
    """
    tree = parse(html)
    host = site_of(url)[0] or "site.example"
    lines = [
        "# Draft: correct every line, then dry-run it with: imb sites check FILE SAVED-PAGE",
        f"id = {_quoted(re.sub(r'[^a-z0-9]+', '-', host).strip('-') or 'site')}",
        'class = "mixed"                # illicit | mixed | directory',
        f"allowed_domains = [{_quoted(host)}]",
        f"start_urls = [{_quoted(url)}]",
        'legal_basis = "name the authority for collecting this site"',
        'timezone = "UTC"',
        "",
        *(_listing_lines(tree) if _is_listing(tree) else _ad_lines(tree, url)),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string: literal when possible, so that regular expressions stay readable."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    if "'" not in plain and ("\\" in plain or '"' in plain):
        return f"'{plain}'"
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _selector(node: LexborNode) -> str:
    """A short selector for elements like this one: its id, else tag and first telling class."""
    name = node.attributes.get("id") or ""
    if _CLASS.match(name):
        return f"#{name}"
    classes = [c for c in (node.attributes.get("class") or "").split() if _CLASS.match(c)]
    tag = node.tag if node.tag and re.fullmatch(r"[a-z][a-z0-9]*", node.tag) else "*"
    return f"{tag}.{classes[0]}" if classes else tag


def _unique(scope: LexborNode, node: LexborNode) -> str:
    """The shortest selector whose first match below `scope` is this very element; its path when there is none."""
    name = _selector(node)
    tag = name.split(".")[0].split("#")[0]
    classes = [f"{tag}.{c}" for c in (node.attributes.get("class") or "").split() if _CLASS.match(c)]
    above = [f"{_selector(p)} {name}" for p in (node.parent,) if p is not None and p.is_element_node]
    for selector in (name, *classes, *above):
        first = scope.css_first(selector)
        if first is not None and first.mem_id == node.mem_id:
            return selector
    return css_path(node) or name


def _rows(tree: LexborHTMLParser) -> list[LexborNode]:
    """The largest group of like elements, each with a link of the site and words of its own."""
    groups: dict[str, list[LexborNode]] = {}
    for node in tree.css("li, div, tr, article, section")[:20_000]:
        name = _selector(node)
        if "." in name and node.css_first("a[href]") is not None:
            groups.setdefault(name, []).append(node)

    def weight(nodes: list[LexborNode]) -> int:
        texts = Counter(visible_text(n)[:200] for n in nodes[:200])
        links = {(n.css("a[href]")[0].attributes.get("href") or "") for n in nodes[:200]}
        return sum(len(t) for t in texts) if len(links) >= _MIN_ROWS and len(texts) >= _MIN_ROWS else 0

    return max(groups.values(), key=weight, default=[]) if any(map(weight, groups.values())) else []


def _is_listing(tree: LexborHTMLParser) -> bool:
    """Whether repeated rows make up most of what the page shows."""
    rows = _rows(tree)
    shown = len(visible_text(tree.body)) if tree.body is not None else 0
    return len(rows) >= _MIN_ROWS and 2 * sum(len(visible_text(r)) for r in rows) > shown


def _listing_lines(tree: LexborHTMLParser) -> list[str]:
    rows = _rows(tree)
    row = _selector(rows[0])
    link = next((a for a in rows[0].css("a[href]") if visible_text(a)), rows[0].css("a[href]")[0])
    anchor = _selector(link)
    lines = ["[listing]", f"item = {_quoted(row)}", f"url = {_quoted(anchor + '::attr(href)')}"]
    lines.append(f"title = {_quoted(anchor)}")
    href = link.attributes.get("href") or ""
    if m := re.search(r"([-/_=])\d{3,}(\.html?)?/?$", href):
        tail = re.escape(m[2]) if m[2] else ""
        lines.append(f"posting_id = {_quoted(f'url::re({m[1]}([0-9]+){tail}/?$)')}")
    words = [visible_text(a) for a in tree.css("a[href]")]
    onward = next((w for w in words if w.lower().strip(" »›>") in {"next", "next page", "older"}), "")
    lines.append(f"next_text = {_quoted(onward)}" if onward else '# next_text = "Next"')
    return [*lines, "", "# [ad]                         # scaffold a saved advertisement for its fields"]


def _ad_lines(tree: LexborHTMLParser, url: str) -> list[str]:
    root = find_root(tree, find_surroundings(tree))
    if root is None:
        return []
    found = {
        "title": _heading(root),
        "phone": _innermost(root, lambda t: bool(find_phones(t))),
        "address": _innermost(root, lambda t: bool(find_addresses(t))),
        "posted": _innermost(root, _is_posted),
    }
    lines = ["[ad]", f"root = {_quoted(_unique(tree.root or root, root))}"]
    if m := re.search(r"([-/_=])\d{3,}(\.html?)?/?$", url):
        tail = re.escape(m[2]) if m[2] else ""
        lines.append(f"posting_id = {_quoted(f'url::re({m[1]}([0-9]+){tail}/?$)')}")
    for name, node in found.items():
        if node is None:
            lines.append(f'# {name} = ""')
            continue
        note = " ".join(visible_text(node).split())[:50]
        lines.append(f"{name} = {_quoted(_unique(root, node)):<30} # {note}")
    if found["title"] is not None:
        lines.append(f"# business_name = {_quoted(_unique(root, found['title']))}  # when the heading is the name")
    return lines


def _heading(root: LexborNode) -> LexborNode | None:
    return root.css_first("h1") or root.css_first("h2") or root.css_first("h3")


def _is_posted(text: str) -> bool:
    words = re.search(r"\b(?:posted|updated|added|date)\b", text, re.I)
    return words is not None and claimed_date(text, datetime(2000, 1, 1, tzinfo=UTC)) is not None


def _innermost(root: LexborNode, test: Callable[[str], bool]) -> LexborNode | None:
    """The deepest first element below the root whose text passes."""
    here: LexborNode | None = None
    candidates = [root]
    while candidates:
        hit = next((n for n in candidates if test(visible_text(n)[:20_000])), None)
        if hit is None:
            return here
        here = hit if hit.mem_id != root.mem_id else here
        child, candidates = hit.child, []
        while child is not None:
            if child.is_element_node and child.tag not in {"script", "style"}:
                candidates.append(child)
            child = child.next
    return here
