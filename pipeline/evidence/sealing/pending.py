"""What seals still wait for, in words: for the status, the audit and every check."""

from __future__ import annotations

from pipeline.evidence.sealing.copies import Copies
from pipeline.evidence.sealing.files import seal_folder
from pipeline.evidence.sealing.notes import Notes
from pipeline.home import Home


def pending_sentences(home: Home) -> list[str]:
    """One for each seal that waits for a token, and for each place that could not be given its copies."""
    notes = Notes(seal_folder(home))
    found = []
    for state in notes.all():
        if state.stamp == "wanted" or state.reason:
            text = f"seal {state.number} since {state.since}: {state.reason or 'not yet asked for a token'}"
            found.append(f"{text} ({state.attempts} attempts)")
    return found + Copies(home, notes).sentences()
