"""Cells that a spreadsheet must not execute."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\Z")  # +14175550101 and -3.5 are values, not formulas


def safe_cell(value: Any) -> str:
    """A cell as text: lists joined by "; ", None empty, anything that begins like a formula behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return safe_cell("; ".join(plain(v) for v in value))
    text = plain(value)
    if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "|", "%"} and not _NUMBER.match(text):
        return "'" + text
    return text


def plain(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
