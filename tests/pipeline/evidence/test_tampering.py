"""Up to the last seal every flipped bit, every cut and every forgery that fits together is found and named.

`make test` does a tenth of what `make soak` does.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.intake import keep_file
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc.writing import Exchange
from pipeline.home import Home
from tests.pipeline.evidence.authority import Authority
from tests.pipeline.evidence.conftest import make_exchange
from tests.pipeline.evidence.forging import CHANGES, forge
from tests.pipeline.evidence.mutations import NINE, behind, chosen, flipped, record_pieces, sealed_pieces
from tests.pipeline.evidence.stamping import crawl, finish, stamping_home

Make = Callable[..., Exchange]
LONG = pytest.mark.soak
TAIL = 2  # captures behind the last seal


@pytest.fixture
def sealed(tmp_path: Path, authority: Authority) -> Home:
    """Three crawls and a roster, sealed and stamped, and a fourth crawl that is not sealed yet."""
    home = stamping_home(tmp_path, authority, "ec", certificates="ec.pem")
    shutil.copyfile(authority.folder / "ec" / "root.pem", home.root / "ec.pem")
    archive = Archive(home)
    for first in (0, 4, 8):
        crawl(archive, make_exchange, range(first, first + 4))
    roster = tmp_path / "roster.csv"
    roster.write_text("license,name\n1,Lotus Spa\n")
    keep_file(home, archive.journal, roster, "license")
    finish(archive)
    later = Archive(replace(home, settings=replace(home.settings, seal_seconds=3600.0)))
    crawl_id = later.begin_crawl("board", {})
    for number in range(20, 20 + TAIL):
        later.write("board", crawl_id, make_exchange(number))
    later.journal.close()
    report = verify_home(home)
    assert report.problems == []
    assert report.seals["stamped_seq"] > 0
    assert report.seals["unsealed_entries"] >= TAIL
    return home


@pytest.mark.parametrize("flips", [100, pytest.param(1000, marks=LONG)])
def test_random_bit_flips(sealed: Home, flips: int) -> None:
    rng, pieces = random.Random(flips), sealed_pieces(sealed)
    for _ in range(flips):
        path, place = chosen(pieces, rng)
        good = path.read_bytes()
        path.write_bytes(flipped(good, place, rng))
        report = verify_home(sealed)
        [hit] = [piece for piece in pieces[path] if piece.start <= place < piece.end]
        assert hit.is_named(report), (hit, place, report.problems)
        path.write_bytes(good)
    assert verify_home(sealed).ok


@pytest.mark.parametrize("cuts", [100, pytest.param(1000, marks=LONG)])
def test_random_truncations(sealed: Home, cuts: int) -> None:
    rng, pieces = random.Random(cuts), sealed_pieces(sealed)
    for _ in range(cuts):
        path, place = chosen(pieces, rng)
        good = path.read_bytes()
        path.write_bytes(good[:place])
        report = verify_home(sealed)
        lost = behind(pieces[path], place)
        # of the journal the first entry that is missing is named, and the others counted; of an archive each record
        for piece in lost[:1] if path == sealed.journal else lost:
            assert piece.is_named(report), (piece, place, report.problems)
        path.write_bytes(good)
    assert verify_home(sealed).ok


@pytest.mark.parametrize("times", [2, pytest.param(100, marks=LONG)])
@pytest.mark.parametrize("name", NINE)
def test_the_nine_mutations_of_a_file_are_found_and_named(sealed: Home, name: str, times: int) -> None:
    rng, records = random.Random(times), record_pieces(sealed)
    for _ in range(times):
        path = rng.choice(list(records))
        good = path.read_bytes()
        data, altered = NINE[name](good, records[path], rng)
        assert data != good
        path.write_bytes(data)
        report = verify_home(sealed)
        for piece in altered:
            assert piece.is_named(report), (piece, report.problems)
        path.write_bytes(good)
    assert verify_home(sealed).ok


@pytest.mark.parametrize("times", [4, pytest.param(70, marks=LONG)])
@pytest.mark.parametrize("how", CHANGES)
def test_forgeries_that_fit_together(sealed: Home, tmp_path: Path, how: str, times: int) -> None:
    """Archive and journal written anew with digests that fit: only the seals know, and name the entry."""
    rng, whole = random.Random(times), verify_home(sealed)
    for number in range(times):
        root = Path(shutil.copytree(sealed.root, tmp_path / f"forged-{number}"))
        home = replace(sealed, root=root)
        first = forge(home, how, rng)
        report = verify_home(home)
        shown = {"WARC-Block-Digest"} if how == "digests stripped" else set()  # no record of ours is without
        if first <= whole.seals["sealed_seq"]:
            [altered, *_] = [p for p in report.problems if p.prop == "sealed"]
            assert altered.place == f"entry {first}", report.problems
        else:
            assert {p.prop for p in report.problems} == shown
            assert report.seals["unsealed_entries"] > 0
        props = {p.prop for p in report.problems}
        assert props <= {"sealed", "journal", "present", "content"} | shown, props  # archive and journal agree
        shutil.rmtree(home.archive / "seals")
        assert {p.prop for p in verify_home(home).problems} == {"present"} | shown  # without seals: that they are gone
        shutil.rmtree(root)


def test_what_lies_behind_the_last_seal_is_reported_and_not_sworn_to(sealed: Home) -> None:
    """Wherever the journal is cut off behind the seal, what is sealed stands, and the rest is called a tail."""
    whole, good = verify_home(sealed), sealed.journal.read_bytes()
    lines = good.splitlines(keepends=True)
    last = whole.seals["sealed_seq"]
    for kept in range(last, len(lines)):
        sealed.journal.write_bytes(b"".join(lines[:kept]))
        report = verify_home(sealed)
        assert (report.seals["sealed_seq"], report.seals["sealed_at"]) == (last, whole.seals["sealed_at"])
        assert report.seals["unsealed_entries"] <= whole.seals["unsealed_entries"]
        assert all(
            p.prop in {"journalled", "end of file"} for p in report.problems
        )  # the files have more than it names
    sealed.journal.write_bytes(b"".join(lines[: last - 1]))
    assert f"entry {last}" in {p.place for p in verify_home(sealed).problems if p.prop == "sealed"}
