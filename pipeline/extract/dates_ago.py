"""Dates told by their distance from the capture: "3 weeks ago", "hace 3 días", "昨天", "last Monday"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal

from pipeline.extract.lexicon import any_of, fold, vocabulary
from pipeline.model import ClaimedDate

Precision = Literal["minute", "day", "month", "year"]
_WORDS = vocabulary("dates")
WEEKDAY_NAMES = {name: number for number, names in enumerate(_WORDS["weekdays"]) for name in map(fold, names)}
_NUMBER_OF = {word: int(number) for number, words in _WORDS["numbers"].items() for word in map(fold, words)}


_UNIT_OF = {word: unit for unit, words in _WORDS["ago"]["units"].items() for word in map(fold, words)}
_UNIT_SPACELESS = {word: unit for unit, words in _WORDS["ago_spaceless"]["units"].items() for word in words}
_COUNT = rf"(?:(?:half )?(?P<word>{any_of(_NUMBER_OF)})\s|(?P<n>\d{{1,3}})(?P<more>\+)?\s*)(?P<unit>{any_of(_UNIT_OF)})"
_AGO = (
    re.compile(rf"(?<!\w){_COUNT}\s+(?:{any_of(map(fold, _WORDS['ago']['after']))})(?!\w)"),
    re.compile(rf"(?<!\w)(?:{any_of(map(fold, _WORDS['ago']['before']))})\s+{_COUNT}(?!\w)"),
)
_AGO_SPACELESS = re.compile(
    rf"(?P<n>\d{{1,3}})\s?(?P<unit>{any_of(_UNIT_SPACELESS)})\s?(?:{any_of(_WORDS['ago_spaceless']['after'])})"
)
_DAYS = {word: int(back) for back, words in _WORDS["days"].items() for word in map(fold, words)}
_DAYS_SPACELESS = {word: int(back) for back, words in _WORDS["days_spaceless"].items() for word in words}
_NAMED = re.compile(rf"(?<!\w)(?:(?P<day>{any_of(_DAYS)})|last (?P<last>week|month))(?!\w)")
_NAMED_SPACELESS = re.compile(any_of(_DAYS_SPACELESS))
_BARE_WEEKDAY = re.compile(
    rf"(?:on )?(?P<last>(?:last|this past|past) )?(?P<weekday>{any_of(WEEKDAY_NAMES)})"
    r"\.?(?:,? (?:at )?\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b\.?)?)?(?= ?$| ?[.,;!|•·(]| (?:by|in)\b)"
)


def relative(text: str, folded: str, local: datetime) -> ClaimedDate | None:
    """The first date told by its distance from `local`, the time of capture at the site; or None."""
    for pattern in _AGO:
        if m := pattern.search(folded):
            n = int(m["n"]) if m["n"] else _NUMBER_OF[m["word"]]
            found = _ago(text[m.start() : m.end()], n, _UNIT_OF[m["unit"]], local)
            return _or_earlier(found) if m["more"] else found
    if m := _AGO_SPACELESS.search(text):
        return _ago(text[m.start() : m.end()], int(m["n"]), _UNIT_SPACELESS[m["unit"]], local)
    if m := _NAMED_SPACELESS.search(text):
        day = local.date() - timedelta(days=_DAYS_SPACELESS[m[0]])
        return ClaimedDate(text[m.start() : m.end()], day, day)
    m = _NAMED.search(folded)
    return _named(text[m.start() : m.end()], m, local.date()) if m else None


def _named(quote: str, m: re.Match[str], today: date) -> ClaimedDate:
    if m["last"] == "week":
        return ClaimedDate(quote, today - timedelta(days=13), today - timedelta(days=1))
    if m["last"] == "month":
        end = today.replace(day=1) - timedelta(days=1)
        return ClaimedDate(quote, end.replace(day=1), end, "month")
    day = today - timedelta(days=_DAYS[m["day"]])
    return ClaimedDate(quote, day, day)


def _or_earlier(found: ClaimedDate) -> ClaimedDate:
    """ "30+ days ago": that day or any before it, of which the interval holds a year."""
    return replace(found, earliest=found.latest - timedelta(days=365), precision="year")


def by_weekday(text: str, folded: str, today: date) -> ClaimedDate | None:
    """ "Monday", the latest before today. Said on a Monday it may be today as well; "last Monday" that of last week."""
    m = _BARE_WEEKDAY.match(folded)
    if m is None:
        return None
    back = (today.weekday() - WEEKDAY_NAMES[m["weekday"]]) % 7
    latest = today - timedelta(days=back or (7 if m["last"] else 0))
    earliest = latest - timedelta(days=7 if bool(back) == bool(m["last"]) else 0)
    return ClaimedDate(text[: m.end()], earliest, latest)


def _ago(quote: str, n: int, unit: str, local: datetime) -> ClaimedDate:
    spans = {"s": timedelta(seconds=n), "m": timedelta(minutes=n), "h": timedelta(hours=n), "d": timedelta(days=n)}
    if unit in spans:
        day = (local - spans[unit]).date()
        return ClaimedDate(quote, day, day, "day" if unit == "d" else "minute")
    today = local.date()
    width, precision = {"w": (7, "day"), "mo": (31, "month"), "y": (366, "year")}[unit]
    exact = {"w": 7.0, "mo": 30.44, "y": 365.25}[unit]
    latest = today - timedelta(days=int(n * exact))
    result: Precision = "month" if precision == "month" else "year" if precision == "year" else "day"
    return ClaimedDate(quote, latest - timedelta(days=width - 1), latest, result)
