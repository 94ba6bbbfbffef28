"""What happened to networks between two builds: new, grown, shrunk, merged, split, gone; each with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pipeline.model import Network


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a network between two builds."""

    kind: str  # new grown shrunk merged split gone
    network_id: str
    others: tuple[str, ...]
    reason: str


def network_changes(previous: Mapping[str, Collection[str]], networks: Iterable[Network]) -> list[Change]:
    """Events between the last build (network id -> business ids) and this one, sorted by network."""
    now = {n.network_id: {m for m, kind, _ in n.members if kind == "business"} for n in networks}
    changes = []
    for network_id, businesses in sorted(now.items()):
        origins = sorted(old for old, members in previous.items() if businesses & set(members))
        if not origins:
            changes.append(Change("new", network_id, (), f"{len(businesses)} businesses, none in a network before"))
        elif len(origins) > 1:
            changes.append(Change("merged", network_id, tuple(origins), f"{len(origins)} networks share links now"))
        elif businesses != set(previous[origins[0]]):
            grown = len(businesses) - len(previous[origins[0]])
            kind = "grown" if grown >= 0 else "shrunk"
            changes.append(Change(kind, network_id, tuple(origins), f"{abs(grown)} businesses more or less"))
    for network_id, members in sorted(previous.items()):
        heirs = sorted(new for new, businesses in now.items() if businesses & set(members))
        if not heirs:
            changes.append(Change("gone", network_id, (), "no link holds it together any more"))
        elif len(heirs) > 1:
            changes.append(Change("split", network_id, tuple(heirs), f"falls into {len(heirs)} networks"))
    return changes
