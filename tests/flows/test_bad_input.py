"""Bad input: a sentence that says what to do, an exit code that is not 0, nothing lost, the home still works."""

from __future__ import annotations

import gzip
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.evidence.verify import verify_home
from pipeline.home import open_home
from tests.flows.command_line import imb


def journal_lines(root: Path) -> int:
    return (root / "archive" / "journal.jsonl").read_bytes().count(b"\n")


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "home"))


def _truncated(folder: Path, source: Path) -> Path:
    path = folder / "cut.csv.gz"
    path.write_bytes(gzip.compress(source.read_bytes())[:-200])
    return path


@pytest.mark.parametrize("case", ["missing", "directory", "empty", "binary", "columns", "cut"])
def test_unreadable_record_files(home: Path, files: dict[str, Path], tmp_path: Path, case: str) -> None:
    path = tmp_path / f"{case}.csv"
    if case == "directory":
        path.mkdir()
    elif case == "empty":
        path.write_bytes(b"")
    elif case == "binary":
        path.write_bytes(bytes(range(256)) * 50)
    elif case == "columns":
        path.write_text("color,shape\nred,round\n")
    elif case == "cut":
        path = _truncated(tmp_path, files["applications"])
    done = imb(home, "import", "records", "applications", str(path), check=3)
    assert path.name in done.stderr
    assert "Traceback" not in done.stderr
    again = imb(home, "build")
    assert "Nothing new" in again.stdout, "an unreadable file must not change or block a build"
    assert verify_home(open_home(home)).ok


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["collect", "no-such-site"], 11, "no-such-site"),
        (["import", "records", "horoscopes", "x.csv"], 3, "no kind of record"),
        (["import", "warc", "nothing.warc.gz"], 3, "nothing.warc.gz"),
        (["network", "show", "ffffffff-none"], 11, "imb network list"),
        (["network", "export", "--format", "crayon"], 3, "graphml"),
        (["evidence", "find", "--phone", "+12125550199"], 11, "imb search"),
        (["screen", "one"], 3, "--name"),
        (["screen", "one", "--name", "A B", "--phone", "12"], 3, "ten digits"),
        (["screen", "one", "--name", "A B", "--dob", "31/31/1980"], 3, "1980-03-09"),
        (["standing", "set", "zz", "designated", "--why", "x", "--user", "amy"], 11, "imb search"),
        (["decide", "same", "zz", "yy", "--why", "x", "--user", "amy"], 11, "imb search"),
    ],
)
def test_wrong_words(home: Path, arguments: list[str], code: int, words: str) -> None:
    before = journal_lines(home)
    done = imb(home, *arguments, check=code)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert journal_lines(home) == before


def test_no_home(tmp_path: Path) -> None:
    assert "imb init" in imb(tmp_path / "nowhere", "build", check=5).stderr


def test_home_of_another_version(home: Path) -> None:
    marker = home / "home.json"
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "version": 7}))
    assert "layout version 7" in imb(home, "run", check=5).stderr


def test_a_damaged_snapshot_is_told_and_made_anew(home: Path) -> None:
    damaged = open_home(home).current_snapshot() / "intelligence.duckdb"
    damaged.chmod(0o600)
    damaged.write_bytes(damaged.read_bytes()[:5000])
    said = imb(home, "network", "list", check=5).stderr
    assert "Traceback" not in said
    assert str(damaged) in said
    assert "imb build --full" in said
    imb(home, "build", "--full")
    assert "none" not in imb(home, "network", "list").stdout


def test_settings_that_are_no_text_are_told(home: Path) -> None:
    (home / "imb.toml").write_bytes(b"operator = 'M\xfcller'\n")
    said = imb(home, "build", check=4).stderr
    assert "Traceback" not in said
    assert "imb.toml" in said


def test_demo_does_not_replace_a_real_home(tmp_path: Path) -> None:
    root = tmp_path / "real"
    imb(root, "init")
    assert "no demo home" in imb(root, "demo", "--home", str(root), check=5).stderr
    assert (root / "home.json").exists()


def test_full_disk_keeps_what_was_complete(received: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(received, tmp_path / "home"))

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    def ignore_and_limit() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        small_files_only()

    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "build", "--full", "--home", str(root)],
        capture_output=True,
        text=True,
        preexec_fn=ignore_and_limit,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert verify_home(open_home(root)).ok
    imb(root, "build")
