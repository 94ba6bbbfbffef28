"""Seal the journal now, and finish what seals are waiting for."""

from __future__ import annotations

from typing import Any

from flows.stages.evidence.custody import note
from pipeline.evidence.archive import Archive
from pipeline.evidence.sealing.files import BOOKKEEPING
from pipeline.evidence.sealing.keys import NewKey, has_key, load_signer
from pipeline.evidence.sealing.pending import pending_sentences
from pipeline.evidence.sealing.seals import Sealer
from pipeline.evidence.sealing.stamping import authorities
from pipeline.home import Home
from pipeline.store.casework import Casework


def seal_now(home: Home) -> dict[str, Any]:
    """Seal what is not sealed, ask the authorities for what is pending, copy outside. The caller holds the lock.

    Returns the status after it, see `seal_status`. Raises FixHome when the key cannot sign, EvidenceBroken when the
    journal is not the one that was sealed.
    """
    archive = Archive(home)
    archive.recover()
    archive.sealer.seal()
    archive.sealer.attend(home.settings.timestamp_timeout_seconds * max(len(authorities(home)), 1))
    archive.sealer.journal_done(look=True)
    return seal_status(archive)


def rotate_key(home: Home, user: str = "", prepared: NewKey | None = None) -> dict[str, Any]:
    """Give the home a new key, its own or a prepared one, then seal with it. The caller holds the lock. NotAllowed."""
    Casework(home.casework_url).may(user, "replace the signing key")
    archive = Archive(home)
    archive.recover()
    last = archive.sealer.last()
    before = str(last.body["certificate_sha256"]) if last else ""
    archive.sealer.rotate(prepared)
    after = load_signer(home).fingerprint
    note(home, user, "new signing key", after, "the key that signs seals was replaced", before=before, after=after)
    return seal_now(home)


def seal_status(archive: Archive) -> dict[str, Any]:
    """How far the newest seal reaches, without checking it: that is `imb evidence verify`."""
    sealer: Sealer = archive.sealer
    last = sealer.last()
    behind = archive.journal.hashes(after=last.head if last else 0)
    return {
        "seals": last.number if last else 0,
        "sealed_seq": last.head if last else 0,
        "signed_at": last.body["made_at"] if last else "",
        "certificate_sha256": load_signer(archive.home).fingerprint if has_key(archive.home) else "",
        "unsealed_entries": sum(kind not in BOOKKEEPING for _, kind, _ in behind),
        "pending": pending_sentences(archive.home),
    }
