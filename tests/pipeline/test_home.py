"""A home: made once, opened with clear refusals, one writer at a time, a clock that only demo homes simulate."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import DiskFull, FixHome, FixProfile, HomeBusy
from pipeline.home import create_home, full_disk_named, locked, open_home
from pipeline.settings import load_settings


def test_create_is_idempotent(tmp_path: Path) -> None:
    first = create_home(tmp_path / "h")
    again = create_home(tmp_path / "h")
    assert (first.root, first.opened_at) == (again.root, again.opened_at)


def test_a_folder_with_other_things_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(FixHome, match="not a home"):
        create_home(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        (json.dumps({"version": 99, "demo": False, "created": 0}), "layout version 99"),
        ("{", "damaged"),
        (json.dumps({"version": 1}), "damaged"),
    ],
)
def test_a_foreign_home_is_refused_in_words(tmp_path: Path, marker: str, words: str) -> None:
    (tmp_path / "home.json").write_text(marker)
    with pytest.raises(FixHome, match=words):
        open_home(tmp_path)


def test_missing_home_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(FixHome, match="imb init"):
        open_home(tmp_path / "nowhere")


def test_second_writer_is_told_who_holds_the_home(tmp_path: Path) -> None:
    home = create_home(tmp_path / "h")
    with locked(home, "imb build"), pytest.raises(HomeBusy, match="imb build"), locked(home, "other", wait=0.2):
        pass


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    home = create_home(tmp_path / "h")
    script = """
        import sys, time
        from pathlib import Path
        from pipeline.home import locked, open_home
        with locked(open_home(Path(sys.argv[1])), "imb run"):
            print("held", flush=True)
            time.sleep(60)
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(home.root)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(HomeBusy, match="imb run"), locked(home, "me", wait=0.1):
        pass
    child.kill()
    child.wait()
    with locked(home, "me", wait=5):
        pass


def test_only_demo_homes_simulate_the_clock(tmp_path: Path) -> None:
    text = 'simulated_today = "2026-03-16"\n'
    real = create_home(tmp_path / "real", settings_text=text)
    demo = create_home(tmp_path / "demo", demo=True, settings_text=text)
    assert abs((real.now() - datetime.now(UTC)).total_seconds()) < 60
    assert demo.now().date().isoformat() == "2026-03-16"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1", "unknown setting 'colour'"),
        ("fictional_numbers = 'perhaps'", "must be true or false"),
        ("flag_threshold = 'high'", "must be a number"),
        ("operator = ", "Correct the line"),
    ],
)
def test_wrong_settings_name_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "imb.toml"
    path.write_text(text)
    with pytest.raises(FixProfile, match=words) as caught:
        load_settings(path, {})
    assert str(path) in str(caught.value)


def test_environment_overrides_file(tmp_path: Path) -> None:
    path = tmp_path / "imb.toml"
    path.write_text('operator = "file"\n')
    assert load_settings(path, {"IMB_OPERATOR": "environment"}).operator == "environment"


def test_full_disk_is_named(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="Free space"), full_disk_named(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
