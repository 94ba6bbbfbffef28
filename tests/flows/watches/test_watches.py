"""Watches on a home: told once, to real servers on loopback, with nothing of a person in what leaves the house."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.stages.watches import watching
from flows.stages.watches.notices import pending
from pipeline.home import open_home
from pipeline.store.casework import Casework
from tests.flows.command_line import answer, imb
from tests.pipeline.evidence.receivers import MailServer, WebAddress, mail_server, web_address

HEADER = (
    "license_number,legal_name,dba_name,license_status,date_issued,business_phone,"
    "address,unit,city,state,zip_code,owner"
)
SECRETS = ("Larkmoor", "Golden", "4175550101", "555-0101", "Quist")


def licenses(folder: Path, *numbers: int) -> Path:
    path = folder / f"licenses-{'-'.join(map(str, numbers))}.csv"
    rows = [
        f"L{n},Golden Lotus {n} LLC,Golden Lotus Spa,Active,2026-01-0{n},417-555-0101,{n}200 N Larkmoor Ave,5,"
        f"Springfield,MO,65801,Ada Quist"
        for n in numbers
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def one_license(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one-license")
    root = folder / "home"
    imb(root, "init")
    with (root / "imb.toml").open("a") as settings:
        settings.write("fictional_numbers = true\n")
    imb(root, "import", "records", "licenses", str(licenses(folder, 1)), "--map", "city-licenses")
    imb(root, "build")
    return root


@pytest.fixture
def home(one_license: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(one_license, tmp_path / "home"))


@pytest.fixture
def places(home: Path) -> Iterator[tuple[MailServer, WebAddress]]:
    with mail_server(MailServer()) as mail, web_address(WebAddress()) as web:
        with (home / "imb.toml").open("a") as settings:
            settings.write(
                f'mail_server = "smtp://127.0.0.1:{mail.port}"\nmail_sender = "imb@example.org"\n'
                f'watch_notices = "mailto:desk@example.org, {web.url}"\n'
            )
        yield mail, web


def more(home: Path, folder: Path, *numbers: int) -> Any:
    imb(home, "import", "records", "licenses", str(licenses(folder, *numbers)), "--map", "city-licenses")
    return imb(home, "build")


def test_new_hits_are_listed_and_told_once(home: Path, places: tuple[MailServer, WebAddress], tmp_path: Path) -> None:
    mail, web = places
    phone = answer(home, "watch", "add", "phone", "417-555-0101", "--why", "tip 7", "--user", "amy")
    place = answer(home, "watch", "add", "address", "2200 N Larkmoor Ave #5, Springfield MO", "--why", "tip 7")
    assert (phone["known"], place["known"]) == (1, 0)
    assert "3 new watch hits" in more(home, tmp_path, 1, 2, 3).stdout
    new = answer(home, "watch", "hits", "--new")
    assert sorted((h["watch_id"], h["found"][:12]) for h in new) == sorted(
        [(phone["watch_id"], "+14175550101"), (phone["watch_id"], "+14175550101"), (place["watch_id"], "2200 N Larkm")]
    )
    assert all(h["source_id"] and h["business"] for h in new)
    assert len(mail.messages) == len(web.bodies) == 1
    body = json.loads(web.bodies[0])
    assert body["new_hits"] == 3
    assert body["by_watch"] == {phone["watch_id"]: 2, place["watch_id"]: 1}
    for told in (mail.messages[0], web.bodies[0]):
        assert phone["watch_id"].encode() in told
        assert not [s for s in SECRETS if s.encode() in told]
    for again in (["build"], ["build", "--full"], ["build", "--reextract"]):
        imb(home, *again)
    assert len(answer(home, "watch", "hits")) == 4
    assert len(mail.messages) == len(web.bodies) == 1
    imb(home, "watch", "hits", "--new", "--seen", "--user", "amy")
    assert answer(home, "watch", "hits", "--new") == []


def test_a_notice_that_failed_is_pending_and_goes_out_later(
    home: Path, places: tuple[MailServer, WebAddress], tmp_path: Path
) -> None:
    mail, web = places
    mail.behavior, web.status = "refuse", 503
    imb(home, "watch", "add", "area", "Springfield, MO", "--why", "tip 7")
    done = more(home, tmp_path, 1, 2)
    assert "Not told" in done.stdout
    waiting = answer(home, "status")["watch_notices"]
    assert len(waiting) == 2
    assert "503" in waiting[1]
    assert "secret-part" not in json.dumps(waiting)
    mail.behavior, web.status = "accept", 204
    more(home, tmp_path, 1, 2, 3)
    assert answer(home, "status")["watch_notices"] == []
    assert [json.loads(b)["new_hits"] for b in web.bodies] == [2], "both runs' hits, told once"
    assert len(mail.messages) == 1
    assert answer(home, "audit", "verify") == {"problems": []}


def test_killed_between_publishing_and_matching(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imb(home, "watch", "add", "name", "Golden Lotus Spa", "--why", "tip 7")
    imb(home, "import", "records", "licenses", str(licenses(tmp_path, 1, 2)), "--map", "city-licenses")
    with monkeypatch.context() as broken:
        broken.setattr(watching.Watchlist, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        imb(home, "build", check=130)
    assert answer(home, "watch", "hits", "--new") == []
    done = imb(home, "build")
    assert "Nothing new" in done.stdout
    assert [h["subject_kind"] for h in answer(home, "watch", "hits", "--new")] == ["license"]


def test_an_ended_watch_is_silent_and_what_happened_is_logged(home: Path, tmp_path: Path) -> None:
    made = answer(home, "watch", "add", "area", "65801", "--why", "tip 7", "--user", "amy")
    imb(home, "watch", "remove", made["watch_id"], "--why", "closed", "--user", "ben")
    assert answer(home, "watch", "list") == []
    more(home, tmp_path, 1, 2)
    assert answer(home, "watch", "hits", "--new") == []
    imb(home, "watch", "remove", made["watch_id"], "--why", "again", check=11)
    imb(home, "user", "add", "nosy", "auditor", "--by", "ben", check=None)
    log = [(e["action"], e["actor"]) for e in Casework(open_home(home).casework_url).entries("audit")]
    assert [a for a in log if a[0] in {"watch area", "end watch"}] == [("watch area", "amy"), ("end watch", "ben")]
    assert pending(open_home(home)) == []


def test_a_value_is_watched_once_however_it_is_written(home: Path) -> None:
    imb(home, "watch", "add", "phone", "(417) 555-0101", "--why", "lead", "--user", "ana")
    done = imb(home, "watch", "add", "phone", "417.555.0101", "--why", "mine too", "--user", "ben", check=3)
    assert "by ana" in done.stderr
    assert len(json.loads(imb(home, "watch", "list", "--json").stdout)) == 1


@pytest.mark.parametrize("wrong", [["phone", "12"], ["area", "Nowhere, MO"], ["face", "x"], ["phrase", "spa"]])
def test_a_value_that_could_never_be_found_is_refused(home: Path, wrong: list[str]) -> None:
    imb(home, "watch", "add", *wrong, "--why", "tip 7", check=3)
    assert answer(home, "watch", "list") == []
