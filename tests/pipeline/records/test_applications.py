"""An application record as what a board asks about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import FixInput
from pipeline.model import Record
from pipeline.records.applications import application_of, applications_of
from pipeline.records.importing import read_records

FIXTURES = Path(__file__).parent / "fixtures"


def test_application_of_a_record() -> None:
    record = next(r for r in read_records(FIXTURES / "applications.csv", "application") if isinstance(r, Record))
    application = application_of(record)
    assert application.application_id == "A26-000001"
    assert application.business_name == "Birch Lane Wellness LLC"
    assert application.applicant is not None
    assert application.applicant.full_name == "Zhao, Mei"
    assert [p.full_name for p in application.related] == ["Lan Pham"]
    assert application.phones == ("+14175550123",)
    assert [a.city for a in application.prior_addresses] == ["Joplin"]
    assert application.application_type == "new"


def test_other_records_are_refused() -> None:
    record = next(r for r in read_records(FIXTURES / "denied.csv", "denied") if isinstance(r, Record))
    with pytest.raises(FixInput, match="is a denied record, not an application"):
        application_of(record)


def test_one_number_of_two_offices_is_two_applications() -> None:
    one = Record("application", "city-office", "1001", 2)
    third = Record("application", "city-office", "1002", 3, extra=(("dob (unread)", "soon"),))
    found = applications_of([one, replace(one, dataset="county-office"), third])
    assert [a.application_id for a, _ in found] == ["1001 (city-office)", "1001 (county-office)", "1002"]
    assert [unread for _, unread in found] == [(), (), ("dob",)]
