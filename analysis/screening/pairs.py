"""A pair of applicant and known network, by what both sides say: a cleared pair comes back when either side changes."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

from analysis.screening.index import ScreeningIndex
from pipeline.model import Application, Flag
from pipeline.store.codec import to_json


def pair_digests(flag: Flag, application: Application, index: ScreeningIndex) -> tuple[str, str]:
    """Digests of what the applicant says and of what is known, which key a suppression. New captures of known ads
    change neither; a name, phone, date, place, paper or standing does."""
    said = to_json(replace(application, application_id="", received=None))
    group = flag.network_id or flag.known_entity_id
    members = [*index.by_group.get(group, ()), *index.by_group.get(f"denied:{flag.known_entity_id}", ())]
    people = [index.people[n] for n in members]
    business = index.businesses.get(flag.known_entity_id)
    known = [
        flag.known_entity_id,
        sorted(
            (p.entity_id, p.names, p.aliases, [str(b) for b in p.births], p.phones, p.emails, p.posts, p.denials)
            for p in people
        ),
        (business.names, business.standing, business.licensed) if business else (),
        _shared(application, group, index),
    ]
    return sha256(said.encode()).hexdigest(), sha256(json.dumps(known).encode()).hexdigest()


def _shared(application: Application, group: str, index: ScreeningIndex) -> list[str]:
    """What of the applicant's the known network uses by now."""
    places = [a for a in (application.premises, *application.prior_addresses) if a and a.premises_key]
    said = [
        *(("phone", v) for v in application.phones),
        *(("email", v) for v in application.emails),
        *(("premises", index.premises_value(a)) for a in places),
    ]
    return sorted(v for kind, v in said if any(p.group == group for p in index.places[kind].get(v, ())))
