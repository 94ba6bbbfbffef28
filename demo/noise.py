"""The ways files garble names, places and dates. Every function draws from the generator it is given."""

from __future__ import annotations

from datetime import date
from random import Random

from demo.state import Person, Premises

SENTINEL = "1901-01-01"
LAYOUTS = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
CITY_FORMS = {"St. Louis": ("Saint Louis", "ST LOUIS", "St Louis"), "St. Charles": ("Saint Charles", "ST CHARLES")}
LONG = {"St": "Street", "Ave": "Avenue", "Rd": "Road", "Blvd": "Boulevard", "Dr": "Drive", "Ln": "Lane", "Ct": "Court"}


def slip(rng: Random, text: str) -> str:
    """One typing slip inside the text: two letters swapped, one doubled or one dropped."""
    spots = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    if len(text) < 5 or not spots:
        return text
    at = rng.choice(spots)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[: at + 1] + text[at:]
    return text[:at] + text[at + 1 :]


def given_forms(person: Person) -> tuple[str, ...]:
    """The given name joined, split or hyphenated."""
    if len(person.given) == 1:
        return (person.first,)
    split = " ".join(person.given)
    hyphen = "-".join((person.given[0], *(p.lower() for p in person.given[1:])))
    return (person.first, person.first, split, hyphen)


def person_name(rng: Random, person: Person, typo: float = 0.03) -> str:
    """A full name as a clerk or an applicant writes it: any order, case and hyphenation."""
    given = rng.choice(given_forms(person))
    name = rng.choices(
        (f"{given} {person.surname}", f"{person.surname}, {given}", f"{person.surname} {given}"), (0.7, 0.2, 0.1)
    )[0]
    if rng.random() < typo:
        name = slip(rng, name)
    return name.upper() if rng.random() < 0.25 else name


def business_name(rng: Random, name: str, typo: float = 0.03) -> str:
    """A trade name with slips, capitals, "&" or "and", with or without a comma before LLC."""
    if not name:
        return ""
    if rng.random() < 0.3:
        name = name.replace(" & ", " and ")
    if name.endswith(" LLC"):
        name = name.removesuffix(" LLC") + rng.choice((" LLC", ", LLC", " L.L.C."))
    if rng.random() < typo:
        name = slip(rng, name)
    return name.upper() if rng.random() < 0.3 else name


def street_and_unit(rng: Random, place: Premises, *, column: bool = True) -> tuple[str, str]:
    """(address, unit): the unit in its own column or behind the street, abbreviated or not, sometimes in capitals."""
    words = place.line.split(" ")
    if rng.random() < 0.3:
        words[-1] = LONG.get(words[-1], words[-1])
    line, unit = " ".join(words), place.unit
    if rng.random() < 0.015:
        line = slip(rng, line)
    if rng.random() < 0.25:
        line = line.upper()
    if unit and (not column or rng.random() < 0.4):
        return line + rng.choice((" Ste {}", ", Suite {}", " #{}", " STE {}")).format(unit), ""
    return line, (rng.choice(("{}", "{}", "Ste {}", "#{}")).format(unit) if unit else "")


def city_name(rng: Random, city: str) -> str:
    if city in CITY_FORMS and rng.random() < 0.3:
        return rng.choice(CITY_FORMS[city])
    if rng.random() < 0.01:
        return slip(rng, city)
    return city.upper() if rng.random() < 0.2 else city


def zip_code(rng: Random, code: str) -> str:
    """The ZIP, sometimes with four more digits and no hyphen; a leading zero is lost as in spreadsheets."""
    draw = rng.random()
    if draw < 0.06:
        return f"{code}-{rng.randrange(1000, 9999)}"
    if draw < 0.10 and not code.startswith("0"):
        return f"{code}{rng.randrange(1000, 9999)}"
    return code.lstrip("0")


def phone_number(rng: Random, e164: str) -> str:
    """Ten digits in one of the office layouts, "" for none."""
    if not e164:
        return ""
    d = e164.removeprefix("+1")
    return rng.choice((f"{d[:3]}-{d[3:6]}-{d[6:]}", f"({d[:3]}) {d[3:6]}-{d[6:]}", d, f"{d[:3]}.{d[3:6]}.{d[6:]}"))


def day(rng: Random, value: date | None, *, mixed: float = 0.3) -> str:
    """A date, mostly ISO; a share of `mixed` in the two other layouts."""
    if value is None:
        return ""
    layout = rng.choice(LAYOUTS[1:]) if rng.random() < mixed else LAYOUTS[0]
    return value.strftime(layout)


def birth(rng: Random, person: Person, shown: bool) -> str:
    """The date of birth; where it is not given, an empty cell or a sentinel date."""
    if shown:
        return day(rng, person.dob)
    return SENTINEL if rng.random() < 0.3 else ""
