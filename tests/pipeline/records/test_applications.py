"""An application record as what a board asks about."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import FixInput
from pipeline.model import Record
from pipeline.records.applications import application_of
from pipeline.records.importing import choose_layout, read_records

FIXTURES = Path(__file__).parent / "fixtures"


def test_application_of_a_record() -> None:
    record = next(
        r for r in read_records(choose_layout(FIXTURES / "applications.csv", "application")) if isinstance(r, Record)
    )
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
    record = next(r for r in read_records(choose_layout(FIXTURES / "denied.csv", "denied")) if isinstance(r, Record))
    with pytest.raises(FixInput, match="is a denied record, not an application"):
        application_of(record)
