"""Repeated blocks of an unprofiled page: the rows of a listing, or the posts of a thread.

Blocks are alike when their tag, first class and depth agree, and their parents' do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from pipeline.extract.dates import claimed_date
from pipeline.extract.elements import with_tags
from pipeline.extract.layout import MAX_DEPTH
from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.selection import Reading, Value
from pipeline.extract.text import is_inside, text_without, visible_text
from pipeline.extract.unprofiled.surroundings import Surroundings
from pipeline.model import ClaimedDate, ListingItem

MIN_ROWS = 3
MAX_NODES = 20_000
MAX_ROWS = 2_000
_BLOCKS = frozenset(["li", "div", "tr", "article", "section", "a", "dd", "p", "table", "tbody", "span", "blockquote"])
_ID = re.compile(r"\d{3,}|[0-9a-f]{8}-[0-9a-f]{4}")
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|mp4|pdf|css|js)$", re.I)
_DIGITS = re.compile(r"[\d_-]+$")
_ONWARD = frozenset(["next", "next page", "older", "older posts", "older ads", "more results", "siguiente", "下一页"])
_ARROWS = "»›>→⟩▶ \u00a0"
_MORE = re.compile(r"(?:read |see |view |show )?(?:more|details|profile|full ad|listing|all)\W*", re.I)
_DATED = re.compile(r"(?:^|[\s_-]|(?<=[a-z]))(?:date|dated|time|posted|published|when)(?:$|[\s_\d-]|(?=[A-Z]))", re.I)
_PLACED = re.compile(r"city|locat|region|area|place|town", re.I)
_NAME_WORDS = re.compile("[a-z]+")
_DAY = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d"
    r"|\d (?:second|minute|hour|day|week|month|year)s? ago"
)
_AUTHOR = (
    "cite, [rel~=author], [class*=author i], [class*=username i], [class*=poster i], [class*=message-user i], "
    "[data-user-id]"
)
_POST_BODY = (
    "[class*=postbody i], [class*=post-body i], [class*=post_body i], [class*=postcontent i], [class*=post_message i], "
    "[id^=post_message]"
)
_HEADING = "h2, h3, h4, h5, h6"
_LONGEST_DATE = 60
_SHORTEST_DATED = 15  # characters of a post behind its date
_SHORTEST_POST = 50  # characters of a usual post
_MOST_OFTEN = 30  # times that a page is read for its posts, blocks inside of blocks
_LEAST_SHARE = 0.3  # of the text that the posts of a thread make up

Signature = tuple[int, str, str]
_Place = tuple[int, str, bool]  # how deep an element stands, how it is signed, whether it lies in what is left out
Groups = dict[Signature, list[LexborNode]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Alike blocks in page order, each with the link that leads to its own page."""

    nodes: tuple[LexborNode, ...]
    links: tuple[tuple[str, LexborNode], ...]  # (absolute URL, link)

    @property
    def length(self) -> int:
        """Characters the rows show."""
        return sum(len(visible_text(n)) for n in self.nodes)


def alike(root: LexborNode, left_out: set[int]) -> Groups:
    """Groups of at least two alike blocks, outside of what is left out."""
    groups: dict[Signature, list[LexborNode]] = {}
    known: dict[int, _Place] = {}
    for node in islice(with_tags(root, _BLOCKS), MAX_NODES):
        parent, ident = node.parent, node.mem_id
        if parent is None:
            continue
        depth, above, out = known.get(parent.mem_id) or _place(parent, known, left_out)
        sign, out = _signed(node.tag or "", node.attrs.sget("class")), out or ident in left_out
        known[ident] = (depth + 1, sign, out)
        if not out and depth < MAX_DEPTH:
            groups.setdefault((depth + 1, sign, above), []).append(node)
    return {key: nodes[:MAX_ROWS] for key, nodes in groups.items() if len(nodes) >= 2}


def _place(node: LexborNode, known: dict[int, _Place], left_out: set[int]) -> _Place:
    climbed = []
    here: LexborNode | None = node
    while here is not None and here.mem_id not in known:
        climbed.append(here)
        here = here.parent
    depth, _, out = known[here.mem_id] if here is not None else (0, "", False)
    for passed in reversed(climbed):
        depth, out = depth + 1, out or passed.mem_id in left_out
        known[passed.mem_id] = (depth, _signed(passed.tag or "", passed.attributes.get("class") or ""), out)
    return known[node.mem_id]


@lru_cache(maxsize=8192)  # a site's pages have the same few names
def _signed(tag: str, names: str) -> str:
    classes = names.split()
    return f"{tag}.{_DIGITS.sub('', classes[0])}" if classes else tag


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
        if len(words := visible_text(node)) <= _LONGEST_DATE and words != title and (found := _whole(words, reading)):
            return found
    for part in re.split(r"[\n\t]| - ", visible_text(row)):
        line = part.strip()
        if line not in {"", title} and (found := _whole(line.removeprefix(title).strip(" -|•,"), reading)):
            return found
    return None


def _claimed(text: str, reading: Reading) -> ClaimedDate | None:
    return claimed_date(text, reading.captured_at, reading.timezone) if 0 < len(text) <= _LONGEST_DATE else None


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
                if found := _whole(visible_text(node)[: _LONGEST_DATE + 1], reading):
                    current = found

    def of(self, row: LexborNode) -> ClaimedDate | None:
        return self.order.get(row.mem_id)


def next_link(root: LexborNode, reading: Reading) -> str | None:
    """The absolute URL of the next page of an unprofiled listing, by rel, words, name or place."""
    own = reading.absolute(reading.url)
    ranked: dict[int, str] = {}
    for link in root.css("a[href], link[rel]")[:MAX_NODES]:
        url = reading.absolute(link.attrs.sget("href"))
        if not url or url == own or not reading.is_own(url):
            continue
        rank = _onward(link)
        if rank:
            ranked.setdefault(rank, url)
    return ranked[min(ranked)] if ranked else None


def _onward(link: LexborNode) -> int:
    """How surely a link leads on: 1 most, 0 not at all."""
    attributes = link.attrs
    if "next" in attributes.sget("rel").lower().split():
        return 1
    if link.tag == "link":
        return 0
    words = " ".join(fold(visible_text(link)).split())
    label = fold(attributes.sget("aria-label") or attributes.sget("title"))
    if words.strip(_ARROWS) in _ONWARD or label.strip(_ARROWS) in _ONWARD:
        return 2
    names = re.split(r"[\s_-]+", f"{attributes.sget('class')} {attributes.sget('id')}")
    if any(re.search(r"^next|[a-z]Next|[nN]ext(?:Page|$)", name) for name in names if name):
        return 3
    if words and not words.strip(_ARROWS) and ">" not in words:
        return 4
    return 5 if words.isdigit() and _after_current(link, int(words)) else 0


def _after_current(link: LexborNode, number: int) -> bool:
    """Whether what stands before this page number is the number of the current page, which leads nowhere."""
    here: LexborNode | None = link
    for _ in range(3):
        before = here.prev if here is not None else None
        while before is not None:
            shown = visible_text(before) if before.is_element_node else before.text_content or ""
            if words := shown.strip(" |,[]"):
                current = before.tag != "a" or not before.attrs.get("href")
                return words == str(number - 1) and current and before.css_first("a[href]") is None
            before = before.prev
        here = here.parent if here is not None else None
    return False


def find_posts(
    root: LexborNode,
    groups: Groups,
    around: Surroundings,
    phones_in: Callable[[str], frozenset[str]],
    premises_in: Callable[[str], frozenset[str]],
) -> list[LexborNode]:
    """The outermost alike blocks of which most hold phones of their own: the posts of a thread. [] without a thread.

    Two blocks are told by an address and a heading of each besides: a page about two places.
    """
    best: tuple[tuple[int, int], list[LexborNode]] = ((0, 0), [])
    least, to_read = len(visible_text(root)) * _LEAST_SHARE, len(visible_text(root)) * _MOST_OFTEN
    for nodes in groups.values():
        lengths = sorted(len(visible_text(n)) for n in nodes)
        if sum(lengths) < max(least, best[0][1]) or lengths[len(lengths) // 2] < _SHORTEST_POST:
            continue
        if (to_read := to_read - sum(lengths)) < 0:
            break
        parts = _parts_of(nodes, around)
        texts = [text_without(n, parts.get(n.mem_id, ())) for n in nodes]
        numbers = [phones_in(text) for text in texts]
        distinct = len(set(filter(None, numbers)))
        pair = distinct == len(nodes) == 2 and all(n.css_first(_HEADING) is not None for n in nodes)
        if pair and len(set(filter(None, map(premises_in, texts)))) < 2:
            continue
        if (distinct >= MIN_ROWS or pair) and 10 * distinct >= 6 * len(nodes) and (distinct, sum(lengths)) > best[0]:
            best = ((distinct, sum(lengths)), nodes)
    return best[1]


def find_thread(root: LexborNode, groups: Groups) -> list[LexborNode]:
    """The dated blocks of a thread about one business: the first of them tells of it, the others are replies."""
    heading = root.css_first("h1")
    about = visible_text(heading) if heading is not None else ""
    for (_, sign, _), nodes in groups.items():
        named = _post_names() & set(_NAME_WORDS.findall(sign.lower()))
        told = named or (nodes and about and about in visible_text(nodes[0]) and all(map(_opens_dated, nodes)))
        posts = nodes if told else [n for n in nodes if len(n.css(_POST_BODY)) == 1] if sign == "tr" else []
        if posts and all(_is_signed(node) and node.css_first("h1") is None for node in posts[1:]):
            return posts
    return []


def _opens_dated(post: LexborNode) -> bool:
    """Whether a post begins with who wrote it and when, and goes on."""
    text = fold(visible_text(post))
    day = _DAY.search(text[:_LONGEST_DATE])
    return day is not None and any(map(str.isalpha, text[: day.start()])) and len(text) > day.end() + _SHORTEST_DATED


def _is_signed(post: LexborNode) -> bool:
    """Whether a post says when it was written, or its mark-up by whom."""
    signed = "data-author" in post.attrs or post.css_first(_AUTHOR) is not None
    return signed or bool(_DAY.search(fold(visible_text(post))))


def post_day(post: LexborNode) -> Value | None:
    """The line of a post that says when it was written: "by pilot » Sat Mar 11, 2023 9:14 pm"."""
    for line in re.finditer(r"[^\n]{6,100}", visible_text(post)):
        if day := _DAY.search(fold(line[0])):
            start = line[0].rfind("»", 0, day.start()) + 1
            return Value(line[0][start:], post, "text", line.start() + start)
    return None


@cache
def _post_names() -> frozenset[str]:
    return frozenset(vocabulary("surroundings")["post_names"])


def _parts_of(nodes: Sequence[LexborNode], around: Surroundings) -> dict[int, list[LexborNode]]:
    """What is around the page's matter by the one of the blocks side by side that holds it."""
    blocks = {node.mem_id for node in nodes}
    parts: dict[int, list[LexborNode]] = {}
    for part in around.all:
        here: LexborNode | None = part
        while here is not None and here.mem_id not in blocks:
            here = here.parent
        if here is not None:
            parts.setdefault(here.mem_id, []).append(part)
    return parts
