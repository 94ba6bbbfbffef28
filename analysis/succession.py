"""Reopened businesses: one that closed, and the one that took over its premises, its phone or its operator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import prod

from analysis.facts import Facts, Use
from analysis.links import find_ties
from analysis.rules import Rules, shipped_rules
from pipeline.model import Entity, Link, Ref, Succession

CLOSED = ("closed", "deleted", "revoked", "surrendered", "lapsed", "expired", "inactive", "cancelled", "void")


@dataclass(frozen=True, slots=True)
class Life:
    """When a business was seen to run. `closed` is None while nothing says that it ended."""

    business_id: str
    opened: date
    last: date
    closed: date | None
    advertised: bool


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
    facts = Facts.gather(entities, refs, rules or shipped_rules())
    lives = business_lives(facts, standings or {})
    hub_values = {(h.kind, h.value) for h in find_ties(facts)[1]}
    clues: dict[tuple[str, str], list[Clue]] = defaultdict(list)
    for kind in ("premises", "phone"):
        for value, uses in facts.uses.get(kind, {}).items():
            if (kind, value) not in hub_values:
                for pair, clue in _passed_on(uses, lives, facts):
                    clues[pair].append(clue)
    for pair, clue in _operators(lives, facts):
        clues[pair].append(clue)
    bound = {(x.from_id, x.to_id) for x in links if x.binding}
    found = [_succession(pair, some, lives, facts, bound) for pair, some in sorted(clues.items())]
    return [s for s in found if s.confidence >= facts.rules.succession.shown_from]


def business_lives(facts: Facts, standings: Mapping[str, object]) -> dict[str, Life]:
    """Opening and end of every business that ads or licenses date."""
    edge = facts.data_end - timedelta(
        days=min(facts.rules.succession.closed_after_days, facts.data_end.toordinal() - 1)
    )
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
        advertised = standing != "cleared" and (business in facts.advertised or standing in {"suspected", "designated"})
        lives[business] = Life(business, opened, last, last if over else None, advertised)
    return lives


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
        heir = _next(old, ordered, limit, rules.overlap_tolerance)
        if heir is None or old.closed is None:
            continue
        parallel = kind == "phone" and any(
            x is not old and x is not heir and x.opened <= old.last and x.last >= heir.opened for x in ordered
        )
        yield (
            (old.business_id, heir.business_id),
            _clue(here[old.business_id], here[heir.business_id], lives, facts, parallel=parallel),
        )


def _next(old: Life, ordered: Sequence[Life], limit: int, tolerance: int) -> Life | None:
    if old.closed is None:
        return None
    heirs = [
        x
        for x in ordered
        if x is not old and x.opened > old.opened and -tolerance <= (x.opened - old.closed).days <= limit
    ]
    return heirs[0] if heirs else None


def _clue(old: Use, new: Use, lives: Mapping[str, Life], facts: Facts, *, parallel: bool) -> Clue:
    rules = facts.rules.succession
    both = lives[old.business_id].advertised and lives[new.business_id].advertised
    sources = tuple(sorted({*old.sources, *new.sources}))
    if old.kind == "premises":
        where = "same suite" if old.unit else "same building"
        if both:
            return Clue("same_premises", rules.premises_advertised, where, sources)
        reason = f"{where} only: the next tenant is often innocent"
        return Clue("same_premises", rules.premises_only, reason, sources)
    confidence = rules.phone_advertised if both else rules.phone_only
    reason = f"same phone {old.value}"
    if parallel:
        return Clue(
            "same_phone", confidence * rules.parallel_factor, f"{reason}, shared with others meanwhile", sources
        )
    return Clue("same_phone", confidence, reason, sources)


def _operators(lives: Mapping[str, Life], facts: Facts) -> Iterator[tuple[tuple[str, str], Clue]]:
    rules = facts.rules.succession
    for operator, tenures in facts.operators_of().items():
        of = {t.business_id: t for t in tenures if t.business_id in lives}
        if not 1 < len(of) <= facts.rules.operator.hub_degree:
            continue
        ordered = sorted((lives[b] for b in of), key=lambda life: (life.opened, life.business_id))
        for old in ordered:
            heir = _next(old, ordered, rules.max_gap_operator, rules.overlap_tolerance)
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
        confidence += (1.0 - confidence) * rules.license_reapplied
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


def chains(successions: Iterable[Succession], confidence: float = 0.5) -> list[tuple[str, ...]]:
    """Generations, oldest first: A -> B -> C. Each business is followed by its most confident successor."""
    heir: dict[str, Succession] = {}
    for s in sorted(successions, key=lambda s: (-s.confidence, s.to_business)):
        if s.confidence >= confidence:
            heir.setdefault(s.from_business, s)
    inherited = {s.to_business for s in heir.values()}
    found = []
    for start in sorted(set(heir) - inherited):
        chain, seen = [start], {start}
        while (step := heir.get(chain[-1])) and step.to_business not in seen:
            chain.append(step.to_business)
            seen.add(step.to_business)
        found.append(tuple(chain))
    return found
