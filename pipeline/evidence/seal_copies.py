"""Copies of seals outside the home: a home that was rolled back or written anew differs from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.errors import EvidenceBroken
from pipeline.evidence.seal_files import FILES, home_id, seal_folder, write_bytes
from pipeline.evidence.seal_notes import Notes, Pending
from pipeline.home import Home


def copies_folder(home: Home) -> Path | None:
    """Where copies of this home's seals are kept outside of it, or None without the setting."""
    setting = home.settings.seal_copies
    return home.root / Path(setting).expanduser() / home_id(home) if setting else None


def copy_pending(home: Home, notes: Notes) -> None:
    """Copy what is pending; what fails is noted. Raises OSError when a note cannot be written."""
    for state in notes.all():
        if state.copy and not _copy(home, notes, state):
            break  # the folder is not there: no need to try the others


def _copy(home: Home, notes: Notes, state: Pending) -> bool:
    """Returns whether the folder outside could be written."""
    reason, is_there = "", True
    try:
        copy_seal(home, seal_folder(home) / f"{state.number:06d}")
    except (OSError, EvidenceBroken) as error:
        reason, is_there = f"no copy outside: {error}", isinstance(error, EvidenceBroken)
    with notes.lock:
        for now in notes.all():
            if now.number == state.number:
                done = not reason and now.stamp != "wanted"
                tries = now.attempts + bool(reason)
                notes.mark(replace(now, copy=not done, attempts=tries, reason=reason or now.reason))
    return is_there


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
