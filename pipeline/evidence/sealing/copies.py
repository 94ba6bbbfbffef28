"""Bring copies of the seals outside the home, and remember which have arrived where.

archive/seals/pending/copies.json holds, for each place, up to which seal it has them, and why the last attempt failed.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from pipeline.errors import EvidenceBroken
from pipeline.evidence.outside import Unreachable, together, within
from pipeline.evidence.sealing.destinations import Destination, Differs, destinations
from pipeline.evidence.sealing.files import load_seal, numbers, seal_folder
from pipeline.evidence.sealing.notes import Notes
from pipeline.home import Home, write_atomically

PATIENCE = 15.0  # seconds for one seal to one place
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What one place has. `number`: every seal up to it, with its token if it is to have one."""

    number: int = 0
    at: float = 0.0  # time.time() of the last that arrived
    attempts: int = 0  # since then
    reason: str = ""  # why the last attempt failed


class Copies:
    """The copies of one home's seals."""

    def __init__(self, home: Home, notes: Notes) -> None:
        self.home, self.notes = home, notes
        self._path = notes.folder / "copies.json"
        self._busy: dict[str, threading.Lock] = {p.name: threading.Lock() for p in destinations(home)}

    def arrived(self) -> dict[str, Arrived]:
        """What each place has, by its name. A place that is new, or a file that is unreadable, begins anew."""
        try:
            said: Mapping[str, Any] = json.loads(self._path.read_bytes())
            return {name: Arrived(**facts) for name, facts in said.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def waiting(self, place: Destination) -> list[int]:
        """The numbers of the seals that a place still is to get, oldest first."""
        known = self.arrived().get(place.name, Arrived())
        found = [n for n in numbers(seal_folder(self.home)) if n > known.number]
        return found if place.every_seal else found[-1:]

    def pending(self) -> list[tuple[Destination, Arrived, list[int]]]:
        """Places that lack seals, with what they have and which they lack."""
        known = self.arrived()
        places = ((p, known.get(p.name, Arrived()), self.waiting(p)) for p in destinations(self.home))
        return [(place, has, lacks) for place, has, lacks in places if lacks]

    def deliver(self, seconds: float, *, hurry: bool = True, stay: bool = True) -> None:
        """Bring what is waiting, to all places side by side, for at most about `seconds`; what fails is noted.

        Without `hurry` a place that wants pauses is left alone until its pause is over. Without `stay` the caller does
        not wait for them, and places that are still at it are left alone.
        """
        until = time.monotonic() + seconds
        due = [p for p, has, _ in self.pending() if hurry or abs(time.time() - has.at) >= p.pause]
        wait = seconds if stay else 0.0
        together([partial(self._try, place, until, wait) for place in due], wait)

    def _try(self, place: Destination, until: float, wait: float) -> None:
        busy = self._busy[place.name]
        if not busy.acquire(timeout=max(wait, 0.0)):
            return
        try:
            self._bring(place, until)
        except Exception as error:  # a full disk, say: the next command tries again
            log.error("%s: %s", place.name, error)
        finally:
            busy.release()

    def _bring(self, place: Destination, until: float) -> None:
        reason, unstamped = "", {state.number for state in self.notes.unstamped()}
        whole = True  # whether everything so far is there for good: a token that is still to come is not
        try:
            for number in self.waiting(place):
                patience = min(PATIENCE, until - time.monotonic())
                seal = load_seal(seal_folder(self.home), number)
                try:
                    within(patience, place.name, partial(place.put, seal, max(patience, 0.1)))
                except Differs as error:
                    reason, whole = reason or str(error), False
                whole = whole and not (place.every_seal and number in unstamped)
                if whole:
                    self._note(place.name, Arrived(number, time.time()))
        except (OSError, Unreachable, EvidenceBroken) as error:
            reason = str(error)
        has = self.arrived().get(place.name, Arrived())
        if reason or has.reason:
            self._note(place.name, replace(has, attempts=has.attempts + bool(reason), reason=reason))

    def _note(self, name: str, state: Arrived) -> None:
        with self.notes.lock:
            before = self.arrived()
            known = {p.name: before[p.name] for p in destinations(self.home) if p.name in before}
            known[name] = state
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps({n: asdict(a) for n, a in known.items()}, indent=1) + "\n")

    def sentences(self) -> list[str]:
        """What waits, in words."""
        found, unstamped = [], {state.number for state in self.notes.unstamped()}
        for place, has, lacks in self.pending():
            if has.reason or not (place.every_seal and lacks[0] in unstamped):  # else it lacks no more than the token
                which = f"seal {lacks[0]}" if len(lacks) == 1 else f"seals {lacks[0]} to {lacks[-1]}"
                why = f"{has.reason or 'not yet sent'} ({place.name}, {has.attempts} attempts)"
                found.append(f"{which} not yet copied outside: {why}")
        return found
