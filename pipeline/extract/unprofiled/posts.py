"""The posts of an unprofiled thread: ads with telephones of their own, or replies about one business."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from selectolax.lexbor import LexborNode

from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.selection import Value
from pipeline.extract.text import text_without, visible_text
from pipeline.extract.unprofiled.alike import Groups
from pipeline.extract.unprofiled.rows import LONGEST_DATE, MIN_ROWS
from pipeline.extract.unprofiled.surroundings import Surroundings

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
_SHORTEST_DATED = 15  # characters of a post behind its date
_SHORTEST_POST = 50  # characters of a usual post
_MOST_OFTEN = 30  # times that a page is read for its posts, blocks inside of blocks
_LEAST_SHARE = 0.3  # of the text that the posts of a thread make up


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
    day = _DAY.search(text[:LONGEST_DATE])
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
