"""Which registers know which business, and what they say: licenses, filings, denials."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from demo.ground import Ground
from demo.names import draw_business_name
from demo.state import Named, Paper, Storefront

ROSTER, CITY, DENIED, FILINGS = "missouri-roster", "city-licenses", "denied-register", "business-filings"
CAUSES = ("324.262.2(1)", "324.262.2(2)", "324.262.2(3)", "324.262.2(4)", "withdrawn by applicant")


def file_papers(ground: Ground, shops: list[Storefront], hubs: tuple[str, ...], therapists: int) -> list[Paper]:
    """Rows about every storefront that has any, plus person licenses of `therapists` who own nothing."""
    rng = ground.rng
    papers: list[Paper] = []
    for shop in shops:
        papers.extend(_papers_of(rng, shop, hubs, ground.today))
    for _ in range(therapists):
        papers.append(_therapist(ground))
    rng.shuffle(papers)
    return _number(papers)


def _number(papers: list[Paper]) -> list[Paper]:
    """License, charter and application numbers in the manner of each register."""
    counters = {ROSTER: 2_018_000_000, CITY: 210_000, DENIED: 1_200, FILINGS: 1_480_000}
    shape = {ROSTER: "{}", CITY: "BL-{}", DENIED: "D{:05d}", FILINGS: "LC{:09d}"}
    numbered = []
    for p in papers:
        counters[p.dataset] += 3
        key = shape[p.dataset].format(counters[p.dataset])
        numbered.append(
            Paper(
                p.dataset, key, p.storefront_id, p.entity, p.dba, p.premises, p.people, p.phone, p.email, p.issued,
                p.ends, p.status, p.cause, p.previous_name,
            )
        )  # fmt: skip
    return numbered


def _papers_of(rng: Random, shop: Storefront, hubs: tuple[str, ...], today: date) -> list[Paper]:
    suspect = bool(shop.network)
    chance = {CITY: 0.62, FILINGS: 0.55, ROSTER: 0.4} if suspect else {CITY: 0.8, FILINGS: 0.5, ROSTER: 0.75}
    papers = []
    if rng.random() < chance[CITY]:
        papers.append(_city(rng, shop, hubs, today))
    if rng.random() < chance[FILINGS]:
        papers.append(_filing(rng, shop, hubs, today))
    if rng.random() < chance[ROSTER] and shop.closed is None:
        papers.append(_roster(rng, shop))
    if suspect and rng.random() < 0.12:
        papers.append(_denial(rng, shop, today))
    return papers


def _phone(rng: Random, shop: Storefront, hubs: tuple[str, ...], day: date, blank: float) -> str:
    """The number on a paper: the own line, sometimes none, sometimes an answering service's."""
    draw = rng.random()
    if draw < blank:
        return ""
    if draw > (0.97 if shop.network else 0.9):
        return rng.choice(hubs)
    return shop.phones_on(max(day, shop.opened))[0] if shop.phones_on(max(day, shop.opened)) else shop.lines[0].phone


def _city(rng: Random, shop: Storefront, hubs: tuple[str, ...], today: date) -> Paper:
    issued = max(shop.opened + timedelta(days=rng.randrange(0, 20)), today - timedelta(days=540))
    ends = shop.closed or date(today.year, 12, 31)
    status = "Closed" if shop.closed else "Active"
    owner = Named(shop.operators[0], "owner", rng.random() < 0.85)
    name = shop.name_on(issued)
    legal = f"{name} LLC" if rng.random() < 0.6 else name
    email = ""
    phone = _phone(rng, shop, hubs, issued, 0.1)
    return Paper(CITY, "", shop.storefront_id, legal, name, shop.premises, (owner,), phone, email, issued, ends, status)


def _filing(rng: Random, shop: Storefront, hubs: tuple[str, ...], today: date) -> Paper:
    formed = shop.opened - timedelta(days=rng.randrange(2, 30))
    people = tuple(Named(p, rng.choice(("Member", "Manager", "Member")), rng.random() < 0.75) for p in shop.operators)
    ends = shop.closed + timedelta(days=rng.randrange(0, 30)) if shop.closed else None
    known = ends is not None and ends < today and rng.random() < 0.7
    status = "Dissolved" if known else "Good Standing"
    phone = _phone(rng, shop, hubs, shop.opened, 0.45)
    email = shop.email if rng.random() < 0.5 else ""
    entity = f"{shop.names[0][1]} LLC" if rng.random() < 0.8 else f"{shop.names[0][1]} Inc"
    previous = draw_business_name(rng) + " LLC" if rng.random() < 0.03 else ""
    return Paper(
        FILINGS, "", shop.storefront_id, entity, "", shop.premises, people, phone, email, formed,
        ends if known else None, status, "", previous,
    )  # fmt: skip


def _roster(rng: Random, shop: Storefront) -> Paper:
    """The state's list holds active licenses only, without phone and date of birth."""
    owner = Named(shop.operators[0], "owner", False)
    name = shop.names[-1][1]
    issued = shop.names[-1][0]
    entity = f"{name} LLC" if rng.random() < 0.5 else name
    ends = date(2027, 1, 31)
    return Paper(ROSTER, "", shop.storefront_id, entity, name, shop.premises, (owner,), "", "", issued, ends, "Active")


def _denial(rng: Random, shop: Storefront, today: date) -> Paper:
    decided = min(shop.opened + timedelta(days=rng.randrange(10, 80)), today - timedelta(days=10))
    person = Named(rng.choice(shop.operators), "applicant", rng.random() < 0.85)
    phone = shop.phones_on(decided)[0] if shop.phones_on(decided) else ""
    return Paper(
        DENIED, "", shop.storefront_id, shop.name_on(decided), "", shop.premises, (person,), phone, "", decided,
        shop.closed, "denied", rng.choice(CAUSES),
    )  # fmt: skip


def _therapist(ground: Ground) -> Paper:
    rng = ground.rng
    person = ground.person()
    issued = ground.today - timedelta(days=rng.randrange(100, 4000))
    holder = Named(person.person_id, "licensee", False)
    ends = date(2027, 1, 31)
    return Paper(ROSTER, "", "", "", "", person.home, (holder,), "", "", issued, ends, "Active")
