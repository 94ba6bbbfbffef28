"""What may be two is shown from what the registers say of a whole home."""

from __future__ import annotations

from pathlib import Path

from flows.stages.build import build
from flows.stages.records.receiving import receive_files
from pipeline.home import create_home, locked
from tests.flows.command_line import answer, imb

HEADER = (
    "license_number,legal_name,license_description,license_status,date_issued,license_expiration_date,business_phone,"
    "address,city,state,zip_code\n"
)
SHOP = "Alder Bodywork,MASSAGE,ACTIVE"
PLACE = "417-555-0161,1 Fenwick St,Springfield,MO,65801\n"


def test_two_licenses_of_one_office_at_one_time(tmp_path: Path) -> None:
    """The newest version of each paper counts: BL-3 was said to hold on, then it was closed by its last day."""
    home = create_home(tmp_path / "home")
    early = HEADER + f"BL-3,{SHOP},2022-01-01,2029-12-31,{PLACE}"
    late = HEADER + (
        f"BL-1,{SHOP},2024-01-01,2024-12-31,{PLACE}"
        f"BL-2,{SHOP},2024-03-01,2025-02-28,{PLACE}"
        f"BL-3,{SHOP},2022-01-01,2023-12-31,{PLACE}"
    )
    for name, text in (("early", early), ("late", late)):
        (tmp_path / f"{name}.csv").write_text(text)
        with locked(home, "test"):
            receive_files(home, [tmp_path / f"{name}.csv"], "license")
    with locked(home, "test"):
        build(home)
    (doubt,) = answer(home.root, "model", "doubtful")
    assert (doubt["kind"], doubt["size"]) == ("business", 3)
    assert doubt["reasons"] == [
        "two numbers of city-licenses in force at one time (BL-1, 2024-01-01 to 2024-12-31; BL-2, 2024-03-01 to "
        "2025-02-28): a renewal would follow the other"
    ]
    imb(home.root, "decide", "not-same", *doubt["pair"], "--why", "two shops", "--user", "tester")
    with locked(home, "test"):
        build(home)
    assert answer(home.root, "model", "doubtful") == []
