"""Check the seals of a home against its journal, their signatures, tokens and copies; one pass, flat memory.

Up to the last seal every alteration shows, also when the whole journal was written anew with hashes that fit: the
sealed hashes are signed, the signatures are stamped by an authority, and copies lie outside the home. What lies behind
the last seal is no fault: it is reported as not sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509

from pipeline.errors import EvidenceBroken, FixHome, FixProfile
from pipeline.evidence.check import Report
from pipeline.evidence.entries import Entry, canonical, utc_text
from pipeline.evidence.problem import Problem
from pipeline.evidence.sealing import merkle
from pipeline.evidence.sealing.cms import BadSignature, verify_detached
from pipeline.evidence.sealing.copy_check import CopyCheck
from pipeline.evidence.sealing.coverage import WIDTH, Coverage, sealed_hashes
from pipeline.evidence.sealing.files import (
    BOOKKEEPING,
    CHAIN,
    CRLS,
    FILES,
    FORMAT,
    LEAVES,
    QUERY,
    SEAL,
    SIGNATURE,
    TOKEN,
    Seal,
    home_id,
    load_seal,
    numbers,
    seal_folder,
    sealed_facts,
)
from pipeline.evidence.sealing.keys import fingerprint, has_key, load_signer, refuse_outdated
from pipeline.evidence.sealing.pending import pending_sentences
from pipeline.evidence.sealing.stamping import read_revocation, read_token
from pipeline.evidence.sealing.state import SealState
from pipeline.evidence.sealing.timestamp import NoStamp
from pipeline.home import Home

DIGESTS = {"signature_sha256": SIGNATURE, "leaves_sha256": LEAVES, "query_sha256": QUERY}  # in 'sealed' entries


class SealCheck:
    """Told of each journal entry in order, then asked to `finish`."""

    def __init__(self, home: Home, report: Report, against: Sequence[Path] = ()) -> None:
        self.home, self.report = home, report
        self.state = SealState()
        self._folder = seal_folder(home)
        self._copies = CopyCheck(home, report, against)
        self._numbers = iter(numbers(self._folder))
        self._current: Coverage | None = None
        self._intact: dict[int, bool] = {}  # seal -> whether the journal holds what it sealed
        self._certificates: dict[str, x509.Certificate] = {}
        self._said: dict[tuple[str, int], Entry] = {}
        self._next()

    def entry(self, entry: Entry) -> None:
        """Compare one entry with the seal that covers it."""
        while self._current is not None and entry.seq > self._current.seal.head:
            self._next()
        if self._current is not None:
            self._current.entry(entry)
        elif entry.kind not in BOOKKEEPING:
            self.state.unsealed_entries += 1
            self.state.unsealed_since = self.state.unsealed_since or entry.at
        self._copies.entry(entry)
        if entry.kind == "signing_key":
            certificate = x509.load_pem_x509_certificate(entry.body["certificate"].encode())
            self._certificates[fingerprint(certificate)] = certificate
        elif entry.kind in BOOKKEEPING:
            self._said[entry.kind, int(entry.body["number"])] = entry

    def finish(self) -> None:
        """Close the coverage, then check each seal, its place among the others, its token and its copy."""
        while self._current is not None:
            self._next()
        before: Seal | None = None
        for number in numbers(self._folder):
            try:
                seal = load_seal(self._folder, number)
            except EvidenceBroken as error:
                self._problem(number, SEAL, "readable", str(error))
                before = None
                continue
            try:
                self._seal(seal, before)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                self._problem(number, SEAL, "form", f"not as this program writes it: {error!r}")
            before = seal
        self._missing()
        self._copies.finish()
        self._unfinished()

    def known(self, name: str) -> bool:
        """Whether a file under archive/seals is one that belongs there; `name` relative to the home."""
        parts = name.split("/")
        if parts[:2] != ["archive", "seals"]:
            return False
        return len(parts) == 4 and (parts[2] == "pending" or (parts[2].isdigit() and parts[3] in FILES))

    def _problem(self, number: int, file: str, prop: str, detail: str) -> None:
        self.report.add(Problem(f"archive/seals/{number:06d}/{file}", f"seal {number}", prop, detail))

    # -- what the journal holds ---------------------------------------------------------------------------------------

    def _next(self) -> None:
        if self._current is not None:
            number = self._current.seal.number
            self._intact[number] = self._current.close(self.report)
        self._current = None
        for number in self._numbers:
            try:
                self._current = Coverage(load_seal(self._folder, number))
                return
            except EvidenceBroken:
                continue  # reported in `finish`

    # -- one seal ----------------------------------------------------------------------------------------------------

    def _seal(self, seal: Seal, before: Seal | None) -> None:
        self.report.count("seals")
        self.state.seals += 1
        found = self.report.found
        self._form(seal, before)
        self._signature(seal)
        if (said := self._said.get(("sealed", seal.number))) and said.body != (facts := sealed_facts(seal)):
            for name in sorted(k for k in facts if facts[k] != said.body.get(k)):
                file = DIGESTS.get(name, SEAL)
                self._problem(seal.number, file, "journal", f"{name}: not as journalled in entry {said.seq}")
        if self.report.found == found and self._intact.get(seal.number):
            self.state.sealed_seq, self.state.sealed_at = seal.head, seal.body["made_at"]
            signer = self._certificates[seal.body["certificate_sha256"]]
            self.state.signer, self.state.signer_sha256 = signer.subject.rfc4514_string(), fingerprint(signer)
        self._token(seal, found == self.report.found)

    def _form(self, seal: Seal, before: Seal | None) -> None:
        body, number = seal.body, seal.number
        if (seal.folder / SEAL).read_bytes() != canonical(body) or body.get("format") != FORMAT:
            self._problem(number, SEAL, "form", f"not {FORMAT!r} as this program writes it")
        if body.get("home") != home_id(self.home):
            self._problem(number, SEAL, "home", "the seal of another home")
        if before and datetime.fromisoformat(body["made_at"]) < datetime.fromisoformat(before.body["made_at"]):
            self.state.clock_went_back.append(number)
        previous = before.digest(SEAL) if before else ""
        if (before or number == 1) and body.get("previous_sha256") != previous:
            self._problem(number, SEAL, "previous seal", "does not follow the seal before it")
        if (before or number == 1) and seal.first != (before.head + 1 if before else 1):
            self._problem(number, SEAL, "previous seal", f"begins at entry {seal.first}: entries are left out")
        leaves = sealed_hashes(seal)
        whole = len(leaves) == (seal.head - seal.first + 1) * WIDTH and leaves[-WIDTH:].hex() == body["head"]["hash"]
        hashed = (merkle.leaf(leaves[i : i + WIDTH].hex()) for i in range(0, len(leaves), WIDTH))
        if not whole or merkle.root(hashed).hex() != body.get("merkle_root"):
            self._problem(number, LEAVES, "sealed hashes", "not those that the seal was made over")

    def _signature(self, seal: Seal) -> None:
        certificate = self._certificates.get(str(seal.body.get("certificate_sha256")))
        if certificate is None:
            self._problem(seal.number, SEAL, "certificate", "the journal names no such signing certificate")
            return
        try:
            text, signature = (seal.folder / SEAL).read_bytes(), (seal.folder / SIGNATURE).read_bytes()
            verify_detached(signature, text, certificate)
            refuse_outdated(certificate, datetime.fromisoformat(seal.body["made_at"]))
        except (BadSignature, FixHome, OSError, ValueError, KeyError) as error:
            self._problem(seal.number, SIGNATURE, "signature", f"does not hold: {error}")

    def _token(self, seal: Seal, holds: bool) -> None:
        said = self._said.get(("stamped", seal.number))
        if not (seal.folder / TOKEN).is_file():
            if said:
                self._problem(seal.number, TOKEN, "present", f"journalled in entry {said.seq}, and not there")
            return
        try:
            token = read_token(self.home, seal)
            revocation = read_revocation(self.home, seal, token)
        except (NoStamp, FixProfile) as error:
            self._problem(seal.number, TOKEN, "time-stamp", f"does not hold: {error}")
            return
        for name, key in ((TOKEN, "token_sha256"), (CHAIN, "chain_sha256"), (CRLS, "crls_sha256")):
            if said and seal.digest(name) != said.body.get(key, ""):
                self._problem(seal.number, name, "journal", f"not as journalled in entry {said.seq}")
        if holds and self.state.sealed_seq == seal.head:
            self.state.stamped_seq, self.state.stamped_at = seal.head, utc_text(token.time)
            self.state.authority = token.root.subject.rfc4514_string()
            self.state.authority_sha256 = fingerprint(token.root)
            self.state.revocation = revocation.sentence()
        ahead = said.body.get("clock_difference_seconds") if said else None
        if ahead and abs(ahead) > abs(self.state.clock_difference):
            self.state.clock_difference, self.state.clock_difference_seal = ahead, seal.number

    # -- all seals -----------------------------------------------------------------------------------------------------

    def _missing(self) -> None:
        there = set(numbers(self._folder))
        said = {number for kind, number in self._said if kind == "sealed"}
        for number in sorted((said | set(range(1, max(there, default=0)))) - there):
            self._problem(number, SEAL, "present", "the seal is not there")

    def _unfinished(self) -> None:
        self.state.pending += pending_sentences(self.home)
        if not has_key(self.home):
            self.report.notes.append("This home has no signing key, so nothing new is sealed. Make one with: imb init")
            return
        try:
            signer = load_signer(self.home)
        except FixHome as error:
            self.report.notes.append(f"Nothing new can be sealed: {error}")
            return
        if self.state.seals and signer.fingerprint not in self._certificates:
            self.report.notes.append("The certificate in force is not in the journal yet: the next seal announces it.")
