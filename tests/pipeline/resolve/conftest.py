"""Invented pools of refs for the tests of matching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from pipeline.model import Address, Ref, Role, stable_id

PEOPLE = (
    "Hongbo Qi|Qi, Hong Bo|HONG-BO QI|齐红波|H. Qi|Amy Hongbo Qi",
    "Wei Li|LI WEI|Li, Wei|李伟|W Li",
    "Nguyễn Thị Lan|Thi Lan Nguyen|Lan Thi Nguyen",
    "Kim Min-ji|Minji Kim|김민지|Gim Minji",
    "José Ñandú|Nandu, Jose",
    "Li Hui|Hui Li",
    "Mary Jane O’Brien|OBrien, Mary",
    "Donna Quistgard|Dona Quistgard|Donna Quistgard Jr.|Donna Quistgard Sr.|Donna Marrowby|Quistgard|Quistgrd",
    "Bohong Qi|Qi Bo-Hong|Bo Hong Qi",
    "Somchai Saetang|Saetang, Somchaii",
)
TRADES = (
    "Golden Lotus Spa|Golden Lotus Massage LLC|GoldenLotus|Golden Lotus Spa 2|Lotus Golden Spa",
    "Lucky Massage|Lucky Foot Spa",
    "Jade Garden Spa|Jade Gardens|Jaide Garden Spa|Jade Garden Palace",
    "金莲足疗|金莲",
    "Foot Massage|Foot Massage LLC",
    "Café Détente|Cafe Detente Spa",
    "Healing Hands|Healing Hand Therapy|Qi LLC dba Healing Hands",
    "Massage|Spa Massage",
    "Magnolia Heron Wellness|Magnolia Harbor",
)
STREETS = ("100 N LARKMOOR AVE", "100 N LARK MORE AVE", "108 N LARKMOOR AVE", "2400 E QUARRY RD", "77 S TEASEL ST")


def make_ref(number: int, role: Role = "business", name: str = "", **values: object) -> Ref:
    """A ref of a city license, or of an ad when `owner_kind` says so."""
    ref = Ref(
        ref_id=stable_id("test", role, str(number)),
        role=role,
        owner_kind="record",
        owner_id=f"o{number}",
        dataset="city",
        record_kind="license",
        site_class="",
        lane="regulatory",
        intake_seq=number,
        name=name,
    )
    return replace(ref, **values)  # type: ignore[arg-type]


def _address(rng: Random) -> Address:
    street, unit = rng.choice(STREETS), rng.choice(("", "1", "2", "B"))
    zip_ = rng.choice(("65801", "65801", ""))
    return Address(street.title(), street, unit, "Springfield", "MO", zip_)


def random_ref(rng: Random, number: int, role: Role) -> Ref:
    """A ref with every field sometimes absent, drawn from small pools so that pairs agree in part."""
    groups = PEOPLE if role == "operator" else TRADES
    written = rng.choice(groups).split("|")
    name = rng.choice(written) if rng.random() < 0.95 else ""
    other = (rng.choice(written),) if rng.random() < 0.2 else ()
    first = date(2025, 1, 1) + timedelta(days=rng.randrange(500)) if rng.random() < 0.9 else None
    born = rng.choice((date(1980, 2, 3), date(1980, 3, 2), date(1980, 2, 4), date(1991, 7, 25)))
    return make_ref(
        number,
        role,
        name,
        other_names=other,
        owner_kind=rng.choice(("ad", "record")),
        site_class="illicit",
        phones=tuple(f"+1417555{rng.randrange(100, 106):04d}" for _ in range(rng.choice((0, 1, 1, 2)))),
        emails=tuple(f"booking{rng.randrange(4)}@postbox.example" for _ in range(rng.choice((0, 0, 1)))),
        websites=("http://www.Jade.example/",) if rng.random() < 0.1 else (),
        addresses=tuple(_address(rng) for _ in range(rng.choice((0, 1, 1, 2)))),
        license_number=rng.choice(("", "", "BL-1", "BL 2")),
        own_number=rng.choice(("", "", "1200734", "1200834", "1200735", "MT 7")) if role == "operator" else "",
        dob=born if role == "operator" and rng.random() < 0.6 else None,
        first_seen=first,
        last_seen=first + timedelta(days=rng.randrange(90)) if first and rng.random() < 0.9 else None,
    )


@pytest.fixture
def ref() -> Callable[..., Ref]:
    return make_ref


@pytest.fixture
def pool() -> Callable[[int, int, Role], list[Ref]]:
    """(seed, count, role) -> refs with agreements and gaps of every kind."""

    def draw(seed: int, count: int, role: Role) -> list[Ref]:
        rng = Random(seed)
        return [random_ref(rng, n, role) for n in range(count)]

    return draw
