"""Verification takes the same memory for an archive of any size."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.keys import make_key
from pipeline.evidence.verify import verify_home
from pipeline.home import Home, create_home
from tests.pipeline.evidence.conftest import make_exchange

VERIFY = """
import resource, sys
from pathlib import Path
from pipeline.evidence.verify import verify_home
from pipeline.home import open_home
report = verify_home(open_home(Path(sys.argv[1])))
assert report.ok, report.problems[:3]
assert report.seals["unsealed_entries"] == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, report.records)
"""


def filled(folder: Path, captures: int, size: int) -> Home:
    """A sealed home of so many captures, each with a body of `size` bytes that does not compress."""
    home = create_home(folder, settings_text='fsync = "batch"\n')
    make_key(home)
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    for number in range(captures):
        archive.write("board", crawl_id, make_exchange(number, body=os.urandom(size)))
    archive.end_crawl(crawl_id, {}, True, [])
    archive.close()
    return home


def peak(home: Home) -> int:
    """The most bytes that Python objects took while the home was verified."""
    verify_home(home)  # what is loaded once is no matter of size
    tracemalloc.start()
    try:
        assert verify_home(home).ok
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_hardly_grows_with_the_number_of_captures(tmp_path: Path) -> None:
    few, many = filled(tmp_path / "few", 50, 500), filled(tmp_path / "many", 750, 500)
    each = (peak(many) - peak(few)) / 700
    assert each < 80, "bytes for each capture: the sealed hashes of the longest seal are kept, nothing else"


@pytest.mark.soak
def test_two_gigabytes_take_as_much_as_two_hundred_megabytes(tmp_path: Path) -> None:
    """The resident size of the verifying process, over archives of 200 MB and 2 GB of pages."""
    sizes = []
    for name, captures in (("small", 4_000), ("large", 40_000)):
        home = filled(tmp_path / name, captures, 50_000)
        done = subprocess.run(
            [sys.executable, "-c", VERIFY, str(home.root)], capture_output=True, text=True, check=True
        )
        kilobytes, records = map(int, done.stdout.split())
        assert records > captures * 3
        sizes.append(kilobytes)
    print(f"resident: {sizes[0] / 1024:.0f} MB for 200 MB of pages, {sizes[1] / 1024:.0f} MB for 2 GB")
    assert sizes[1] < sizes[0] + 40 * 1024
