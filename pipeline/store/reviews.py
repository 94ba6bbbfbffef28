"""What people said of possible matches: in the audit log, never updated. A true match needs two different people.

A word is about the pair of what the applicant says and what is known, by digests: when either side changes, it is open
again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import FixInput
from pipeline.model import Flag
from pipeline.store.casework import Casework
from pipeline.store.roles import user_key

TRUE_MATCH, MORE_NEEDED = "true match said", "more needed for a match"
NOT_DETERMINABLE = "match cannot be determined"
SAID = {TRUE_MATCH: "a true match", MORE_NEEDED: "more is needed", NOT_DETERMINABLE: "cannot be determined"}
OUTCOME = "outcome of a match"
Pair = tuple[str, str]  # digests of both sides (analysis.screening.pairs)


@dataclass(frozen=True, slots=True)
class Review:
    """`confirmed`: two different people said it is a true match; `said`: each word, in words, in order."""

    confirmed: bool
    said: tuple[str, ...]


def review(casework: Casework, pair: Pair, action: str, user: str, why: str) -> Review:
    """Log one person's word on one pair. Raises FixInput without a reason or when the person said it before, NotAllowed
    for a registered user of another role."""
    if not user.strip() or not why.strip():
        raise FixInput("A name and a reason are needed: they are logged and may be read in court.")
    if action == TRUE_MATCH and user_key(user) in _confirmers(casework).get(pair, ()):
        raise FixInput(
            f"{user} has said so already. A true match needs a second, different person: let one look at it."
        )
    casework.audit(user, action, " ".join(pair), why, act="review a match")
    return reviews(casework)[pair]


def reviews(casework: Casework) -> Mapping[Pair, Review]:
    said: dict[Pair, list[str]] = defaultdict(list)
    for entry in casework.entries("audit"):
        if words := SAID.get(entry["action"]):
            said[_pair(entry["object"])].append(f"{entry['actor']}, {entry['at'][:10]}: {words}; {entry['reason']}")
    confirmers = _confirmers(casework)
    return {pair: Review(len(confirmers.get(pair, ())) > 1, tuple(lines)) for pair, lines in said.items()}


def log_outcome(casework: Casework, flag: Flag, outcome: str, user: str) -> None:
    """Log where a match that is shown stands after somebody's word, with what a rate is told by."""
    said = {"known": flag.known_entity_id, "band": flag.band, "surname_band": flag.surname_band, "outcome": outcome}
    casework.audit(user, OUTCOME, flag.application_id, json.dumps(said))


def logged_outcomes(casework: Casework) -> list[tuple[Flag, str]]:
    """(the match as it was shown, what was said of it), oldest first; the latest word on a match holds."""
    found = []
    for entry in casework.entries("audit"):
        if entry["action"] == OUTCOME:
            said = json.loads(entry["reason"])
            flag = Flag(
                entry["object"], "possible_match", said["band"], 0.0, said["known"], surname_band=said["surname_band"]
            )
            found.append((flag, said["outcome"]))
    return found


def _confirmers(casework: Casework) -> dict[Pair, set[str]]:
    found: dict[Pair, set[str]] = defaultdict(set)
    for entry in casework.entries("audit"):
        if entry["action"] == TRUE_MATCH:
            found[_pair(entry["object"])].add(user_key(entry["actor"]))
    return found


def _pair(written: str) -> Pair:
    mine, _, known = written.partition(" ")
    return mine, known
