"""Hours and labelled values in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipeline.extract import eastern_hours
from pipeline.extract.eastern_hours import find_eastern_hours
from pipeline.extract.lexicon import fold
from pipeline.extract.scan import FOLDED, joined, matches_at, scan
from pipeline.extract.text import Found

_CLOCK = r"(?:\d{1,2}(?::[0-5]\d)?(?:\s?[ap]\.?\s?m\b\.?|[ap](?![a-z]))|[0-2]?\d:[0-5]\d|noon|midnight)"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\.?"
_DAYS = (
    rf"(?:(?:daily|every\s?day|7\s?days(?:\s?a\s?week)?"
    rf"|{_WEEKDAY}(?:\s?(?:-|–|—|to|thru|through|&|and|,)\s?{_WEEKDAY}){{0,3}})\s?[:,]?\s{{0,3}})"
)
_SPAN_OF_DAYS = (
    rf"(?:daily|every\s?day|7\s?days(?:\s?a\s?week)?"
    rf"|{_WEEKDAY}(?:\s?(?:-|–|—|to|thru|through|&|and|,)\s?{_WEEKDAY}){{1,3}})\s?[:,]?\s{{0,3}}"
)
# Behind days from and to, mere numbers are hours: "Sun. - Thu. 10-9"; behind one day they may be a date.
_HOURS = re.compile(
    rf"(?<!\w)(?:(?P<days>{_SPAN_OF_DAYS})|{_DAYS})?(?:open\s(?:from\s)?)?(?P<open>{_CLOCK}|\d{{1,2}})\s?"
    rf"(?:-|–|—|~|to|till?|until|hasta|a(?=\s\d))\s?(?P<close>{_CLOCK}|late|close|(?(days)1?\d(?![\d/:.-])|(?!)))"
    rf"(?:[ ]{{0,2}}{_DAYS}(?!\s?(?:[\d&–-]|and\b|to\b)))?(?!\w)"
)
# From when to when, in its barest form, and how far before it the days may begin.
_FROM_TO = FOLDED.sought(
    re.compile(
        r"[\dnm](?:(?<=\d)|(?<=n)oon|(?<=m)idnight)\d?(?::[0-5]\d)?(?:\s?[ap]\.?(?:\s?m\.?)?)?\s?"
        r"(?:-|–|—|~|to|till?|until|hasta|a(?=\s))\s?(?:\d|noon|midnight|late|close)"
    )
)
_DAYS_REACH = 120
# A set at the head lets it scan fast, so that what stands before is looked at afterwards.
_MAY_BEGIN = re.compile(
    r"[\donmdewtfs](?<!\w.)(?:(?<=\d)|(?<=o)pen|(?<=n)oon|(?<=m)(?:idnight|on)|(?<=d)aily|(?<=e)very|(?<=t)(?:ue|hu)"
    r"|(?<=w)ed|(?<=f)ri|(?<=s)(?:at|un))",
    re.DOTALL,
)
_ALL_DAY = FOLDED.sought(re.compile(r"(?<!\w)(?:24\s?/\s?7|24\s?(?:hours?|hrs?))(?!\w)"))
_LABEL = re.compile(r"(?m)^[ \t•*·-]*(?P<label>[^\n\t:：]{2,30}?)[ ]?(?:[:：][ \t]*\n?|\t|\n)(?P<value>[^\n\t]{1,200})")


def find_hours(text: str) -> list[Found]:
    """Opening hours, value = the words with single spaces in lower case."""
    return list(_found_hours(text))


@lru_cache(maxsize=4)  # an ad's text is asked for its mentions and for its hours
def _found_hours(text: str) -> tuple[Found, ...]:
    folded = fold(text)
    found = [
        Found("hours", " ".join(m[0].split()).rstrip(". "), *m.span())
        for matches in (_hours(folded), scan(_ALL_DAY, folded))
        for m in matches
    ]
    found += find_eastern_hours(text)
    return tuple(sorted(found, key=lambda f: f.start))


def _hours(folded: str) -> Iterator[re.Match[str]]:
    spans = [(m.start() - _DAYS_REACH, m.end()) for m in scan(_FROM_TO, folded)]
    return matches_at(_HOURS, folded, _beginnings(_MAY_BEGIN, folded, spans))


def _beginnings(pattern: re.Pattern[str], folded: str, spans: Iterable[tuple[int, int]]) -> list[int]:
    return [m.start() for start, end in joined(spans) for m in pattern.finditer(folded, start, end)]


@lru_cache(maxsize=4096)  # most ads of a site are open alike
def closes_late(hours: str) -> bool:
    """Whether hours as `find_hours` gives them end at 23:00 or later, or in the night."""
    if (late := eastern_hours.closes_late(hours)) is not None:
        return late
    folded = fold(hours)
    if _ALL_DAY.rx.search(folded):
        return True
    m = _HOURS.search(folded)
    if m is None or m["close"] == "close":
        return False
    if m["close"] in {"late", "midnight"}:
        return True
    clock = re.match(r"(\d{1,2})(?::\d\d)?\s?([ap]?)", m["close"])
    if clock is None or m["close"].isdigit():
        return False
    hour = int(clock[1]) % 12 + 12 * (clock[2] == "p") if clock[2] else int(clock[1])
    return hour >= 23 or hour < 6


@lru_cache(maxsize=4)  # a page's text is asked for its dates and for its fields
def labelled(text: str) -> tuple[tuple[str, int, int], ...]:
    """(label in lower case, start, end of the value) of "Label: value" lines, table rows and definition lists."""
    found, at, end = [], 0, len(text)
    while at < end and (m := _LABEL.search(text, at)):
        found.append((fold(m[1]).strip(" *•·-"), *m.span(2)))
        # a line can be a label for the next one, so go on at the line's own end
        at = text.find("\n", m.start(1)) + 1 or end
    return tuple(found)
