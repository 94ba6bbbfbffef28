"""One address written in many ways has one premises key; another street, number, unit or ZIP has another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from pipeline.extract.addresses import find_addresses, parse_address
from pipeline.model import Address

PLACES = (
    ("Springfield", "MO", "65804"),
    ("St. Louis", "MO", "63116"),
    ("Kansas City", "MO", "64111"),
    ("Lee's Summit", "MO", "64081"),
    ("O'Fallon", "MO", "63366"),
    ("Cape Girardeau", "MO", "63701"),
    ("Malden", "MA", "02148"),
)
CITY_WRITINGS = {
    "St. Louis": ("Saint Louis", "St Louis", "ST. LOUIS"),
    "Kansas City": ("KANSAS CITY", "KC"),
    "Lee's Summit": ("Lees Summit",),
    "O'Fallon": ("OFallon", "O Fallon"),
}
NAMES = ("Larkmoor", "Quillfeather", "Saint Tamsin", "Mount Pellham", "Wexmoor Park", "Martin Luther Marrow")
NUMBERED = {"1st": "First", "5th": "Fifth", "12th": "Twelfth", "21st": "Twenty-First"}
HIGHWAYS: dict[str, tuple[str, ...]] = {
    "Hwy 65": ("Highway 65", "US Highway 65", "US-65", "US Hwy 65", "U.S. Highway 65", "Hwy. 65", "State Hwy 65")
}
HIGHWAYS["Hwy K"] = ("State Route K", "Highway K", "Route K", "State Hwy K", "Rte K", "State Highway K")
SUFFIXES = {
    "St": ("Street", "St.", "ST"),
    "Ave": ("Avenue", "Av", "Ave."),
    "Blvd": ("Boulevard", "Blvd."),
    "Rd": ("Road", "RD."),
    "Dr": ("Drive", "Dr."),
    "Pkwy": ("Parkway", "Pky"),
    "Ct": ("Court",),
    "Ter": ("Terrace", "Terr"),
}
DIRECTIONS = {
    "": ("",),
    "N": ("North", "N."),
    "S": ("South", "so"),
    "E": ("East", "E."),
    "SW": ("Southwest", "S.W.", "SW."),
}
UNITS = ("", "", "5", "12", "B", "5B", "101", "A2")
DESIGNATORS = (
    "Ste {}",
    "Suite {}",
    "#{}",
    "# {}",
    "Unit {}",
    "Ste. {}",
    "STE #{}",
    "Apt {}",
    "Rm {}",
    "Bldg {}",
    "Ste-{}",
    "Suite{}",
)


@dataclass(frozen=True)
class Home:
    number: str
    direction: str
    name: str
    suffix: str  # "" for highways
    unit: str
    place: tuple[str, str, str]

    @property
    def plain(self) -> Address:
        street = " ".join(w for w in (self.number, self.direction, self.name, self.suffix) if w)
        city, state, code = self.place
        return parse_address(street, city=city, state=state, zip=code, unit=self.unit)


def draw_home(rng: Random) -> Home:
    place, number, unit = rng.choice(PLACES), str(rng.randint(1, 19999)), rng.choice(UNITS)
    direction = rng.choice(sorted(DIRECTIONS))
    if rng.random() < 0.2:
        return Home(number, direction, rng.choice(sorted(HIGHWAYS)), "", unit, place)
    name = rng.choice((*NAMES, *NUMBERED))
    return Home(number, direction, name, rng.choice(sorted(SUFFIXES)), unit, place)


def _street(rng: Random, home: Home) -> str:
    name = home.name
    if name in HIGHWAYS:
        name = rng.choice((name, *HIGHWAYS[name]))
    elif name in NUMBERED:
        name = rng.choice((name, NUMBERED[name], name.upper()))
    else:
        name = rng.choice((name, name.replace("Saint", "St."), name.replace("Mount", "Mt"), name.replace(" ", "  ")))
    direction = rng.choice((home.direction, *DIRECTIONS[home.direction]))
    suffix = rng.choice((home.suffix, *SUFFIXES.get(home.suffix, ())))
    parts = [home.number, direction, name, suffix]
    if name not in HIGHWAYS and home.name in HIGHWAYS and rng.random() < 0.2:
        parts = [home.number, name, direction]
    return " ".join(part for part in parts if part)


def write_home(rng: Random, home: Home) -> tuple[str, dict[str, str]]:
    """(line, fields): unit in the line, in front, in its own field, in the city line or on a second line."""
    line, fields = _street(rng, home), {}
    city, state, code = home.place
    city = rng.choice((city, city.upper(), *CITY_WRITINGS.get(city, ())))
    state = rng.choice((state, state.lower(), {"MO": "Missouri", "MA": "Massachusetts"}[state]))
    code = rng.choice((code, f"{code}-1234", f"{code}1234", code.lstrip("0")))
    if home.unit:
        mark = rng.choice(DESIGNATORS if home.unit[0].isdigit() else DESIGNATORS[:-1])
        unit = mark.format(rng.choice((home.unit, home.unit.lower())))
        where = rng.randrange(6)
        if where == 0:
            fields["unit"] = rng.choice((unit, home.unit))
        elif where == 1:
            city = f"{city}, {unit}"
        elif where == 2:
            line = f"{unit}, {line}"
        else:
            line += rng.choice((", ", " ", "\n", " - ")) + unit
    if rng.random() < 0.4 and "," not in city:
        code = home.place[2] + rng.choice(("", "-1234"))
        line += f"{rng.choice((', ', chr(10)))}{city}, {home.place[1]} {code}"
    else:
        fields |= {"city": city, "state": state, "zip": code}
    if rng.random() < 0.15:
        line = rng.choice(("Lotus Spa, ", "Quiet Garden Massage\n", "c/o Tamsin LLC, ")) + line
    return (line.upper() if rng.random() < 0.25 else line.lower() if rng.random() < 0.1 else line), fields


def test_every_writing_gives_one_premises_key() -> None:
    rng = Random(20261123)
    faults = []
    for _ in range(1500):
        home = draw_home(rng)
        line, fields = write_home(rng, home)
        key = parse_address(line, **fields).premises_key
        if key != home.plain.premises_key or not key:
            faults.append((line, fields, key, home.plain.premises_key))
    assert not faults, (len(faults), faults[:8])


def test_another_place_gives_another_key() -> None:
    rng = Random(20261124)
    for _ in range(500):
        home = draw_home(rng)
        others = (
            replace(home, number=str(int(home.number) + 2)),
            replace(home, name="Kestwick", suffix="Ln"),
            replace(home, unit="77"),
            replace(home, place=("Ozark", "MO", "65721")),
            replace(home, direction="W"),
        )
        for other in others:
            assert other.plain.premises_key != home.plain.premises_key


def test_found_in_running_text() -> None:
    """A line as advertisements write it is found whole, with the key of the fields."""
    rng = Random(20261125)
    faults = []
    for _ in range(600):
        home = draw_home(rng)
        city, state, code = home.place
        unit = rng.choice((" Ste {}", ", Suite {}", " #{}", ", Unit {}")).format(home.unit) if home.unit else ""
        written = f"{_street(rng, home)}{unit}{rng.choice((', ', chr(10), ' '))}{city}, {state} {code}".replace(
            "  ", " "
        )
        before, after = (
            rng.choice(("Visit us at", "New!", "60 min $80.", "")),
            rng.choice(("", ". Call now", " open 9am")),
        )
        text = f"{before} {written}{after}"
        found = [m for m in find_addresses(text) if m.address.premises_key == home.plain.premises_key]
        if len(found) != 1 or found[0].raw != written:
            faults.append(
                (text, [(m.raw, m.address.premises_key) for m in find_addresses(text)], home.plain.premises_key)
            )
    assert len(faults) <= 6, (len(faults), faults[:8])
