"""Every writing style keeps the ten digits, for a reader who knows the trick."""

import re
import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.phone_styles import DIGITS, LOOKALIKES, ODD, PLAIN, STYLES, write_phone


def read_back(text: str) -> str:
    text = unescape(re.sub(r"<[^>]+>", "", text)).replace("+1 ", "")
    for digit, word in enumerate(DIGITS):
        text = text.replace(word, str(digit))
    text = "".join(str(unicodedata.digit(c, c)) for c in text)
    for digit, letter in LOOKALIKES.items():
        text = text.replace(letter, digit)
    return re.sub(r"\D", "", text)


@pytest.mark.parametrize("style", sorted(STYLES))
@given(line=st.integers(0, 9999), seed=st.text(max_size=3))
def test_digits_survive(style: str, line: int, seed: str) -> None:
    number = f"+1417555{line:04d}"
    assert read_back(write_phone(number, style, seed)) == number.removeprefix("+1")
    assert write_phone(number, style, seed) == write_phone(number, style, seed)


def test_styles_are_plain_or_odd() -> None:
    assert set(PLAIN) | set(ODD) == set(STYLES)
    assert not set(PLAIN) & set(ODD)
