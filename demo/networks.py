"""Grows the rings: several storefronts each, tied by operators, shared phones and e-mail; closing and reopening."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from demo.ground import Ground
from demo.names import draw_business_name
from demo.places import BY_NAME, City
from demo.state import Line, Premises, Storefront

LARGEST = 25
BLOCK = 66
SHARED_AT_MOST = 6  # storefronts behind one shared line


def network_sizes(count: int) -> list[int]:
    """Heavy-tailed sizes: of each 66 networks one of 25, then falling as rank^-0.78 to many single storefronts."""
    return [max(1, round(LARGEST / (index % BLOCK + 1) ** 0.78)) for index in range(count)]


@dataclass
class Ring:
    """One network while it grows."""

    label: str
    cities: list[City]
    operators: list[str]
    shops: list[Storefront]
    shared: dict[str, int]  # shared line -> storefronts behind it
    email: str


def grow_networks(ground: Ground, count: int, start: date) -> list[Storefront]:
    """All storefronts of `count` networks, numbered in order."""
    shops: list[Storefront] = []
    for number, size in enumerate(network_sizes(count), 1):
        ring = _new_ring(ground, f"N{number:03d}", size)
        while len(ring.shops) < size:
            _add_shop(ground, ring, start, len(shops) + len(ring.shops) + 1)
        shops.extend(_rename_some(ground.rng, ring.shops, ground.today))
    return shops


def _new_ring(ground: Ground, label: str, size: int) -> Ring:
    rng = ground.rng
    base = ground.city()
    near = [c for c in (ground.city() for _ in range(8)) if c.metro == base.metro]
    cities = [base, *near][: 1 + size // 4]
    if size > 8:
        cities.append(ground.city())
    people = [ground.person().person_id for _ in range(max(rng.choice((1, 2)), 1 + size * 2 // 5))]
    email = f"{ground.account(rng.choice(('office', 'front.desk', 'booking', 'hello')))}@postbox.example"
    return Ring(label, cities, people, [], {}, email)


def _add_shop(ground: Ground, ring: Ring, start: date, number: int) -> None:
    rng, key = ground.rng, f"S{number:05d}"
    if not ring.shops:
        ring.shops.append(_open(ground, ring, key, start + timedelta(days=rng.randrange(0, 330))))
        return
    taken = {s.predecessor for s in ring.shops}
    gone = [
        s
        for s in ring.shops
        if s.closed and s.storefront_id not in taken and s.closed < ground.today - timedelta(days=70)
    ]
    if gone and rng.random() < 0.6:
        ring.shops.append(_reopen(ground, ring, key, rng.choice(gone)))
    else:
        ring.shops.append(_branch(ground, ring, key, rng.choice(ring.shops)))


def _life(rng: Random, opened: date, today: date) -> date | None:
    days = 75 + int(rng.expovariate(1 / 230))
    closed = opened + timedelta(days=days)
    return closed if closed < today - timedelta(days=20) else None


def _open(ground: Ground, ring: Ring, key: str, opened: date, premises: Premises | None = None) -> Storefront:
    """A storefront with everything its own."""
    rng = ground.rng
    place = premises or ground.premises(rng.choice(ring.cities))
    closed = _life(rng, opened, ground.today)
    name = draw_business_name(rng)
    lines = (Line(ground.phone(place.city), opened, closed),)
    staff = tuple(rng.sample(ring.operators, min(len(ring.operators), rng.choice((1, 1, 2)))))
    slug = name.lower().replace(" & ", " ").replace(" ", "")[:14]
    email = f"{ground.account(slug)}@postbox.example" if rng.random() < 0.3 else ""
    handle = f"wechat:{ground.account(slug[:8])}" if rng.random() < 0.25 else ""
    site = f"http://{ground.account(slug)}.example/" if rng.random() < 0.15 else ""
    return Storefront(key, ring.label, "", ((opened, name),), place, opened, closed, lines, staff, email, handle, site)


def _branch(ground: Ground, ring: Ring, key: str, parent: Storefront) -> Storefront:
    """A further storefront beside an open one, tied to it by a shared line, an operator or the e-mail."""
    rng = ground.rng
    last = (parent.closed or ground.today) - timedelta(days=45)
    span = max(1, (last - parent.opened).days)
    shop = _open(ground, ring, key, parent.opened + timedelta(days=rng.randrange(span)))
    ties = rng.sample(("line", "operator", "email"), rng.choice((1, 2, 2)))
    if "line" in ties:
        shop = _share_line(ground, ring, parent, shop)
    if "operator" in ties:
        shop = replace(shop, operators=tuple(dict.fromkeys((parent.operators[0], *shop.operators)))[:2])
    if "email" in ties:
        shop = replace(shop, email=ring.email)
        if parent.email != ring.email:
            _replace(ring, replace(parent, email=ring.email))
    return shop


def _share_line(ground: Ground, ring: Ring, parent: Storefront, shop: Storefront) -> Storefront:
    """Both answer one line from the new one's opening on; a line serves a handful of storefronts."""
    old = [x.phone for x in parent.lines if x.shared and ring.shared[x.phone] < SHARED_AT_MOST]
    phone = old[0] if old else ground.phone(parent.premises.city)
    if not old:
        _replace(ring, replace(parent, lines=(*parent.lines, Line(phone, shop.opened, parent.closed, True))))
        ring.shared[phone] = 1
    ring.shared[phone] += 1
    return replace(shop, lines=(*shop.lines, Line(phone, shop.opened, shop.closed, True)))


def _replace(ring: Ring, shop: Storefront) -> None:
    ring.shops = [shop if s.storefront_id == shop.storefront_id else s for s in ring.shops]


def _reopen(ground: Ground, ring: Ring, key: str, old: Storefront) -> Storefront:
    """The same business under a new name: it keeps premises, phone or operator, mostly two of them."""
    rng = ground.rng
    assert old.closed is not None
    kept = set(rng.sample(("premises", "phone", "operator"), rng.choice((1, 2, 2, 3))))
    if kept == {"premises"}:
        kept.add(rng.choice(("phone", "operator")))
    gap = rng.randrange(4, 42)
    opened = min(old.closed + timedelta(days=gap), ground.today - timedelta(days=25))
    place = old.premises if "premises" in kept else ground.premises(BY_NAME[old.premises.city])
    shop = _open(ground, ring, key, opened, place)
    if "phone" in kept:
        own = Line(old.lines[0].phone, opened, shop.closed)
        shop = replace(shop, lines=(own, *shop.lines[1:]))
    if "operator" in kept:
        shop = replace(shop, operators=tuple(dict.fromkeys((old.operators[0], *shop.operators)))[:2])
    order = tuple(k for k in ("premises", "phone", "operator") if k in kept)
    return replace(shop, predecessor=old.storefront_id, carried=order)


def _rename_some(rng: Random, shops: list[Storefront], today: date) -> list[Storefront]:
    """A few change their sign without closing."""
    renamed = []
    for shop in shops:
        days = ((shop.closed or today) - shop.opened).days
        if days > 200 and rng.random() < 0.15:
            since = shop.opened + timedelta(days=days // 2)
            renamed.append(replace(shop, names=(*shop.names, (since, draw_business_name(rng)))))
        else:
            renamed.append(shop)
    return renamed
