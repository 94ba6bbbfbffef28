"""A listing: its rows with what only the listing says, and the link to the next page."""

from __future__ import annotations

from bisect import bisect_left

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
    order = {n.mem_id: place for place, n in enumerate(root.css("*"))} if fields.date else {}
    headings = [(order[node], when) for node, when in _date_headings(fields, root, reading)]
    places = [place for place, _ in headings]
    for selector in fields.item:
        for row in root.css(selector.css)[:MAX_ITEMS]:
            above = bisect_left(places, order[row.mem_id]) if headings else 0
            item = _read_item(row, fields, reading, headings[above - 1][1] if above else None)
            if item is not None:
                found.setdefault(item.url, item)
        if found:
            break
    return tuple(found.values())


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
    values = select(row, selectors, url)
    return " ".join(values[0].text.split()) if values else ""


def _date(values: list[Value], layouts: tuple[str, ...], reading: Reading) -> ClaimedDate | None:
    for value in values:
        if found := claimed_date(value.text, reading.captured_at, reading.timezone, layouts, weekdays=True):
            return found
    return None


def _date_headings(fields: ListingFields, root: LexborNode, reading: Reading) -> list[tuple[int, ClaimedDate]]:
    """Dates that stand as headings above the rows they hold for: (element, date) in page order."""
    values = select(root, fields.date, reading.url)
    dates = [(v.node.mem_id, _date([v], fields.date_layouts, reading)) for v in values if v.node is not None]
    return [(node, when) for node, when in dates if when is not None]


def next_page(fields: ListingFields, reading: Reading) -> str | None:
    """The absolute URL of the next listing page, None on the last one."""
    root = reading.tree.root
    if root is None:
        return None
    values = [v.text for v in select(root, fields.next, reading.url)]
    if fields.next_text:
        wanted = " ".join(fold(fields.next_text).split())
        for link in root.css("a[href]"):
            if " ".join(fold(visible_text(link)).split()) == wanted:
                values.append(link.attributes.get("href") or "")
    for href in values:
        url = reading.absolute(href)
        if url and reading.is_own(url) and url != reading.absolute(reading.url):
            return url
    return None
