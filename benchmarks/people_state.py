"""People on many records, with what clerks do to names, dates and numbers; which record is whose is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from benchmarks.known_state import draw_birth, draw_person, draw_phone, draw_place
from pipeline.model import Address

PER_PERSON = (1, 1, 2, 3, 3, 5)  # records


@dataclass(frozen=True, slots=True)
class Row:
    row_id: str
    person: str
    name: str
    surname: str
    born: date | None
    phone: str
    place: Address


def make_rows(seed: int, count: int) -> Iterator[Row]:
    """`count` rows; about three of five name a person whom another row names too."""
    rng = Random(seed)
    made = people = 0
    while made < count:
        people += 1
        name, surname = draw_person(rng)
        born, phone, place = draw_birth(rng), draw_phone(rng), draw_place(rng)
        for _ in range(min(rng.choice(PER_PERSON), count - made)):
            if rng.random() < 0.15:
                phone = draw_phone(rng)
            if rng.random() < 0.15:
                place = draw_place(rng)
            written = write_name(rng, name, surname)
            day = born if rng.random() < 0.8 else None
            yield Row(f"r{made:08d}", f"p{people}", written, surname, day, phone, place)
            made += 1


def write_name(rng: Random, name: str, surname: str) -> str:
    """As papers have it: the surname first or last, capitals, a slip, the given name's initial."""
    given = name.removesuffix(surname).strip()
    kind = rng.random()
    if kind < 0.12:
        given = slip(rng, given)
    elif kind < 0.16:
        surname = slip(rng, surname)
    elif kind < 0.20:
        given = given[0]
    shape = rng.random()
    written = f"{given} {surname}" if shape < 0.7 else f"{surname}, {given}" if shape < 0.9 else f"{surname} {given}"
    return written.upper() if rng.random() < 0.3 else written


def slip(rng: Random, word: str) -> str:
    """A letter lost, doubled or exchanged with the next; short words stay."""
    if len(word) < 5:
        return word
    at = rng.randrange(1, len(word) - 1)
    one, two = word[at], word[at + 1]
    return word[:at] + rng.choice((two, one + one + two, two + one)) + word[at + 2 :]
