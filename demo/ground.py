"""Allocates what must be unique in a state: people, phone numbers, buildings and suites."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from demo.names import ENGLISH_FIRST, draw_name
from demo.places import BY_NAME, CITIES, DIRECTIONS, MORE_CODES, STREET_NAMES, STREET_TYPES, City
from demo.state import Building, Person, Premises

UNITS = ("number", "letter", "number", "number")


@dataclass
class Ground:
    """Hands out fresh people, phones and premises. One generator, so the order of calls is the seed's."""

    rng: Random
    today: date
    people: dict[str, Person] = field(default_factory=dict)
    buildings: list[Building] = field(default_factory=list)
    _phones: set[str] = field(default_factory=set)
    _streets: set[tuple[int, str, str]] = field(default_factory=set)
    _born: set[tuple[str, str, date]] = field(default_factory=set)
    _suites: dict[str, list[tuple[Building, str]]] = field(default_factory=dict)  # free ones, by city
    _accounts: set[str] = field(default_factory=set)
    _landlords: list[tuple[str, str]] = field(default_factory=list)

    def city(self) -> City:
        return self.rng.choices(CITIES, [c.weight for c in CITIES])[0]

    def phone(self, city: str) -> str:
        """A number nobody has: NPA-555-XXXX outside 555-01XX, in E.164."""
        codes = BY_NAME[city].area_codes
        for attempt in range(2000):
            code = codes[0] if self.rng.random() < 0.85 else codes[-1]
            if attempt > 20:
                code = self.rng.choice(MORE_CODES)
            number = f"+1{code}555{self.rng.randrange(200, 10_000):04d}"
            if number not in self._phones:
                self._phones.add(number)
                return number
        raise ValueError("no fictional phone numbers are left for a state of this size; choose a smaller scale")

    def account(self, stem: str) -> str:
        """A name nobody else has for a mailbox, a handle or a web site: the stem and a number."""
        while True:
            name = f"{stem}{self.rng.randrange(10, 9999)}"
            if name not in self._accounts:
                self._accounts.add(name)
                return name

    def toll_free(self) -> str:
        return f"+1877555{self.rng.randrange(2000, 9999):04d}"

    def person(self, named: tuple[str, tuple[str, ...], bool] | None = None) -> Person:
        """A new person, born 1955 to 2003; nobody else has the same name and date of birth."""
        rng = self.rng
        surname, given, joined = named or draw_name(rng)
        while True:
            dob = date(1955, 1, 1) + timedelta(days=rng.randrange(365 * 48))
            if (surname, " ".join(given), dob) not in self._born:
                break
        self._born.add((surname, " ".join(given), dob))
        home = self.house(self.city())
        english = rng.choice(ENGLISH_FIRST) if rng.random() < 0.2 else ""
        number = len(self.people) + 1
        mail = f"{given[0].lower()}.{surname.lower()}{number}@mailroom.example"
        person = Person(f"P{number:06d}", surname, given, joined, dob, english, self.phone(home.city), mail, home)
        self.people[person.person_id] = person
        return person

    def _address(self, city: City) -> tuple[int, str]:
        rng = self.rng
        while True:
            street = f"{rng.choice(DIRECTIONS)} {rng.choice(STREET_NAMES)} {rng.choice(STREET_TYPES)}".strip()
            number = rng.randrange(100, 9900)
            if (number, street, city.name) not in self._streets:
                self._streets.add((number, street, city.name))
                return number, street

    def house(self, city: City) -> Premises:
        """A home: an address of its own that is no parcel of interest."""
        number, street = self._address(city)
        unit = str(self.rng.randrange(1, 40)) if self.rng.random() < 0.3 else ""
        return Premises(f"H{len(self._streets):06d}", number, street, unit, city.name, self.rng.choice(city.zips))

    def _building(self, city: City) -> Building:
        rng = self.rng
        number, street = self._address(city)
        if not self._landlords or rng.random() < 0.6:
            surname, given, _ = draw_name(rng)
            company = (
                f"{rng.choice(STREET_NAMES)} {rng.choice(('Properties', 'Holdings', 'Realty', 'Investments'))} LLC"
            )
            owner = company if rng.random() < 0.6 else f"{given[0]} {surname}"
            away = self._address(self.city())
            self._landlords.append((owner, f"{away[0]} {away[1]}"))
        landlord, mail = rng.choice(self._landlords)
        sold = self.today - timedelta(days=rng.randrange(200, 9000))
        building = Building(
            f"B{len(self.buildings) + 1:05d}", number, street, city.name, rng.choice(city.zips), landlord, mail, sold
        )
        self.buildings.append(building)
        return building

    def premises(self, city: City, *, near: Premises | None = None) -> Premises:
        """Fresh business premises: a suite of a shopping center or a house. `near`: a suite of that center if free."""
        rng = self.rng
        free = self._suites.setdefault(city.name, [])
        if near is not None:
            for index, (building, _) in enumerate(free):
                if building.building_id == near.building_id:
                    return self._suite(*free.pop(index))
        if rng.random() < 0.35:
            building = self._building(city)
            return self._suite(building, "")
        if len(free) < 4 or rng.random() < 0.08:
            building = self._building(city)
            letters = rng.choice(UNITS) == "letter"
            start = rng.choice((1, 1, 100, 101))
            names = [chr(65 + i) if letters else str(start + i) for i in range(rng.randrange(6, 14))]
            free.extend((building, name) for name in names)
        return self._suite(*free.pop(rng.randrange(len(free))))

    def _suite(self, building: Building, unit: str) -> Premises:
        place = building
        key = f"{building.building_id}-{unit or '0'}"
        return Premises(key, place.number, place.street, unit, place.city, place.zip, building_id=building.building_id)
