"""Files that people edit: read with the place of a mistake, and their kinds of values in words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pipeline.errors import FixProfile

_KINDS = {"float": "a number", "int": "a whole number", "bool": "true or false", "str": "a text in quotes"}


def read_declared(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises FixProfile with file and line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FixProfile(f"{path}: {error}. Correct the file, which is TOML in UTF-8, and run it again.") from error


def kind_in_words(kind: str) -> str:
    """What a value of a declared type is called where one is asked for."""
    return _KINDS.get(kind, "a list of texts in quotes")
