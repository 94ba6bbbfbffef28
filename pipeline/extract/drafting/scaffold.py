"""Help for whoever writes a profile: a draft guessed from saved pages of a site."""

from __future__ import annotations

import os.path
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from pipeline.extract.contacts import site_of
from pipeline.extract.dates import claimed_date
from pipeline.extract.drafting.ad_draft import ad_part
from pipeline.extract.drafting.parts import POSTING_ID, is_telling, note_of, posting_id_line, quoted, selector_of
from pipeline.extract.profile import UNSTATED_BASIS
from pipeline.extract.selection import Reading
from pipeline.extract.text import css_path, parse, visible_text
from pipeline.extract.unprofiled import read_unprofiled
from pipeline.extract.unprofiled.alike import alike
from pipeline.extract.unprofiled.rows import Rows, find_rows
from pipeline.extract.unprofiled.surroundings import find_surroundings
from pipeline.model import Page


def scaffold(html: str, url: str, name: str = "", ad: tuple[str, str] | None = None) -> str:
    """A profile draft (TOML that loads) for the site of a saved page: rows of a listing, or the fields of an ad.

    Guesses come from repeated elements with links, and from where phone, address, heading and date stand. What could
    not be guessed, would lose or add something on this very page, or holds for its place on this page only, is left as
    a comment. `name` is the profile's id, by default made of the host. `ad`: HTML and URL of a saved advertisement of
    the site, for a listing's profile that reads the ads too. Read the draft, correct it, then run `imb sites check`.
    """
    page, reading = _read(html, url)
    root = reading.tree.body or reading.tree.root
    rows = _rows(root, page, reading) if root is not None else None
    head = _head_lines(url, name)
    if not rows:
        return "\n".join([*head, *ad_part(html, page, reading, head)]) + "\n"
    lines = _listing_lines(rows, page, reading)
    if ad is None:
        further = ["# [ad]    # save an advertisement and draft again: imb sites new LISTING --ad AD --ad-url URL"]
    else:
        further = ad_part(ad[0], *_read(*ad), head)
    return "\n".join([*head, *lines, "", *further]) + "\n"


def _read(html: str, url: str) -> tuple[Page, Reading]:
    """A page as it is read without a profile."""
    reading = Reading(parse(html), url, datetime.now(UTC), None)
    root = reading.tree.body or reading.tree.root
    return read_unprofiled(root, reading, "") if root is not None else Page("empty"), reading


def _head_lines(url: str, name: str) -> list[str]:
    host = site_of(url)[0] or "site.example"
    return [
        "# Draft: correct every line, then dry-run it with: imb sites check SAVED-PAGE --url URL --profile FILE",
        f"id = {quoted(name or re.sub(r'[^a-z0-9]+', '-', host).strip('-') or 'site')}",
        'class = "mixed"                # illicit | mixed | directory',
        f"allowed_domains = [{quoted(host)}]",
        f"start_urls = [{quoted(url)}]",
        f"legal_basis = {quoted(UNSTATED_BASIS)}",
        'timezone = "UTC"',
        "",
    ]


def _rows(root: LexborNode, page: Page, reading: Reading) -> Rows | None:
    """The rows of a listing; two are enough when they make up most of the page."""
    left_out = {n.mem_id for n in find_surroundings(reading.tree).all}
    rows = find_rows(alike(root, left_out), left_out, reading, least=2)
    mostly = rows is not None and 2 * rows.length > len(visible_text(root))
    return rows if page.kind == "listing" or mostly else None


def _listing_lines(rows: Rows, page: Page, reading: Reading) -> list[str]:
    row, (url, link) = rows.nodes[0], rows.links[0]
    item = _item_selector(rows, reading)
    anchor = ":self" if link.mem_id == row.mem_id else selector_of(link)
    lines = ["[listing]", f"item = {quoted(item)}", f"url = {quoted(anchor + '::attr(href)')}"]
    heading = link.css_first("h1, h2, h3, h4, h5, h6, [class*=title i], [class*=header i]")
    title = selector_of(heading) if heading is not None else anchor
    lines.append(f"title = {quoted(title):<30} # {note_of(link)}")
    dated = next((n for n in row.css("time, [class]") if claimed_date(visible_text(n)[:60], reading.captured_at)), None)
    lines.append(f"date = {quoted(selector_of(dated)):<31} # {note_of(dated)}" if dated else '# date = ""')
    if m := POSTING_ID.search(url):
        lines.append(posting_id_line(m))
    return [*lines, _next_line(page, reading)]


def _item_selector(rows: Rows, reading: Reading) -> str:
    """The first selector that finds the rows and nothing else: by name, by where the links lead, by place."""
    row = rows.nodes[0]
    name, above = selector_of(row), selector_of(row.parent) if row.parent is not None else "body"
    inside = f"{above} > {name}"
    named = [*([name] if is_telling(name) else []), *([inside] if is_telling(above) else [])]
    first, last = (urlsplit(url).path for url in (min(u for u, _ in rows.links), max(u for u, _ in rows.links)))
    folder = os.path.commonpath([first or "/", last or "/"])
    if folder != "/" and "'" not in folder:
        named += [f"{way}:has(a[href*='{folder}/'])" for way in (name, inside)]
    place = css_path(row.parent) if row.parent is not None else ""
    ways = [*named, name, inside, *([f"{place} > {name}"] if place else [])]
    wanted = [n.mem_id for n in rows.nodes]
    return next((way for way in ways if [n.mem_id for n in reading.tree.css(way)] == wanted), inside)


def _next_line(page: Page, reading: Reading) -> str:
    """The link to the next page: by its relation, its class, its words, the surest of all links that lead there."""
    links = [
        a for a in reading.tree.css("a[href]") if page.next and reading.absolute(a.attrs.sget("href")) == page.next
    ]
    if any("next" in a.attrs.sget("rel").split() for a in links):
        return 'next = "a[rel~=next]::attr(href)"'
    for link in links:
        name = selector_of(link)
        if "." in name and reading.tree.css_first(name) == link:
            return f"next = {quoted(name + '::attr(href)')}"
    words = next((w for a in links if (w := visible_text(a)) and not w.isdecimal()), "")
    return f"next_text = {quoted(words)}" if words else '# next_text = "Next"'
