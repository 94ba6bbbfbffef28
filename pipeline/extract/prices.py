"""Dollar prices and the time they buy: "$60/hr", "60 min $80 / 30 min $50", "hh 100 hr 160", "一小时70刀".

Amounts and times are read one by one and paired where nothing but a sign or a small word stands between them. A row
that begins with a time has the time first in every pair, one that begins with an amount has the amount first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.extract.letters import others
from pipeline.extract.lexicon import any_of, fold, vocabulary
from pipeline.extract.prices_spelled import find_spelled_prices
from pipeline.extract.scan import FOLDED, joined, matches_at, occurrences, scan
from pipeline.extract.text import Found

_WORDS = vocabulary("prices")
_EASTERN = _WORDS["eastern"]
_SIGNS = frozenset(word[0] for word in _EASTERN["currency"])
_HOURS = {"an": 1.0, "a": 1.0, "one": 1.0, "1": 1.0, "una": 1.0, "1.5": 1.5, "2": 2.0, "two": 2.0, **_EASTERN["hours"]}
_MARKS = [word for word in _WORDS["currency"] + _EASTERN["currency"] if word != "dollars"]  # has "dollar" in it
_REACH = 40  # characters beside a currency in which its time stands
_CUT = 8  # characters at the end of such a stretch whose numbers may go on behind it

_START = r"(?<![A-Za-z0-9_$.])"  # Han and Hangul are written without blanks
_BARE_TIME = "|".join(rf"(?<={before})" for before in ("for ", *(f"{word}/" for word in _WORDS["slang"])))
_TIME = (
    rf"{_START}(?P<minutes>\d{{2,3}})\s?m(?:in(?:ute|uto)?s?)?\b\.?"
    rf"|{_START}(?P<half>half[\s-]?(?:an\s)?(?:hour|hr)\b|hh\b|h/h\b|1/2\s?(?:hour|hr)\b|media\shora\b)"
    rf"|(?:{_START}(?P<hours>an?|one|una|two|2|1(?:\.5)?)\s?|(?<![a-z$.]))(?:hours?|hrs?|h|hora)\b"
    rf"|(?:{_BARE_TIME})(?P<bare_time>15|30|45|60|90|120)(?![\w:/.$-])"
)
_TIME_EAST = (
    rf"|{_START}(?P<minutes_east>\d{{2,3}})\s?(?:{any_of(_EASTERN['minute'])})"
    rf"|{_START}(?P<hours_east>{any_of(_EASTERN['hours'])})\s?(?:{any_of(_EASTERN['hour'])})"
)


def _tokens(currency: Sequence[str], time: str, flags: re.RegexFlag) -> re.Pattern[str]:
    signs = any_of(currency)
    return re.compile(
        rf"{time}"
        rf"|{_START}(?:(?:\$|💲|usd)\s?(?P<usd>\d{{1,3}},\d{{3}}|\d{{2,4}})(?:\.(?P<cents>\d\d))?(?![\d$])"
        rf"|(?P<after>\d{{2,4}})\s?(?:(?:{signs})(?![A-Za-z0-9_$])|{any_of(_EASTERN['currency'])}))"
        rf"|{_START}(?P<slang>\d{{2,4}})\s?(?:{any_of(_WORDS['slang'])})\b"
        # A mere number can be a price beside a time; not where it goes on as a phone, a measure or a sentence.
        rf"|(?<![,:-]){_START}(?P<bare>\d{{2,3}})"
        r"(?=\s*(?:$|[\n,;|/+&)•!*]|hh\b|half\b|(?:\d{1,3}\s?)?(?:min|hr|hour)|per\b|and\b|or\b))",
        flags,
    )


_LATIN = _tokens(_WORDS["currency"], _TIME, re.RegexFlag(0))
# A set at the head lets it scan fast.
_BEGINS = re.compile(
    r"[\d$💲uhaotm](?<![A-Za-z].)(?:(?<=\d)(?<!\d\d)|(?<=[$💲h])|(?<=u)(?:sd|na)|(?<=a)n?\s|(?<=o)ne\s|(?<=t)wo\s|(?<=m)edia)",
    re.DOTALL,
)
_MIXED = _tokens([*_WORDS["currency"], *_EASTERN["currency"]], _TIME + _TIME_EAST, re.IGNORECASE)
_UNMARKED = FOLDED.sought(
    re.compile(rf"\d\s?(?:{any_of(_WORDS['slang'])}|/\s?h|per\sh)|(?:min(?:ute)?s?|hh|hr|hour)\s?[/:=-]?\s?\d\d"),
)
_BETWEEN = re.compile(r"[ \t]?(?:[-:=–/@]|for|is|per|por|an?|only|just)?[ \t]?(?:an?\s)?")
_WIDEST = 9  # characters: " just an "
_SIGN = re.compile(r"\s?[-:=–/]\s?")
_RATE = re.compile(r"\s?(?:/|per)\s?")
_PARTS = ("usd", "cents", "after", "slang", "bare", "minutes", "half", "hours", "bare_time")
_NO_RATE = 24  # "24/hr" is open all day


class _Token(NamedTuple):
    start: int
    end: int
    minutes: str  # of a time
    amount: str  # of a price
    marked: bool  # with its currency
    is_word: bool  # a time by its word alone: "hr", "hh"


def find_prices(text: str) -> list[Found]:
    """Dollar prices, value "60.00 USD" or "60.00 USD/30min" (when the time is said); "unmarked": no currency."""
    folded = fold(text)
    eastern = not _SIGNS.isdisjoint(others(text))
    source = text if eastern else folded  # folding breaks up Hangul
    signs = [sign for sign in _MARKS if sign.isascii() or sign[0] in others(text)]
    spans = [(at - _REACH, at + _REACH) for at in occurrences(source, signs)]
    spans += [(m.start() - _REACH, m.end() + _REACH) for m in scan(_UNMARKED, folded)]
    found: list[Found] = []
    for start, end in joined(spans):
        whole = end if end >= len(source) else end - _CUT
        matches = _MIXED.finditer(source, start, end) if eastern else _latin(source, start, end)
        rows = _rows(source, [_token(m) for m in matches if m.end() <= whole])
        found += (price for row in rows for price in _paired(source, row))
    spelled = [p for p in find_spelled_prices(folded) if not any(p.start < f.end and f.start < p.end for f in found)]
    return sorted([*found, *spelled], key=lambda f: f.start) if spelled else found


def _latin(source: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return matches_at(_LATIN, source, (m.start() for m in _BEGINS.finditer(source, start, end)))


def _token(m: re.Match[str]) -> _Token:
    usd, cents, after, slang, bare, minutes, half, hours, bare_time = m.group(*_PARTS)
    if amount := usd or after or slang or bare:
        value = f"{int(amount.replace(',', ''))}.{cents or '00'}"
        return _Token(m.start(), m.end(), "", value, bool(usd or after), False)
    if "hours_east" in m.re.groupindex:
        minutes, hours = minutes or m["minutes_east"], hours or m["hours_east"]
    if minutes := minutes or bare_time:
        return _Token(m.start(), m.end(), str(int(minutes)), "", False, False)
    told = "30" if half else f"{_HOURS[(hours or '1').lower()] * 60:.0f}"
    return _Token(m.start(), m.end(), told, "", False, True)


def _rows(source: str, tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """Tokens between which nothing but a sign or a small word stands."""
    row: list[_Token] = []
    for token in tokens:
        if row and (token.start - row[-1].end > _WIDEST or not _BETWEEN.fullmatch(source, row[-1].end, token.start)):
            yield row
            row = []
        row.append(token)
    if row:
        yield row


def _paired(source: str, row: Sequence[_Token]) -> Iterator[Found]:
    """The prices of a row, each with the time on the side on which the row has times."""
    time_first = bool(row[0].minutes)
    at = 0
    while at < len(row):
        here, after = row[at], row[at + 1] if at + 1 < len(row) else None
        price, time = (after, here) if time_first else (here, after)
        if price and time and price.amount and time.minutes and _belong(source, here, price, time):
            at += 2
            style, confidence = ("plain", 1.0) if price.marked else ("unmarked", 0.7)
            value = f"{price.amount} USD/{time.minutes}min"
            yield Found("price", value, min(price.start, time.start), max(price.end, time.end), style, confidence)
            continue
        if here.marked:
            yield Found("price", f"{here.amount} USD", here.start, here.end)
        at += 1


def _belong(source: str, first: _Token, price: _Token, time: _Token) -> bool:
    """Whether the two make a price: a mere number needs a sign, or a time that is a word, beside it."""
    if price.marked or not _is_bare(source, price):
        return True
    between = (min(price.end, time.end), max(price.start, time.start))
    if first is price:
        return time.is_word and _RATE.fullmatch(source, *between) is not None and float(price.amount) != _NO_RATE
    return time.is_word or _SIGN.fullmatch(source, *between) is not None


def _is_bare(source: str, price: _Token) -> bool:
    return source[price.start : price.end].isdigit()
