"""Prices told in words: "eighty for the hour", "half hour fifty", "sixty bucks", "一小时一百二"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.lexicon import any_of, vocabulary
from pipeline.extract.scan import FOLDED, scan
from pipeline.extract.text import Found

_SAID = vocabulary("prices")["spelled"]
_TENS: dict[str, int] = _SAID["tens"]
_ONES: dict[str, int] = _SAID["ones"]
_TIMES: dict[str, int] = _SAID["times"]  # minutes
_TEN = rf"(?:{any_of(_TENS)})(?:[ -](?:{any_of(_ONES)}))?"
_HUNDREDS = any_of([*_ONES, "a"])
_AMOUNT = (
    rf"(?:(?:{_HUNDREDS}) hundred(?: (?:and )?{_TEN})?|hundred(?: (?:and )?{_TEN})|(?:one|two|three) {_TEN}|{_TEN})"
)
_DOLLARS = any_of(_SAID["dollars"])

_WHOLE = any_of([*_TENS, "hundred"])
_BEGINS = any_of([*_TENS, *_ONES, "a", "hundred"])
_NOT_MORE = rf"(?! ?(?:{any_of(_SAID['counted'])})|[\w-])"
_PRICE = FOLDED.sought(
    re.compile(
        rf"(?<![\w$-])(?:(?P<first>{_AMOUNT})(?: ?(?P<paid>{_DOLLARS}))?"
        rf"(?: ?(?:for|per|/|an?) ?(?:just )?(?:the |an? |one |each |every )?| the )(?P<behind>{any_of(_TIMES)})(?!\w)"
        rf"|(?P<ahead>{any_of(_TIMES)})(?: ?[:=-] ?| (?:for |is |at )?(?:only |just )?)(?P<second>{_AMOUNT})"
        rf"(?: ?(?P<paid_second>{_DOLLARS})(?!\w)|{_NOT_MORE})"
        rf"|(?P<alone>{_AMOUNT}) ?(?:{_DOLLARS})(?!\w))"
    ),
    rf"(?:{_WHOLE})(?:[ -](?:{any_of(_ONES)}))?(?: ?(?:{_DOLLARS})| (?:for|per|an?|the) | ?/ ?[a-z])"
    rf"|(?:hour|hr|hh|min|mins|minutes?)(?: ?[:=-] ?| (?:for |is |at )?(?:only |just )?)(?:{_BEGINS})",
)
_EAST = vocabulary("prices")["eastern"]
_DIGITS: dict[str, int] = _SAID["east_digits"]
_DIGIT = "".join(_DIGITS)
_EAST_AMOUNT = rf"(?:[{_DIGIT}]百(?:[{_DIGIT}]十?[{_DIGIT}]?)?|[{_DIGIT}]十[{_DIGIT}]?)"
_EAST_TIME = rf"(?:\d{{2,3}} ?(?:{any_of(_EAST['minute'])})|(?:{any_of(_EAST['hours'])}) ?(?:{any_of(_EAST['hour'])}))"
_EAST_SIGNS = any_of([*_EAST["currency"], "元", "块", "塊"])
_EASTERN = re.compile(
    rf"(?P<ahead>{_EAST_TIME}) ?[:：=]?(?:只要|只需|仅|仅需)?(?P<second>{_EAST_AMOUNT})"
    rf"(?:(?:{_EAST_SIGNS})|(?![\d{_DIGIT}百十]|{any_of(_SAID['east_counted'])}))"
    rf"|(?P<first>{_EAST_AMOUNT})(?:(?:{_EAST_SIGNS}) ?[/每]?| ?[/每])(?P<behind>{_EAST_TIME}|{any_of(_EAST['hour'])})"
)
_MOST = 1000  # dollars


def find_spelled_prices(folded: str) -> Iterator[Found]:
    """Prices whose amounts are words; values as those of `prices.find_prices`, style "spelled"."""
    for m in scan(_PRICE, folded):
        said = m["first"] or m["second"] or m["alone"]
        time = m["behind"] or m["ahead"]
        minutes = _TIMES[time] if time else 0
        yield from _price(_amount(said), minutes, m)
    if not folded.isascii() and any(unit in folded for unit in ("十", "百")):
        for m in _EASTERN.finditer(folded):
            yield from _price(
                _eastern_amount(m["first"] or m["second"]), _eastern_minutes(m["behind"] or m["ahead"]), m
            )


def _price(dollars: int, minutes: int, m: re.Match[str]) -> Iterator[Found]:
    if 0 < dollars <= _MOST:
        value = f"{dollars}.00 USD/{minutes}min" if minutes else f"{dollars}.00 USD"
        yield Found("price", value, *m.span(), "spelled", 0.7)


def _amount(words: str) -> int:
    """ "a hundred and forty" is 140, "one twenty" 120, "seventy-five" 75."""
    total, ahead = 0, 0
    for word in re.split("[ -]", words):
        if word == "hundred":
            total, ahead = max(1, ahead) * 100, 0
        elif word in _TENS:
            total, ahead = total + ahead * 100 + _TENS[word], 0
        else:
            ahead = _ONES.get(word, ahead)
    return total + ahead


def _eastern_amount(words: str) -> int:
    """ "一百二" is 120, "一百二十" too, "八十五" 85."""
    hundreds, found, rest = words.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    if not ten:
        return _DIGITS.get(hundreds, 0) * 100 + _DIGITS.get(rest, 0) * (10 if found else 1)
    return _DIGITS.get(hundreds, 0) * 100 + _DIGITS.get(tens, 0) * 10 + _DIGITS.get(ones, 0)


def _eastern_minutes(time: str) -> int:
    if digits := re.match(r"\d{2,3}", time):
        return int(digits[0])
    hours: dict[str, float] = _EAST["hours"]
    return round(60 * next((hours[w] for w in sorted(hours, key=len, reverse=True) if time.startswith(w)), 1))
