"""`imb status` and the audit: what is pending is retried and said; what is wrong is in a report; only counts leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.stages.evidence.audit_reports import audit_home, last_audit
from flows.stages.status import home_status
from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.files import numbers, seal_folder
from pipeline.home import Home, locked, open_home
from tests.flows.command_line import imb
from tests.pipeline.evidence.conftest import make_exchange
from tests.pipeline.evidence.receivers import WebAddress, web_address


@pytest.fixture
def home(tmp_path: Path) -> Home:
    imb(tmp_path / "home", "init")
    home = open_home(tmp_path / "home")
    archive = Archive(home)
    crawl_id = archive.begin_crawl("board", {})
    for number in range(3):
        archive.write("board", crawl_id, make_exchange(number))
    archive.end_crawl(crawl_id, {}, True, [])
    archive.close()
    return home


def test_an_audit_leaves_a_report_in_the_home(home: Home) -> None:
    with locked(home, "test"):
        first, second = audit_home(home), audit_home(home)
    assert first.ok
    assert first.path != second.path
    facts = json.loads(second.path.read_bytes())
    assert facts["problems"] == []
    assert facts["counts"]["records checked"] == 10
    assert facts["counts"]["entries not sealed"] == 0
    assert facts["journal_head"][0] == facts["counts"]["journal entries checked"]
    assert last_audit(home)["file"] == second.path.name
    assert (home.root / "audits").stat().st_mode & 0o077 == 0


def test_what_is_wrong_is_named_in_the_report_and_counted_outside(home: Home) -> None:
    warc = next((home.archive / "warc").glob("*/*/*.gz"))
    data = bytearray(warc.read_bytes())
    data[-30] ^= 1
    warc.write_bytes(data)
    with locked(home, "test"):
        report = audit_home(home)
    facts = json.loads(report.path.read_bytes())
    assert any(warc.name in text and "stored bytes" in text for text in facts["problems"])
    assert report.counts["problems"] == len(facts["problems"]) > 0
    assert all(isinstance(value, int) for value in report.counts.values()), "only numbers leave the house"
    said = home_status(home)
    assert said["last_audit"]["counts"]["problems"] == report.counts["problems"]
    assert "found" in said["trouble"][0]


def test_an_audit_without_a_key_says_that_it_cannot_seal(home: Home) -> None:
    (home.root / "keys" / "signing.key.pem").unlink()
    with locked(home, "test"):
        report = audit_home(home)
    assert report.counts["problems"] == 1
    assert report.first_problem.startswith("cannot seal: The signing key cannot be used")
    assert "cannot be used" in home_status(home)["trouble"][0]


def test_what_is_pending_is_in_the_status_and_the_audit_retries_it(home: Home) -> None:
    with web_address(WebAddress(503)) as address:
        with (home.root / "imb.toml").open("a") as settings:
            settings.write(f'seal_copies = "{address.url}"\n')
        imb(home.root, "evidence", "seal")
        said = imb(home.root, "status").stdout
        assert "Pending: seal" in said
        assert "answered 503" in said
        address.status = 204
        with locked(home, "test"):
            report = audit_home(open_home(home.root))
        assert report.counts["seals and copies pending"] == 0
        assert len(address.bodies) == 1
    assert "Pending" not in imb(home.root, "status").stdout


def test_the_next_command_retries_what_is_pending(home: Home, tmp_path: Path) -> None:
    with web_address(WebAddress(500)) as address:
        with (home.root / "imb.toml").open("a") as settings:
            settings.write(f'seal_copies = "{address.url}"\n')
        roster = tmp_path / "roster.csv"
        roster.write_text("color,shape\nred,round\n")
        imb(home.root, "import", "records", "licenses", str(roster), check=3)
        assert json.loads(imb(home.root, "status", "--json").stdout)["seals"]["pending"]
        address.status = 204
        roster.write_text("color,shape\nblue,round\n")
        imb(home.root, "import", "records", "licenses", str(roster), check=3)
        assert json.loads(imb(home.root, "status", "--json").stdout)["seals"]["pending"] == []
        assert json.loads(address.bodies[-1])["number"] == numbers(seal_folder(home))[-1]


def test_the_status_says_what_is_not_sealed(home: Home) -> None:
    archive = Archive(home)
    archive.journal.append("note")
    archive.journal.close()
    facts = home_status(home)
    assert facts["seals"]["unsealed_entries"] == 1
    assert facts["seals"]["unsealed_since"]
    assert "Not sealed: 1 entries, since" in imb(home.root, "status").stdout
    assert "Never audited" in imb(home.root, "status").stdout
