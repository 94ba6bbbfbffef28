"""Reopened businesses: one that closed, and the one that took over its premises, its phone or its operator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import inf, prod

from analysis.denial import is_denial
from analysis.networks.beside import Value
from analysis.networks.facts import Facts
from analysis.networks.groups import Groups
from analysis.networks.links import Tied
from analysis.networks.sights import closing_edge
from analysis.networks.ties import others_number
from analysis.networks.uses import Use
from analysis.periods import gap_days, hull
from analysis.rules import Rules, SuccessionRules
from pipeline.model import Entity, Link, Ref, Succession
from pipeline.resolve.names.business_names import read_business

CLOSED = ("closed", "deleted", "revoked", "surrendered", "lapsed", "expired", "inactive", "cancelled", "void")


@dataclass(frozen=True, slots=True)
class Life:
    """When a business was seen to run. `closed` is None while nothing says that it ended."""

    business_id: str
    opened: date
    last: date
    closed: date | None
    advertised: bool
    licensed: date | None = None  # day of its first license


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that passed from one business to the next."""

    kind: str
    confidence: float
    reason: str
    sources: tuple[str, ...]


def find_successions(
    entities: Iterable[Entity],
    refs: Mapping[str, Ref],
    links: Iterable[Link] = (),
    standings: Mapping[str, object] | None = None,
    rules: Rules | None = None,
) -> list[Succession]:
    """Successions sorted by (from, to). A premises alone under an innocent successor is a low-confidence candidate.

    `links` binding the pair add a reason; `standings` of suspected or designated count like an illicit ad,
    cleared counts against it.
    """
    return successions_of(Tied.of(entities, refs, rules), links, standings or {})


def successions_of(tied: Tied, links: Iterable[Link], standings: Mapping[str, object]) -> list[Succession]:
    """As `find_successions`."""
    facts = tied.facts
    bound = {(x.from_id, x.to_id) for x in links if x.binding}
    hub_values = {(h.kind, h.value) for h in tied.hubs}
    lives = one_life_each(business_lives(facts, standings), bound, tied)
    clues: dict[tuple[str, str], list[Clue]] = defaultdict(list)
    for kind in ("premises", "phone"):
        for value, uses in facts.uses.get(kind, {}).items():
            if (kind, value) not in hub_values:
                for pair, clue in _passed_on(uses, lives, facts):
                    clues[pair].append(clue)
    for pair, clue in _operators(lives, facts, hub_values):
        clues[pair].append(clue)
    found = [_succession(pair, some, lives, facts, bound) for pair, some in sorted(clues.items())]
    found = rivals_weighed(found, facts.rules.succession.rival_factor)
    return [s for s in found if s.confidence >= facts.rules.succession.shown_from]


def rivals_weighed(successions: Sequence[Succession], factor: float) -> list[Succession]:
    """A business comes from one: who leads to an heir by less than another candidate is believed less."""
    best: dict[str, Succession] = {}
    for s in sorted(successions, key=lambda s: (-s.confidence, s.from_business)):
        best.setdefault(s.to_business, s)
    return [s if s.confidence >= best[s.to_business].confidence else _outdone(s, factor) for s in successions]


def _outdone(s: Succession, factor: float) -> Succession:
    reasons = (*s.reasons, "another business leads to this one by more")
    return replace(s, confidence=round(s.confidence * factor, 4), reasons=reasons)


def business_lives(facts: Facts, standings: Mapping[str, object]) -> dict[str, Life]:
    """Opening and end of every business that ads or licenses date."""
    edge = closing_edge(facts.data_end, facts.rules)
    lives = {}
    for business, refs in facts.business_refs.items():
        kept = [r for r in refs if r.lane == "regulatory" and r.first_seen and r.site_class != "directory"]
        ads = [r for r in kept if r.owner_kind == "ad"]
        papers = [r for r in kept if r.record_kind in {"license", "denied"}]
        if not ads and not papers:
            continue
        opened = min(r.first_seen for r in (ads or papers) if r.first_seen)
        last = max((r.last_seen or r.first_seen or opened) for r in (ads or papers))
        over = last < edge or (not ads and all(_said_closed(r) for r in papers))
        standing = _standing(standings.get(business))
        advertised = standing != "cleared" and (
            standing in {"suspected", "designated"}
            or _advertised_twice(kept)
            or any(is_denial(r, facts.rules.denial) for r in kept)
        )
        licensed = min((r.first_seen for r in papers if r.first_seen), default=None)
        lives[business] = Life(business, opened, last, last if over else None, advertised, licensed)
    return lives


def one_life_each(lives: Mapping[str, Life], bound: Iterable[tuple[str, str]], tied: Tied) -> dict[str, Life]:
    """Lives without those of nameless ads that may be a named business's; what is known under one name and bound
    together opened with the first of them and ended with the last."""
    facts, damped = tied.facts, {h.value for h in tied.hubs if h.kind == "phone"}
    kept = {b: life for b, life in lives.items() if not _belongs_elsewhere(b, lives, facts, damped)}
    groups = Groups()
    for a, b in bound:
        groups.union(a, b)
    together: dict[tuple[str, str], list[Life]] = defaultdict(list)
    for business, life in kept.items():
        name = read_business(facts.entities[business].name)
        together[groups.find(business), name.numbered if name.core else business].append(life)
    return {
        life.business_id: _as_one(life, some)
        for namesakes in together.values()
        for some in _branches(namesakes, facts)
        for life in some
    }


def _branches(namesakes: Sequence[Life], facts: Facts) -> Iterator[Sequence[Life]]:
    """One life of all, unless they are known at different premises: a chain's branches open and close on their own."""
    at = {
        x.business_id: {u.value for u in facts.uses_of.get(x.business_id, ()) if u.kind == "premises"}
        for x in namesakes
    }
    places = [places for places in at.values() if places]
    if len(namesakes) == 1 or not places or set.intersection(*places):
        yield namesakes
    else:
        yield from ([x] for x in namesakes)


def _as_one(life: Life, namesakes: Sequence[Life]) -> Life:
    over = [x.closed for x in namesakes if x.closed]
    return replace(
        life,
        opened=min(x.opened for x in namesakes),
        last=max(x.last for x in namesakes),
        closed=max(over) if len(over) == len(namesakes) else None,
        licensed=min((x.licensed for x in namesakes if x.licensed), default=None),
    )


def _advertised_twice(refs: Iterable[Ref]) -> bool:
    """On illicit sites on two days: one entry on one day is a prank, a slip or a stranger's as easily."""
    return len({d for r in refs if r.site_class == "illicit" for d in (r.first_seen, r.last_seen) if d}) > 1


def _belongs_elsewhere(business: str, lives: Mapping[str, Life], facts: Facts, damped: Container[str]) -> bool:
    """Ads that name no business, of whose numbers a named business used one at the time and each at the time or soon
    before or after: not a business that opened and closed, but some of the ads of one that may have gone on. A
    switchboard's number says nothing of that."""
    if facts.entities[business].name:
        return False
    own = [u for u in facts.uses_of.get(business, ()) if u.kind == "phone" and u.value not in damped]
    gaps = [
        min(
            (_gap(use, other) for other in facts.uses["phone"][use.value] if _is_named(other, lives, facts)),
            default=inf,
        )
        for use in own
    ]
    return bool(own) and min(gaps) <= 0 and max(gaps) <= facts.rules.phone.near_days


def _is_named(use: Use, lives: Mapping[str, Life], facts: Facts) -> bool:
    return use.business_id in lives and bool(facts.entities[use.business_id].name)


def _gap(one: Use, other: Use) -> float:
    """Days between two uses, papers of the other included; 0 or less when they overlap."""
    here, there = one.shown, hull([other.shown, other.paper])
    return gap_days(here, there) if here and there else inf


def _said_closed(ref: Ref) -> bool:
    return any(word in ref.status.lower() for word in CLOSED)


def _standing(value: object) -> str:
    return str(value[0]) if isinstance(value, tuple) else str(value or "unknown")


def _passed_on(uses: Sequence[Use], lives: Mapping[str, Life], facts: Facts) -> Iterator[tuple[tuple[str, str], Clue]]:
    """From each business that ended to the next that took up its premises or number."""
    kind, rules = uses[0].kind, facts.rules.succession
    limit = rules.max_gap_premises if kind == "premises" else rules.max_gap_phone
    here = {u.business_id: u for u in uses if u.lane == "regulatory" and u.business_id in lives}
    ordered = sorted((lives[b] for b in here), key=lambda life: (life.opened, life.business_id))
    for old in ordered:
        heir = _next(old, ordered, limit, rules)
        if heir is None or old.closed is None:
            continue
        parallel = kind == "phone" and any(
            x is not old and x is not heir and x.opened <= old.last and x.last >= heir.opened for x in ordered
        )
        yield (
            (old.business_id, heir.business_id),
            _clue(here[old.business_id], here[heir.business_id], lives, facts, parallel=parallel),
        )


def _next(old: Life, ordered: Sequence[Life], limit: int, rules: SuccessionRules) -> Life | None:
    """The first that opened after it, or shortly before its end; licensed long before, it stood beside it."""
    if old.closed is None:
        return None
    beside = old.closed - timedelta(days=rules.license_lead)
    heirs = [
        x
        for x in ordered
        if x is not old
        and x.opened > old.opened
        and -rules.overlap_tolerance <= (x.opened - old.closed).days <= limit
        and (x.licensed is None or x.licensed >= beside)
    ]
    return heirs[0] if heirs else None


def _clue(old: Use, new: Use, lives: Mapping[str, Life], facts: Facts, *, parallel: bool) -> Clue:
    rules = facts.rules.succession
    both = lives[old.business_id].advertised and lives[new.business_id].advertised
    sources = tuple(sorted({*old.sources, *new.sources}))
    if old.kind == "premises":
        where = "same suite" if old.unit else "same building"
        if both:
            confidence, reason = _weak_source(old, new, rules.premises_advertised, where, facts)
            return Clue("same_premises", confidence, reason, sources)
        reason = f"{where} only: the next tenant is often innocent"
        return Clue("same_premises", rules.premises_only, reason, sources)
    confidence = rules.phone_advertised if both else rules.phone_only
    reason = f"same phone {old.value}"
    neighbors = facts.are_neighbors(old.business_id, new.business_id)
    if whose := others_number(old, new, facts.rules, neighbors=neighbors):
        confidence, reason = min(confidence, rules.phone_only), f"{reason}, {whose}"
    confidence, reason = _weak_source(old, new, confidence, reason, facts)
    if parallel:
        return Clue(
            "same_phone", confidence * rules.parallel_factor, f"{reason}, shared with others meanwhile", sources
        )
    return Clue("same_phone", confidence, reason, sources)


def _weak_source(old: Use, new: Use, confidence: float, reason: str, facts: Facts) -> tuple[float, str]:
    """Anybody may put a stranger's number or address into an ad once."""
    if old.one_capture or new.one_capture:
        return confidence * facts.rules.phone.one_source_factor, f"{reason} (one side rests on a single capture)"
    return confidence, reason


def _operators(
    lives: Mapping[str, Life], facts: Facts, hubs: Container[Value]
) -> Iterator[tuple[tuple[str, str], Clue]]:
    rules = facts.rules.succession
    for operator, tenures in facts.operators_of().items():
        of = {t.business_id: t for t in tenures if t.business_id in lives}
        if len(of) < 2 or ("operator", operator) in hubs:
            continue
        ordered = sorted((lives[b] for b in of), key=lambda life: (life.opened, life.business_id))
        for old in ordered:
            heir = _next(old, ordered, rules.max_gap_operator, rules)
            if heir is None:
                continue
            both = old.advertised and heir.advertised
            beside = any(x is not old and x is not heir and x.opened <= old.last <= x.last for x in ordered)
            parallel = beside or heir.opened < old.last
            confidence = rules.operator_advertised if both else rules.operator_only
            confidence *= rules.parallel_factor if parallel else 1.0
            confidence *= (
                1.0 if of[old.business_id].births & of[heir.business_id].births else rules.no_birth_date_factor
            )
            sources = tuple(sorted({*of[old.business_id].sources, *of[heir.business_id].sources}))
            reason = f"same operator {facts.name(operator)}" + (" who ran others meanwhile" if parallel else "")
            yield (old.business_id, heir.business_id), Clue("same_operator", confidence, reason, sources)


def _succession(
    pair: tuple[str, str], clues: Sequence[Clue], lives: Mapping[str, Life], facts: Facts, bound: set[tuple[str, str]]
) -> Succession:
    old, new = lives[pair[0]], lives[pair[1]]
    rules = facts.rules.succession
    best: dict[str, Clue] = {}
    for clue in sorted(clues, key=lambda c: (-c.confidence, c.reason)):
        best.setdefault(clue.kind, clue)
    gap = (new.opened - old.last).days
    confidence = (1.0 - prod(1.0 - c.confidence for c in best.values())) * 0.5 ** (
        max(0, gap) / rules.gap_halves_after_days
    )
    reasons = [best[k].reason for k in ("same_premises", "same_phone", "same_operator") if k in best]
    if old.advertised and new.advertised:
        reasons.append("both advertised on illicit sites")
    if reapplied := _reapplied(old, new, facts):
        # Whoever opens another shop takes out another license: beside the operator alone that says nothing more.
        confidence += (1.0 - confidence) * rules.license_reapplied if best.keys() - {"same_operator"} else 0.0
        reasons.append(reapplied)
    if (min(pair), max(pair)) in bound:
        reasons.append("bound by links of the same network")
    reasons.append(f"opened {gap} days after the last sight" if gap >= 0 else f"overlap of {-gap} days")
    sources = tuple(sorted({s for c in clues for s in c.sources}))
    kinds = "+".join(k for k in ("same_premises", "same_phone", "same_operator") if k in best)
    return Succession(*pair, kinds, gap, round(confidence, 4), tuple(reasons), sources)


def _reapplied(old: Life, new: Life, facts: Facts) -> str:
    """A license taken out or applied for by the same operator for the new business after the old one ended."""
    owners = {t.operator_id for t in facts.tenures_of.get(old.business_id, ()) if t.binding}
    for tenure in facts.tenures_of.get(new.business_id, ()):
        if tenure.operator_id in owners:
            days = [r.first_seen for r in tenure.refs if r.record_kind in {"license", "application"} and r.first_seen]
            if later := [d for d in days if old.closed and d > old.closed]:
                return f"license applied for again on {min(later)} after the closure"
    return ""


def heirs(successions: Iterable[Succession], confidence: float = 0.5) -> dict[str, Succession]:
    """Business -> the succession to its most confident successor."""
    found: dict[str, Succession] = {}
    for s in sorted(successions, key=lambda s: (-s.confidence, s.to_business)):
        if s.confidence >= confidence:
            found.setdefault(s.from_business, s)
    return found


def followed(successions: Iterable[Succession], start: str, confidence: float = 0.5) -> list[Succession]:
    """Where a business went, step by step, each to its most confident successor."""
    return _walk(start, heirs(successions, confidence))


def chains(successions: Iterable[Succession], confidence: float = 0.5) -> list[list[Succession]]:
    """Generations, oldest first: A -> B, B -> C. Each business is followed by its most confident successor; who is the
    most confident successor of two stands in both chains. Longest chains first."""
    heir = heirs(successions, confidence)
    inherited = {s.to_business for s in heir.values()}
    found = [_walk(start, heir) for start in sorted(set(heir) - inherited)]
    return sorted(found, key=lambda chain: (-len(chain), chain[0].from_business))


def _walk(start: str, heir: Mapping[str, Succession]) -> list[Succession]:
    chain, seen, here = list[Succession](), {start}, start
    while (step := heir.get(here)) and step.to_business not in seen:
        chain.append(step)
        here = step.to_business
        seen.add(here)
    return chain
