"""Contacts and facts as people write them: tests/cases/contacts.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.extract.contacts import find_handles, find_site_ids, find_websites
from pipeline.extract.emails import find_emails
from pipeline.extract.facts import find_hours
from pipeline.extract.lexicon import find_indicators
from pipeline.extract.prices import find_prices
from pipeline.extract.text import Found

CASES = tomllib.loads((Path(__file__).parents[2] / "cases" / "contacts.toml").read_text(encoding="utf-8"))
OWN = frozenset(["board.example"])
FINDERS: dict[str, Callable[[str], list[Found]]] = {
    "emails": find_emails,
    "handles": find_handles,
    "websites": lambda text: find_websites(text, OWN),
    "site_ids": find_site_ids,
    "hours": find_hours,
    "prices": find_prices,
    "indicators": find_indicators,
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, cases in CASES.items() for text in cases])
def test_found_as_written(kind: str, text: str):
    found = FINDERS[kind](text)
    assert list(dict.fromkeys(f.value for f in found)) == list(dict.fromkeys(CASES[kind][text]))
    assert all(0 <= f.start < f.end <= len(text) for f in found)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, cases in CASES.items() for text in cases])
def test_found_within_other_words(kind: str, text: str):
    """The same among lines before and after: places move along, values stay."""
    lead = "Quiet rooms, soft music.\n"
    alone, among = FINDERS[kind](text), FINDERS[kind](f"{lead}{text}\nParking behind the store.")
    assert [(f.value, f.start + len(lead)) for f in alone] == [(f.value, f.start) for f in among]


def test_every_kind_has_cases():
    assert CASES.keys() == FINDERS.keys()
