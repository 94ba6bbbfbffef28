"""What a cell says without the marks of the program that wrote it: HTML, and guards that make a spreadsheet take a
number for text."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[A-Za-z]{2,8}\d?);")
BREAK = re.compile(r"(?i)<br\s*/?>|</(?:p|div|li)>")
TAG = re.compile(r"(?i)</?(?:p|div|li|ul|b|i|u|em|strong|span|font|a|small)(?:\s[^<>]*)?>")
FORMULA = re.compile(r'^="(?P<text>[^"]*)"$')  # ="01970"
APOSTROPHE = re.compile(r"^'(?=\d)")  # '01970
WHOLE = re.compile(r"^(\d+)\.0+$")
NOTHING = frozenset(
    (
        "",
        "na",
        "n/a",
        "none",
        "null",
        "nan",
        "-",
        "--",
        "---",
        ".",
        "unknown",
        "not available",
        "(none)",
        "#n/a",
        "nil",
        "\\n",
        "<null>",
        "(null)",
        "(blank)",
        "#ref!",
        "#value!",
    )
)


def plain_text(text: str) -> str:
    """The text of a cell, its lines kept: "Fern &amp; Lark<br>Spa" is two lines, ="01970" is 01970."""
    if "&" not in text and "<" not in text and text[:1] not in ("=", "'"):  # as nearly all are
        return text
    if found := FORMULA.match(text):
        text = found["text"]
    text = TAG.sub(" ", BREAK.sub("\n", APOSTROPHE.sub("", text)))
    for _ in range(2):  # what two programs escaped one after the other
        text = ENTITY.sub(lambda m: html.unescape(m.group()), text)
    return text


@lru_cache(maxsize=65_536)  # the same states, cities and words stand in most rows
def clean(text: str) -> str:
    """Composed characters, single spaces, trimmed; "" for the many ways to write nothing."""
    if not text:
        return ""
    text = " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())
    return "" if text.casefold() in NOTHING or not text.strip("#") else text


def clean_number(text: str) -> str:
    """The number of a paper, without the ".0" of a spreadsheet that took it for a quantity."""
    number = clean(plain_text(text))
    return whole[1] if (whole := WHOLE.match(number)) else number
