"""Innocent applicants of every surname-frequency band against a known list: who is flagged, ours and by name alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from analysis.screening.screen import ScreeningIndex, screen
from benchmarks.known_state import (
    Shop,
    apply_for,
    draw_birth,
    draw_person,
    draw_phone,
    draw_place,
    make_index,
    make_shops,
)
from benchmarks.table import Cell, Table
from demo.evaluate import wilson
from pipeline.model import Application

BANDS = (">=1%", "0.1-1%", "<0.1%")
LIST = 1_000  # names of the list a name-only check is tried on


def run(small: bool = False) -> Table:
    """False-positive rates by band with Wilson's 95 % interval; names only; namesakes born on another day."""
    rng = Random(5)
    shops = make_shops(rng, 200 if small else 5_000)
    index = make_index(shops)
    innocents = draw_innocents(rng, shops, index, 100 if small else 20_000)
    rows: list[tuple[Cell, ...]] = []
    for band in BANDS:
        group = innocents[band]
        rows.append((f"band {band}", *_rate(group, index), by_name_alone(shops, group)))
    everyone = [a for band in BANDS for a in innocents[band]]
    rows.append(("all fields but names removed", *_rate([_only_name(a) for a in everyone], index), None))
    rows.append(("name and city of a known person, born another day", *_rate(namesakes(rng, shops), index), None))
    columns = ("innocent applicants", "n", "flagged", "rate", "Wilson upper", f"Jaro-Winkler >= .92 on {LIST} names")
    rates = [float(str(row[3])) for row in rows[: len(BANDS)]]
    gap = f"gap between bands: {max(rates) - min(rates):.3%}; {len(shops):,} known businesses"
    traps = "a fifth are next tenants, heirs of a number or neighbors in the building of a known business"
    return Table("Fairness", columns, tuple(rows), (gap, traps))


def draw_innocents(
    rng: Random, shops: Sequence[Shop], index: ScreeningIndex, count: int
) -> dict[str, list[Application]]:
    """`count` applicants per band of the surname's frequency in the pool at hand; rare surnames from the Census."""
    found: dict[str, list[Application]] = defaultdict(list)
    number = 0
    while any(len(found[band]) < count for band in BANDS):
        number += 1
        name, surname = draw_person(rng, 0.0 if len(found[">=1%"]) >= count else 0.5)
        band = index.shares.surname_band(surname, name)
        if len(found[band]) < count:
            found[band].append(_innocent(rng, number, name, surname, shops))
    return found


def _innocent(rng: Random, number: int, name: str, surname: str, shops: Sequence[Shop]) -> Application:
    """Somebody with nothing to hide; one of five happens to touch a known business in one way."""
    known, place, phone = rng.choice(shops), draw_place(rng), draw_phone(rng)
    trap = rng.random()
    if trap < 0.04:
        place = known.place
    elif trap < 0.08:
        phone = known.phone
    elif trap < 0.20:
        place = replace(known.place, unit=known.place.unit + "0", line=known.place.line + "0")
    return apply_for(number, name, surname, draw_birth(rng), phone, place)


def namesakes(rng: Random, shops: Sequence[Shop]) -> list[Application]:
    """A person of the same full name in the same city as each known operator, born on another day."""
    found = []
    for shop in shops:
        place = replace(draw_place(rng), city=shop.place.city, zip=shop.place.zip)
        born = shop.born + timedelta(days=rng.choice((-1, 1)) * rng.randrange(400, 6_000))
        found.append(apply_for(shop.number, shop.operator, shop.surname, born, draw_phone(rng), place))
    return found


def _only_name(application: Application) -> Application:
    assert application.applicant is not None
    bare = replace(application.applicant, dob=None)
    return replace(application, applicant=bare, premises=None, phones=())


def _rate(applications: Sequence[Application], index: ScreeningIndex) -> tuple[int, int, float, float]:
    """(n, flagged, rate, upper end of Wilson's interval)."""
    results = Counter(screen(a, index).result for a in applications)
    flagged, count = results["possible_match"], len(applications)
    return count, flagged, flagged / count, wilson(flagged, count)[1]


def by_name_alone(shops: Sequence[Shop], applications: Sequence[Application]) -> float:
    """Share of innocents whose name is within Jaro-Winkler .92 of one of LIST known names."""
    names = [shop.operator.lower() for shop in shops[:LIST]]
    asked = [a.applicant.full_name.lower() for a in applications[:2_000] if a.applicant]
    scores = cdist(asked, names, scorer=JaroWinkler.similarity, score_cutoff=0.92)
    return float((scores > 0).any(axis=1).mean())
