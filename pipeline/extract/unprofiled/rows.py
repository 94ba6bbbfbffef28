"""The rows of an unprofiled listing: which of a page's alike blocks they are, and what each says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from pipeline.extract.dates import claimed_date
from pipeline.extract.lexicon import fold
from pipeline.extract.selection import Reading
from pipeline.extract.text import is_inside, visible_text
from pipeline.extract.unprofiled.alike import Groups
from pipeline.model import ClaimedDate, ListingItem

MIN_ROWS = 3
_ID = re.compile(r"\d{3,}|[0-9a-f]{8}-[0-9a-f]{4}")
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|mp4|pdf|css|js)$", re.I)
_MORE = re.compile(r"(?:read |see |view |show )?(?:more|details|profile|full ad|listing|all)\W*", re.I)
_DATED = re.compile(r"(?:^|[\s_-]|(?<=[a-z]))(?:date|dated|time|posted|published|when)(?:$|[\s_\d-]|(?=[A-Z]))", re.I)
_PLACED = re.compile(r"city|locat|region|area|place|town", re.I)
LONGEST_DATE = 60


@dataclass(frozen=True, slots=True)
class Rows:
    """Alike blocks in page order, each with the link that leads to its own page."""

    nodes: tuple[LexborNode, ...]
    links: tuple[tuple[str, LexborNode], ...]  # (absolute URL, link)

    @property
    def length(self) -> int:
        """Characters the rows show."""
        return sum(len(visible_text(n)) for n in self.nodes)


def find_rows(groups: Groups, left_out: set[int], reading: Reading, least: int = MIN_ROWS) -> Rows | None:
    """The group of blocks (see `alike`) that leads to the most pages of the site; of equals the one that shows most."""
    best: tuple[tuple[int, int], Rows] | None = None
    own = reading.absolute(reading.url)
    for nodes in groups.values():
        rows: dict[str, tuple[LexborNode, LexborNode]] = {}
        for node in nodes:
            if (lead := _lead(node, own, left_out, reading)) is not None and lead[0] not in rows:
                rows[lead[0]] = (node, lead[1])
        if len(rows) < least:
            continue
        group = Rows(tuple(n for n, _ in rows.values()), tuple((url, link) for url, (_, link) in rows.items()))
        if not (_leads_to_details(group) and _are_of_one_kind(group)):
            continue
        rank = (len(rows), group.length)
        if best is None or rank > best[0]:
            best = (rank, group)
    return best[1] if best else None


def _lead(row: LexborNode, own: str, left_out: set[int], reading: Reading) -> tuple[str, LexborNode] | None:
    """The page of the site that a row leads to: its first link with words, else its first link."""
    links = [row] if row.tag == "a" else row.css("a[href]")[:40]
    found: tuple[str, LexborNode] | None = None
    for link in links:
        url = reading.absolute(link.attrs.sget("href"))
        if not url or url == own or not reading.is_own(url) or _FILE.search(url) or is_inside(link, left_out):
            continue
        words = visible_text(link)
        if words and not _MORE.fullmatch(words):
            return url, link
        found = found or (url, link)
    return found if found and visible_text(row) else None


def _leads_to_details(rows: Rows) -> bool:
    """Whether the links look like ads: an id in most URLs, or rows that say more than their link."""
    with_id = sum(1 for url, _ in rows.links if _ID.search(url.split("/", 3)[-1]))
    if 2 * with_id > len(rows.links):
        return True
    fuller = sum(1 for node, (_, a) in zip(rows.nodes, rows.links, strict=True) if _says_more(node, a))
    return 2 * fuller > len(rows.nodes)


def _are_of_one_kind(rows: Rows) -> bool:
    """Whether rows have titles of their own, URLs of one form, and none of them is most of the page."""
    titles = {visible_text(a) or visible_text(n)[:80] for n, (_, a) in zip(rows.nodes, rows.links, strict=True)}
    forms = Counter(urlsplit(url).path.count("/") for url, _ in rows.links)
    longest = max(len(visible_text(n)) for n in rows.nodes) - 20  # a short row or two prove nothing
    number = len(rows.nodes)
    return 5 * len(titles) >= 3 * number and 5 * max(forms.values()) >= 3 * number and 5 * longest <= 3 * rows.length


def _says_more(row: LexborNode, link: LexborNode) -> bool:
    seen = visible_text(row)
    return len(seen) - (len(visible_text(link)) if link.mem_id != row.mem_id else 0) >= 8


def read_rows(rows: Rows, root: LexborNode, left_out: set[int], reading: Reading) -> tuple[ListingItem, ...]:
    """The rows as items of a listing; a row without a date has that of the date line above it."""
    items = []
    above = _DatesAbove(root, rows, left_out, reading)
    for node, (url, link) in zip(rows.nodes, rows.links, strict=True):
        title = _title(node, link, url, reading)
        when = _date(node, title, reading) or above.of(node)
        items.append(ListingItem(url, title, when, _location(node, title), _posting_id(url)))
    return tuple(items)


def _title(row: LexborNode, link: LexborNode, url: str, reading: Reading) -> str:
    """The words of the row's link; of a link around the whole row, those of its heading or of its first line."""
    for a in (link,) if link.mem_id == row.mem_id else row.css("a[href]")[:40]:
        if reading.absolute(a.attrs.sget("href")) != url:
            continue
        heading = a.css_first("h1, h2, h3, h4, h5, h6, [class*=title i], [class*=header i], [class*=name i]")
        words = visible_text(heading if heading is not None and visible_text(heading) else a)
        if words and not _MORE.fullmatch(words):
            return " ".join(words.split("\n")[0].split())
    heading = row.css_first("h1, h2, h3, h4, h5, h6")
    return " ".join(visible_text(heading).split()) if heading is not None else ""


def _date(row: LexborNode, title: str, reading: Reading) -> ClaimedDate | None:
    for node in row.css("time[datetime]")[:1]:
        if found := _claimed(node.attrs.sget("datetime"), reading):
            return found
    for node in row.css("[class]")[:60]:
        if _DATED.search(node.attrs.sget("class")) and (found := _claimed(visible_text(node), reading)):
            return found
    for node in row.css("span, td, small, i, em, b, dd")[:40]:
        if len(words := visible_text(node)) <= LONGEST_DATE and words != title and (found := _whole(words, reading)):
            return found
    for part in re.split(r"[\n\t]| - ", visible_text(row)):
        line = part.strip()
        if line not in {"", title} and (found := _whole(line.removeprefix(title).strip(" -|•,"), reading)):
            return found
    return None


def _claimed(text: str, reading: Reading) -> ClaimedDate | None:
    return claimed_date(text, reading.captured_at, reading.timezone) if 0 < len(text) <= LONGEST_DATE else None


def _whole(line: str, reading: Reading) -> ClaimedDate | None:
    """A date that makes up a line, with at most a word or two beside it."""
    found = _claimed(line, reading) if any(c.isdigit() for c in line) or "day" in fold(line) else None
    if found is None:
        return None
    rest = re.sub(r"\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]m)?", "", line.replace(found.text, " "), flags=re.I)
    return found if len(rest.strip(" ,.:()-|")) <= 9 else None


def _location(row: LexborNode, title: str) -> str:
    for node in row.css("[class]")[:60]:
        if node.tag != "a" and _PLACED.search(node.attrs.sget("class")) and (words := visible_text(node)):
            return " ".join(words.split())[:80].strip("() ")
    after = visible_text(row).replace(title, " ", 1)
    m = re.search(r"\(\s*([^()\n\d]{2,40}?)\s*\)", after)
    return m[1] if m else ""


def _posting_id(url: str) -> str:
    m = re.search(r"(?:[-/_=.i])(\d{4,})(?:\.html?)?/?$", url)
    return m[1] if m else ""


class _DatesAbove:
    """Date lines between the rows, each holding for the rows that follow it."""

    def __init__(self, root: LexborNode, rows: Rows, left_out: set[int], reading: Reading) -> None:
        inside = {n.mem_id for n in rows.nodes}
        self.order: dict[int, ClaimedDate | None] = {}
        current: ClaimedDate | None = None
        skip = left_out - inside
        for node in root.traverse():
            if node.mem_id in inside:
                self.order[node.mem_id] = current
            elif node.is_element_node and node.tag not in {"a", "body", "html", "main"} and node.css_first("a") is None:
                if is_inside(node.parent, inside) or is_inside(node, skip):
                    continue
                if found := _whole(visible_text(node)[: LONGEST_DATE + 1], reading):
                    current = found

    def of(self, row: LexborNode) -> ClaimedDate | None:
        return self.order.get(row.mem_id)
