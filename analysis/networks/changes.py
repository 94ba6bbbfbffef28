"""What happened to networks between two snapshots: new, grown, merged, split …, each with the link that did it.

Networks and businesses are compared by their refs, which stay when ids do not. Reasons outlive the snapshots, so they
hold ids in the place of names, numbers and what people wrote; `told` puts the words in when somebody reads them, as
far as there still are any.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

SHOWN = 3  # names or links in one reason; the rest is counted
MENTIONED = re.compile(r"\{(business|link|decision):([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Change:
    """One event. `others`: the networks it came from (merged, renumbered), or fell into (split)."""

    kind: str  # new grown shrunk merged split renumbered gone
    network_id: str
    others: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding link between two businesses."""

    from_id: str
    to_id: str
    probability: float
    kind: str

    @property
    def rank(self) -> tuple[float, str, str, str]:
        """The surest first."""
        return -self.probability, self.from_id, self.to_id, self.kind

    def __str__(self) -> str:
        return mention("link", f"{self.from_id} {self.to_id} {self.kind}")


def mention(what: str, key: str) -> str:
    """A place in a reason where `told` puts words: of a business, a link ("from to kind") or a decision."""
    return f"{{{what}:{key}}}"


def mentioned(reasons: Iterable[str]) -> dict[str, set[str]]:
    """What reasons mention: business, link, decision -> keys."""
    found: dict[str, set[str]] = defaultdict(set)
    for reason in reasons:
        for what, key in MENTIONED.findall(reason):
            found[what].add(key)
    return found


def told(reason: str, words: Callable[[str, str], str]) -> str:
    """The reason with the words of what it mentions; `words`: (what, key) -> words, "" when nothing is on record."""

    def put(found: re.Match[str]) -> str:
        what, key = found.groups()
        return words(what, key) or f"(a {what} that is no longer on record, {key[:8]})"

    return MENTIONED.sub(put, reason)


@dataclass
class State:
    """The networks of one snapshot. Order of the inputs does not matter."""

    members: Mapping[str, Sequence[str]]  # network id -> business ids
    refs: Mapping[str, Sequence[str]]  # business id -> ref ids
    links: Sequence[Bound]
    network_of: dict[str, str] = field(init=False)  # ref id -> network id
    business_of: dict[str, str] = field(init=False)  # ref id -> business id

    def __post_init__(self) -> None:
        self.network_of = {r: n for n, businesses in self.members.items() for b in businesses for r in self.refs[b]}
        self.business_of = {r: b for businesses in self.members.values() for b in businesses for r in self.refs[b]}

    def refs_of(self, network_id: str) -> Iterator[str]:
        return (r for b in self.members[network_id] for r in self.refs[b])


def network_changes(before: State, after: State, apart: Mapping[tuple[str, str], str] | None = None) -> list[Change]:
    """Events between two snapshots, sorted by network. `apart`: refs that people keep apart -> the decision."""
    heirs = {n: _met(before.refs_of(n), after.network_of) for n in before.members}
    changes = []
    for network_id in after.members:
        origins = _met(after.refs_of(network_id), before.network_of)
        if not origins:
            changes.append(
                Change("new", network_id, (), f"In no network before: {_listed(after.members[network_id])}.")
            )
        elif len(origins) > 1:
            changes.append(Change("merged", network_id, origins, _joined(network_id, origins, before, after)))
        elif len(heirs[origins[0]]) == 1:
            changes += _same_network(origins[0], network_id, before, after, apart or {})
    for network_id, fallen_into in heirs.items():
        if not fallen_into:
            changes.append(Change("gone", network_id, (), _dissolved(network_id, before)))
        elif len(fallen_into) > 1:
            reason = _fallen(network_id, fallen_into, before, after, apart or {})
            changes.append(Change("split", network_id, fallen_into, reason))
    return sorted(changes, key=lambda c: (c.network_id, c.kind, c.others))


def replaced(changes: Iterable[Change]) -> list[tuple[str, str]]:
    """(old id, new id) of networks that go by another id now."""
    return sorted(
        (other, c.network_id)
        for c in changes
        if c.kind in {"merged", "renumbered"}
        for other in c.others
        if other != c.network_id
    )


def _met(refs: Iterable[str], network_of: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({network_of[r] for r in refs if r in network_of}))


def _same_network(
    old: str, new: str, before: State, after: State, apart: Mapping[tuple[str, str], str]
) -> Iterator[Change]:
    if old != new:
        reason = "The same network; another of its ads or denials counts as its earliest now."
        yield Change("renumbered", new, (old,), reason)
    was, now = set(before.refs_of(old)), set(after.refs_of(new))
    if came := [b for b in after.members[new] if not was & set(after.refs[b])]:
        inside = set(after.members[new]) - set(came)
        links = [
            k for k in after.links if (k.from_id in inside) != (k.to_id in inside) and {k.from_id, k.to_id} & set(came)
        ]
        yield Change("grown", new, (), f"{_listed(came)} joined. {_sentences(links)}".strip())
    if left := [b for b in before.members[old] if not now & set(before.refs[b])]:
        links = [k for k in before.links if {k.from_id, k.to_id} & set(left)]
        why = _decided({r: "left" if before.business_of[r] in left else "stayed" for r in was}, apart)
        reason = f"{_listed(left)} left. {why}What held before: {_sentences(links)}"
        yield Change("shrunk", new, (), reason.strip())


def _listed(businesses: Iterable[str]) -> str:
    """The first few of them."""
    ids = sorted(businesses)
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(mention("business", b) for b in ids[:SHOWN]) + more


def _sentences(links: Iterable[Bound]) -> str:
    """The surest few."""
    words = [str(k) for k in sorted(links, key=lambda k: k.rank)]
    more = f" ({len(words) - SHOWN} more links.)" if len(words) > SHOWN else ""
    return " ".join(words[:SHOWN]) + more


def _joined(network_id: str, origins: Sequence[str], before: State, after: State) -> str:
    """What connects the networks that are one now: a business that holds refs of two, or a shortest way of links."""
    side: dict[str, set[str]] = {b: set(_met(after.refs[b], before.network_of)) for b in after.members[network_id]}
    reached, reasons = {origins[0]}, []
    while missing := set(origins) - reached:
        bridge = sorted(b for b, some in side.items() if some & reached and some & missing)
        if bridge:
            reasons.append(f"Ads or papers of both are read as one business now: {_listed(bridge[:1])}.")
            reached |= side[bridge[0]]
            continue
        start = [b for b, some in side.items() if some & reached]
        way = _way(start, {b for b, some in side.items() if some & missing}, after.links)
        reasons.append(" ".join(map(str, way)))
        reached |= side[way[-1].to_id] | side[way[-1].from_id] if way else missing
    return " ".join(r for r in reasons if r)


def _way(start: Sequence[str], goal: set[str], links: Iterable[Bound]) -> list[Bound]:
    """The fewest links from any of `start` to any of `goal`, the surest first among equals."""
    near: dict[str, list[tuple[str, Bound]]] = defaultdict(list)
    for k in sorted(links, key=lambda k: k.rank):
        near[k.from_id].append((k.to_id, k))
        near[k.to_id].append((k.from_id, k))
    came: dict[str, tuple[str, Bound] | None] = dict.fromkeys(sorted(start))
    waiting = deque(came)
    while waiting:
        here = waiting.popleft()
        if here in goal:
            return _walk_back(here, came)
        for there, k in near[here]:
            if there not in came:
                came[there] = (here, k)
                waiting.append(there)
    return []


def _walk_back(here: str, came: Mapping[str, tuple[str, Bound] | None]) -> list[Bound]:
    way = []
    while step := came[here]:
        here, link = step
        way.append(link)
    return way[::-1]


def _fallen(
    network_id: str, parts: Sequence[str], before: State, after: State, apart: Mapping[tuple[str, str], str]
) -> str:
    """Why parts are apart: a person's decision, a business that is read as two, links that hold no more."""
    part_of = {r: after.network_of[r] for r in before.refs_of(network_id) if r in after.network_of}
    sides = {b: _met(before.refs[b], part_of) for b in before.members[network_id]}
    divided = [b for b, some in sides.items() if len(some) > 1]
    links = [
        k for k in before.links
        if k.from_id in sides and k.to_id in sides and sides[k.from_id] != sides[k.to_id]
    ]  # fmt: skip
    reasons = [words] if (words := _decided(part_of, apart).strip()) else []
    if divided:
        reasons.append(f"Read as more than one business now: {_listed(divided)}.")
    if links:
        reasons.append(f"What held before: {_sentences(links)}")
    return " ".join(reasons) or "No link holds the parts together any more."


def _decided(part_of: Mapping[str, str], apart: Mapping[tuple[str, str], str]) -> str:
    """Decisions on refs that are in different parts now, a space behind each."""
    cut = [d for (a, b), d in sorted(apart.items()) if a in part_of and b in part_of and part_of[a] != part_of[b]]
    return "".join(f"Kept apart: {mention('decision', d)}. " for d in cut)


def _dissolved(network_id: str, before: State) -> str:
    held = _listed(before.members[network_id])
    return f"Neither an ad on an illicit site, a denial nor a link makes it a network any more: {held}."
