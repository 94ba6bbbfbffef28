"""What must not become data: workers' names, ages and looks as spans without value, and signs of a minor.

The spans feed redaction; a sign of a minor stops the line. Both err towards finding too much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipeline.extract.lexicon import fold, spaced, vocabulary
from pipeline.extract.scan import FOLDED, WRITTEN, Group, candidates, matches_at, scan, within
from pipeline.extract.text import Found

_NAME = r"(?P<name>[A-Z][a-zà-ÿ]{1,14}|[A-Z]{2,14})"
_NAMES = rf"{_NAME}(?P<more>(?:\s?(?:,|&|/|\band\b|\bor\b)\s?[A-Z][A-Za-zà-ÿ]{{1,14}}){{0,5}})"
_INTRODUCED = WRITTEN.group(
    re.compile(spaced(p))
    for p in (
        rf"(?:[Aa]sk|ASK|[Cc]all|[Tt]ext|[Ll]ook) (?:for|FOR) (?:[Mm]iss |[Mm]s\.? )?{_NAMES}",
        rf"(?:[Mm]y|MY|[Hh]er) [Nn](?:ame|AME) (?:is|['’]s|IS):? {_NAMES}",
        rf"(?:[Ii](?:['’]m| am)|[Tt]his is|[Mm]eet|MEET|[Hh]i,?|[Nn]amed) (?:[Mm]iss |[Mm]s\.? )?{_NAMES}",
        rf"(?:[Tt]herapists?|[Mm]asseuses?|[Gg]irls?|[Ss]taff|[Ll]ady|[Ll]adies)"
        rf"(?: (?:named?|are|is|today:?)|:) ?{_NAMES}",
        rf"(?:[Mm]iss|[Mm]s\.|MISS) {_NAMES}",
        rf"(?m)^[\s•*·-]*(?:[Nn]ame|NAME|[Cc]ontact [Pp]erson|[Pp]oster's [Nn]ame)\s*[:：\t\n] ?{_NAMES}",
        rf"(?m)^{_NAME},? (?:\d\d (?:years|yrs|yo\b|y/o)|\(\d\d\))",
        rf"(?m)^[Nn]ame {_NAME}$",
    )
)
_LONGEST_NAME = 15
_DUTY = WRITTEN.sought(re.compile(spaced(r"(?:is|will be) (?:here|working|available|back|on duty)")))
_ON_DUTY = re.compile(rf"{_NAME}\s+{_DUTY.rx.pattern}")


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(vocabulary("protected")[key].split())


def _patterns(key: str) -> Group:
    return FOLDED.group(re.compile(spaced(p)) for p in vocabulary("protected")[key])


_AGES, _LOOKS, _SCHOOL = _patterns("ages"), _patterns("looks"), _patterns("school")
SIGNS = tuple(
    sign.rx.pattern for sign in (*_AGES.patterns, *_SCHOOL.patterns)
)  # what `minor_signs` looks for, over folded text
_RULE, _NOT_A_PERSON = (re.compile(spaced(vocabulary("protected")[key])) for key in ("rule", "not_a_person"))


def find_protected(text: str) -> list[Found]:
    """Spans of workers' names, ages and looks, value always "", style worker_name, age or looks; sorted, not nested."""
    folded = fold(text)
    found = [*_worker_names(text)]
    for rx in within(_AGES, folded):
        found += [Found("protected", "", *m.span(), "age") for m in candidates(rx, folded) if _is_person(folded, m)]
    for rx in within(_LOOKS, folded):
        found += [Found("protected", "", *m.span(), "looks") for m in candidates(rx, folded)]
    kept: list[Found] = []
    for f in sorted(found, key=lambda f: (f.start, -f.end)):
        if not kept or f.start >= kept[-1].end:
            kept.append(f)
    return kept


def _worker_names(text: str) -> list[Found]:
    found = []
    for matches in (*(candidates(rx, text) for rx in within(_INTRODUCED, text)), _on_duty(text)):
        for m in matches:
            if m["name"].lower() in _words("not_names"):
                continue
            found.append(Found("protected", "", *m.span("name"), "worker_name"))
            if "more" in m.re.groupindex and m["more"]:
                for other in re.finditer(r"[A-Z][A-Za-zà-ÿ]{1,14}", m["more"]):
                    if other[0].lower() not in _words("not_names"):
                        start = m.start("more") + other.start()
                        found.append(Found("protected", "", start, start + len(other[0]), "worker_name"))
    return found


def _on_duty(text: str) -> Iterator[re.Match[str]]:
    """Matches of _ON_DUTY, looked for in front of what makes a name one on duty."""
    starts: set[int] = set()
    for m in scan(_DUTY, text):
        end = m.start()
        while end and text[end - 1].isspace():
            end -= 1
        starts.update(range(max(0, end - _LONGEST_NAME), end) if end < m.start() else ())
    return matches_at(_ON_DUTY, text, sorted(starts))


def _is_person(folded: str, m: re.Match[str]) -> bool:
    """Whether the age is stated of a person: not a rule ("under 18", "if you are"), not a business's years."""
    before, after = folded[max(0, m.start() - 40) : m.start()], folded[m.end() : m.end() + 25]
    business = _NOT_A_PERSON.match(after.lstrip(" -,"))
    return business is None and _RULE.search(before) is None


def minor_signs(text: str) -> list[Found]:
    """Spans that state a person's age under 18 or speak of a schoolchild. Any one holds the page back."""
    folded = fold(text)
    found = [
        Found("protected", "", *m.span(), "minor") for rx in within(_SCHOOL, folded) for m in candidates(rx, folded)
    ]
    for rx in within(_AGES, folded):
        for m in candidates(rx, folded):
            age = m["age"]
            if (not age.isdigit() or 8 <= int(age) < 18) and _is_person(folded, m):
                found.append(Found("protected", "", *m.span(), "minor"))
    return sorted(found, key=lambda f: f.start)
