"""License applications: most innocent, some by operators of the networks, some by people who look like them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from demo.ground import Ground
from demo.names import draw_business_name
from demo.places import ELSEWHERE
from demo.state import Applied, Named, Paper, Person, Premises, Storefront

KINDS = ("new", "new", "new", "renewal", "change of address", "change of ownership")
LINKED = 0.05
WINDOW = 120  # days before today in which applications were received


def file_applications(ground: Ground, shops: list[Storefront], papers: list[Paper], count: int) -> list[Applied]:
    """`count` applications in order of receipt; about one in twenty leads to a network."""
    by_id = {s.storefront_id: s for s in shops}
    rows = _linked(ground, by_id, papers, round(count * LINKED))
    for shop in shops:
        if not shop.network and (shop.trap != "plain" or ground.rng.random() < 0.6):
            rows.append(_own(ground, shop))
    rows.extend(_namesakes(ground, by_id, papers, max(1, count // 60)))
    while len(rows) < count:
        rows.append(_stranger(ground))
    rows.sort(key=lambda r: (r.received, r.person_id, r.business_name))
    return [replace(row, application_id=f"A26-{n:06d}") for n, row in enumerate(rows, 1)]


def _received(rng: Random, today: date) -> date:
    return today - timedelta(days=rng.randrange(0, WINDOW))


def _base(ground: Ground, person: Person, place: Premises, trap: str) -> Applied:
    """An application by a person with nothing of anybody else's on it."""
    rng = ground.rng
    name = draw_business_name(rng)
    prior = ground.house(ground.city()) if rng.random() < 0.4 else None
    if prior and rng.random() < 0.3:
        city, state, code = rng.choice(ELSEWHERE)
        prior = replace(prior, city=city, state=state, zip=code)
    return Applied(
        application_id="",
        kind=rng.choice(KINDS),
        received=_received(rng, ground.today),
        business_name=name,
        dba=name if rng.random() < 0.3 else "",
        person_id=person.person_id,
        dob_shown=rng.random() < 0.88,
        premises=place,
        phone=person.phone if rng.random() < 0.9 else "",
        email=person.email if rng.random() < 0.7 else "",
        website="",
        prior=prior,
        related=None,
        basis="",
        trap=trap,
        storefront_id="",
    )


def _named_operators(papers: list[Paper], by_id: dict[str, Storefront]) -> list[tuple[str, Paper, bool]]:
    """(person, paper, dob shown) for every operator of a network who stands in a register."""
    found: list[tuple[str, Paper, bool]] = []
    for paper in papers:
        shop = by_id.get(paper.storefront_id)
        if shop and shop.network:
            found.extend((n.person_id, paper, n.dob_shown) for n in paper.people)
    return found


def _linked(ground: Ground, by_id: dict[str, Storefront], papers: list[Paper], count: int) -> list[Applied]:
    """Applications by operators: with their date of birth, a phone of the network, or its premises."""
    rng = ground.rng
    named = _named_operators(papers, by_id)
    rows: list[Applied] = []
    day = ground.today - timedelta(days=WINDOW)
    pools = {
        "dob": [n for n in named if n[2]] or named,
        "phone": [n for n in named if _recent(by_id[n[1].storefront_id], day)] or named,
        "premises": named,
    }
    for index in range(count if named else 0):
        basis = ("dob", "phone", "premises")[index % 3]
        person_id, paper, dob = rng.choice(pools[basis])
        person = ground.people[person_id]
        shop = by_id[paper.storefront_id]
        row = _base(ground, person, ground.premises(ground.city()), "")
        row = replace(row, phone=ground.phone(row.premises.city), email="", kind=rng.choice(KINDS[:3]))
        rows.append(_tie(rng, row, basis if basis != "dob" or dob else "premises", shop, ground.today))
    return rows


def _tie(rng: Random, row: Applied, basis: str, shop: Storefront, today: date) -> Applied:
    if basis == "dob":
        return replace(row, basis=basis, dob_shown=True)
    keep_dob = rng.random() < 0.3
    if basis == "phone" and (lines := _recent(shop, row.received)):
        return replace(row, basis=basis, dob_shown=keep_dob, phone=rng.choice(lines))
    if shop.closed is None or rng.random() < 0.4:
        return replace(row, basis="premises", dob_shown=keep_dob, premises=shop.premises, prior=row.prior)
    return replace(row, basis="premises", dob_shown=keep_dob, prior=shop.premises)


def _recent(shop: Storefront, day: date) -> list[str]:
    """Numbers of the storefront in use up to 60 days before."""
    return [x.phone for x in shop.lines if x.since <= day and (x.until is None or x.until >= day - timedelta(days=60))]


def _own(ground: Ground, shop: Storefront) -> Applied:
    """An innocent owner applies for the business that is in the registers already, or will be."""
    rng = ground.rng
    owner = ground.people[shop.operators[0]]
    row = _base(ground, owner, shop.premises, shop.trap)
    related = _staff(ground) if rng.random() < 0.2 else None
    return replace(
        row,
        kind=rng.choice(("renewal", "renewal", "new", "change of address")),
        business_name=shop.names[-1][1],
        phone=shop.lines[0].phone,
        email=shop.email,
        website=shop.website,
        related=related,
        storefront_id=shop.storefront_id,
    )


def _staff(ground: Ground) -> Named:
    return Named(ground.person().person_id, ground.rng.choice(("manager", "member", "officer")), True)


def _namesakes(ground: Ground, by_id: dict[str, Storefront], papers: list[Paper], count: int) -> list[Applied]:
    """Strangers with the full name of a named operator, some without a date of birth."""
    rng = ground.rng
    named = _named_operators(papers, by_id)
    rows = []
    for _ in range(count if named else 0):
        person_id, paper, _shown = rng.choice(named)
        other = ground.people[person_id]
        twin = ground.person((other.surname, other.given, other.joined))
        row = _base(ground, twin, ground.premises(ground.city()), "namesake")
        if rng.random() < 0.2:
            row = replace(row, business_name=by_id[paper.storefront_id].names[-1][1])
        rows.append(replace(row, dob_shown=rng.random() < 0.6))
    return rows


def _stranger(ground: Ground) -> Applied:
    """A therapist or a new business nobody has heard of."""
    rng = ground.rng
    person = ground.person()
    if rng.random() < 0.55:
        row = _base(ground, person, person.home, "plain")
        return replace(row, kind=rng.choice(("therapist", "provisional", "student")), business_name="", dba="")
    return _base(ground, person, ground.premises(ground.city()), "plain")
