"""The earlier collector's archives, read with another tool."""

import itertools
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from demo.collector import AGAIN, crawl_days, visits, write_archives
from demo.markup import Shelf
from demo.postings import PARLOR, SITES
from demo.state import World
from demo.world import make_world


@pytest.fixture(scope="module")
def archives(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_archives(world, tmp_path_factory.mktemp("archives"))


def test_every_visit_is_one_response_with_matching_digests(shelf: Shelf, archives: list[Path]) -> None:
    urls: Counter[str] = Counter()
    for path in archives:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                record.content_stream().read()
                if record.rec_type == "response":
                    urls[record.rec_headers.get_header("WARC-Target-URI")] += 1
    assert urls == Counter(f"http://{v.site}.example{v.target}" for v in visits(shelf))


def test_files_hold_one_site_and_month_and_end_before_today(world: World, archives: list[Path]) -> None:
    for path in archives:
        site, month = path.name.removesuffix(".warc.gz").rsplit("-", 2)[0], path.name[-15:-8]
        with path.open("rb") as file:
            records = [r.rec_headers for r in ArchiveIterator(file)]
        assert site in SITES
        assert records[0].get_header("WARC-Type") == "warcinfo"
        assert {h.get_header("WARC-Date")[:7] for h in records} == {month}
        assert max(h.get_header("WARC-Date")[:10] for h in records) < world.today.isoformat()
        assert {h.get_header("WARC-Target-URI").split("/")[2] for h in records[1:]} == {f"{site}.example"}


def test_record_ids_are_unique(archives: list[Path]) -> None:
    ids = []
    for path in archives:
        with path.open("rb") as file:
            ids += [r.rec_headers.get_header("WARC-Record-ID") for r in ArchiveIterator(file)]
    assert len(ids) == len(set(ids))


def test_known_ads_are_captured_again_within_weeks(shelf: Shelf) -> None:
    days: dict[str, list[int]] = {}
    for visit in visits(shelf):
        if visit.site == PARLOR and visit.target.startswith("/place-"):
            days.setdefault(visit.target.rsplit("-", 1)[-1], []).append(visit.day.toordinal())
    gaps = [b - a for seen in days.values() for a, b in itertools.pairwise(seen)]
    assert gaps
    assert max(gaps) <= AGAIN[PARLOR] + 7


def test_about_eight_thousand_responses_at_full_scale() -> None:
    world = make_world()
    assert 6_000 <= sum(1 for _ in visits(Shelf(world))) <= 11_000
    assert crawl_days(world, PARLOR)[-1] < world.today
