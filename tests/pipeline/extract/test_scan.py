"""A scan finds what `finditer` finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipeline.extract.page  # noqa: F401  every reader declares its patterns
from pipeline.extract.phones.vocab import RUN
from pipeline.extract.scan import FOLDED, SIEVES, Scanned, beginnings, candidates, holds, joined, loosened, scan

DECLARED = tuple(pattern for sieve in SIEVES for pattern in sieve.patterns)
_PIECES = """call text ask for Amy Lily my name is I'm 19 years old y/o 2 school girls high new staff every week
    24/7 10am - 10pm mon-fri $80 60 min dollars name (at) host dot com a.b@c.example whatsapp: wechat id +1 417 555 0123
    www.x.example Golden Lotus Spa 1420 N Larkmoor Ave Suite 5B Springfield, MO 65804 Main St & 5th petite
    36DD 5'4" 110 lbs
    cash only grand opening no law enforcement age: 21 aged meet Miss"""
words = st.sampled_from([*_PIECES.split(), "\n", "\t", "é", "一", "💋", "ａ", "٤", "\u200b", "ſ", "İ"])
texts = st.lists(words, max_size=60).flatmap(lambda w: st.sampled_from([" ", ""]).map(lambda gap: gap.join(w)))


@settings(max_examples=150, deadline=None)
@given(texts)
def test_every_declared_pattern(text: str) -> None:
    for pattern in DECLARED:
        expected = [m.span() for m in pattern.rx.finditer(text)]
        assert [m.span() for m in scan(pattern, text)] == expected, pattern.rx.pattern
        assert [m.span() for m in candidates(pattern, text)] == expected, pattern.rx.pattern
        assert holds(pattern, text) or not expected, pattern.rx.pattern
        assert {a for a, _ in expected} <= set(beginnings(pattern, text)), pattern.rx.pattern


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789 -.()ozfiveonetwxis一二\n*~", max_size=80))
def test_runs_of_digits(text: str) -> None:
    assert [m.span() for m in candidates(RUN, text)] == [m.span() for m in RUN.rx.finditer(text)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?<!\w)ab(?=c)", "xab abc"),
        (r"(a|b)\1x", "aabbx"),
        (r"(?i)kiss", "\u212ai\u017fs"),
        (r"[^a-c]é+", "xéé"),
        (r"(?>a+)b{2,7}?", "aaabbbbb"),
        (r"(?m)^\s*x$", "a\n x\nb"),
        (r"\d{7}", "123456 1234567 ٤٤٤٤٤٤٤"),
    ],
)
def test_loosened_patterns_match_at_least_as_much(pattern: str, text: str) -> None:
    rx = re.compile(pattern)
    assert [m.span() for m in candidates(Scanned(rx), text)] == [m.span() for m in rx.finditer(text)] != []


@pytest.mark.parametrize("text", ["★ " * 1_000, "★ " * 1_000 + "x ☆ ★!"])
def test_long_rows_of_signs_are_not_read_again_from_each_of_them(text: str) -> None:
    scanned = Scanned(re.compile(r"[★☆](?: [★☆])*!"))
    find, read = scanned.find, [0]

    def counted(anchor: object, data: bytes, start: int, end: int) -> object:
        spans = find(anchor, data, start, end)
        read[0] += max(0, spans[0][1] - start)
        return spans

    scanned.__dict__["find"] = counted
    assert [m.span() for m in candidates(scanned, text)] == [m.span() for m in scanned.rx.finditer(text)]
    assert read[0] < 20 * len(text) + 50_000 < len(text) ** 2 / 4


def test_a_pattern_declared_late_is_known() -> None:
    assert holds(DECLARED[-1], "x") in {True, False}  # the set is made
    late = FOLDED.sought(re.compile("declared late"))
    assert holds(late, "this was declared late, and is found") and not holds(late, "this was not, and is not found")


def test_spans_are_joined_where_they_touch() -> None:
    assert joined([(5, 9), (-3, 2), (9, 12), (20, 21), (6, 7)]) == [(0, 2), (5, 12), (20, 21)]


def test_what_cannot_be_loosened_says_so() -> None:
    with pytest.raises(ValueError, match="has no rule"):
        loosened(re.compile(r"(a)?(?(1)b|c)"))
