"""Help for whoever writes a profile: a draft guessed from a saved page, and a dry run of a profile over one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.addresses import find_addresses
from pipeline.extract.contacts import site_of
from pipeline.extract.dates import claimed_date
from pipeline.extract.generic import find_root, structured_fields
from pipeline.extract.labels import fields_by_label
from pipeline.extract.lexicon import fold
from pipeline.extract.listing import read_items
from pipeline.extract.naming import name_and_title
from pipeline.extract.phones import find_phones
from pipeline.extract.profile import AdFields, ListingFields, Rules, Selectors, SiteProfile
from pipeline.extract.repeated import Rows, alike, find_rows
from pipeline.extract.selection import Reading, Selected, holds, select
from pipeline.extract.surroundings import find_surroundings, is_inside
from pipeline.extract.text import css_path, decode, parse, text_without, visible_text
from pipeline.extract.unprofiled import read_unprofiled
from pipeline.model import Page

_CLASS = re.compile(r"[A-Za-z][A-Za-z_-]{1,40}\Z")  # digits in a class are mostly ids
_POSTING_ID = re.compile(r"([-/_=i])\d{3,}(\.html?)?/?$")

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


def scaffold(html: str, url: str, name: str = "") -> str:
    """A profile draft (TOML that loads) for the site of a saved page: rows of a listing, or the fields of an ad.

    Guesses come from repeated elements with links, and from where phone, address, heading and date stand. What could
    not be guessed is left as a comment. `name` is the profile's id, by default made of the host.
    Read it, correct it, then run `imb sites check`.
    """
    tree = parse(html)
    reading = Reading(tree, url, datetime.now(UTC), None)
    root = tree.body or tree.root
    page = read_unprofiled(root, reading, "") if root is not None else Page("empty")
    rows = _rows(root, page, reading) if root is not None else None
    host = site_of(url)[0] or "site.example"
    lines = [
        "# Draft: correct every line, then dry-run it with: imb sites check FILE SAVED-PAGE",
        f"id = {_quoted(name or re.sub(r'[^a-z0-9]+', '-', host).strip('-') or 'site')}",
        'class = "mixed"                # illicit | mixed | directory',
        f"allowed_domains = [{_quoted(host)}]",
        f"start_urls = [{_quoted(url)}]",
        'legal_basis = "name the authority for collecting this site"',
        'timezone = "UTC"',
        "",
        *(_listing_lines(rows, tree, page, reading) if rows else _ad_lines(tree, page, url)),
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


def _rows(root: LexborNode, page: Page, reading: Reading) -> Rows | None:
    """The rows of a listing; two are enough when they make up most of the page."""
    left_out = {n.mem_id for n in find_surroundings(reading.tree).all}
    rows = find_rows(alike(root, left_out), left_out, reading, least=2)
    mostly = rows is not None and 2 * rows.length > len(visible_text(root))
    return rows if page.kind == "listing" or mostly else None


def _listing_lines(rows: Rows, tree: LexborHTMLParser, page: Page, reading: Reading) -> list[str]:
    row, (url, link) = rows.nodes[0], rows.links[0]
    item = _selector(row)
    if "." not in item and row.parent is not None:
        item = f"{_selector(row.parent)} > {item}"
    anchor = ":self" if link.mem_id == row.mem_id else _selector(link)
    lines = ["[listing]", f"item = {_quoted(item)}", f"url = {_quoted(anchor + '::attr(href)')}"]
    heading = link.css_first("h1, h2, h3, h4, h5, h6, [class*=title i], [class*=header i]")
    title = _selector(heading) if heading is not None else anchor
    lines.append(f"title = {_quoted(title):<30} # {_note(link)}")
    dated = next((n for n in row.css("time, [class]") if claimed_date(visible_text(n)[:60], reading.captured_at)), None)
    lines.append(f"date = {_quoted(_selector(dated)):<31} # {_note(dated)}" if dated else '# date = ""')
    if m := _POSTING_ID.search(url):
        lines.append(_posting_id_line(m))
    return [*lines, _next_line(tree, page, reading), "", "# [ad]    # scaffold a saved advertisement for its fields"]


def _posting_id_line(m: re.Match[str]) -> str:
    tail = re.escape(m[2]) if m[2] else ""
    return f"posting_id = {_quoted(f'url::re({m[1]}([0-9]+){tail}/?$)')}"


def _next_line(tree: LexborHTMLParser, page: Page, reading: Reading) -> str:
    for link in tree.css("a[href]") if page.next else ():
        if reading.absolute(link.attributes.get("href") or "") != page.next:
            continue
        if "next" in (link.attributes.get("rel") or "").split():
            return 'next = "a[rel~=next]::attr(href)"'
        if "." in (name := _selector(link)):
            return f"next = {_quoted(name + '::attr(href)')}"
        if words := visible_text(link):
            return f"next_text = {_quoted(words)}"
    return '# next_text = "Next"'


def _ad_lines(tree: LexborHTMLParser, page: Page, url: str) -> list[str]:
    around = find_surroundings(tree)
    root = find_root(tree, around)
    if root is None:
        return []
    fields = structured_fields(tree, root, around)
    name_and_title(tree, root, text_without(root, around.all), fields, around)
    lines = ["[ad]", f"root = {_quoted(_unique(tree.root or root, root))}"]
    inside = [p for p in (*around.others, *around.frame) if is_inside(p, {root.mem_id})]
    if inside:
        lines.append(f"without = [{', '.join(_quoted(n) for n in dict.fromkeys(_selector(p) for p in inside[:8]))}]")
    if page.kind == "forum" and len(page.ads) > 1:
        lines.append("# many = true                # every post is an ad: make root the element of one post")
    if m := _POSTING_ID.search(url):
        lines.append(_posting_id_line(m))
    guesses = {
        "title": _place(fields, "title") or _heading(root),
        "business_name": _place(fields, "business_name"),
        "phone": root.css_first("a[href^='tel:']")
        or _place(fields, "phone")
        or _innermost(root, lambda t: bool(find_phones(t))),
        "address": _place(fields, "address") or _innermost(root, lambda t: bool(find_addresses(t))),
        "posted": _place(fields, "posted") or _innermost(root, _is_posted),
        **{name: _place(fields, name) for name in ("updated", "location", "hours", "website")},
        "email": root.css_first("[data-cfemail]") or root.css_first("a[href^=mailto]") or _place(fields, "email"),
        "other_ads": around.account[0] if around.account else None,
    }
    return [*lines, *(_guess_line(name, node, root, tree) for name, node in guesses.items())]


def _place(fields: Selected, name: str) -> LexborNode | None:
    """The element of the first value that is not the whole page's text."""
    return next((v.node for v in fields.get(name, ()) if v.node is not None and v.start == 0), None)


_SUFFIXES = {"meta": "::attr(content)", "time": "::attr(datetime)"}


def _guess_line(name: str, node: LexborNode | None, root: LexborNode, tree: LexborHTMLParser) -> str:
    if node is None or node.tag in {"script", "title"}:
        return f'# {name} = ""'
    selector = _unique(root if is_inside(node, {root.mem_id}) else tree.root or root, node)
    if (label := _label_before(node)) is not None and selector.count(" ") > 1:
        words = visible_text(label).strip(": ")
        said = f":lexbor-contains('{words}' i)"
        direct = words in " ".join(label.text(deep=False).split())
        selector = f"{label.tag}{said if direct else f':has({said})'} + {node.tag}"
    if name == "other_ads":
        selector += " a::attr(href)"
    elif "data-cfemail" in node.attributes:
        selector = "[data-cfemail]::attr(data-cfemail)"
    elif (node.attributes.get("href") or "").startswith("mailto:"):
        selector += "::attr(href)::re(mailto:([^?]+))"
    selector += _SUFFIXES.get(node.tag or "", "")
    return f"{name} = {_quoted(selector):<30} # {_note(node)}".rstrip("# ")


def _label_before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    if before is None or before.tag not in {"td", "th", "dt", "span", "div", "b", "p", "h4"}:
        return None
    words = fold(visible_text(before)).strip(": ")
    return before if words in fields_by_label() and "'" not in words else None


def _note(node: LexborNode) -> str:
    words = node.attributes.get("content") or visible_text(node)
    return "".join(c for c in " ".join(words.split())[:50] if c.isprintable())


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
