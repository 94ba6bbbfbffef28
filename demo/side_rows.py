"""Rows of the files that give context: parcels, tips, inspections."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from demo import noise
from demo.papers import CITY, ROSTER
from demo.state import Storefront, World

PARCEL_COLUMNS = [
    "parcel_id",
    "owner_name",
    "owner_address",
    "site_address",
    "site_city",
    "site_state",
    "site_zip",
    "sale_date",
]
TIP_COLUMNS = [
    "tip_id",
    "received",
    "source_grade",
    "content_grade",
    "business_name",
    "phone",
    "address",
    "city",
    "state",
    "zip",
    "text",
]
INSPECTION_COLUMNS = [
    "inspection_id",
    "date",
    "license_number",
    "business_name",
    "address",
    "city",
    "state",
    "zip",
    "finding",
    "rule",
]

TIPS = (
    "Caller says the back door is locked and the front windows are covered.",
    "Neighbor reports visitors late at night.",
    "Caller says staff seem to live on site.",
    "Anonymous note: sign changed, same people.",
    "Caller asks whether the business is licensed.",
)
FINDINGS = (
    ("No violation found.", ""),
    ("Business license not displayed.", "20 CSR 2197-5.010(1)"),
    ("No licensed therapist present.", "20 CSR 2197-5.010(2)"),
    ("Client records incomplete.", "20 CSR 2197-5.010(3)"),
    ("License photo not posted.", "20 CSR 2197-5.010(2)"),
)


def parcel_rows(world: World) -> list[list[str]]:
    """One row per building: owner of record, and when it was last sold."""
    rng = Random(f"parcels {world.seed}")
    rows = []
    for building in world.buildings:
        site = f"{building.number} {building.street}"
        rows.append(
            [
                f"{building.zip}-{int(building.building_id[1:]):05d}",
                building.landlord.upper() if rng.random() < 0.5 else building.landlord,
                building.landlord_address,
                site.upper() if rng.random() < 0.5 else site,
                noise.city_name(rng, building.city),
                "MO",
                building.zip,
                noise.day(rng, building.sold, mixed=0.0),
            ]
        )
    return rows


def tip_rows(world: World) -> list[list[str]]:
    """Graded tips about suspect businesses, and some about innocent ones."""
    rng = Random(f"tips {world.seed}")
    told = [s for s in world.storefronts.values() if rng.random() < (0.3 if s.network else 0.04)]
    rows = []
    for number, shop in enumerate(told, 1):
        latest = (shop.closed or world.today) - timedelta(days=1)
        first = max(shop.opened, world.start)
        when = first + timedelta(days=rng.randrange(max(1, (latest - first).days)))
        phone = noise.phone_number(rng, shop.lines[0].phone) if rng.random() < 0.35 else ""
        rows.append(
            [
                f"T{number:05d}",
                noise.day(rng, when, mixed=0.0),
                rng.choice("ABCDEF"),
                str(rng.randrange(1, 7)),
                shop.name_on(when) if rng.random() < 0.8 else "",
                phone,
                *_place(rng, shop),
                rng.choice(TIPS),
            ]
        )
    return rows


def inspection_rows(world: World) -> list[list[str]]:
    """Survey inspections of licensed businesses, with a rule for each finding."""
    rng = Random(f"inspections {world.seed}")
    rows: list[list[str]] = []
    for paper in world.papers:
        shop = world.storefronts.get(paper.storefront_id)
        if shop is None or paper.dataset not in {ROSTER, CITY} or rng.random() > 0.22:
            continue
        end = min(shop.closed or world.today, world.today)
        first = max(paper.issued, world.start)
        if (end - first).days < 20:
            continue
        when = first + timedelta(days=rng.randrange((end - first).days))
        finding, rule = rng.choice(FINDINGS if shop.network else FINDINGS[:1] * 4 + FINDINGS)
        number = f"I{len(rows) + 1:05d}"
        row = [
            number,
            noise.day(rng, when, mixed=0.0),
            paper.key,
            shop.name_on(when),
            *_place(rng, shop),
            finding,
            rule,
        ]
        rows.append(row)
    return rows


def _place(rng: Random, shop: Storefront) -> list[str]:
    line, _ = noise.street_and_unit(rng, shop.premises, column=False)
    return [line, noise.city_name(rng, shop.premises.city), shop.premises.state, noise.zip_code(rng, shop.premises.zip)]
