"""Dates that pages claim, in every layout, resolved against the time of capture. Ambiguity stays an interval.

No year: the latest such day not after the capture (with a weekday: on which it fell). Day first or month first, when
both are possible: an interval over both readings. "3 weeks ago" is a week wide, "2 months ago" a month.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.extract.lexicon import fold
from pipeline.model import ClaimedDate

Precision = Literal["minute", "day", "month", "year"]
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_TIME = r"(?P<time>[,\st]*(?:at\s+)?\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?)?"
_ABSOLUTE = tuple(
    re.compile(rf"(?<!\w){pattern}(?!\d)")
    for pattern in (
        rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}",
        rf"{_YEAR}\s?年\s?(?P<month>\d{{1,2}})\s?月\s?(?P<day>\d{{1,2}})\s?日",
        r"(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日",
        rf"{_WEEKDAY}{_MONTH}\s*{_DAY},?\s+{_YEAR}{_TIME}",
        rf"{_WEEKDAY}{_DAY}(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}{_TIME}",
        rf"(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)(?P<year>(?:19|20)?\d\d){_TIME}",
        rf"{_WEEKDAY}{_MONTH}\s*{_DAY}(?![\d:]){_TIME}",
        rf"{_WEEKDAY}{_DAY}(?:\s+of)?[\s-]+{_MONTH}(?![a-z]){_TIME}",
        rf"{_MONTH},?\s+{_YEAR}",
        rf"{_WEEKDAY}(?!24/7)(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?!/){_TIME}",
    )
)
_AGO = re.compile(
    r"(?<!\w)(?:(?P<n>\d{1,3})|(?P<one>an?|one))\+?\s*(?P<unit>s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?"
    r"|w(?:(?:ee)?ks?)?|mon(?:th)?s?|mos?|y(?:(?:ea)?rs?)?)\s+ago(?!\w)"
)
_AGO_SPACELESS = re.compile(
    r"(?P<n>\d{1,3})\s?(?P<unit>分钟|小时|个?天|周|个?月|年|분|시간|일|주|개월|년)\s?(?:以?前|전)"
)
_UNITS = {"分钟": "m", "小时": "h", "天": "d", "个天": "d", "周": "w", "月": "mo", "个月": "mo", "年": "y"}
_UNITS |= {"분": "m", "시간": "h", "일": "d", "주": "w", "개월": "mo", "년": "y"}
_NAMED_DAYS = {"今天": 0, "昨天": 1, "前天": 2, "오늘": 0, "어제": 1}
_NAMED_DAY = re.compile("|".join(_NAMED_DAYS))
# "Posted on March 5", "updated 3 days ago", "3天前发布": the word, then the date at once; or the date, then the word.
_STATED = {
    "posted": re.compile(
        r"(?<!\w)(?:posted|published|listed|(?:ad|date) added)(?:\s+(?:on|at))?\s?[:：]?\s+(?=\S)"
        r"|(?:发布于?|发表于?)\s?[:：]?\s?"
    ),
    "updated": re.compile(
        r"(?<!\w)(?:last\s+)?(?:updated|edited|modified|renewed|refreshed|bumped)(?:\s+(?:on|at))?\s?[:：]?\s+(?=\S)|更新于?\s?[:：]?\s?"
    ),
}
_LEAD = re.compile(rf"(?:about |over |almost |on )?(?:(?:{'|'.join(_WEEKDAY_NAMES)})[a-z]{{0,6}}\.?,? )?")
_NAMED = re.compile(
    r"(?<!\w)(?P<word>today|yesterday|just now|moments? ago|this morning|tonight|last week|last month)(?!\w)"
)


_BARE_WEEKDAY = re.compile(
    r"(?:on )?(?P<last>(?:last|this past|past) )?(?P<weekday>mon|tue|wed|thu|fri|sat|sun)"
    r"(?:day|s(?:day)?|nesday|r?s(?:day)?|r|urday)?\.?(?:,? (?:at )?\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b\.?)?)?"
    r"(?= ?$| ?[.,;!|•·(]| (?:by|in)\b)"
)


@lru_cache(maxsize=4096)  # the rows of a listing share a few dates
def claimed_date(
    text: str, captured_at: datetime, timezone: str = "UTC", layouts: tuple[str, ...] = (), *, weekdays: bool = False
) -> ClaimedDate | None:
    """The first date in a text, or None. `layouts` are strptime formats tried first, on the whole text or its start.

    `weekdays`: a text that begins with a bare weekday is a date as well, where it is known to state one.
    """
    text = " ".join(text.split())[:200]
    local = captured_at.astimezone(ZoneInfo(timezone)) if captured_at.tzinfo else captured_at
    for layout in layouts:
        if (found := _by_layout(text, layout, local.date())) is not None:
            return found
    folded = fold(text)
    found = _relative(text, folded, local) or _absolute(text, folded, local.date())
    return found or (_by_weekday(text, folded, local.date()) if weekdays else None)


def stated_date(name: str, text: str, captured_at: datetime, timezone: str = "UTC") -> ClaimedDate | None:
    """The date that running text says an ad was "posted" or "updated", `name` being one of these; or None.

    Only a date that stands right behind the word counts (right before it in Chinese and Korean).
    """
    folded = fold(text)
    for m in _STATED[name].finditer(folded):
        rest = text[m.end() : m.end() + 60].split("\n", maxsplit=1)[0]
        found = claimed_date(rest, captured_at, timezone, weekdays=True)
        if found and _begins(fold(rest), fold(found.text)):
            return found
        before = text[max(0, m.start() - 20) : m.start()].rsplit("\n", maxsplit=1)[-1]
        if not folded[m.start()].isascii() and (found := claimed_date(before, captured_at, timezone)):
            return found
    return None


def _begins(rest: str, quote: str) -> bool:
    """Whether a text begins with the date, a weekday or "about" aside."""
    words = " ".join(rest.split())
    at = words.find(quote)
    return at >= 0 and _LEAD.fullmatch(words[:at]) is not None


def _by_layout(text: str, layout: str, today: date) -> ClaimedDate | None:
    yearless = not re.search(r"%[YyGcxD]", layout)
    words = text.split(" ")
    for count in range(len(words), 0, -1):
        piece = " ".join(words[:count])
        try:  # a leap year, so that 29 February can be read without its year
            parsed = (
                datetime.strptime(f"2000 {piece}", f"%Y {layout}") if yearless else datetime.strptime(piece, layout)
            )
        except ValueError:
            continue
        weekday = _weekday(fold(piece))
        day = _without_year(parsed.month, parsed.day, weekday, today) if yearless else parsed.date()
        if day is None:
            return None
        return ClaimedDate(piece, day, day, "minute" if re.search(r"%[HIcXT]", layout) else "day")
    return None


def _relative(text: str, folded: str, local: datetime) -> ClaimedDate | None:
    if m := _AGO.search(folded):
        n, unit = int(m["n"] or 1), m["unit"]
        return _ago(text[m.start() : m.end()], n, "mo" if unit.startswith("mo") else unit[0], local)
    if m := _AGO_SPACELESS.search(text):
        return _ago(text[m.start() : m.end()], int(m["n"]), _UNITS[m["unit"]], local)
    if m := _NAMED_DAY.search(text):
        day = local.date() - timedelta(days=_NAMED_DAYS[m[0]])
        return ClaimedDate(text[m.start() : m.end()], day, day)
    if m := _NAMED.search(folded):
        today, quote = local.date(), text[m.start() : m.end()]
        if m["word"] == "yesterday":
            return ClaimedDate(quote, today - timedelta(days=1), today - timedelta(days=1))
        if m["word"] == "last week":
            return ClaimedDate(quote, today - timedelta(days=13), today - timedelta(days=1))
        if m["word"] == "last month":
            end = today.replace(day=1) - timedelta(days=1)
            return ClaimedDate(quote, end.replace(day=1), end, "month")
        return ClaimedDate(quote, today, today)
    return None


def _by_weekday(text: str, folded: str, today: date) -> ClaimedDate | None:
    """ "Monday", the latest before today. Said on a Monday it may be today as well; "last Monday" that of last week."""
    m = _BARE_WEEKDAY.match(folded)
    if m is None:
        return None
    back = (today.weekday() - _WEEKDAY_NAMES.index(m["weekday"])) % 7
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


def _absolute(text: str, folded: str, today: date) -> ClaimedDate | None:
    hits = [m for pattern in _ABSOLUTE if (m := pattern.search(folded))]
    for m in sorted(hits, key=lambda m: (m.start(), m.start() - m.end())):
        days = _readings(m, today)
        if days:
            quote = text[m.start() : m.end()].strip()
            parts = m.groupdict()
            if "day" not in parts and "a" not in parts:
                return ClaimedDate(quote, days[0], _month_end(days[0]), "month")
            return ClaimedDate(quote, min(days), max(days), "minute" if parts.get("time") else "day")
    return None


def _readings(m: re.Match[str], today: date) -> list[date]:
    """Every calendar day the match may mean."""
    parts = m.groupdict()
    year = _year(parts.get("year"))
    if "a" in parts:
        pairs = {(int(m["a"]), int(m["b"])), (int(m["b"]), int(m["a"]))}
    else:
        pairs = {(_month(m["month"]), int(parts.get("day") or 1))}
    weekday = _weekday(parts.get("weekday") or "")
    days = []
    for month, day in pairs:
        found = _date(year, month, day) if year else _without_year(month, day, weekday, today)
        if found is not None:
            days.append(found)
    days = [d for d in days if d.weekday() == weekday] or days  # pages err: a wrong weekday decides nothing
    return [d for d in days if d <= today + timedelta(days=1)] or days


def _without_year(month: int, day: int, weekday: int | None, today: date) -> date | None:
    """The latest such day not after tomorrow (time zones), on the weekday when one is given and some year fits."""
    limit = today + timedelta(days=1)
    past = [d for y in range(limit.year, limit.year - 12, -1) if (d := _date(y, month, day)) and d <= limit]
    fitting = [d for d in past if d.weekday() == weekday]
    return next(iter(fitting or past), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str | None) -> int:
    if not text:
        return 0
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return _MONTH_NAMES.index(text[:3]) + 1


def _weekday(text: str) -> int | None:
    return next((i for i, name in enumerate(_WEEKDAY_NAMES) if text.startswith(name)), None)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
