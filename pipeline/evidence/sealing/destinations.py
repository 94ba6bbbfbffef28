"""Places outside the home that get copies of its seals: folders, mailboxes, web addresses (setting `seal_copies`).

A folder gets each seal with all its files. A mailbox and a web address get `seal.json` alone, byte for byte: the home's
number, which journal entries, their hashes, when it was signed, what kind of clock; no name, address or page. Each
seal names the SHA-256 of the one before, so the newest stands for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from pipeline.evidence.mailing import domain, send
from pipeline.evidence.outside import Unreachable, post, shown
from pipeline.evidence.sealing.files import FILES, SEAL, Seal, home_id, write_bytes
from pipeline.home import Home

MAIL_EVERY = 900.0  # seconds between two mails while a crawl runs; the end of a command does not wait for them
MAX_REPLY = 1 << 16


class Differs(Unreachable):
    """The place has another seal of that number; those after it can still be brought there."""


class Destination(Protocol):
    """One place. `every_seal`: whether each goes there, with its token when that is there, or the newest for all."""

    @property
    def name(self) -> str: ...  # in messages: without passwords and secret parts of an address
    @property
    def every_seal(self) -> bool: ...
    @property
    def pause(self) -> float: ...  # seconds that a running crawl leaves between two
    def put(self, seal: Seal, timeout: float) -> None: ...  # raises Unreachable, OSError


@dataclass(frozen=True, slots=True)
class Folder:
    """Best on another machine and write-once."""

    path: Path  # with a folder of its own for each home

    @property
    def name(self) -> str:
        return f"folder {self.path.parent}"

    every_seal, pause = True, 0.0

    def put(self, seal: Seal, timeout: float) -> None:
        """What is there is never written over."""
        if not self.path.parent.is_dir():
            raise Unreachable(f"{self.path.parent} is not there: make it, mount it, or correct seal_copies in imb.toml")
        target = self.path / seal.folder.name
        target.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            if not (seal.folder / name).is_file():
                continue
            data = (seal.folder / name).read_bytes()
            if not (target / name).exists():
                write_bytes(target / name, data)
            elif (target / name).read_bytes() != data:
                raise Differs(f"{target / name} differs from this home's seal of that number")


@dataclass(frozen=True, slots=True)
class Webhook:
    """A web address that gets a POST of seal.json (application/json) and answers 2xx."""

    url: str

    @property
    def name(self) -> str:
        """Without path and query, which often are the secret of such an address."""
        host = urlsplit(shown(self.url))
        return f"webhook {host.scheme}://{host.netloc} ({sha256(self.url.encode()).hexdigest()[:8]})"

    every_seal, pause = False, 0.0

    def put(self, seal: Seal, timeout: float) -> None:
        headers = {"Content-Type": "application/json", "User-Agent": "imb"}
        post(self.url, (seal.folder / SEAL).read_bytes(), headers, timeout, MAX_REPLY, self.name)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mail address that gets seal.json as an attachment, by the server of the setting `mail_server`."""

    address: str
    server: str  # smtp:// or smtps://, with user:password@ where the server wants them
    sender: str

    @property
    def name(self) -> str:
        return f"mail to {self.address}"

    every_seal, pause = False, MAIL_EVERY

    def put(self, seal: Seal, timeout: float) -> None:
        send(seal_mail(seal, self.address, self.sender), self.server, timeout)


def seal_mail(seal: Seal, address: str, sender: str) -> EmailMessage:
    """The mail for a seal: what `imb evidence verify --against` reads when it was saved. Repeated, it is the same."""
    message, body = EmailMessage(), seal.body
    name = f"{body['home']}-{seal.number:06d}"
    message["From"], message["To"] = sender, address
    message["Subject"] = f"Seal {seal.number} of archive {str(body['home'])[:8]}, up to entry {seal.head}"
    message["Date"] = format_datetime(datetime.fromisoformat(body["made_at"]))
    message["Message-ID"] = f"<{name}@{domain(sender)}>"
    message.set_content(
        f"Entry {seal.head} of the journal has the SHA-256 {body['head']['hash']}.\nSigned {body['made_at']}.\n\n"
        "Keep this message: with it anybody can show later whether the archive was rolled back or written anew.\n"
        "Save it as a file, then: imb evidence verify --against FILE\n"
    )
    data = (seal.folder / SEAL).read_bytes()
    message.add_attachment(data, "application", "json", filename=f"{name}.json", cte="base64")
    return message


def destinations(home: Home) -> list[Destination]:
    """The places named in `seal_copies`, in order."""
    own = home.settings
    found: list[Destination] = []
    for place in (p.strip() for p in own.seal_copies.split(",")):
        if place.startswith(("http://", "https://")):
            found.append(Webhook(place))
        elif place.startswith("mailto:"):
            address = unquote(urlsplit(place).path)
            found.append(Mailbox(address, own.mail_server, own.mail_sender or address))
        elif place:
            found.append(Folder(home.root / Path(place).expanduser() / home_id(home)))
    return found


def copies_folders(home: Home) -> list[Path]:
    """The folders among them, each with this home's own folder as its last part."""
    return [place.path for place in destinations(home) if isinstance(place, Folder)]
