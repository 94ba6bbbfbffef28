"""Seals: signed and time-stamped statements of what the journal holds, made while it grows.

  archive/seals/000001/seal.json      which entries, their tree's root, the head, the seal before; canonical JSON
                       seal.p7s       CMS signature over seal.json, detached
                       leaves.bin     the hashes of the entries sealed, 32 bytes each: names the entry that was altered
                       request.tsq    what the time-stamp authority is asked: over seal.p7s
                       token.tsr      its answer, once it was checked
                       chain.pem      certificates from the authority's signer to the trusted root
  archive/seals/pending/000001.json   what is left to do for a seal, and why it failed so far

A seal covers the entries after the one before. It is journalled ('sealed', later 'stamped') behind the head that it
seals; entries of these two kinds alone never call for another seal. A token covers all seals before it too, so that
after a failure only the newest seal is stamped. No seal without a valid signature exists; nothing waits for an
authority, except `attend`, for as long as its caller allows.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509

from pipeline.errors import EvidenceBroken, FixHome, FixProfile, ImbError
from pipeline.evidence import merkle
from pipeline.evidence.journal import Journal, canonical, utc_text
from pipeline.evidence.keys import PEM, Signer, fingerprint, has_key, load_signer, new_key
from pipeline.evidence.provenance import clock_state
from pipeline.evidence.timestamp import NoStamp, Token, ask, check_token, make_request, trusted_roots
from pipeline.home import Home, full_disk_named, sync_folder, write_atomically
from pipeline.model import stable_id

FORMAT = "imb seal 1"
SEAL, SIGNATURE, LEAVES, QUERY, TOKEN, CHAIN = (
    "seal.json",
    "seal.p7s",
    "leaves.bin",
    "request.tsq",
    "token.tsr",
    "chain.pem",
)
FILES = (SEAL, SIGNATURE, LEAVES, QUERY, TOKEN, CHAIN)
BOOKKEEPING = frozenset({"sealed", "stamped"})
GRACE = 2.0  # seconds for which the end of a command waits for an authority
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seal:
    """A complete seal on the disk."""

    folder: Path
    body: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.body["number"])

    @property
    def first(self) -> int:
        return int(self.body["first_seq"])

    @property
    def head(self) -> int:
        return int(self.body["head"]["seq"])

    def digest(self, name: str) -> str:
        """SHA-256 of one of its files, "" when it is not there."""
        path = self.folder / name
        return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@dataclass(frozen=True, slots=True)
class Pending:
    """What is left to do for a seal. `stamp`: "wanted", "got", "covered" (by a later seal's), "done" or "none"."""

    number: int
    since: str  # when the oldest seal that waits with it was signed
    journalled: bool = False
    stamp: str = "none"
    authority: str = ""
    copy: bool = False
    attempts: int = 0
    reason: str = ""  # why the last attempt failed


def seal_folder(home: Home) -> Path:
    return home.archive / "seals"


def home_id(home: Home) -> str:
    """Names the home where copies of its seals are kept outside of it."""
    return stable_id("home", repr(home.opened_at))


def numbers(folder: Path) -> list[int]:
    """The numbers of the seals in a folder, in order."""
    return sorted(int(p.name) for p in folder.iterdir() if p.name.isdigit()) if folder.is_dir() else []


def load_seal(folder: Path, number: int) -> Seal:
    """One seal, unchecked. Raises EvidenceBroken when it cannot be read."""
    place = folder / f"{number:06d}"
    try:
        body = json.loads((place / SEAL).read_bytes())
        seal = Seal(place, body)
        if seal.number != number or seal.first > seal.head:
            raise ValueError("its numbers do not fit")
        return seal
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvidenceBroken(f"{place / SEAL} is no seal ({error}). Restore it from a backup or its copy.") from error


class Sealer:
    """Seals one home's journal. The caller holds the home's lock; `start` adds a thread that seals while a crawl runs.

    Only the caller's own thread writes to the journal.
    """

    def __init__(self, home: Home, journal: Journal) -> None:
        self.home, self.journal = home, journal
        self.folder = seal_folder(home)
        self.trouble = ""  # why the last attempt to seal failed, for the operator
        self._pending_folder = self.folder / "pending"
        self._making, self._attending = threading.RLock(), threading.Lock()
        self._fresh = threading.Event()  # the thread has left something to be journalled
        self._signer: Signer | None = None
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None

    # -- sealing ----------------------------------------------------------------------------------------------------

    def seal(self) -> Seal | None:
        """Seal what is not sealed yet; None when there is nothing, or the home has no key at all.

        Raises FixHome when the key cannot sign, EvidenceBroken when the journal is not the one sealed before.
        """
        self.journal_done(look=True)
        if not has_key(self.home):
            if self.last() is not None:
                raise FixHome(f"{self.home.root} has seals but no signing key any more. Put keys/ back from a backup.")
            return None
        with full_disk_named(self.folder):
            self._announce(self._load_signer())
            made = self._make()
            self.journal_done()
        return made

    def try_to_seal(self) -> None:
        """`seal`, but what is wrong with the key never keeps evidence from being collected: it is logged and kept."""
        try:
            self.seal()
            self.trouble = ""
        except (ImbError, OSError) as error:
            self.trouble = str(error)
            log.error("Not sealed: %s", error)

    def recover(self) -> None:
        """After a crash: drop half-written files, journal what is whole, seal what is not sealed."""
        if self._thread is None:
            for part in [*self.folder.glob("*.part"), *self.folder.glob("*/*.part")]:
                shutil.rmtree(part) if part.is_dir() else part.unlink()
        self.try_to_seal()

    def _load_signer(self) -> Signer:
        self._signer = load_signer(self.home)
        return self._signer

    def last(self) -> Seal | None:
        """The newest seal."""
        found = numbers(self.folder)
        return load_seal(self.folder, found[-1]) if found else None

    def _announce(self, signer: Signer) -> None:
        """Journal a certificate before it signs for the first time."""
        last = self.last()
        if last and last.body["certificate_sha256"] == signer.fingerprint:
            return
        before = ""
        for entry in self.journal.entries("signing_key"):
            before = entry.body["certificate_sha256"]
        if before != signer.fingerprint:
            self.announce(signer.pem(), "this home, INTERNAL" if signer.internal else "the agency", before)

    def announce(self, pem: str, origin: str, replaces: str) -> None:
        """Journal a signing certificate ('signing_key'), with those above it."""
        certificate = x509.load_pem_x509_certificate(pem.encode())
        self.journal.append(
            "signing_key",
            certificate=pem,
            certificate_sha256=fingerprint(certificate),
            subject=certificate.subject.rfc4514_string(),
            valid_from=utc_text(certificate.not_valid_before_utc),
            valid_to=utc_text(certificate.not_valid_after_utc),
            origin=origin,
            replaces=replaces,
        )

    def _make(self) -> Seal | None:
        """Sign the journal's head, in the calling thread or the sealing one; it is journalled by the caller's."""
        with self._making:
            last = self.last()
            rows = self._unsealed(last)
            if all(kind in BOOKKEEPING for _, kind, _ in rows):
                return None
            assert self._signer is not None
            self._flush(last.head if last else 0)
            leaves = [merkle.leaf(digest) for _, _, digest in rows]
            body = {
                "format": FORMAT,
                "home": home_id(self.home),
                "number": last.number + 1 if last else 1,
                "first_seq": rows[0][0],
                "head": {"seq": rows[-1][0], "hash": rows[-1][2]},
                "merkle_root": merkle.root(leaves).hex(),
                "previous_sha256": last.digest(SEAL) if last else "",
                "certificate_sha256": self._signer.fingerprint,
                "made_at": utc_text(datetime.now(UTC)),
                "journal_clock": clock_state(self.home),
            }
            return self._store(body, b"".join(bytes.fromhex(digest) for _, _, digest in rows))

    def _unsealed(self, last: Seal | None) -> list[tuple[int, str, str]]:
        """The journal's (seq, kind, hash) behind the last seal. Raises EvidenceBroken when its head is not there."""
        with self.journal.writing:
            rows = list(self.journal.hashes(last.head - 1 if last else 0))
        if last is None:
            return rows
        if not rows or (rows[0][0], rows[0][2]) != (last.head, last.body["head"]["hash"]):
            raise EvidenceBroken(
                f"The journal does not hold entry {last.head} as seal {last.number} sealed it: it was altered or "
                "rolled back. Nothing more is sealed. See what is wrong: imb evidence verify; keep the disk as it is."
            )
        return rows[1:]

    def _flush(self, after: int) -> None:
        """What a seal names must outlive a power cut."""
        if not self.journal.is_durable:
            kinds = ("warc_file", "capture", "failure", "recovered")
            files = {e.body["file"] for e in self.journal.entries(kinds, after=after)}
            for path in [*(self.home.archive / f for f in sorted(files)), self.journal.path]:
                handle = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)

    def _store(self, body: Mapping[str, Any], leaves: bytes) -> Seal:
        """Write all files of a seal, then make it appear at once."""
        assert self._signer is not None
        number, text = int(body["number"]), canonical(body)
        signature = self._signer.sign(text)
        asks = bool(authorities(self.home))
        files = {SEAL: text, SIGNATURE: signature, LEAVES: leaves}
        if asks:
            files[QUERY] = make_request(signature)
        place = self.folder / f"{number:06d}"
        part = place.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, data in files.items():
            write_bytes(part / name, data)
        marker = Pending(number, str(body["made_at"]), stamp="wanted" if asks else "none", copy=bool(self._copies()))
        waiting = [s for s in self.pending() if s.stamp == "wanted"] if asks else []
        if waiting:
            marker = replace(marker, since=waiting[0].since, attempts=waiting[-1].attempts, reason=waiting[-1].reason)
        self._mark(marker)
        part.rename(place)
        sync_folder(self.folder)
        for state in waiting:  # the token of the newest will cover them: an absent authority leaves one note, not many
            self._mark(replace(state, stamp="covered", reason=""))
        return Seal(place, body)

    def rotate(self) -> Seal:
        """Replace the home's own key. The old key, while it can sign, seals the new certificate before it retires."""
        prepared = new_key(self.home)
        try:
            self.seal()
            old = self._load_signer()
        except FixHome as error:
            log.error("The old key cannot vouch for the new one: %s", error)
        else:
            self.announce(prepared.certificate.decode(), "this home, INTERNAL", old.fingerprint)
            self.seal()
        prepared.take_over()
        self.seal()
        last = self.last()
        if last is None:
            raise EvidenceBroken("Nothing could be sealed: the journal is empty.")
        return last

    # -- what is left to do -----------------------------------------------------------------------------------------

    def pending(self) -> list[Pending]:
        """What is left to do, oldest first."""
        if not self._pending_folder.is_dir():
            return []
        found = []
        for path in sorted(self._pending_folder.glob("*.json")):
            try:
                found.append(Pending(**json.loads(path.read_bytes())))
            except (OSError, ValueError, TypeError):
                found.append(Pending(int(path.stem), "", stamp="wanted", copy=True, reason="its note was unreadable"))
        return found

    def _mark(self, state: Pending) -> None:
        self._pending_folder.mkdir(parents=True, exist_ok=True)
        path = self._pending_folder / f"{state.number:06d}.json"
        if state.journalled and state.stamp in {"none", "done", "covered"} and not state.copy:
            path.unlink(missing_ok=True)
        else:
            text = {name: getattr(state, name) for name in Pending.__slots__}
            write_atomically(path, json.dumps(text, indent=1) + "\n")

    @property
    def has_news(self) -> bool:
        """Whether the sealing thread has left something to be journalled."""
        return self._fresh.is_set()

    def journal_done(self, *, look: bool = False) -> None:
        """Journal seals and tokens that the journal lacks. With `look`, also those of a process that was killed."""
        self._fresh.clear()
        with self._making:
            for state in self.pending():
                if (self.folder / f"{state.number:06d}" / SEAL).is_file():
                    if not state.journalled or state.stamp == "got" or (look and state.stamp == "wanted"):
                        self._journal_one(state, look)
                else:
                    (self._pending_folder / f"{state.number:06d}.json").unlink()  # killed before the seal was whole

    def _journal_one(self, state: Pending, look: bool) -> None:
        seal = load_seal(self.folder, state.number)
        if not state.journalled:
            if not (look and self._is_journalled("sealed", seal)):
                self.journal.append("sealed", **sealed_facts(seal))
            state = replace(state, journalled=True)
            self._mark(state)
        if state.stamp == "got" or (look and state.stamp == "wanted" and (seal.folder / TOKEN).is_file()):
            try:
                if not (look and self._is_journalled("stamped", seal)):
                    self.journal.append("stamped", **self._stamped_facts(seal, state))
                self._mark(replace(state, stamp="done"))
            except (NoStamp, FixProfile) as error:
                self._mark(replace(state, stamp="wanted", reason=str(error)))

    def _is_journalled(self, kind: str, seal: Seal) -> bool:
        return any(e.body["number"] == seal.number for e in self.journal.entries(kind, after=seal.head))

    def _stamped_facts(self, seal: Seal, state: Pending) -> dict[str, Any]:
        token = read_token(self.home, seal)
        made = datetime.fromisoformat(seal.body["made_at"])
        return {
            "number": seal.number,
            "authority": state.authority,
            "time": utc_text(token.time),
            "seconds_after_signing": round((token.time - made).total_seconds()),
            "serial": str(token.serial),
            "root": token.root.subject.rfc4514_string(),
            "root_sha256": fingerprint(token.root),
            "token_sha256": seal.digest(TOKEN),
            "chain_sha256": seal.digest(CHAIN),
        }

    def attend(self, seconds: float, wait: float = 0.0) -> None:
        """Ask for tokens and copy seals outside, for at most about `seconds`. What fails stays pending, with why.

        `wait`: for how long another thread may finish its attending first.
        """
        if not self._attending.acquire(timeout=wait):
            return
        try:
            self._stamp(time.monotonic() + seconds)
            for state in self.pending():
                if state.copy and not self._copy(state):
                    break  # the folder is not there: no need to try the others
        except OSError as error:
            log.error("Seals wait: %s", error)
        finally:
            self._attending.release()

    def _stamp(self, until: float) -> None:
        waiting = [s for s in self.pending() if s.stamp == "wanted"]
        if not waiting:
            return
        newest = waiting[-1]
        seal = load_seal(self.folder, newest.number)
        reasons = [] if authorities(self.home) else ["no authority is named in timestamp_authorities any more"]
        for url in authorities(self.home):
            try:
                self._take_token(seal, url, until)
            except (NoStamp, ImbError) as error:
                reasons.append(str(error))
                continue
            with self._making:  # meanwhile a newer seal may have taken the note over
                done = next((s for s in self.pending() if s.number == newest.number), replace(newest, journalled=True))
                self._mark(replace(done, stamp="got", authority=url, reason=""))
            self._fresh.set()
            return
        with self._making:
            state = [s for s in self.pending() if s.stamp == "wanted"][-1]
            self._mark(replace(state, attempts=state.attempts + 1, reason="; ".join(reasons)))

    def _take_token(self, seal: Seal, url: str, until: float) -> None:
        """Ask one authority; what holds is stored. Raises NoStamp, FixProfile."""
        if not (seal.folder / QUERY).is_file():
            raise NoStamp("the seal was made while no authority was named")
        patience = min(self.home.settings.timestamp_timeout_seconds, until - time.monotonic())
        if patience <= 0:
            raise NoStamp(f"{url} was not asked: no time was left")
        query, signature = (seal.folder / QUERY).read_bytes(), (seal.folder / SIGNATURE).read_bytes()
        trusted = trusted_roots(self.home.settings.timestamp_certificates, self.home.root)
        answer = ask(url, query, patience)
        token = check_token(answer, signature, query, trusted)
        write_bytes(seal.folder / CHAIN, b"".join(c.public_bytes(PEM) for c in token.chain))
        write_bytes(seal.folder / TOKEN, answer)

    # -- copies outside the home --------------------------------------------------------------------------------------

    def _copies(self) -> Path | None:
        return copies_folder(self.home)

    def _copy(self, state: Pending) -> bool:
        """Returns whether the folder outside could be written."""
        reason, is_there = "", True
        try:
            copy_seal(self.home, self.folder / f"{state.number:06d}")
        except (OSError, EvidenceBroken) as error:
            reason, is_there = f"no copy outside: {error}", isinstance(error, EvidenceBroken)
        with self._making:
            for now in self.pending():
                if now.number == state.number:
                    done = not reason and now.stamp != "wanted"
                    tries = now.attempts + bool(reason)
                    self._mark(replace(now, copy=not done, attempts=tries, reason=reason or now.reason))
        return is_there

    # -- the thread ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Seal from now on, while the caller writes; idle without a key, or with one that cannot sign."""
        if self._thread is not None or not has_key(self.home):
            return
        self.try_to_seal()
        self._stop = threading.Event()
        every = max(self.home.settings.seal_seconds * 0.9, 0.05)  # seconds; what is left is for signing
        self._thread = threading.Thread(target=self._work, args=(self._stop, every), daemon=True, name="imb sealer")
        self._thread.start()

    def _work(self, stop: threading.Event, every: float) -> None:
        self._tended()
        while not stop.wait(every):
            if self._signer is None or not self.folder.is_dir():
                continue
            try:
                if self._make() is not None:
                    self._fresh.set()
                self.trouble = ""
            except Exception as error:  # the crawl goes on; what is wrong is said, and again by the next command
                self.trouble = str(error)
                log.error("Not sealed: %s", error)
            self._tended()

    def _tended(self, wait: float = 0.0) -> None:
        try:
            self.attend(self.home.settings.timestamp_timeout_seconds * 2, wait)
        except Exception as error:
            log.error("Seals wait: %s", error)

    def close(self, grace: float = GRACE) -> None:
        """Seal what is left, give the authority a moment, journal what came of it. Never raises over a seal."""
        if self._stop is not None:
            self._stop.set()
        self.try_to_seal()
        if any(s.stamp == "wanted" or s.copy for s in self.pending()):
            last_try = threading.Thread(target=self._tended, args=(grace,), daemon=True)
            last_try.start()
            last_try.join(grace)
            self.journal_done(look=True)
        self._thread = None


def authorities(home: Home) -> list[str]:
    """Addresses of the time-stamp authorities, in the order in which they are asked."""
    return [url.strip() for url in home.settings.timestamp_authorities.split(",") if url.strip()]


def sealed_facts(seal: Seal) -> dict[str, Any]:
    """What the journal says of a seal."""
    return {
        "number": seal.number,
        "head": dict(seal.body["head"]),
        "seal_sha256": seal.digest(SEAL),
        "signature_sha256": seal.digest(SIGNATURE),
        "leaves_sha256": seal.digest(LEAVES),
        "query_sha256": seal.digest(QUERY),
        "certificate_sha256": seal.body["certificate_sha256"],
        "made_at": seal.body["made_at"],
    }


def read_token(home: Home, seal: Seal) -> Token:
    """The stored token, checked against the roots that the settings trust. Raises NoStamp, FixProfile."""
    trusted = trusted_roots(home.settings.timestamp_certificates, home.root)
    try:
        answer, signature = (seal.folder / TOKEN).read_bytes(), (seal.folder / SIGNATURE).read_bytes()
        query = (seal.folder / QUERY).read_bytes()
    except OSError as error:
        raise NoStamp(f"a file of it is missing ({error})") from error
    return check_token(answer, signature, query, trusted)


def copies_folder(home: Home) -> Path | None:
    """Where copies of this home's seals are kept outside of it, or None without the setting."""
    setting = home.settings.seal_copies
    return home.root / Path(setting).expanduser() / home_id(home) if setting else None


def copy_seal(home: Home, source: Path) -> None:
    """Copy a seal's files outside; what is there is never written over. Raises OSError, EvidenceBroken."""
    folder = copies_folder(home)
    if folder is None:
        return
    if not folder.parent.is_dir():
        raise FileNotFoundError(f"{folder.parent} is not there: make it, mount it, or correct seal_copies in imb.toml")
    target = folder / source.name
    target.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        if not (source / name).is_file():
            continue
        data = (source / name).read_bytes()
        if not (target / name).exists():
            write_bytes(target / name, data)
        elif (target / name).read_bytes() != data:
            raise EvidenceBroken(f"{target / name} differs from the seal of that number in {home.root}")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and flush it."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
