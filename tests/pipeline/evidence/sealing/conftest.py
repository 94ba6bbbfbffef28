"""Homes whose journal is sealed and stamped while it grows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.evidence.archive import Archive
from pipeline.evidence.importing import import_archive
from pipeline.evidence.intake import keep_file
from pipeline.home import Home
from tests.pipeline.evidence.authority import Authority
from tests.pipeline.evidence.stamping import Make, crawl, finish, stamping_home


@pytest.fixture
def stamped_home(tmp_path: Path, authority: Authority) -> Home:
    """A home with a key, an honest authority and a folder outside."""
    (tmp_path / "outside").mkdir()
    return sealing_home(tmp_path, authority, "honest")


def sealing_home(folder: Path, authority: Authority, *behaviors: str, more: str = "") -> Home:
    return stamping_home(folder, authority, *behaviors, more=f'seal_copies = "{folder}/outside"\n{more}')


@pytest.fixture
def filled(stamped_home: Home, exchange: Make, tmp_path: Path) -> Home:
    """Two crawls, an import and a roster: sealed, stamped, copied."""
    archive = Archive(stamped_home)
    archive.recover()
    crawl(archive, exchange, range(3))
    by_others = tmp_path / "other.warc.gz"
    by_others.write_bytes(next((stamped_home.archive / "warc").glob("*/*/*.gz")).read_bytes())
    import_archive(archive, by_others, "another office", lambda _: "board")
    roster = tmp_path / "roster.csv"
    roster.write_text("license,name\n1,Lotus Spa\n")
    keep_file(stamped_home, archive.journal, roster, "license")
    crawl(archive, exchange, range(3, 5))
    finish(archive)
    return stamped_home


def kinds_after_the_last_seal(home: Home) -> list[str]:
    kinds = [e.kind for e in Archive(home).journal.entries()]
    return kinds[len(kinds) - kinds[::-1].index("sealed") :]
