"""The quick way to read a journal line agrees with the one serialization that is hashed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.entries import canonical, canonical_without_floats, parse_entry, read_line

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def entry(body: dict[str, Any]) -> dict[str, Any]:
    return {"at": "2026-01-01T00:00:00.000000Z", "body": body, "hash": "0", "kind": "x", "prev": "0", "seq": 1}


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.booleans())
def test_same_entry_and_same_verdict(body: dict[str, Any], is_spaced: bool) -> None:
    line = (json.dumps(entry(body), sort_keys=True).encode() if is_spaced else canonical(entry(body))) + b"\n"
    read, is_canonical = read_line(line)
    assert read == parse_entry(line) and canonical(read.body) == canonical(body)
    assert is_canonical == (not is_spaced)


WITHOUT_FLOATS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(WITHOUT_FLOATS)
def test_the_quick_way_to_write_is_the_one_serialization(value: Any) -> None:
    assert canonical_without_floats(value) == canonical(value)


@pytest.mark.parametrize("text", ["\x7f", "\\u007f", "é", "\ud800", "\u2028", "/\b\f\n\r\t\x00"])
def test_texts_that_other_writers_escape_otherwise(text: str) -> None:
    assert canonical_without_floats({text: text}) == canonical({text: text})


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b'"x"', b'"\\u0078"'),
        lambda line: line.replace(b'"n":1', b'"n":10E-1'),
        lambda line: line.replace(b'"n":1', b'"n":1,"n":1'),
        lambda line: line.replace(b'"t":"a"', b'"t":"\x7f"'),
        lambda line: line.replace(b'"t":"a"', '"t":"é"'.encode()),
        lambda line: line.replace(b'{"at"', b'{ "at"'),
        lambda line: line.replace(b"\n", b" \n"),
    ],
)
def test_what_is_written_otherwise_is_not_canonical(change: Any) -> None:
    line = canonical(entry({"n": 1, "t": "a"})) + b"\n"
    assert read_line(line)[1]
    assert change(line) != line and not read_line(change(line))[1]


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b'{"at":1}\n', b"[1]\n", b"\xff\n", b'{"a":NaN}\n'])
def test_what_is_no_entry(line: bytes) -> None:
    with pytest.raises(ValueError):
        read_line(line)
