"""A package as a tree of files: whatever is changed in it is found and named, also when every digest is made anew.

`make test` does a tenth of what `make soak` does.
"""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.bag import SIGNATURE, TAG_MANIFEST, write_manifests
from pipeline.evidence.check import Report
from pipeline.evidence.package.building import build_package
from pipeline.evidence.verify import verify_home, verify_package
from pipeline.home import Home
from tests.pipeline.evidence.authority import Authority
from tests.pipeline.evidence.conftest import make_exchange
from tests.pipeline.evidence.forging import CHANGES, forge, rewrapped
from tests.pipeline.evidence.mutations import NINE, Piece, flipped
from tests.pipeline.evidence.stamping import PATIENCE, crawl, stamping_home

LONG = pytest.mark.soak
FACTS = {"exhibit": "12", "case": "26-CR-1", "requester": "County", "authority": "order", "exporter": "clerk"}
Made = tuple[Home, Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Made:
    """A sealed and stamped home, and a package of all its captures, unpacked."""
    folder = tmp_path_factory.mktemp("made")
    home = stamping_home(folder, authority, "ec", certificates=authority.folder / "ec" / "root.pem")
    archive = Archive(home)
    for first in (0, 3):
        crawl(archive, make_exchange, range(first, first + 3))
    archive.sealer.close(grace=PATIENCE)
    return home, exported(home, folder / "exhibit")


def exported(home: Home, out: Path) -> Path:
    archive = Archive(home)
    return build_package(home, archive, [known.capture for known in archive.captures()], out, FACTS).path


@pytest.fixture
def package(made: Made, tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(made[1], tmp_path / "exhibit"))
    assert verify_package(copy).problems == []
    return copy


def files_of(package: Path) -> list[Path]:
    return sorted(p for p in package.rglob("*") if p.is_file())


def names(report: Report, package: Path, path: Path) -> bool:
    """Whether a problem names the file, or something inside of it. The tag manifest is named with its signature."""
    name = path.relative_to(package).as_posix()
    files = {name, SIGNATURE} if name == TAG_MANIFEST else {name}
    return any(p.file.partition("!")[0] in files for p in report.problems)


def hit(package: Path, rng: random.Random) -> tuple[Path, int]:
    files = files_of(package)
    path = rng.choices(files, [p.stat().st_size ** 0.5 for p in files])[0]
    return path, rng.randrange(path.stat().st_size)


@pytest.mark.parametrize("flips", [30, pytest.param(1000, marks=LONG)])
def test_random_bit_flips(package: Path, flips: int) -> None:
    rng = random.Random(flips)
    for _ in range(flips):
        path, place = hit(package, rng)
        good = path.read_bytes()
        path.write_bytes(flipped(good, place, rng))
        report = verify_package(package)
        assert names(report, package, path), (path, place, report.problems)
        path.write_bytes(good)


@pytest.mark.parametrize("cuts", [30, pytest.param(1000, marks=LONG)])
def test_random_truncations(package: Path, cuts: int) -> None:
    rng = random.Random(cuts)
    for _ in range(cuts):
        path, place = hit(package, rng)
        good = path.read_bytes()
        path.write_bytes(good[:place])
        report = verify_package(package)
        assert names(report, package, path), (path, place, report.problems)
        path.write_bytes(good)


def test_every_file_taken_away_or_added_is_named(package: Path) -> None:
    for path in files_of(package):
        good = path.read_bytes()
        path.unlink()
        assert names(verify_package(package), package, path), path
        path.write_bytes(good)
    for folder in {p.parent for p in files_of(package)}:
        (folder / "added.txt").write_text("x")
        assert names(verify_package(package), package, folder / "added.txt"), folder
        (folder / "added.txt").unlink()


def inside(package: Path) -> dict[str, list[Piece]]:
    """The records of each WARC file in the package's WACZ, by the file's name in it."""
    found: dict[str, list[Piece]] = {}
    for item in json.loads((package / "data/items.json").read_bytes())["items"]:
        for record in item["records"]:
            file, end = record["file"], record["offset"] + record["length"]
            place = f"item {item['item']} ({item['capture_id']}), record {record['id']} "
            piece = Piece(file, record["offset"], end, (place,), record["type"])
            found.setdefault(file.partition("!")[2], []).append(piece)
    return {name: sorted(pieces, key=lambda p: p.start) for name, pieces in found.items()}


@pytest.mark.parametrize("times", [1, pytest.param(25, marks=LONG)])
@pytest.mark.parametrize("how", NINE)
def test_the_nine_mutations_with_new_digests_are_found_and_named(package: Path, how: str, times: int) -> None:
    """The forger makes WACZ, bag and manifests anew around the altered WARC file."""
    rng, pieces, [wacz] = random.Random(times), inside(package), list(package.rglob("*.wacz"))
    good = {path: path.read_bytes() for path in (wacz, *package.glob("*manifest*"))}
    for _ in range(times):
        name = rng.choice(list(pieces))
        altered: list[Piece] = []

        def change(parts: dict[str, bytes], name: str = name, altered: list[Piece] = altered) -> None:
            parts[name], found = NINE[how](parts[name], pieces[name], rng)
            altered += found

        rewrapped(wacz, change)
        write_manifests(package)
        report = verify_package(package)
        for piece in altered:
            assert piece.is_named(report), (piece, report.problems)
        for path, data in good.items():
            path.write_bytes(data)


@pytest.mark.parametrize("times", [1, pytest.param(35, marks=LONG)])
@pytest.mark.parametrize("how", CHANGES)
def test_a_whole_package_made_anew_is_under_no_seal(made: Made, tmp_path: Path, how: str, times: int) -> None:
    """Archive, journal and package of another history, all digests fit; only seals and signatures are the old ones."""
    home, original = made
    rng = random.Random(times)
    for number in range(times):
        forged = replace(home, root=Path(shutil.copytree(home.root, tmp_path / f"forged-{number}")))
        first = forge(forged, how, rng)
        shutil.rmtree(forged.archive / "seals")
        assert all(p.prop in {"present", "WARC-Block-Digest"} for p in verify_home(forged).problems)
        without = replace(forged, settings=replace(forged.settings, timestamp_authorities=""))
        out = exported(without, tmp_path / f"exhibit-{number}")
        told = told_entries(out)
        shutil.rmtree(out / "data/seals")
        shutil.copytree(original / "data/seals", out / "data/seals")
        items, genuine = (json.loads((p / "data/items.json").read_bytes()) for p in (out, original))
        items["seals"] = genuine["seals"]
        (out / "data/items.json").write_text(json.dumps(items))
        shutil.copyfile(original / SIGNATURE, out / SIGNATURE)
        write_manifests(out)
        report = verify_package(out)
        wrong = next((seq for seq in told if seq >= first), None)  # the first altered entry that the package tells of
        assert wrong is None or f"entry {wrong}" in {p.place for p in report.problems if p.prop == "sealed"}, (
            wrong,
            report.problems,
        )
        assert SIGNATURE in {p.file for p in report.problems}
        shutil.rmtree(forged.root)
        shutil.rmtree(out)


def told_entries(package: Path) -> list[int]:
    """The numbers of the journal entries in a package."""
    return [json.loads(line)["seq"] for line in (package / "data/journal.jsonl").read_bytes().splitlines()]


def test_the_package_signature_covers_every_byte(package: Path) -> None:
    """Without any digest made anew, the signed tag manifest alone stands for all files."""
    (package / TAG_MANIFEST).write_bytes((package / TAG_MANIFEST).read_bytes().replace(b"a", b"b", 1))
    assert {SIGNATURE, TAG_MANIFEST} & {p.file for p in verify_package(package).problems}
