"""One number in two files: a newer version of one license, or the licenses of two offices."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.model import Address, Party, Record
from pipeline.records.column_map import load_maps
from pipeline.records.same_number import is_another, set_apart

ALPHA = Address("1 A St", "1 A ST", city="Springfield", state="MO", zip="65801")
GAMMA = Address("9 Z Ave", "9 Z AVE", city="Joplin", state="MO", zip="64801")
ELSEWHERE = Address("", city="Rolla", state="MO")
ANN = (Party("applicant", "Ann Vale", dob=date(1980, 1, 2)),)
ANN_M = (Party("applicant", "Vale, Ann M"),)
PHONE, OTHER_PHONE = ("+14175550101",), ("+14175550102",)
BEA = (Party("applicant", "Bea Moss", dob=date(1970, 3, 4)),)
NEW_YEAR = date(2025, 1, 1)


def record(**said: Any) -> Record:
    return Record("license", "city-licenses", "1001", 2, **said)


@pytest.mark.parametrize(
    ("known", "further", "another"),
    [
        # the offices of two cities
        ({"entity_name": "Alpha Spa", "premises": ALPHA}, {"entity_name": "Gamma Spa", "premises": GAMMA}, True),
        ({"parties": ANN, "premises": ALPHA}, {"parties": BEA, "premises": GAMMA}, True),
        ({"entity_name": "Alpha", "phones": PHONE}, {"entity_name": "Gamma", "phones": OTHER_PHONE}, True),
        ({"entity_name": "Alpha", "premises": ALPHA}, {"entity_name": "Gamma", "premises": ELSEWHERE}, True),
        ({"text": "Lights on all night.", "premises": ALPHA}, {"text": "A torn awning.", "premises": GAMMA}, True),
        (
            {"entity_name": "Alpha", "premises": ALPHA, "issued": NEW_YEAR},
            {"entity_name": "Gamma", "premises": GAMMA, "issued": NEW_YEAR},
            True,
        ),  # many licenses are issued on one day
        ({"entity_name": "Alpha", "issued": NEW_YEAR}, {"entity_name": "Gamma", "issued": date(2020, 5, 6)}, True),
        (
            {"entity_name": "Alpha Spa", "parties": ANN, "premises": ALPHA, "phones": PHONE},
            {"entity_name": "Gamma Spa", "parties": ANN, "premises": GAMMA, "phones": OTHER_PHONE},
            True,
        ),  # one owner of two
        # one license, later
        (
            {"entity_name": "Alpha Spa", "parties": ANN, "premises": ALPHA, "phones": PHONE},
            {"entity_name": "Gamma Spa", "parties": ANN, "premises": GAMMA, "phones": PHONE},
            False,
        ),  # renamed and moved with its telephone
        ({"entity_name": "Alpha LLC", "premises": ALPHA}, {"entity_name": "Alpha", "premises": GAMMA}, False),  # moved
        ({"entity_name": "Alpha", "premises": ALPHA}, {"entity_name": "Gamma", "premises": ALPHA}, False),  # sold
        ({"parties": ANN, "premises": ALPHA}, {"parties": ANN_M, "premises": GAMMA}, False),
        (
            {"parties": ANN, "premises": ALPHA},
            {"parties": (Party("applicant", "Ann Birch", dob=date(1980, 1, 2)),), "premises": GAMMA},
            False,
        ),  # married and moved
        ({"entity_name": "Alpha"}, {"entity_name": "Gamma"}, False),  # a new name and nothing else that differs
        ({"entity_name": "Alpha", "issued": NEW_YEAR}, {"entity_name": "Gamma", "issued": NEW_YEAR}, False),
        ({"entity_name": "Alpha", "status": "Active"}, {"status": "Revoked"}, False),
        (
            {"entity_name": "Alpha", "premises": ALPHA},
            {"entity_name": "Gamma", "previous_names": ("ALPHA",), "premises": GAMMA},
            False,
        ),
    ],
)  # fmt: skip
def test_whether_it_is_another_license(known: dict[str, Any], further: dict[str, Any], another: bool) -> None:
    assert is_another(record(**known), record(**further)) is another
    assert is_another(record(**further), record(**known)) is another


def test_what_is_set_apart_keeps_its_number_and_has_an_id_of_its_own() -> None:
    alpha = record(entity_name="Alpha", premises=ALPHA)
    gamma = set_apart(record(entity_name="Gamma", premises=GAMMA, status="Active"))
    assert (gamma.natural_key, gamma.dataset.partition("~")[0]) == ("1001", "city-licenses")
    assert gamma.record_id != alpha.record_id
    assert set_apart(gamma) == gamma
    assert set_apart(record(entity_name="GAMMA", premises=GAMMA, status="Expired")).record_id == gamma.record_id


def test_only_layouts_of_one_office_give_a_number_once() -> None:
    shared = {m.id for m in load_maps().values() if not m.one_issuer}
    assert shared == {
        "applications", "business-filings", "city-licenses", "denied-register", "inspections", "licenses", "parcels",
        "tips",
    }  # fmt: skip
