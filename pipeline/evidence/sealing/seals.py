"""Seals: signed and time-stamped statements of what the journal holds, made while it grows.

A seal covers the entries after the one before. It is journalled ('sealed', later 'stamped') behind the head that it
seals; entries of these two kinds alone never call for another seal. No seal without a valid signature exists; nothing
waits for an authority, except `attend`, for as long as its caller allows. What a seal is: `files`.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time

from cryptography import x509

from pipeline.errors import EvidenceBroken, FixHome, ImbError
from pipeline.evidence.entries import utc_text
from pipeline.evidence.journal import Journal
from pipeline.evidence.outside import together
from pipeline.evidence.sealing.copies import Copies
from pipeline.evidence.sealing.files import Seal, last_seal, seal_folder
from pipeline.evidence.sealing.journalling import journal_seals
from pipeline.evidence.sealing.keys import NewKey, Signer, fingerprint, has_key, load_signer, new_key
from pipeline.evidence.sealing.making import make_seal
from pipeline.evidence.sealing.notes import Notes
from pipeline.evidence.sealing.stamping import ask_for_token, authorities
from pipeline.home import Home, full_disk_named

GRACE = 2.0  # seconds for which the end of a command waits for an authority
log = logging.getLogger(__name__)


class Sealer:
    """Seals one home's journal. The caller holds the home's lock; `start` adds a thread that seals while a crawl runs.

    Only the caller's own thread writes to the journal.
    """

    def __init__(self, home: Home, journal: Journal) -> None:
        self.home, self.journal = home, journal
        self.folder = seal_folder(home)
        self.notes = Notes(self.folder)
        self.copies = Copies(home, self.notes)
        self.trouble = ""  # why the last attempt to seal failed, for the operator
        self._stamping = threading.Lock()
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
            signer = self._load_signer()
            self._announce(signer)
            made = make_seal(self.home, self.journal, signer, self.notes)
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
                shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
        self.try_to_seal()

    def _load_signer(self) -> Signer:
        self._signer = load_signer(self.home)
        return self._signer

    def last(self) -> Seal | None:
        """The newest seal."""
        return last_seal(self.folder)

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

    def rotate(self, prepared: NewKey | None = None) -> Seal:
        """Replace the key by `prepared`, or by a new one of the home's own.

        The old key, while it can sign, seals the new certificate before it retires.
        """
        prepared = prepared or new_key(self.home)
        try:
            self.seal()
            old = self._load_signer()
        except FixHome as error:
            log.error("The old key cannot vouch for the new one: %s", error)
        else:
            self.announce(prepared.certificate.decode(), prepared.origin, old.fingerprint)
            self.seal()
        prepared.take_over()
        self.seal()
        last = self.last()
        if last is None:
            raise EvidenceBroken("Nothing could be sealed: the journal is empty. Collect or import something first.")
        return last

    # -- what is left to do -----------------------------------------------------------------------------------------

    @property
    def has_news(self) -> bool:
        """Whether the sealing thread has left something to be journalled."""
        return self._fresh.is_set()

    def journal_done(self, *, look: bool = False) -> None:
        """Journal seals and tokens that the journal lacks. With `look`, also those of a process that was killed."""
        self._fresh.clear()
        journal_seals(self.home, self.journal, self.notes, look=look)

    def try_to_journal(self) -> None:
        """`journal_done`, but what is wrong with a seal never holds up evidence that is in the journal already."""
        try:
            self.journal_done()
        except (ImbError, OSError) as error:
            log.error("A seal is not journalled yet: %s", error)

    def attend(self, seconds: float, *, hurry: bool = True) -> None:
        """Ask for tokens and copy seals outside, side by side, for at most about `seconds`.

        What fails stays pending, with why. Without `hurry`, places that want pauses between copies get them.
        """
        until = time.monotonic() + seconds
        together([lambda: self._stamp(until, seconds), lambda: self.copies.deliver(seconds, hurry=hurry)], seconds)

    def _stamp(self, until: float, wait: float) -> None:
        if not self._stamping.acquire(timeout=wait):
            return
        try:
            if ask_for_token(self.home, self.notes, until):
                self._fresh.set()
                self.copies.deliver(max(until - time.monotonic(), 1.0), hurry=False)  # it goes where its seal went
        except Exception as error:  # whatever it is: the seal stays pending, and the next command asks again
            log.error("Seals wait: %s", error)
        finally:
            self._stamping.release()

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
        self._attend_beside()
        while not stop.wait(every):
            if self._signer is None or not self.folder.is_dir():
                continue
            try:
                if make_seal(self.home, self.journal, self._signer, self.notes) is not None:
                    self._fresh.set()
                self.trouble = ""
            except Exception as error:  # the crawl goes on; what is wrong is said, and again by the next command
                self.trouble = str(error)
                log.error("Not sealed: %s", error)
            self._attend_beside()

    def _attend_beside(self) -> None:
        """`attend` without waiting for it: who hangs outside delays no seal, and is not asked again meanwhile."""
        seconds = self.home.settings.timestamp_timeout_seconds * max(len(authorities(self.home)), 1)
        until = time.monotonic() + seconds
        together([lambda: self._stamp(until, 0.0)], 0.0)
        self.copies.deliver(seconds, hurry=False, stay=False)

    def close(self, grace: float = GRACE) -> None:
        """Seal what is left, give the authority a moment, journal what came of it. Never raises over a seal."""
        if self._stop is not None:
            self._stop.set()
        self.try_to_seal()
        if self.notes.unstamped() or self.copies.pending():
            together([lambda: self.attend(grace)], grace)
            self.journal_done(look=True)
        self._thread = None
