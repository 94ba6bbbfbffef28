"""Where a closed business went, what was at a premises before, and generations of reopened businesses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.networks.succession import chains, followed
from flows.stages.queries.finding import businesses_called
from flows.stages.queries.timelines import stays_at
from pipeline.errors import NotFound
from pipeline.home import Home
from pipeline.model import Succession
from pipeline.store.intelligence import Store, open_snapshot

CANDIDATE = 0.10  # what a succession is kept from
CONFIDENT = 0.5


def where_it_went(home: Home, wanted: str) -> list[dict[str, Any]]:
    """Successors of a business (the beginning of its id, or its name), surest first, and where the surest went on to.

    Rows: step, from_name, to_name, to_address, to_city, kind, gap_days, confidence, reasons, ids. A business without
    any is one row with a sentence: unseen is not closed. Raises NotFound.
    """
    with open_snapshot(home.current_snapshot()) as store:
        found = businesses_called(store, wanted)
        names = _names(store)
        successions = _load(store)
    if not found:
        raise NotFound(f"No business is called {wanted!r} or has such an id. Look it up with: imb search TEXT")
    return [row for business in found for row in _steps(business, successions, names)]


def _steps(business: str, successions: Sequence[Succession], names: dict[str, Any]) -> list[dict[str, Any]]:
    direct = sorted(
        (s for s in successions if s.from_business == business), key=lambda s: (-s.confidence, s.to_business)
    )
    if not direct:
        one = names[business]
        said = f"Nobody is seen to have followed it. Last seen on {one['observed_last']}; unseen is not closed."
        return [{"step": 0, "from_name": one["name"], "from_business": business, "to_name": "", "reasons": [said]}]
    later = followed(successions, direct[0].to_business) if direct[0].confidence >= CONFIDENT else []
    return [*(_row(1, s, names) for s in direct), *(_row(n, s, names) for n, s in enumerate(later, 2))]


def generations(home: Home, minimum: float = CONFIDENT) -> list[dict[str, Any]]:
    """Chains of two steps and more, longest first: rows as of `where_it_went`, with the number of the chain."""
    with open_snapshot(home.current_snapshot()) as store:
        names, successions = _names(store), _load(store)
    long = [chain for chain in chains(successions, minimum) if len(chain) > 1]
    return [{"chain": k, **_row(n, s, names)} for k, chain in enumerate(long, 1) for n, s in enumerate(chain, 1)]


def who_was_here(home: Home, address: str) -> list[dict[str, Any]]:
    """Everybody at a premises (or in a building), in order of time, with how each came after an earlier one.

    Rows: name, place, first_seen, last_seen, standing, network_id, after (names and confidence of whom it succeeded, by
    all evidence), business_id, lane. Raises NotFound.
    """
    with open_snapshot(home.current_snapshot()) as store:
        stays, names, successions = stays_at(store, address), _names(store), _load(store)
    if not stays:
        raise NotFound(f"No ad and no paper names {address!r}. Write it as: 1200 N Main St #5, City, MO 65801")
    rows = []
    for stay in stays:
        one = names[stay["business_id"]]
        before = [s for s in successions if s.to_business == stay["business_id"]]
        before.sort(key=lambda s: (-s.confidence, s.from_business))
        rows.append(
            {
                **stay, "name": one["name"], "standing": one["standing"], "network_id": one["network_id"],
                "after": [_after(s, names) for s in before],
            }
        )  # fmt: skip
    return rows


def _after(s: Succession, names: dict[str, dict[str, Any]]) -> str:
    return f"{names[s.from_business]['name']} ({s.confidence:.2f}: {', '.join(s.reasons)})"


def _names(store: Store) -> dict[str, dict[str, Any]]:
    return {r["business_id"]: r for r in store.rows("SELECT * FROM out_businesses")}


def _load(store: Store) -> list[Succession]:
    rows = store.rows("SELECT * FROM out_successions WHERE confidence >= ?", [CANDIDATE])
    return [Succession(**{**r, "reasons": tuple(r["reasons"])}) for r in rows]


def _row(step: int, s: Succession, names: dict[str, dict[str, Any]]) -> dict[str, Any]:
    new = names[s.to_business]
    return {
        "step": step, "from_name": names[s.from_business]["name"], "to_name": new["name"], "to_address": new["address"],
        "to_city": new["city"], "kind": s.kind, "gap_days": s.gap_days, "confidence": s.confidence,
        "reasons": list(s.reasons), "from_business": s.from_business, "to_business": s.to_business,
    }  # fmt: skip
