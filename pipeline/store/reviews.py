"""What people said of possible matches: in the audit log, never updated. A true match needs two different people.

A word is about the pair of what the applicant says and what is known, by digests: when either side changes, it is open
again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import FixInput
from pipeline.store.casework import Casework
from pipeline.store.roles import user_key

TRUE_MATCH, MORE_NEEDED = "true match said", "more needed for a match"
Pair = tuple[str, str]  # digests of both sides (analysis.pairs)


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
        raise FixInput(f"{user} has said so already. A true match needs a second, different person.")
    casework.audit(user, action, " ".join(pair), why, act="review a match")
    return reviews(casework)[pair]


def reviews(casework: Casework) -> Mapping[Pair, Review]:
    said: dict[Pair, list[str]] = defaultdict(list)
    for entry in casework.entries("audit"):
        if entry["action"] in (TRUE_MATCH, MORE_NEEDED):
            words = "a true match" if entry["action"] == TRUE_MATCH else "more is needed"
            said[_pair(entry["object"])].append(f"{entry['actor']}, {entry['at'][:10]}: {words}; {entry['reason']}")
    confirmers = _confirmers(casework)
    return {pair: Review(len(confirmers.get(pair, ())) > 1, tuple(lines)) for pair, lines in said.items()}


def _confirmers(casework: Casework) -> dict[Pair, set[str]]:
    found: dict[Pair, set[str]] = defaultdict(set)
    for entry in casework.entries("audit"):
        if entry["action"] == TRUE_MATCH:
            found[_pair(entry["object"])].add(user_key(entry["actor"]))
    return found


def _pair(written: str) -> Pair:
    mine, _, known = written.partition(" ")
    return mine, known
