"""The shipped profiles and column maps read what the synthetic state writes."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from demo.ad_pages import respond
from demo.collector import CONSENT, target_of
from demo.markup import Shelf
from demo.phone_styles import PLAIN
from demo.postings import BOARD, FORUM, PARLOR, SITES, TOWN
from demo.registers import write_registers
from demo.state import World
from pipeline.extract.page import extract_page
from pipeline.extract.profile import load_profiles
from pipeline.model import Page, Record, RecordKind
from pipeline.records.importing import choose_layout, read_records

PROFILES = load_profiles(Path(__file__).parents[2] / "spiders" / "sites")
KINDS: dict[str, RecordKind] = {
    "missouri-roster": "license",
    "city-licenses": "license",
    "denied-register": "denied",
    "business-filings": "filing",
    "applications": "application",
    "parcels": "parcel",
    "tips": "tip",
    "inspections": "inspection",
}
LISTINGS = {
    PARLOR: "/st-louis-massage-parlors-mo",
    BOARD: "/st-louis/Bodywork/",
    FORUM: "/forum/st-louis",
    TOWN: "/massage/st-louis",
}


def read(shelf: Shelf, site: str, target: str, cookies: dict[str, str] = CONSENT) -> Page:
    today = shelf.world.today
    answer = respond(shelf, f"{site}.example", target, cookies, today)
    kind = dict(answer.headers)["Content-Type"]
    moment = datetime.combine(today, time(15), UTC)
    return extract_page(answer.body, kind, f"http://{site}.example{target}", moment, PROFILES[site])


@pytest.mark.parametrize("site", SITES)
def test_ads_are_read_with_id_and_phones(shelf: Shelf, site: str) -> None:
    today = shelf.world.today
    posts = [p for p in shelf.world.postings if p.site == site and p.live_on(today)][:12]
    plain = 0
    for post in posts:
        page = read(shelf, site, target_of(post, today))
        ads = {ad.posting_id: ad for ad in page.ads}
        if site == FORUM and post.posting_id not in ads:
            continue  # it stands on a later page of its thread
        version = post.version_on(today)
        ad = ads[post.posting_id]
        assert ad.status == "live"
        assert not page.suspected_minor
        if all(style in PLAIN for _, style in version.phones):
            plain += 1
            assert set(ad.phones) == {number for number, _ in version.phones}
        if site in {BOARD, FORUM}:
            assert ad.posted is not None
            assert ad.posted.earliest == post.posted.date()
    assert plain


@pytest.mark.parametrize("site", SITES)
def test_listings_are_read(shelf: Shelf, site: str) -> None:
    page = read(shelf, site, LISTINGS[site])
    assert page.kind == "listing"
    assert page.items
    if site != FORUM:
        assert {
            (site, item.posting_id) for item in page.items if "spring-special" not in item.url
        } <= shelf.by_id.keys()
    if site == TOWN:
        assert page.next == "http://town-pages.example/massage/st-louis?start=20"


def test_consent_tombstone_and_closed_places_are_told(shelf: Shelf) -> None:
    today = shelf.world.today
    asked = read(shelf, PARLOR, LISTINGS[PARLOR], {})
    assert asked.kind == "consent"
    assert asked.consent is not None
    assert asked.consent.startswith("http://parlor-guide.example/?i_agree_notice")
    gone = [p for p in shelf.world.postings if p.site == BOARD and p.removed and 0 < (today - p.removed).days < 40]
    assert read(shelf, BOARD, target_of(gone[0], today)).kind == "tombstone"
    shut = [p for p in shelf.world.postings if p.site == PARLOR and not p.live_on(today) and shelf.shop(p).network]
    assert [ad.status for ad in read(shelf, PARLOR, target_of(shut[0], today)).ads] == ["closed"]


def test_registers_are_read_under_their_own_maps(world: World, tmp_path: Path) -> None:
    for name, path in write_registers(world, tmp_path).items():
        rows = list(read_records(choose_layout(path, KINDS[name])))
        records = [row for row in rows if isinstance(row, Record)]
        assert {record.dataset for record in records} == {name}
        keys = {p.key for p in world.papers if p.dataset == name}
        if name == "applications":
            keys = {a.application_id for a in world.applications}
        assert keys <= {record.natural_key for record in records}
        assert all("columns" in row.reason for row in rows if not isinstance(row, Record))
