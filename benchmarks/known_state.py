"""Known businesses with operators, phones and premises, and people who want a license. Invented, from a seed.

Names come from the demonstration's pools and, in equal parts, from the Census frequencies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random

from analysis.screening.screen import ScreeningIndex
from demo.names import draw_business_name, draw_name
from pipeline.extract.phones.validity import is_nanp
from pipeline.model import Address, Application, Entity, Network, Party, Ref
from pipeline.resolve.population import FIRST_NAMES, SURNAMES, counts

STREETS = ("LARKMOOR AVE", "QUARRY RD", "TEASEL ST", "OSAGE ST", "HALYARD BLVD", "MILLRACE DR")
CITIES = (("Springfield", "658"), ("Columbia", "652"), ("Joplin", "648"), ("St. Louis", "631"), ("Kansas City", "641"))
OPENED, CLOSED, RECEIVED = date(2025, 1, 10), date(2025, 12, 20), date(2026, 9, 1)


@dataclass(frozen=True, slots=True)
class Shop:
    """One known business: an ad that ran through 2025 and the license that names its operator."""

    number: int
    name: str
    operator: str
    surname: str
    born: date
    phone: str
    place: Address


@lru_cache(maxsize=2)
def census(file: str) -> tuple[list[str], list[int]]:
    """Names, and their bearers added up, for weighted draws."""
    found = counts(file)
    return [name.title() for name in found], list(accumulate(found.values()))


def draw_person(rng: Random, demo_share: float = 0.5) -> tuple[str, str]:
    """(full name, surname)."""
    if rng.random() < demo_share:
        surname, given, joined = draw_name(rng)
        first = "".join(given).capitalize() if joined else " ".join(given)
        return f"{first} {surname}", surname
    (surname,), (first,) = (
        rng.choices(names, cum_weights=sums) for names, sums in (census(SURNAMES), census(FIRST_NAMES))
    )
    return f"{first} {surname}", surname


def draw_birth(rng: Random) -> date:
    return date(1950, 1, 1) + timedelta(days=rng.randrange(19_000))


def draw_phone(rng: Random) -> str:
    """A 555 number of an area code that is in use: of any other a reader of files makes nothing."""
    return f"+1{rng.choice(area_codes())}555{rng.randrange(1_300, 10_000):04d}"


@lru_cache(maxsize=1)
def area_codes() -> tuple[int, ...]:
    return tuple(code for code in range(201, 990) if is_nanp(f"{code}5551300"))


def draw_place(rng: Random) -> Address:
    street, unit = f"{rng.randrange(100, 9_900)} {rng.choice(STREETS)}", str(rng.randrange(1, 30))
    city, start = rng.choice(CITIES)
    return Address(f"{street.title()} #{unit}", street, unit, city, "MO", f"{start}{rng.randrange(1, 60):02d}")


def make_shops(rng: Random, count: int) -> list[Shop]:
    """`count` known businesses; a tenth share their operator with the one before."""
    shops: list[Shop] = []
    for number in range(count):
        name, surname = draw_person(rng)
        born = draw_birth(rng)
        if shops and rng.random() < 0.1:
            name, surname, born = shops[-1].operator, shops[-1].surname, shops[-1].born
        place = draw_place(rng)
        shops.append(Shop(number, draw_business_name(rng), name, surname, born, draw_phone(rng), place))
    return shops


def make_index(shops: Sequence[Shop]) -> ScreeningIndex:
    """The screening index of a state that knows these businesses, built as a build does."""
    refs: dict[str, Ref] = {}
    entities: list[Entity] = []
    for shop in shops:
        for entity in _entities(shop, refs):
            entities.append(entity)
    standings = {f"B{shop.number}": "suspected" for shop in shops}
    networks: list[Network] = []
    return ScreeningIndex.build(entities, refs, [], networks, (), standings, known="suspected")


def _entities(shop: Shop, refs: dict[str, Ref]) -> Iterator[Entity]:
    k = shop.number
    ad = Ref(
        f"a{k}", "business", "ad", f"ad{k}", "city-board", "ad", "illicit", "regulatory", 2 * k, shop.name,
        phones=(shop.phone,), addresses=(shop.place,), first_seen=OPENED, last_seen=CLOSED, sources=(f"c{k}", f"d{k}"),
    )  # fmt: skip
    license_ = Ref(
        f"b{k}", "business", "record", f"rec{k}", "city-licenses", "license", "", "regulatory", 2 * k + 1, shop.name,
        phones=(shop.phone,), addresses=(shop.place,), license_number=f"BL-{k}", status="expired",
        first_seen=OPENED, last_seen=CLOSED, sources=(f"s{k}",),
    )  # fmt: skip
    owner = Ref(
        f"p{k}", "operator", "record", f"rec{k}", "city-licenses", "license", "", "regulatory", 2 * k + 1,
        shop.operator, "owner", dob=shop.born, first_seen=OPENED, last_seen=CLOSED, sources=(f"s{k}",),
    )  # fmt: skip
    refs.update({ref.ref_id: ref for ref in (ad, license_, owner)})
    yield Entity(f"B{k}", "business", shop.name, (ad.ref_id, license_.ref_id))
    yield Entity(f"O{k}", "operator", shop.operator, (owner.ref_id,))


def apply_for(
    number: int, name: str, surname: str, born: date | None, phone: str, place: Address | None, business: str = ""
) -> Application:
    first = name.removesuffix(surname).strip()
    party = Party("applicant", name, first, "", surname, dob=born)
    phones = (phone,) if phone else ()
    return Application(f"A{number}", business, party, premises=place, phones=phones, received=RECEIVED)
