"""Opening hours in Korean and Chinese: "오전 10시~새벽 2시", "上午10点至凌晨2点". Words: vocab/hours.toml."""

from __future__ import annotations

import re

from pipeline.extract.letters import others
from pipeline.extract.lexicon import vocabulary
from pipeline.extract.text import Found

_PARTS: dict[str, list[str]] = vocabulary("hours")["parts"]
_WORDS: dict[str, list[str]] = vocabulary("hours")["words"]
_PART_OF = {word: part for part, words in _PARTS.items() for word in words}
_SIGNS = frozenset(word[0] for word in _WORDS["hour"])
_LATE, _EARLY = 23, 6  # who closes at eleven in the evening or before six in the morning closes late


def _any(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_CLOCK = (
    rf"(?:(?P<{{0}}part>{_any([*_PART_OF])})\s?)?(?P<{{0}}hour>\d{{{{1,2}}}})\s?(?:{_any(_WORDS['hour'])})"
    rf"(?:\s?(?:\d{{{{1,2}}}}\s?(?:{_any(_WORDS['minute'])})|{_any(_WORDS['half'])}))?"
)
_FROM_TO = re.compile(
    rf"(?:(?:{_any(_WORDS['daily'])})\s?)?(?<!\d){_CLOCK.format('open_')}\s?(?:{_any(_WORDS['to'])})\s?{_CLOCK.format('close_')}"
)


def find_eastern_hours(text: str) -> list[Found]:
    """Hours from when to when, value = the words with single spaces."""
    if _SIGNS.isdisjoint(others(text)):
        return []
    return [Found("hours", " ".join(m[0].split()), *m.span()) for m in _FROM_TO.finditer(text) if _are_hours(m)]


def closes_late(hours: str) -> bool | None:
    """Whether such hours end at 23:00 or later, or in the night; None when the text holds none."""
    m = _FROM_TO.search(hours)
    if m is None:
        return None
    hour = _hour_of_day(int(m["close_hour"]), _PART_OF.get(m["close_part"] or "", ""))
    return hour >= _LATE or hour < _EARLY


def _are_hours(m: re.Match[str]) -> bool:
    return int(m["open_hour"]) <= 24 and int(m["close_hour"]) <= 24


def _hour_of_day(hour: int, part: str) -> int:
    if part == "before_noon":
        return hour % 12
    if part == "after_noon":
        return hour % 12 + 12
    if part == "night":
        return hour + 12 if 5 < hour < 12 else hour % 12
    return hour % 24
