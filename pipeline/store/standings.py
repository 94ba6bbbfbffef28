"""From entries to the standing in force. Pure: rows in, standings out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.store.roles import user_key

STANDING_WORDS = ("unknown", "suspected", "designated", "cleared")
LEAST_ACCUSING = ("cleared", "unknown", "suspected", "designated")
USERS_FOR_DESIGNATION = 2

Entries = Sequence[Mapping[str, Any]]  # columns of `standings`, oldest first


def in_force(rows: Entries) -> str:
    """What one business's entries amount to; "" when only one user proposes designation.

    A designation counts when two different users have said it since the last other word."""
    designating: set[str] = set()
    standing = ""
    for row in rows:
        if row["standing"] == "designated":
            designating.add(user_key(row["user"]))
            if len(designating) >= USERS_FOR_DESIGNATION:
                standing = "designated"
        else:
            designating = set()
            standing = row["standing"]
    return standing


def resolve_aliases(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Every id that was ever replaced -> the id it has now. `edges`: (old, new) in order of time; a later one may
    take an earlier one back."""
    now: dict[str, str] = {}
    behind: dict[str, set[str]] = defaultdict(set)  # id in use -> the ids it stands for
    for old, new in edges:
        moved = behind.pop(old, set()) | {old}
        now.pop(new, None)
        for holders in behind.values():
            holders.discard(new)
        moved.discard(new)
        behind[new] |= moved
        now.update(dict.fromkeys(moved, new))
    return now


def reasoned(rows: Entries, aliases: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Business id in use -> (standing in force, who said it when and why). Where two ids became one business and
    disagree, the least accusing word holds until a supervisor sets it anew."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for business, said in _by_business(rows).items():
        if standing := in_force(said):
            last = [r for r in said if r["standing"] == standing][-1]
            found[aliases.get(business, business)].append(
                (standing, f"{last['user']}, {last['at']:%Y-%m-%d}: {last['reason']}")
            )
    return {b: min(words, key=lambda w: LEAST_ACCUSING.index(w[0])) for b, words in sorted(found.items())}


def disagreeing(rows: Entries, aliases: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Businesses that ids of different standings became: id in use -> the standing of each id."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for business, said in _by_business(rows).items():
        if standing := in_force(said):
            found[aliases.get(business, business)][business] = standing
    return {b: words for b, words in sorted(found.items()) if len(set(words.values())) > 1}


def _by_business(rows: Entries) -> dict[str, list[Mapping[str, Any]]]:
    said: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        said[row["business_id"]].append(row)
    return said
