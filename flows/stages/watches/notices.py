"""Tell places outside that watches have new hits: counts, ids of watches and the snapshot, and nothing of a person.

A place is told once of each hit. What it did not take stays pending and goes with the next run.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from pipeline.evidence.mailing import domain, send
from pipeline.evidence.outside import Unreachable, post, shown, within
from pipeline.evidence.sealing.files import home_id
from pipeline.home import Home
from pipeline.store.casework import Casework
from pipeline.store.watches import Watchlist

FAILED = "watch notice failed"  # action in the audit log
TIMEOUT = 15.0
MAX_REPLY = 1 << 16
LOOK = "imb watch hits --new"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told."""

    home: str
    snapshot_id: str
    up_to: int  # id of the newest hit
    by_watch: dict[str, int]
    at: datetime

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "home": self.home, "snapshot_id": self.snapshot_id, "new_hits": sum(self.by_watch.values()),
            "by_watch": self.by_watch, "up_to": self.up_to, "look": LOOK,
        }  # fmt: skip


class Place(Protocol):
    @property
    def name(self) -> str: ...  # for logs: without passwords and secret parts of an address
    def tell(self, notice: Notice) -> None: ...  # raises Unreachable


@dataclass(frozen=True, slots=True)
class Mail:
    address: str
    server: str
    sender: str

    @property
    def name(self) -> str:
        return f"mail to {self.address}"

    def tell(self, notice: Notice) -> None:
        message = notice_mail(notice, self.address, self.sender)
        within(TIMEOUT, self.name, lambda: send(message, self.server, TIMEOUT))


@dataclass(frozen=True, slots=True)
class Webhook:
    """Gets a POST of the facts (application/json) and answers 2xx."""

    url: str

    @property
    def name(self) -> str:
        host = urlsplit(shown(self.url))  # path and query often are the secret of such an address
        return f"webhook {host.scheme}://{host.netloc} ({sha256(self.url.encode()).hexdigest()[:8]})"

    def tell(self, notice: Notice) -> None:
        body = json.dumps(notice.facts, sort_keys=True).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "imb"}
        post(self.url, body, headers, TIMEOUT, MAX_REPLY, self.name)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word of the setting that names no place."""

    text: str

    @property
    def name(self) -> str:
        return "an entry of watch_notices"

    def tell(self, notice: Notice) -> None:
        raise Unreachable("it is neither mailto:ADDRESS nor https://ADDRESS; correct it in imb.toml")


def notice_mail(notice: Notice, address: str, sender: str) -> EmailMessage:
    """The mail for a notice. Sent again after a crash it has the same Message-ID."""
    message, total = EmailMessage(), sum(notice.by_watch.values())
    lines = "\n".join(f"  {watch}: {count}" for watch, count in sorted(notice.by_watch.items()))
    message["From"], message["To"] = sender, address
    message["Subject"] = f"{total} new watch {'hit' if total == 1 else 'hits'}"
    message["Date"] = format_datetime(notice.at)
    message["Message-ID"] = f"<watch-{notice.home}-{notice.up_to}@{domain(sender)}>"
    message.set_content(f"Snapshot {notice.snapshot_id}. New hits by watch:\n{lines}\n\nTo see them: {LOOK}\n")
    return message


def places(home: Home) -> Iterator[Place]:
    """The places named in `watch_notices`, in order."""
    own = home.settings
    for place in (p.strip() for p in own.watch_notices.split(",")):
        if place.startswith(("http://", "https://")):
            yield Webhook(place)
        elif place.startswith("mailto:"):
            address = unquote(urlsplit(place).path)
            yield Mail(address, own.mail_server, own.mail_sender or address)
        elif place:
            yield Unknown(place)


def deliver(home: Home, snapshot_id: str) -> list[str]:
    """Tell every place what it was not told yet; returns what failed, in words. The caller holds the lock."""
    casework = Casework(home.casework_url)
    watchlist, failed = Watchlist(casework), []
    for place in places(home):
        hits = watchlist.untold(place.name)
        if not hits:
            continue
        counts = dict(sorted(Counter(h["watch_id"] for h in hits).items()))
        notice = Notice(home_id(home), snapshot_id, hits[-1]["id"], counts, home.now())
        try:
            place.tell(notice)
        except Unreachable as error:
            failed.append(f"{place.name}: {error}")
            casework.audit("imb watch", FAILED, place.name, str(error))
        else:
            watchlist.mark(place.name, notice.up_to, "imb watch", f"{len(hits)} hits told")
    return failed


def pending(home: Home) -> list[str]:
    """What places were not told yet, and why the last attempt failed."""
    casework = Casework(home.casework_url)
    watchlist, found = Watchlist(casework), []
    for place in places(home):
        if hits := watchlist.untold(place.name):
            tried = [e for e in casework.entries("audit", place.name) if e["action"] == FAILED]
            why = f": {tried[-1]['reason']}" if tried else ""
            found.append(f"{place.name} is not told of {len(hits)} watch hits{why}")
    return found
