"""The seals in a package: for each journal entry in it the seal that covers it, the path to that seal's tree, tokens.

  data/seals/000001/seal.json, seal.p7s, signer.pem       as in the home's archive; the signer's certificate
  data/seals/000001/request.tsq, token.tsr, chain.pem, crls.pem   where it has a token of its own
  data/seals/proof.json                                   entry -> {seal, path}: what to hash to arrive at merkle_root
  data/seals/commands.txt                                 the openssl command for each of them

A seal without a token comes with those after it, up to one that has: each names the SHA-256 of the one before.
Entries between are not in the package: the paths show their hashes' hashes only.
"""

from __future__ import annotations

import json
import shutil
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from pipeline.errors import EvidenceBroken, FixHome, FixProfile
from pipeline.evidence import bag
from pipeline.evidence.archive import Archive
from pipeline.evidence.check import Report
from pipeline.evidence.entries import Entry, canonical, utc_text
from pipeline.evidence.problem import Problem
from pipeline.evidence.sealing import merkle
from pipeline.evidence.sealing.cms import BadSignature, verify_detached, verify_exact
from pipeline.evidence.sealing.files import (
    CHAIN,
    CRLS,
    FORMAT,
    LEAVES,
    QUERY,
    SEAL,
    SIGNATURE,
    TOKEN,
    Seal,
    load_seal,
    numbers,
)
from pipeline.evidence.sealing.keys import LABEL, fingerprint, has_key, load_signer, refuse_outdated
from pipeline.evidence.sealing.revocation import Crl, read_lists, refuse_revoked
from pipeline.evidence.sealing.timestamp import NoStamp, check_token
from pipeline.home import Home

ITEMS = "data/items.json"
FOLDER, PROOF, SIGNER = "data/seals", "data/seals/proof.json", "signer.pem"
EXPORTER = "exporter.pem"  # the certificate that signed the package itself
CMS_VERIFY = "openssl cms -verify -binary -inform DER -purpose any -out /dev/null"
CARRIED = (SEAL, SIGNATURE, QUERY, TOKEN, CHAIN, CRLS)


def seal_before_export(archive: Archive) -> None:
    """Seal what is not sealed and give the authority a moment. Raises FixHome: nothing is exported half sealed."""
    archive.sealer.seal()
    archive.sealer.attend(archive.home.settings.timestamp_timeout_seconds)
    archive.sealer.journal_done(look=True)


def write_seals(archive: Archive, folder: Path, entries: Iterable[Entry]) -> dict[str, Any]:
    """Copy seals and write the paths. Returns the manifest's `sealed` and `seals`.

    Raises EvidenceBroken when an entry is not the one that was sealed.
    """
    source = _Source(archive.sealer.folder)
    if not has_key(archive.home) and not source.numbers:
        return {"sealed": False, "seals": []}
    proof: dict[str, Any] = {}
    wanted: set[int] = set()
    for entry in entries:
        seal = source.covering(entry.seq)
        proof[str(entry.seq)] = {"seal": f"{seal.number:06d}", "path": source.path(seal, entry)}
        wanted |= source.up_to_token(seal)
    certificates = {e.body["certificate_sha256"]: e.body["certificate"] for e in archive.journal.entries("signing_key")}
    for number in sorted(wanted):
        seal, target = source.seal(number), folder / FOLDER / f"{number:06d}"
        target.mkdir(parents=True)
        for name in CARRIED:
            if (seal.folder / name).is_file():
                shutil.copyfile(seal.folder / name, target / name)
        (target / SIGNER).write_text(certificates[seal.body["certificate_sha256"]], encoding="ascii")
    text = json.dumps(proof, indent=1, sort_keys=True) + "\n"
    (folder / PROOF).write_text(text, encoding="ascii")
    (folder / FOLDER / EXPORTER).write_text(load_signer(archive.home).pem(), encoding="ascii")
    try:
        return {"sealed": True, "seals": [seal_facts(folder, number) for number in sorted(wanted)]}
    except NoStamp as error:
        raise EvidenceBroken(f"A time-stamp of the archive does not hold: {error}. Run: imb evidence verify") from error


@dataclass
class _Source:
    """The home's seals, read as they are needed."""

    folder: Path
    _read: dict[int, Seal] = field(default_factory=dict)
    _trees: dict[int, tuple[list[str], list[list[bytes]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = numbers(self.folder)
        self._stamped = [n for n in self.numbers if (self.folder / f"{n:06d}" / TOKEN).is_file()]

    def seal(self, number: int) -> Seal:
        if number not in self._read:
            self._read[number] = load_seal(self.folder, number)
        return self._read[number]

    def covering(self, seq: int) -> Seal:
        low, high = 0, len(self.numbers)
        while low < high:
            middle = (low + high) // 2
            if self.seal(self.numbers[middle]).head < seq:
                low = middle + 1
            else:
                high = middle
        if low == len(self.numbers) or not self.seal(self.numbers[low]).first <= seq:
            raise EvidenceBroken(f"No seal covers journal entry {seq}. See what is wrong: imb evidence verify")
        return self.seal(self.numbers[low])

    def path(self, seal: Seal, entry: Entry) -> list[merkle.Step]:
        if seal.number not in self._trees:
            data = (seal.folder / LEAVES).read_bytes()
            leaves = [data[i : i + 32].hex() for i in range(0, len(data), 32)]
            self._trees[seal.number] = leaves, merkle.tree([merkle.leaf(leaf) for leaf in leaves])
        leaves, tree = self._trees[seal.number]
        if entry.seq - seal.first >= len(leaves) or leaves[entry.seq - seal.first] != entry.hash:
            raise EvidenceBroken(f"Journal entry {entry.seq} is not the one that was sealed. Run: imb evidence verify")
        return merkle.path(tree, entry.seq - seal.first)

    def up_to_token(self, seal: Seal) -> set[int]:
        """The seal, and those after it up to the first with a token; alone when none has."""
        place = bisect_left(self._stamped, seal.number)
        if place == len(self._stamped):
            return {seal.number}
        last = bisect_right(self.numbers, self._stamped[place])
        return set(self.numbers[bisect_left(self.numbers, seal.number) : last])


def seal_facts(folder: Path, number: int) -> dict[str, Any]:
    """What the manifest says of a seal, from the package's own files. Raises NoStamp when its token does not hold."""
    seal = load_seal(folder / FOLDER, number)
    signer, *_ = x509.load_pem_x509_certificates((seal.folder / SIGNER).read_bytes())
    return {
        "seal": number,
        "folder": f"{FOLDER}/{number:06d}",
        "first_seq": seal.first,
        "head": seal.body["head"],
        "signed_at": seal.body["made_at"],
        "journal_clock": seal.body["journal_clock"],
        "signer": signer.subject.rfc4514_string(),
        "signer_sha256": fingerprint(signer),
        "internal": LABEL in signer.subject.rfc4514_string(),
        "token": _token_facts(seal),
    }


def _token_facts(seal: Seal) -> dict[str, str]:
    if not (seal.folder / TOKEN).is_file():
        return {}
    *_, root = x509.load_pem_x509_certificates((seal.folder / CHAIN).read_bytes())
    answer, signature, query = ((seal.folder / name).read_bytes() for name in (TOKEN, SIGNATURE, QUERY))
    token = check_token(answer, signature, query, [root])
    return {
        "time": utc_text(token.time),
        "signer": token.chain[0].subject.rfc4514_string(),
        "root": root.subject.rfc4514_string(),
        "root_sha256": fingerprint(root),
        "serial": str(token.serial),
        "revocation": refuse_revoked(token, _lists(seal)).sentence(),
    }


def _lists(seal: Seal) -> tuple[Crl, ...]:
    """The revocation lists that were stored with the seal's token. Raises NoStamp."""
    try:
        return read_lists(seal.folder / CRLS) if (seal.folder / CRLS).is_file() else ()
    except FixProfile as error:
        raise NoStamp(f"its revocation lists cannot be read ({error})") from error


def item_seal(seq: int, seals: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What an item says of its seal: which, signed when, and the first token that covers it. {} when not sealed."""
    known = list(seals)
    own = next((s for s in known if s["first_seq"] <= seq <= s["head"]["seq"]), None)
    if own is None:
        return {}
    stamped = next((s for s in known if s["seal"] >= own["seal"] and s["token"]), None)
    token = {"stamped_by_seal": stamped["seal"], **stamped["token"]} if stamped else {}
    return {"seal": own["seal"], "signed_at": own["signed_at"], "signer": own["signer"], "token": token}


def sign_bag(home: Home, folder: Path) -> None:
    """Sign the package as a whole, by its tag manifest, with the key in force. Raises FixHome."""
    signer = load_signer(home)
    (folder / bag.SIGNATURE).write_bytes(signer.sign((folder / bag.TAG_MANIFEST).read_bytes()))


def render_commands(manifest: Mapping[str, Any]) -> str:
    """The openssl command for each signature and token of the package, one a line; "" when nothing is sealed."""
    return "".join(f"{line}\n" for seal in manifest["seals"] for line in commands(seal))


def commands(seal: Mapping[str, Any]) -> list[str]:
    place = seal["folder"]
    found = [
        f"{CMS_VERIFY} -in {place}/{SIGNATURE} -content {place}/{SEAL} -CAfile {place}/{SIGNER} "
        f"-attime {_epoch(seal['signed_at'])}"
    ]
    if seal["token"]:
        found.append(
            f"openssl ts -verify -data {place}/{SIGNATURE} -in {place}/{TOKEN} -CAfile {place}/{CHAIN} "
            f"-attime {_epoch(seal['token']['time'])}"
        )
    return found


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def check_seals(folder: Path, manifest: Mapping[str, Any], entries: Mapping[int, Entry], report: Report) -> None:
    """Check signatures, tokens and paths; every entry of the excerpt must be under a seal when the manifest says so."""
    there = numbers(folder / FOLDER)
    said = [s["seal"] for s in manifest["seals"]]
    if there != said or bool(manifest["sealed"]) != bool(said):
        report.add(Problem(ITEMS, "seals", "seals", f"names seals {said}, the package holds {there}"))
    if not manifest["sealed"]:
        report.notes.append("Nothing in this package is sealed: it shows no more than that it fits together.")
        return
    before: Seal | None = None
    seals: dict[int, Seal] = {}
    for number in there:
        try:
            before = seals[number] = _check_one(folder, number, before)
            facts = next((s for s in manifest["seals"] if s["seal"] == number), None)
            if facts is not None and facts != seal_facts(folder, number):
                report.add(Problem(ITEMS, f"seal {number}", "seals", "does not say what the seal says"))
        except (NoStamp, BadSignature, EvidenceBroken, FixHome) as error:
            report.add(Problem(f"{FOLDER}/{number:06d}", f"seal {number}", "seal", f"does not hold: {error}"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            report.add(Problem(f"{FOLDER}/{number:06d}", f"seal {number}", "readable", repr(error)))
        report.count("seals")
    _check_paths(folder, entries, seals, report)
    for item in manifest["items"]:
        if item.get("seal") != item_seal(item["journal"]["seq"], manifest["seals"]):
            report.add(Problem(ITEMS, f"item {item['item']}", "seals", "names another seal than its own"))
    _check_signature(folder, report)
    report.notes += sorted(_trust(manifest))


def _check_one(folder: Path, number: int, before: Seal | None) -> Seal:
    """One seal with its token. Raises what is wrong with it."""
    seal = load_seal(folder / FOLDER, number)
    text, signature = (seal.folder / SEAL).read_bytes(), (seal.folder / SIGNATURE).read_bytes()
    certificate, *_ = x509.load_pem_x509_certificates((seal.folder / SIGNER).read_bytes())
    if text != canonical(seal.body) or seal.body["format"] != FORMAT:
        raise ValueError("not as this program writes it")
    if fingerprint(certificate) != seal.body["certificate_sha256"]:
        raise BadSignature(f"{SIGNER} is not the certificate that the seal names")
    verify_detached(signature, text, certificate)
    refuse_outdated(certificate, datetime.fromisoformat(seal.body["made_at"]))
    if before is not None and before.number + 1 == number and seal.body["previous_sha256"] != before.digest(SEAL):
        raise EvidenceBroken(f"it does not follow seal {before.number}")
    _token_facts(seal)
    return seal


def _check_paths(folder: Path, entries: Mapping[int, Entry], seals: Mapping[int, Seal], report: Report) -> None:
    try:
        proof = json.loads((folder / PROOF).read_bytes())
    except (OSError, ValueError) as error:
        report.add(Problem(PROOF, "whole file", "readable", str(error)))
        return
    for seq, entry in entries.items():
        try:
            step = proof[str(seq)]
            seal = seals[int(step["seal"])]
            if not seal.first <= seq <= seal.head:
                raise ValueError("the seal does not cover it")
            if merkle.climb(entry.hash, step["path"]).hex() != seal.body["merkle_root"]:
                raise ValueError("it is not the entry that was sealed")
        except (KeyError, ValueError, TypeError) as error:
            report.add(Problem(PROOF, f"entry {seq}", "sealed", f"not shown to be under a seal: {error}"))
    if extra := set(proof) - {str(seq) for seq in entries}:
        report.add(Problem(PROOF, f"entries {', '.join(sorted(extra))}", "form", "paths of entries that are not here"))


def _check_signature(folder: Path, report: Report) -> None:
    try:
        certificate, *above = x509.load_pem_x509_certificates((folder / FOLDER / EXPORTER).read_bytes())
        signature, text = (folder / bag.SIGNATURE).read_bytes(), (folder / bag.TAG_MANIFEST).read_bytes()
        verify_exact(signature, text, [certificate, *above])  # no manifest names the signature: all of it is checked
    except (OSError, ValueError, BadSignature) as error:
        report.add(Problem(bag.SIGNATURE, "whole file", "signature", f"does not hold: {error}"))
    else:
        by = f"{certificate.subject.rfc4514_string()} (SHA-256 {fingerprint(certificate)})"
        report.notes.append(f"The package as a whole was signed by {by}: compare with the one told by the office.")


def _trust(manifest: Mapping[str, Any]) -> set[str]:
    """What a stranger still has to compare by other means."""
    found = {
        f"Sealed by {s['signer']} (SHA-256 {s['signer_sha256']}): compare with the one told by the office."
        for s in manifest["seals"]
    }
    tokens = [s["token"] for s in manifest["seals"] if s["token"]]
    roots = {(t["root"], t["root_sha256"]) for t in tokens}
    found |= {f"Revocation of the authority {t['signer']}: {t['revocation']}." for t in tokens}
    found |= {f"Time-stamped under {r} (SHA-256 {d}): compare with what the authority publishes." for r, d in roots}
    bare = [item["item"] for item in manifest["items"] if not item["seal"].get("token")]
    if bare:
        found.add(f"{len(bare)} items have no time-stamp: their time rests on the office's clock alone.")
    return found
