"""Two offices that count from 1 under one header: no record of either is lost."""

from __future__ import annotations

from pathlib import Path

from flows.stages.progress import silent
from flows.stages.records.intake import sync_files
from flows.stages.records.receiving import receive_files
from flows.stages.resolution.refs import load_records
from pipeline.evidence.archive import Archive
from pipeline.home import Home, create_home, locked
from pipeline.model import RecordKind
from pipeline.store.intelligence import open_working

SHARED = "license_no,name_of_business,street,city,st,zip,owner,phone\n"
CITY_A = SHARED + (
    "1001,Alder Bodywork,1 Fenwick St,Springfield,MO,65801,Aaron Vale,417-555-0161\n"
    "1002,Birch Bodywork,2 Fenwick St,Springfield,MO,65801,Bert Moss,417-555-0162\n"
)
CITY_B = SHARED + (
    "1001,Gorse Massage,9 Teasel Ave,Joplin,MO,64801,Gus Heath,417-555-0163\n"
    "1002,Dogwood Massage,8 Teasel Ave,Joplin,MO,64801,Dan Reed,417-555-0164\n"
)
LATER_A = CITY_A.replace("1 Fenwick St", "44 Larkmoor Rd").replace("0161", "0171")  # moved, and a new phone
LATER_B = CITY_B.replace("Gus Heath", "Hal Ferris")


def take_in(home: Home, folder: Path, *texts: str, office: str = "", kind: RecordKind = "license") -> None:
    paths = [folder / f"{len(list(folder.iterdir()))}-{n}.csv" for n in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    with locked(home, "test"):
        receive_files(home, paths, kind, office=office)


def read_waiting(home: Home, database: Path) -> None:
    with open_working(database) as store:
        archive = Archive(home)
        sync_files(home, archive, store, silent)
        archive.close()


def latest(database: Path) -> set[tuple[str, str]]:
    with open_working(database) as store:
        return {(r.natural_key, r.entity_name) for r, _ in load_records(store)}


EVERY = {("1001", "Alder Bodywork"), ("1002", "Birch Bodywork"), ("1001", "Gorse Massage"), ("1002", "Dogwood Massage")}


def test_two_cities_with_one_header_and_one_numbering_keep_all_their_records(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home")
    nightly, anew = tmp_path / "nightly.duckdb", tmp_path / "anew.duckdb"
    for texts in ((CITY_A,), (CITY_B, LATER_A, LATER_B)):
        take_in(home, tmp_path, *texts)
        read_waiting(home, nightly)
    read_waiting(home, anew)
    assert latest(nightly) == EVERY
    with open_working(nightly) as store, open_working(anew) as full:
        versions = store.rows("SELECT record_id, count(*) AS n FROM core_records GROUP BY ALL ORDER BY n")
        assert [v["n"] for v in versions] == [2, 2, 2, 2], "a later export is a newer version of its own city's record"
        assert store.digests(only={"core_records"}) == full.digests(only={"core_records"})


def test_what_an_office_numbered_is_its_own_where_the_office_is_named(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home")
    database = tmp_path / "nightly.duckdb"
    elsewhere = CITY_A.replace("1 Fenwick St,Springfield,MO,65801", "7 Teasel Ave,Joplin,MO,64801")  # of one owner
    take_in(home, tmp_path, CITY_A, office="Springfield")
    take_in(home, tmp_path, elsewhere, office="Joplin")
    read_waiting(home, database)
    with open_working(database) as store:
        kept = [(r.dataset.rpartition("@")[2], r.natural_key) for r, _ in load_records(store)]
    assert sorted(kept) == [("joplin", "1001"), ("joplin", "1002"), ("springfield", "1001"), ("springfield", "1002")]


ASKED = "application_id,business_name,applicant_name,email\n"
HANA, LAN = "7,Fern Spa,Hana Park,hana@example.com\n", "7,Fern Spa,Lan Pham,lan@example.com\n"


def test_applications_that_share_a_number_in_one_file_stay_two_in_every_later_one(tmp_path: Path) -> None:
    """Whatever their order, and also where the number was known before it stood twice."""
    home = create_home(tmp_path / "home")
    database = tmp_path / "nightly.duckdb"
    before = ASKED + "7,Fern Spa,,hana@example.com\n"
    for text in (before, ASKED + HANA + LAN, ASKED + LAN.replace("lan@", "pham@") + HANA):
        take_in(home, tmp_path, text, kind="application")
    read_waiting(home, database)
    with open_working(database) as store:
        kept = {r.parties[0].full_name: (r.dataset, r.emails) for r, _ in load_records(store, None, "application")}
        versions = store.rows("SELECT dataset, count(*) AS n FROM core_records GROUP BY ALL ORDER BY dataset")
    assert {name: emails for name, (_, emails) in kept.items()} == {
        "Hana Park": ("hana@example.com",),
        "Lan Pham": ("pham@example.com",),
    }
    assert [v["n"] for v in versions] == [3, 2], "the one that was known before is Hana Park's"
    assert kept["Hana Park"][0] == "applications"
