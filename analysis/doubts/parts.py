"""Two parts of one entity that one record alone holds together, where the parts contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import networkx as nx

from analysis.doubts.papers import Pair, Paper, numbers_at_one_time
from pipeline.model import Ref
from pipeline.resolve.births import one_slip
from pipeline.resolve.initials import contradict
from pipeline.resolve.names.business_names import read_business, trade_names
from pipeline.resolve.two_shops import beside


def held_by_one(graph: nx.Graph[str], refs: Mapping[str, Ref], papers: Mapping[str, Paper]) -> tuple[str, Pair] | None:
    """In words, and one ref of either part; None where no record alone holds together what contradicts itself.

    Of several the one that holds the largest second part. `graph`: the refs of one entity and what joined them.
    """
    found = []
    for between in sorted(nx.articulation_points(graph)):
        rest = graph.subgraph(set(graph) - {between})
        held = set(graph.neighbors(between))
        parts = sorted((sorted(p) for p in nx.connected_components(rest) if p & held), key=lambda p: (-len(p), p))
        for at, one in enumerate(parts):
            for two in parts[at + 1 :]:
                if against := _contradiction(one, two, refs, papers):
                    found.append((-len(two), between, len(one), *against))
    if not found:
        return None
    less, between, more, why, pair = min(found)
    return f"one record ({_told(between, refs)}) alone joins {more} and {-less} others with {why}", pair


def _told(ref_id: str, refs: Mapping[str, Ref]) -> str:
    ref = refs.get(ref_id)
    return f"{ref.name or 'no name'}, {ref.dataset}, {ref_id}" if ref else ref_id


def _contradiction(
    one: Sequence[str], two: Sequence[str], refs: Mapping[str, Ref], papers: Mapping[str, Paper]
) -> tuple[str, Pair] | None:
    """Why two parts are not one, and a ref of either that says so."""
    mine, others = ([refs[i] for i in part if i in refs] for part in (one, two))
    if not (mine and others):
        return None
    if mine[0].role == "operator":
        if pair := _births(mine, others):
            return "other dates of birth", pair
        if contradict(mine, others):
            return "names of two people", (_first(mine, "name"), _first(others, "name"))
    elif beside(mine, others):
        return "places of their own at one time", (_first(mine, "addresses"), _first(others, "addresses"))
    elif _strangers(mine, others):
        return "other names and phones at one time", (_first(mine, "phones"), _first(others, "phones"))
    return numbers_at_one_time(*([papers[i] for i in part if i in papers] for part in (one, two)))


def _births(one: Sequence[Ref], two: Sequence[Ref]) -> Pair | None:
    """Two refs where all dates of the one part differ from all of the other by more than a slip."""
    mine, others = ({r.dob: r.ref_id for r in reversed(part) if r.dob} for part in (one, two))
    if not (mine and others) or any(a == b or one_slip(a, b) for a in mine for b in others):
        return None
    return mine[min(mine)], others[min(others)]


def _first(refs: Sequence[Ref], said: str) -> str:
    return next((r.ref_id for r in refs if getattr(r, said)), refs[0].ref_id)


def _strangers(one: Sequence[Ref], two: Sequence[Ref]) -> bool:
    """Whether both are known by name and phone, share no word and no number, and were seen on one day."""
    for read in (_words, _phones):
        mine, others = read(one), read(two)
        if not (mine and others) or mine & others:
            return False
    mine_days, other_days = _days(one), _days(two)
    return bool(mine_days and other_days) and max(mine_days[0], other_days[0]) <= min(mine_days[-1], other_days[-1])


def _words(refs: Iterable[Ref]) -> set[str]:
    names = [read_business(part) for r in refs for text in (r.name, *r.other_names) for part in trade_names(text)]
    return {word for n in names for word in (*n.words, n.native or n.core) if word}


def _phones(refs: Iterable[Ref]) -> set[str]:
    return {phone for r in refs for phone in r.phones}


def _days(refs: Iterable[Ref]) -> list[date]:
    """Days of ads: what a paper is given to may have changed its number long before it ends."""
    return sorted(d for r in refs if r.owner_kind == "ad" for d in (r.first_seen, r.last_seen) if d)
