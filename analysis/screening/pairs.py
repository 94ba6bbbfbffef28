"""A pair of applicant and known network, by what both sides say: a cleared pair comes back when either side changes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from analysis.screening.index import ScreeningIndex
from analysis.screening.known import KnownPerson
from pipeline.model import Application, Flag
from pipeline.store.codec import to_json

Pair = tuple[str, str]


def former_ids(aliases: Mapping[str, str]) -> dict[str, list[str]]:
    """Id in use -> the ids it had or took over, from (id once, id now)."""
    found: dict[str, list[str]] = defaultdict(list)
    for old, new in sorted(aliases.items()):
        found[new].append(old)
    return dict(found)


def pairs_once(
    flag: Flag, application: Application, index: ScreeningIndex, former: Mapping[str, Sequence[str]]
) -> list[Pair]:
    """The pair, and what it was when a build had given its business or people no new ids yet: an id is nothing that
    either side says, so a decision on one of these is on all. `former`: `former_ids`."""
    known = flag.known_entity_id
    before = {new: olds[0] for new, olds in former.items() if len(olds) == 1}
    called = [{**others, known: one} for others in ({}, before) for one in (known, *former.get(known, ()))]
    pairs = (pair_digests(flag, application, index, ids) for ids in (called if former else [{}]))
    return list(dict.fromkeys(pairs))


def pair_digests(
    flag: Flag, application: Application, index: ScreeningIndex, ids: Mapping[str, str] | None = None
) -> Pair:
    """Digests of what the applicant says and of what is known, which key a suppression. New captures of known ads
    change neither; a name, phone, date, place, paper or standing does. `ids`: as what entities are to be called."""
    called = ids or {}
    said = to_json(replace(application, application_id="", received=None))
    group = flag.network_id or flag.known_entity_id
    members = [*index.by_group.get(group, ()), *index.by_group.get(f"denied:{flag.known_entity_id}", ())]
    people = [index.people[n] for n in members]
    business = index.businesses.get(flag.known_entity_id)
    known = [
        called.get(flag.known_entity_id, flag.known_entity_id),
        sorted(_said_of(person, called) for person in people),
        (business.names, business.standing, business.licensed) if business else (),
        _shared(application, group, index),
    ]
    return sha256(said.encode()).hexdigest(), sha256(json.dumps(known).encode()).hexdigest()


def _said_of(p: KnownPerson, called: Mapping[str, str]) -> tuple[object, ...]:
    posts = [(called.get(business, business), role) for business, role in p.posts]
    births = [str(b) for b in p.births]
    return (
        called.get(p.entity_id, p.entity_id),
        p.names,
        p.aliases,
        births,
        p.phones,
        p.emails,
        sorted(posts),
        p.denials,
    )


def _shared(application: Application, group: str, index: ScreeningIndex) -> list[str]:
    """What of the applicant's the known network uses by now."""
    places = [a for a in (application.premises, *application.prior_addresses) if a and a.premises_key]
    said = [
        *(("phone", v) for v in application.phones),
        *(("email", v) for v in application.emails),
        *(("premises", index.premises_value(a)) for a in places),
    ]
    return sorted(v for kind, v in said if any(p.group == group for p in index.places[kind].get(v, ())))
