"""What the files alone say of a business: unknown or suspected. Designating and clearing are for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from analysis.denial import denials, is_denial
from analysis.rules import DenialRules, Rules, shipped_rules
from pipeline.model import Entity, Ref

Standing = tuple[str, str, tuple[str, ...]]  # standing, reason, source ids


def computed_standings(
    entities: Iterable[Entity],
    refs: Mapping[str, Ref],
    casework: Mapping[str, tuple[str, str]] | None = None,
    capture_dates: Mapping[str, date] | None = None,
    rules: Rules | None = None,
) -> dict[str, Standing]:
    """business_id -> (standing, reason, sources); businesses of unknown standing are absent.

    `casework`: business_id -> (designated | cleared | suspected | unknown, reason), which overrides.
    `capture_dates`: capture_id -> day; without it the first and last days of each ad are counted.
    """
    standings: dict[str, Standing] = {}
    rules = rules or shipped_rules()
    for entity in sorted(entities, key=lambda e: e.entity_id):
        if entity.kind != "business":
            continue
        members = [refs[r] for r in entity.members if r in refs]
        if decided := (casework or {}).get(entity.entity_id):
            standings[entity.entity_id] = (decided[0], decided[1], ())
        elif found := _denied(members, rules.denial) or _advertised(members, capture_dates or {}):
            standings[entity.entity_id] = found
    return standings


def _denied(refs: Iterable[Ref], rules: DenialRules) -> Standing | None:
    denied = [r for r in refs if is_denial(r, rules)]
    return ("suspected", "; ".join(denials(denied, rules)), _sources(denied)) if denied else None


def _advertised(refs: Iterable[Ref], capture_dates: Mapping[str, date]) -> Standing | None:
    ads = [r for r in refs if r.site_class == "illicit" and r.owner_kind == "ad" and r.lane == "regulatory"]
    days = {capture_dates[s] for r in ads for s in r.sources if s in capture_dates}
    if not days:
        days = {d for r in ads for d in (r.first_seen, r.last_seen) if d}
    if len(days) < 2:
        return None
    sites = sorted({r.dataset for r in ads})
    reason = (
        f"advertised on {len(sites)} illicit site{'s' if len(sites) > 1 else ''} ({', '.join(sites)}), "
        f"captured on {len(days)} or more dates from {min(days)} to {max(days)}"
    )
    return "suspected", reason, _sources(ads)


def _sources(refs: Iterable[Ref]) -> tuple[str, ...]:
    return tuple(sorted({s for r in refs for s in r.sources}))
