"""A listing: its rows with what only the listing says, and the link to the next page."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from pipeline.extract.dates import claimed_date
from pipeline.extract.lexicon import fold
from pipeline.extract.profile import ListingFields, Selectors
from pipeline.extract.selection import Reading, Value, select
from pipeline.extract.text import visible_text
from pipeline.model import ClaimedDate, ListingItem

MAX_ITEMS = 2_000  # of one listing page


def read_items(fields: ListingFields, reading: Reading) -> tuple[ListingItem, ...]:
    """The rows that link to ads of the site itself, each URL once, in page order."""
    root = reading.tree.root
    if root is None or not fields.item:
        return ()
    found: dict[str, ListingItem] = {}
    headings = _date_headings(fields, root, reading)
    for selector in fields.item:
        for row, above in _rows(root, selector.css, fields, headings):
            item = _read_item(row, fields, reading, above)
            if item is not None:
                found.setdefault(item.url, item)
        if found:
            break
    return tuple(found.values())


def _rows(
    root: LexborNode, css: str, fields: ListingFields, headings: dict[int, ClaimedDate]
) -> list[tuple[LexborNode, ClaimedDate | None]]:
    """Each row with the date that stands as a heading above it; one walk finds rows and headings in page order."""
    rows = root.css(css)[:MAX_ITEMS]
    if not headings:
        return [(row, None) for row in rows]
    above: ClaimedDate | None = None
    of_row: dict[int, ClaimedDate | None] = {}
    for node in root.css(", ".join((css, *(s.css for s in fields.date if s.css and not s.from_url)))):
        of_row.setdefault(node.mem_id, above)
        above = headings.get(node.mem_id, above)
    return [(row, of_row[row.mem_id]) for row in rows]


def _read_item(
    row: LexborNode, fields: ListingFields, reading: Reading, above: ClaimedDate | None
) -> ListingItem | None:
    """One row; `above`: the date that stands as a heading above it."""
    urls = [reading.absolute(v.text) for v in select(row, fields.url, reading.url)]
    url = next((u for u in urls if u and reading.is_own(u)), "")
    if not url:
        return None
    title = _text(row, fields.title, url) or _link_text(row, fields)
    when = _date(select(row, fields.date, url), fields.date_layouts, reading) or above
    location = _text(row, fields.location, url).strip("() ")
    return ListingItem(url, title, when, location, _text(row, fields.posting_id, url))


def _link_text(row: LexborNode, fields: ListingFields) -> str:
    """The words of the link that leads to the ad."""
    for value in select(row, fields.url, ""):
        if value.node is not None and (text := visible_text(value.node)):
            return " ".join(text.split())
    return ""


def _text(row: LexborNode, selectors: Selectors, url: str) -> str:
    values = select(row, selectors, url, most=1)
    return " ".join(values[0].text.split()) if values else ""


def _date(values: list[Value], layouts: tuple[str, ...], reading: Reading) -> ClaimedDate | None:
    for value in values:
        if found := claimed_date(value.text, reading.captured_at, reading.timezone, layouts, weekdays=True):
            return found
    return None


def _date_headings(fields: ListingFields, root: LexborNode, reading: Reading) -> dict[int, ClaimedDate]:
    """Dates that stand as headings above the rows they hold for, by element."""
    values = select(root, fields.date, reading.url)
    dates = ((v.node.mem_id, _date([v], fields.date_layouts, reading)) for v in values if v.node is not None)
    return {node: when for node, when in dates if when is not None}


def next_page(fields: ListingFields, reading: Reading) -> str | None:
    """The absolute URL of the next listing page, None on the last one."""
    root = reading.tree.root
    if root is None:
        return None
    values = [v.text for v in select(root, fields.next, reading.url)]
    if fields.next_text:
        wanted = " ".join(fold(fields.next_text).split())
        for link in root.css("a[href]"):
            words = visible_text(link)
            if len(words) != len(wanted) and words.isascii():
                continue  # most links: folding changes no length, and only other characters may fold to blanks
            if " ".join(fold(words).split()) == wanted:
                values.append(link.attrs.sget("href"))
    for href in values:
        url = reading.absolute(href)
        if url and reading.is_own(url) and url != reading.absolute(reading.url):
            return url
    return None
