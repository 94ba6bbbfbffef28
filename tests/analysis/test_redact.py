from __future__ import annotations

from pathlib import Path

import pytest

from analysis.redact import BLANK, SHIPPED, leaks, load_profiles, profile_named, profiles, redact_row, redact_text
from pipeline.errors import FixInput, FixProfile

ROW = {
    "business_name": "Golden Lotus", "phone": "+14175550101", "operator": "Mei Chen", "dob": "1980-03-07",
    "email": "front@postbox.example", "stage_name": "Lily", "reviewer": "user77", "tipster": "caller 4",
    "age": "30", "score": 0.97, "sentence": "Same phone as front@postbox.example",
}  # fmt: skip


@pytest.mark.parametrize(
    ("reader", "kept"),
    [
        (
            "analyst",
            {
                "business_name",
                "phone",
                "operator",
                "dob",
                "email",
                "stage_name",
                "reviewer",
                "tipster",
                "score",
                "sentence",
            },
        ),
        ("prosecutor", {"business_name", "phone", "operator", "stage_name", "reviewer", "score", "sentence"}),
        ("board", {"business_name", "phone", "score"}),
        ("landlord", {"business_name", "phone", "score"}),
        ("public", {"score"}),
    ],
)
def test_each_reader_sees_the_own_fields(reader: str, kept: set[str]) -> None:
    assert set(redact_row(ROW, profile_named(reader))) == kept


def test_the_analyst_sees_marks_in_place_of_sealed_values() -> None:
    row = redact_row(ROW, profile_named("analyst"))
    assert row["dob"] == row["email"] == row["stage_name"] == row["reviewer"] == BLANK
    assert row["sentence"] == f"Same phone as {BLANK}"


def test_no_reader_ever_sees_a_worker_an_age_or_a_birth_date() -> None:
    for profile in profiles().values():
        row = redact_row(ROW, profile)
        assert "age" not in row
        assert row.get("stage_name") in {None, BLANK}
        assert row.get("dob") in {None, BLANK}


def test_protected_spans_are_cut_even_when_they_overlap() -> None:
    text = "Ask for Lily Rose today"
    assert redact_text(text, profile_named("analyst"), [(8, 12), (10, 17)]) == f"Ask for {BLANK} today"
    assert redact_text(text, profile_named("board"), [(8, 17)]) == "Ask for  today"


def test_leaks_are_found() -> None:
    text = "Call (417) 555-0101, born 03/07/1980, front@postbox.example, Mei Chen"
    public = profile_named("public")
    assert len(leaks(text, public, ["mei chen"])) == 4
    assert leaks(redact_text(text, public), public) == []
    assert leaks("Golden Lotus (417) 555-0101", profile_named("board")) == []


def test_unknown_reader_and_broken_profile_are_named(tmp_path: Path) -> None:
    with pytest.raises(FixInput, match="press"):
        profile_named("press")
    broken = tmp_path / "redact.toml"
    broken.write_text(SHIPPED.read_text(encoding="utf-8").replace('photo = "remove"', 'photo = "hide"', 1))
    with pytest.raises(FixProfile, match="hide"):
        load_profiles(broken)
    broken.write_text(SHIPPED.read_text(encoding="utf-8").replace('photo = "remove"\n', "", 1))
    with pytest.raises(FixProfile, match="photo"):
        load_profiles(broken)
