"""Column maps say which key of which file is wrong; headers are compared without case and spacing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import FixProfile
from pipeline.records.column_map import MAPS, load_map, load_maps
from pipeline.records.headers import fold_header, why_never

GOOD = 'id = "m"\nkind = "license"\nkey = ["license_number"]\n[columns]\nlicense_number = ["No"]\n'


def test_every_shipped_map_loads_and_cites_its_source() -> None:
    maps = load_maps()
    assert set(maps) == {p.stem for p in MAPS.glob("*.toml")}
    assert all(m.title and m.source for m in maps.values())
    assert {m.kind for m in maps.values()} == {
        "license",
        "application",
        "denied",
        "filing",
        "parcel",
        "tip",
        "inspection",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace('id = "m"', 'id = "x"'), "id must be the file's name, 'm'"),
        (GOOD.replace('"license"', '"licence"'), "kind must be one of license"),
        (GOOD.replace('["license_number"]', '["number"]'), "key names 'number', which has no entry"),
        (GOOD + 'expiers = ["x"]\n', "columns.expiers is no key of a column map; did you mean 'expires'"),
        (GOOD + "status = 5\n", "columns.status must be a list of texts, not 5"),
        (
            GOOD + "premises = { strete = ['x'] }\n",
            "columns.premises.strete is no key of a column map; did you mean 'street'",
        ),
        (GOOD + '[format]\ndelimiter = "#"\n', "format.delimiter must be one of"),
        (GOOD + '[dates]\nsentinels = ["01/01/1901"]\n', "dates.sentinels must hold ISO dates"),
        (GOOD + '[[party]]\nkind = "robot"\n', "party.kind must be one of person, company, auto"),
        (GOOD + "[[party]]\nrepeat = 0\n", "party.repeat must be a number from 1 to 50"),
        (GOOD + "[columns\n", "Correct the column map"),
    ],
)
def test_a_wrong_map_is_named_with_its_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(FixProfile) as caught:
        load_map(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_map_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixProfile, match="nowhere"):
        load_map(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    "header", ["License-Number", "license number", "LICENSE_NUMBER", " LicenseNumber ", "License #"]
)
def test_headers_fold(header: str) -> None:
    assert fold_header(header) == "licensenumber"


@pytest.mark.parametrize(
    "header",
    [
        *("SSN", "Applicant SSN", "social_security_number", "SocialSecurityNo", "Soc Sec No", "ssn4"),
        *(
            "Passport No",
            "DriversLicenseNumber",
            "driver's license #",
            "DL Number",
            "State ID",
            "Alien Number",
            "Photo ID",
        ),
        *(
            "Fingerprints",
            "LiveScan Date",
            "photo",
            "PhotoURL",
            "Image",
            "Medical Condition",
            "TB Test Result",
            "Client Name",
        ),
        *("race", "Ethnicity", "nationality", "Place of Birth", "Gender", "sex", "Eye Color", "Height", "Citizenship"),
        *(
            "Arrests",
            "Criminal History",
            "convictions",
            "Neighborhood",
            "Neighborhoods - Analysis Boundaries",
            "Census Tract",
        ),
    ],
)
def test_never_imported(header: str) -> None:
    assert why_never(header)


@pytest.mark.parametrize(
    "header",
    [
        *("license_number", "LicenseType", "Lic No", "application_id", "State", "dl_description", "ld_description"),
        *(
            "business_name",
            "dba",
            "dob",
            "County",
            "Essnview Plaza",
            "City",
            "status",
            "employer_name",
            "Board-Action-Indicator",
        ),
        *(
            "health_permit_number",
            "massage_school",
            "Business License Number",
            "phone",
            "photography_studio",
            "prc_suffix",
        ),
    ],
)
def test_ordinary_columns_are_not_dropped(header: str) -> None:
    assert why_never(header) == ""
