"""Column headers: one folded form for comparison, and the columns that are never imported."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

NEVER_IMPORT = Path(__file__).with_name("never_import.toml")


@lru_cache(maxsize=65_536)
def fold_header(header: str) -> str:
    """Letters and digits only, lower case: "License-Number" and "license number" are one; "#" is "number"."""
    text = unicodedata.normalize("NFKC", header).replace("#", " number ").casefold()
    return "".join(c for c in text if c.isalnum())


def header_words(header: str) -> str:
    """The header as words between underscores: "SocialSecurityNo" -> "_social_security_no_"."""
    text = unicodedata.normalize("NFKC", header).replace("#", " number ")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text).casefold()
    return "_" + "_".join(re.findall(r"[^\W_]+", text)) + "_"


@cache
def never_import_rules() -> Mapping[str, re.Pattern[str]]:
    """What a column holds -> pattern over `header_words`, from never_import.toml."""
    table = tomllib.loads(NEVER_IMPORT.read_text(encoding="utf-8"))
    return {what: re.compile("|".join(f"_(?:{p})_" for p in patterns)) for what, patterns in table.items()}


@lru_cache(maxsize=65_536)
def why_never(header: str) -> str:
    """What makes a column one that is never imported ("social security number"); "" for every other column."""
    words = header_words(header)
    return next((what for what, pattern in never_import_rules().items() if pattern.search(words)), "")
