"""Dates that pages claim, in every layout, resolved against the time of capture. Ambiguity stays an interval.

No year: the latest such day not after the capture (with a weekday: on which it fell). Day first or month first, when
both are possible: an interval over both readings. "3 weeks ago" is a week wide, "2 months ago" a month
(`dates_ago.py`). Words of all languages: vocab/dates.toml.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipeline.extract.dates_ago import WEEKDAY_NAMES, by_weekday, relative
from pipeline.extract.lexicon import any_of, fold, vocabulary
from pipeline.extract.scan import FOLDED, WRITTEN, holds
from pipeline.model import ClaimedDate

_WORDS = vocabulary("dates")
_MONTH_OF = {name: number for number, names in enumerate(_WORDS["months"], start=1) for name in map(fold, names)}
_MONTH = rf"(?P<month>{any_of(_MONTH_OF)})\.?"
_WEEKDAY = rf"(?:(?P<weekday>{any_of(WEEKDAY_NAMES)})\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_TIME = r"(?P<time>[,\st]*(?:at\s+)?\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?)?"
_OF = r"(?:\s+(?:of|de|del))?"
# Neither a mark ("10/10 service", "4.5/5 stars") nor opening hours ("open 9/7").
_NO_MARK = r"(?!\s?(?:stars?|service|rating|points?|out)\b)"
_NO_HOURS = r"(?<!open )(?<!\d\.)"
# Of the text as it stands: folding breaks up Hangul.
_EASTERN = (
    re.compile(rf"(?<!\d){_YEAR}\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日일]"),
    re.compile(r"(?<!\d)(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]"),
)
_ABSOLUTE = tuple(
    re.compile(rf"(?<!\w){pattern}(?!\d)")
    for pattern in (
        rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}",
        rf"{_YEAR}\.\s(?P<month>\d{{1,2}})\.\s(?P<day>\d{{1,2}})",
        rf"(?P<day>\d{{1,2}})\sthang\s(?P<month>\d{{1,2}})(?:,?\s(?:nam\s)?{_YEAR})?",
        rf"{_WEEKDAY}{_MONTH}[\s-]*{_DAY},?[\s-]+{_YEAR}{_TIME}",
        rf"{_WEEKDAY}{_DAY}{_OF}[\s-]+{_MONTH},?{_OF}[\s-]+{_YEAR}{_TIME}",
        rf"(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)(?P<year>(?:19|20)?\d\d){_TIME}",
        rf"{_WEEKDAY}{_MONTH}\s*{_DAY}(?![\d:]){_TIME}",
        rf"{_WEEKDAY}{_DAY}{_OF}[\s-]+{_MONTH}(?!\w){_TIME}",
        rf"{_MONTH},?{_OF}\s+{_YEAR}",
        rf"{_NO_HOURS}{_WEEKDAY}(?!24/7)(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?!/){_NO_MARK}{_TIME}",
    )
)


def _stated(words: dict[str, list[str]]) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:last\s+)?(?:{any_of(map(fold, words['before']))})(?:\s+(?:on|at|el|em|le))?\s?[:：]?\s+(?=\S)"
    )


def _stems(name: str) -> tuple[str, ...]:
    """What every label of such a date and every word that states one contains."""
    words = {fold(word) for word in (*vocabulary("labels")[name], *_WORDS["stated"][name]["before"])}
    return tuple(sorted(w for w in words if not any(other in w for other in words if other != w)))


LABELS = {name: frozenset(vocabulary("labels")[name]) for name in _WORDS["stated"]}
_STEMS = {name: _stems(name) for name in _WORDS["stated"]}
# "Posted on March 5", "updated 3 days ago": the word, then the date at once. "3天前发布": the date, then the word, too.
_STATED = {name: _stated(words) for name, words in _WORDS["stated"].items()}
_STATED_SPACELESS = {
    name: re.compile(rf"(?:{any_of(words['spaceless'])})\s?[:：]?\s?") for name, words in _WORDS["stated"].items()
}
# Most texts have none of these words, which the sieves of all that a text is searched for know already.
_MAYBE_STATED = {name: FOLDED.sought(re.compile(any_of(stems))) for name, stems in _STEMS.items()}
_MAYBE_SPACELESS = {name: WRITTEN.sought(rx) for name, rx in _STATED_SPACELESS.items()}
_LEAD = re.compile(rf"(?:about |over |almost |on )?(?:(?:{any_of(WEEKDAY_NAMES)})\.?,? )?")


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
    found = relative(text, folded, local) or _absolute(text, folded, local.date())
    return found or (by_weekday(text, folded, local.date()) if weekdays else None)


def may_be_stated(name: str, text: str) -> bool:
    """Whether a text has any word that states such a date; what has none need not be searched for labels."""
    folded = fold(text)
    if holds(_MAYBE_STATED[name], folded) and any(stem in folded for stem in _STEMS[name]):
        return True
    return holds(_MAYBE_SPACELESS[name], text) and _STATED_SPACELESS[name].search(text) is not None


def stated_date(name: str, text: str, captured_at: datetime, timezone: str = "UTC") -> ClaimedDate | None:
    """The date that running text says an ad was "posted" or "updated", `name` being one of these; or None.

    Only a date that stands right behind the word counts (right before it in Chinese and Korean).
    """
    for m in (*_STATED[name].finditer(fold(text)), *_STATED_SPACELESS[name].finditer(text)):
        rest = text[m.end() : m.end() + 60].split("\n", maxsplit=1)[0]
        found = claimed_date(rest, captured_at, timezone, weekdays=True)
        if found and _begins(fold(rest), fold(found.text)):
            return found
        before = text[max(0, m.start() - 20) : m.start()].rsplit("\n", maxsplit=1)[-1]
        if m.re is _STATED_SPACELESS[name] and (found := claimed_date(before, captured_at, timezone)):
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
        weekday = next(
            (n for word in fold(piece).split() if (n := WEEKDAY_NAMES.get(word.strip(".,"))) is not None), None
        )
        day = _without_year(parsed.month, parsed.day, weekday, today) if yearless else parsed.date()
        if day is None:
            return None
        return ClaimedDate(piece, day, day, "minute" if re.search(r"%[HIcXT]", layout) else "day")
    return None


def _absolute(text: str, folded: str, today: date) -> ClaimedDate | None:
    hits = [m for pattern in _ABSOLUTE if (m := pattern.search(folded))]
    hits += [m for pattern in _EASTERN if (m := pattern.search(text))]
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
    weekday = WEEKDAY_NAMES.get(parts.get("weekday") or "")
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
    return int(text) if text.isdigit() else _MONTH_OF[text]


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
