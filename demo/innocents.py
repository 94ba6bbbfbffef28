"""Innocent massage businesses, among them the ones that look like somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from demo.ground import Ground
from demo.names import draw_business_name
from demo.places import BY_NAME
from demo.state import Line, Person, Premises, Storefront

FAR = range(115, 260)  # days between the old tenant or subscriber and the innocent new one
TRAPS = (("next_tenant", 0.06), ("reassigned_phone", 0.06), ("namesake", 0.16))


def open_innocents(ground: Ground, count: int, suspects: list[Storefront], start: date) -> list[Storefront]:
    """`count` innocent businesses of one owner each; about a quarter are traps."""
    rng = ground.rng
    first = len(suspects) + 1
    follows = {trap: _followed(rng, suspects, ground.today) for trap in ("next_tenant", "reassigned_phone")}
    shops: list[Storefront] = []
    for index in range(count):
        key = f"S{first + index:05d}"
        trap = _next_trap(index, count)
        if follows.get(trap):
            shops.append(_after(ground, key, trap, follows[trap].pop()))
        elif trap == "namesake":
            shops.append(_namesake(ground, key, rng.choice(suspects), start))
        else:
            shops.append(_plain(ground, key, suspects, start))
    return shops


def _next_trap(index: int, count: int) -> str:
    edge = 0.0
    for trap, share in TRAPS:
        edge += share
        if index < round(edge * count):
            return trap
    return "plain"


def _followed(rng: Random, suspects: list[Storefront], today: date) -> list[Storefront]:
    """Closed storefronts whose premises and own line nobody of the network took up again."""
    kept = {s.predecessor for s in suspects if s.predecessor}
    ended = [s for s in suspects if s.closed and s.closed < today - timedelta(days=155) and s.storefront_id not in kept]
    rng.shuffle(ended)
    return ended


def _shop(ground: Ground, key: str, trap: str, opened: date, place: Premises, owner: Person, name: str) -> Storefront:
    rng = ground.rng
    lines = (Line(ground.phone(place.city), opened, None),)
    slug = "".join(c for c in name.lower() if c.isalnum())[:16]
    email = f"{ground.account(slug)}@mailroom.example" if rng.random() < 0.5 else ""
    site = f"http://{ground.account(slug)}.example/" if rng.random() < 0.4 else ""
    return Storefront(key, "", trap, ((opened, name),), place, opened, None, lines, (owner.person_id,), email, "", site)


def _opening(rng: Random, start: date) -> date:
    return start + timedelta(days=rng.randrange(-1500, 420))


def _plain(ground: Ground, key: str, suspects: list[Storefront], start: date) -> Storefront:
    """An ordinary business; some in the shopping center of a suspect one."""
    rng = ground.rng
    near = rng.choice(suspects).premises if rng.random() < 0.3 else None
    city = BY_NAME[near.city] if near else ground.city()
    place = ground.premises(city, near=near)
    return _shop(ground, key, "plain", _opening(rng, start), place, ground.person(), draw_business_name(rng))


def _after(ground: Ground, key: str, trap: str, old: Storefront) -> Storefront:
    """The next tenant of a closed storefront's suite, or the next subscriber of its number."""
    rng = ground.rng
    assert old.closed is not None
    latest = min(FAR.stop, (ground.today - old.closed).days - 30)
    opened = old.closed + timedelta(days=rng.randrange(FAR.start, max(FAR.start + 1, latest)))
    place = old.premises if trap == "next_tenant" else ground.premises(BY_NAME[old.premises.city])
    shop = _shop(ground, key, trap, opened, place, ground.person(), draw_business_name(rng))
    if trap == "reassigned_phone":
        shop = replace(shop, lines=(Line(old.lines[0].phone, opened, None),))
    return shop


def _namesake(ground: Ground, key: str, suspect: Storefront, start: date) -> Storefront:
    """Bears the name of a suspect's operator, or only the surname, or the trade name, and nothing else."""
    rng = ground.rng
    other = ground.people[suspect.operators[0]]
    kind = rng.choice(("full", "full", "surname", "trade"))
    while True:
        city = ground.city()
        if city.name != suspect.premises.city:
            break
    place = ground.premises(city)
    name = suspect.names[0][1] if kind == "trade" else draw_business_name(rng)
    if kind == "full":
        owner = ground.person((other.surname, other.given, other.joined))
    elif kind == "surname":
        given = ground.people[rng.choice(list(ground.people))]
        owner = ground.person((other.surname, given.given, given.joined))
    else:
        owner = ground.person()
    return _shop(ground, key, "namesake", _opening(rng, start), place, owner, name)
