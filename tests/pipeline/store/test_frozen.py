"""Frozen answers tell what was shown, and what they have in common stands there once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.model import Contribution, Flag
from pipeline.store.casework import Casework
from pipeline.store.frozen import agreed, freeze, frozen, latest_matches, shown_matches, standing_matches

COVERAGE = tuple(f"site-{n}: 1,234 captures, 2025-01-10 to 2025-12-20" for n in range(9))
NAME = Contribution("name", "Ana Vale", "Vale, Ana", "exact", 9.0)
PHONE = Contribution("phone", "+14175550101", "+14175550101", "exact", 11.0)
MATCH = Flag(
    "A-1", "possible_match", "moderate", 0.99, "b1", matched_kinds=("name", "phone"), sentence="Same name and phone.",
    contributions=(NAME, PHONE), coverage=COVERAGE, snapshot_id="s1", surname_band="<0.1%",
)  # fmt: skip
NOTHING = [
    Flag(f"A-{n}", "no_relevant_result", "", 0.0, sentence="Nothing.", coverage=COVERAGE, snapshot_id="s1")
    for n in range(2, 60)
]


@pytest.fixture
def casework(tmp_path: Path) -> Casework:
    return Casework(f"sqlite:///{tmp_path / 'casework.sqlite'}")


def test_answers_come_back_as_they_were_shown(casework: Casework) -> None:
    assert freeze(casework, "run-1", [MATCH, *NOTHING], "amy") == len(NOTHING) + 1
    freeze(casework, "run-2", [replace(MATCH, snapshot_id="s2")], "amy")
    assert frozen(casework, "run-1") == sorted([MATCH, *NOTHING], key=lambda f: f.application_id)
    assert frozen(casework, "run-2") == [replace(MATCH, snapshot_id="s2")]
    assert frozen(casework, "no such run") == []
    assert casework.entries("audit")[0]["reason"] == "59 applications"


def test_what_answers_have_in_common_is_kept_once(casework: Casework) -> None:
    for night in range(3):
        freeze(casework, f"run-{night}", [replace(f, snapshot_id=f"s{night}") for f in (MATCH, *NOTHING)], "amy")
    with casework.engine.connect() as connection:
        texts = list(connection.execute(sa.text("SELECT text FROM flag_texts")).scalars())
    assert len(texts) == 3  # a match, no match, and what was searched
    assert sum("site-8" in text for text in texts) == 1


@pytest.mark.parametrize(
    ("change", "new"),
    [
        ({}, False),
        ({"sentence": "Same name and phone; 4 captures.", "score": 0.992, "model_version": "m2"}, False),
        ({"contributions": (replace(NAME, known_value="ANA VALE"), PHONE)}, False),
        ({"band": "strong"}, True),
        ({"known_entity_id": "b2"}, True),
        ({"matched_kinds": ("dob", "name", "phone")}, True),
        ({"contributions": (NAME, replace(PHONE, applicant_value="+14175550102"))}, True),
    ],
)  # fmt: skip
def test_what_makes_a_match_a_new_one(casework: Casework, change: dict[str, object], new: bool) -> None:
    freeze(casework, "run-1", [MATCH], "amy")
    flag = replace(MATCH, **change)  # type: ignore[arg-type]
    assert ((flag.application_id, flag.known_entity_id, agreed(flag)) not in shown_matches(casework)) == new


def test_the_last_word_on_an_application_stands(casework: Casework) -> None:
    freeze(casework, "run-1", [MATCH], "amy")
    freeze(casework, "run-2", [replace(MATCH, band="strong"), *NOTHING], "amy")
    assert standing_matches(casework) == {"A-1": "b1"}
    assert [(f.application_id, f.known_entity_id, f.band) for f in latest_matches(casework)] == [
        ("A-1", "b1", "strong")
    ]
    freeze(casework, "run-3", [replace(NOTHING[0], application_id="A-1")], "amy")
    assert standing_matches(casework) == {}
    assert len(latest_matches(casework)) == 1
