"""Seals go outside by folder, mail and web; who hangs or refuses keeps nobody waiting; a rollback shows by each."""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from pipeline.errors import FixInput
from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.copy_reading import read_copies
from pipeline.evidence.sealing.destinations import destinations
from pipeline.evidence.sealing.files import home_id, load_seal, numbers, seal_folder
from pipeline.evidence.sealing.keys import make_key
from pipeline.evidence.sealing.pending import pending_sentences
from pipeline.evidence.verify import verify_home
from pipeline.evidence.warc.writing import Exchange
from pipeline.home import Home, create_home
from tests.pipeline.evidence.authority import write_certificate
from tests.pipeline.evidence.forging import rewritten
from tests.pipeline.evidence.receivers import MailServer, WebAddress, mail_server, numbers_of, web_address

Make = Callable[..., Exchange]
ADDRESS = "seals@agency.example"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server(MailServer()) as server:
        yield server


@pytest.fixture
def web() -> Iterator[WebAddress]:
    with web_address(WebAddress()) as address:
        yield address


def home_with(folder: Path, copies: str, server: str = "", **more: str) -> Home:
    settings = {"seal_copies": copies, "mail_server": server, "fsync": "batch", "operator": "Jordan Quill", **more}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    home = create_home(folder / "home", settings_text=text)
    make_key(home)
    return home


def crawl(home: Home, exchange: Make, pages: range, grace: float = 30) -> None:
    archive = Archive(home)
    archive.recover()
    crawl_id = archive.begin_crawl("board", {})
    for number in pages:
        archive.write("board", crawl_id, exchange(number))
    archive.end_crawl(crawl_id, {}, True, [])
    archive.sealer.close(grace=grace)
    archive.close()


def test_every_kind_of_place_gets_the_newest_seal(
    tmp_path: Path, exchange: Make, mail: MailServer, web: WebAddress
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "other").mkdir()
    places = f"{tmp_path}/outside, mailto:{ADDRESS}, {web.url}, {tmp_path}/other"
    home = home_with(tmp_path, places, f"smtp://127.0.0.1:{mail.port}")
    crawl(home, exchange, range(2))
    crawl(home, exchange, range(2, 4))
    newest = numbers(seal_folder(home))[-1]
    text = (load_seal(seal_folder(home), newest).folder / "seal.json").read_bytes()
    assert numbers_of(web.bodies)[-1] == newest
    assert web.bodies[-1] == text
    message = email.message_from_bytes(mail.messages[-1], policy=email.policy.default)
    [attached] = message.iter_attachments()
    assert attached.get_payload(decode=True) == text
    assert (message["To"], message["From"]) == (ADDRESS, ADDRESS)
    for folder in ("outside", "other"):
        assert numbers(tmp_path / folder / home_id(home)) == numbers(seal_folder(home))
    assert pending_sentences(home) == []
    before = len(web.bodies), len(mail.messages)
    Archive(home).close()
    assert (len(web.bodies), len(mail.messages)) == before, "what has arrived is not sent again"


def test_nothing_personal_leaves_the_house(tmp_path: Path, exchange: Make, mail: MailServer, web: WebAddress) -> None:
    home = home_with(tmp_path, f"mailto:{ADDRESS}, {web.url}", f"smtp://127.0.0.1:{mail.port}")
    crawl(home, exchange, range(2))
    assert mail.messages
    assert web.bodies
    allowed = {"format", "home", "number", "first_seq", "head", "merkle_root", "previous_sha256"}
    allowed |= {"certificate_sha256", "made_at", "journal_clock"}
    for body in web.bodies:
        said = json.loads(body)
        assert set(said) == allowed
        assert set(said["head"]) == {"seq", "hash"}
    attached = b"".join(c.text for c in read_copies(mail.save(tmp_path / "mails")))
    heads = b"".join(f"{k}: {v}\n".encode() for headers in web.headers for k, v in headers.items())
    everything = b"".join(mail.messages) + attached + b"".join(web.bodies) + heads + "\n".join(mail.said).encode()
    for secret in (b"Jordan", b"Quill", b"board", b"ads.example", b"Lotus", b"417-555", str(tmp_path).encode()):
        assert secret not in everything, secret


@pytest.mark.parametrize("how", ["mail", "web", "folder"])
def test_a_rolled_back_home_is_named_by_each_kind_of_copy(
    tmp_path: Path, exchange: Make, mail: MailServer, web: WebAddress, how: str
) -> None:
    (tmp_path / "outside").mkdir()
    places = f"{tmp_path}/outside, mailto:{ADDRESS}, {web.url}"
    home = home_with(tmp_path, places, f"smtp://127.0.0.1:{mail.port}")
    crawl(home, exchange, range(2))
    shutil.copytree(home.root, tmp_path / "older")
    crawl(home, exchange, range(2, 4))
    newest = load_seal(seal_folder(home), numbers(seal_folder(home))[-1])
    kept = {"mail": lambda: mail.save(tmp_path / "mails"), "web": lambda: web.save(tmp_path / "log.jsonl")}
    copies = kept.get(how, lambda: tmp_path / "outside")()
    assert verify_home(home, against=[copies]).problems == []
    shutil.rmtree(home.root)
    shutil.copytree(tmp_path / "older", home.root)
    found = {(p.place, p.prop): p.detail for p in verify_home(home, against=[copies]).problems}
    last = Archive(home).journal.head()
    assert last is not None
    assert f"has entry {newest.head}" in found[f"after entry {last.seq}", "rolled back"]
    assert str(copies) in found[f"seal {newest.number}", "rolled back"]


def test_a_home_written_anew_with_the_key_is_named_by_one_saved_mail(
    tmp_path: Path, exchange: Make, mail: MailServer
) -> None:
    home = home_with(tmp_path, f"mailto:{ADDRESS}", f"smtp://127.0.0.1:{mail.port}")
    crawl(home, exchange, range(3))
    saved = sorted(mail.save(tmp_path / "mails").iterdir())[-1]
    rewritten(home, lambda entries: entries[4]["body"].update(lane="intelligence"))
    shutil.rmtree(seal_folder(home))
    cut = home.journal.read_bytes().splitlines(keepends=True)
    kept = [line for line in cut if b'"kind":"sealed"' not in line]
    home.journal.write_bytes(b"".join(kept))
    rewritten(home, lambda entries: None)
    quiet = replace(home, settings=replace(home.settings, seal_copies=""))
    crawl(quiet, exchange, range(3, 9))
    assert verify_home(quiet).problems == []  # whoever holds the key can write a history that fits
    [copy] = read_copies(saved)
    found = {(p.place, p.prop) for p in verify_home(quiet, against=[saved]).problems}
    assert (f"entry {copy.head}", "copy") in found
    assert (f"seal {copy.number}", "copy") in found


def test_copies_that_are_no_copies_are_said(tmp_path: Path, exchange: Make, web: WebAddress) -> None:
    home = home_with(tmp_path, web.url)
    crawl(home, exchange, range(1))
    stranger = home_with(tmp_path / "b", web.url)
    (tmp_path / "other.json").write_bytes(web.bodies[0].replace(home_id(home).encode(), home_id(stranger).encode()))
    (tmp_path / "rubbish").write_bytes(b"\x00\xff" * 500)
    (tmp_path / "half.json").write_bytes(web.bodies[0][:-9])
    (tmp_path / "edited.json").write_bytes(web.bodies[0].replace(b'"number"', b'"Number"'))
    for name in ("other.json", "rubbish", "half.json", "edited.json"):
        report = verify_home(home, against=[tmp_path / name])
        assert report.problems == []
        assert any(f"{name} holds no copy of any seal of this home" in note for note in report.notes), name
    with pytest.raises(FixInput):
        verify_home(home, against=[tmp_path / "nowhere"])


BAD = {
    "mail server away": ("mailto:a@b.example", "smtp://127.0.0.1:{closed}", "refused"),
    "no mail server": ("mailto:a@b.example", "", "mail_server = "),
    "wrong scheme": ("mailto:a@b.example", "http://127.0.0.1:25", "mail_server = "),
    "no such host": ("https://receiver.invalid/x", "", "cannot be reached"),
    "no folder": ("{tmp}/nowhere", "", "is not there"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_arrive_is_pending_with_the_reason(tmp_path: Path, exchange: Make, name: str) -> None:
    with web_address(WebAddress()) as closed:
        pass
    places, server, reason = (t.format(closed=closed.port, tmp=tmp_path) for t in BAD[name])
    home = home_with(tmp_path, places, server)
    crawl(home, exchange, range(2))
    report = verify_home(home)
    assert report.problems == []
    assert report.seals["unsealed_entries"] == 0
    [text] = report.seals["pending"]
    assert reason in text
    assert "not yet copied outside" in text


@pytest.mark.parametrize(("behavior", "reason"), [("refuse", "a@b.example"), ("busy", "451 try again later")])
def test_a_mail_server_that_refuses_is_asked_again(tmp_path: Path, exchange: Make, behavior: str, reason: str) -> None:
    with mail_server(MailServer(behavior)) as server:
        home = home_with(tmp_path, "mailto:a@b.example", f"smtp://127.0.0.1:{server.port}")
        crawl(home, exchange, range(2))
        assert reason in pending_sentences(home)[0]
        assert server.messages == []
        server.behavior = "accept"
        Archive(home).close()
        assert len(server.messages) == 1, "the newest stands for those before"
        assert pending_sentences(home) == []


@pytest.mark.parametrize("status", [302, 400, 500, 503])
def test_a_web_address_that_refuses_is_asked_again(tmp_path: Path, exchange: Make, status: int) -> None:
    with web_address(WebAddress(status)) as address:
        home = home_with(tmp_path, address.url)
        crawl(home, exchange, range(2))
        [text] = pending_sentences(home)
        assert f"answered {status}" in text
        assert "secret-part" not in text
        assert "key=12" not in text
        address.status = 204
        Archive(home).close()
        assert numbers_of(address.bodies) == numbers(seal_folder(home))[-1:]
        assert pending_sentences(home) == []


def test_who_hangs_keeps_neither_the_crawl_nor_the_others_waiting(tmp_path: Path, exchange: Make) -> None:
    (tmp_path / "outside").mkdir()
    with mail_server(MailServer("hang")) as server, web_address(WebAddress("hang")) as address:
        places = f"mailto:a@b.example, {address.url}, {tmp_path}/outside"
        home = home_with(tmp_path, places, f"smtp://127.0.0.1:{server.port}", seal_seconds="0.05")
        crawl(home, exchange, range(30), grace=1.0)
        assert numbers(tmp_path / "outside" / home_id(home)) == numbers(seal_folder(home))
        waiting = pending_sentences(home)
        assert len(waiting) == 2
        assert all("not yet copied outside" in text for text in waiting), waiting
        assert verify_home(home).seals["unsealed_entries"] == 0


def test_a_running_crawl_sends_few_mails_and_its_end_one_more(tmp_path: Path, exchange: Make, mail: MailServer) -> None:
    home = home_with(tmp_path, f"mailto:{ADDRESS}", f"smtp://127.0.0.1:{mail.port}")
    archive = Archive(home)
    for number in range(5):
        archive.journal.append("note", number=number)
        archive.sealer.seal()
        archive.sealer.attend(30, hurry=False)
    assert len(mail.messages) == 1
    archive.sealer.attend(30)
    assert len(mail.messages) == 2


def test_a_place_named_later_gets_what_it_lacks(tmp_path: Path, exchange: Make, web: WebAddress) -> None:
    home = home_with(tmp_path, "")
    crawl(home, exchange, range(2))
    crawl(home, exchange, range(2, 3))
    (tmp_path / "outside").mkdir()
    later = replace(home, settings=replace(home.settings, seal_copies=f"{tmp_path}/outside, {web.url}"))
    Archive(later).close()
    assert numbers(tmp_path / "outside" / home_id(home)) == numbers(seal_folder(home))
    assert numbers_of(web.bodies) == numbers(seal_folder(home))[-1:]


def test_a_folder_with_another_seal_of_a_number_still_gets_the_others(tmp_path: Path, exchange: Make) -> None:
    (tmp_path / "outside").mkdir()
    home = home_with(tmp_path, f"{tmp_path}/outside")
    crawl(home, exchange, range(1))
    strange = tmp_path / "outside" / home_id(home) / f"{numbers(seal_folder(home))[-1] + 1:06d}"
    strange.mkdir()
    (strange / "seal.json").write_text("{}")
    crawl(home, exchange, range(1, 3))
    assert (strange / "seal.json").read_text() == "{}"
    assert "differs from this home's seal" in pending_sentences(home)[0]
    assert numbers(strange.parent)[-1] == numbers(seal_folder(home))[-1]


def test_an_unreadable_note_of_what_arrived_begins_anew(tmp_path: Path, exchange: Make, web: WebAddress) -> None:
    home = home_with(tmp_path, web.url)
    crawl(home, exchange, range(1))
    sent = len(web.bodies)
    (seal_folder(home) / "pending" / "copies.json").write_text('{"folder": 3')
    Archive(home).close()
    assert len(web.bodies) == sent + 1
    assert pending_sentences(home) == []


def test_a_home_that_has_less_than_it_says_it_sent_is_rolled_back(
    tmp_path: Path, exchange: Make, web: WebAddress
) -> None:
    home = home_with(tmp_path, web.url)
    crawl(home, exchange, range(1))
    newest = numbers(seal_folder(home))[-1]
    shutil.rmtree(seal_folder(home) / f"{newest:06d}")
    lines = home.journal.read_bytes().splitlines(keepends=True)
    home.journal.write_bytes(b"".join(lines[: load_seal(seal_folder(home), newest - 1).head]))
    assert {(p.place, p.prop) for p in verify_home(home).problems} >= {(f"seal {newest}", "rolled back")}


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that this process trusts."""
    key = rsa.generate_private_key(65537, 2048)
    write_certificate(tmp_path / "tls.pem", "127.0.0.1", key)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tls.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")
    return context


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_password_goes_over_an_encrypted_line(
    tmp_path: Path, exchange: Make, trusted: ssl.SSLContext, scheme: str
) -> None:
    server = MailServer(login="unit7:a b@c", context=trusted, implicit=scheme == "smtps")
    with mail_server(server):
        home = home_with(tmp_path, "mailto:a@b.example", f"{scheme}://unit7:a%20b%40c@127.0.0.1:{server.port}")
        crawl(home, exchange, range(1))
        assert pending_sentences(home) == []
        assert len(server.messages) >= 1
        assert ("STARTTLS" in server.said) is (scheme == "smtp")


def test_no_password_is_sent_in_the_clear_or_said(tmp_path: Path, exchange: Make) -> None:
    with mail_server(MailServer(login="unit7:opensesame")) as server:
        home = home_with(tmp_path, "mailto:a@b.example", f"smtp://unit7:opensesame@127.0.0.1:{server.port}")
        crawl(home, exchange, range(1))
        [text] = pending_sentences(home)
        assert "offers no encryption" in text
        assert "opensesame" not in text
        assert not any(line.startswith("AUTH") for line in server.said)
        assert server.messages == []


def test_names_of_places_hide_what_opens_them(tmp_path: Path) -> None:
    home = home_with(tmp_path, "https://user:pw@hooks.example/T0/B1/xyz?sig=1, mailto:a@b.example, ../copies")
    named = [place.name for place in destinations(home)]
    assert named[0].startswith("webhook https://hooks.example (")
    assert not any(secret in " ".join(named) for secret in ("pw", "xyz", "sig"))
    assert [n.split()[0] for n in named] == ["webhook", "mail", "folder"]
