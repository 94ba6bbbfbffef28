"""One row of ASCII comparison keys per ref: everything the match model may look at.

Both executors read these rows, so that they cannot disagree on what a name is. Native script is kept as code
points in ASCII ("9f50 7ea2"), compared by equality.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

from pipeline.model import Address, Ref
from pipeline.resolve.conditions import Row, Value
from pipeline.resolve.declaration import COLUMNS, TERM
from pipeline.resolve.names.business_names import BusinessName, read_business, trade_names
from pipeline.resolve.names.person_names import PersonName, is_settled_part, read_person, smallest_turn
from pipeline.resolve.names.romanization import fold, readings
from pipeline.resolve.names.sounds import sound_key
from pipeline.resolve.names.written_names import written_names
from pipeline.resolve.population import is_rather_first

TOLL_FREE = ("+1800", "+1822", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888")
HUB_NAMES = 12  # distinct names behind one phone or contact from which it is an answering service


@dataclass(frozen=True, slots=True)
class Keys:
    """`row` holds the columns of declaration.COLUMNS; `name` and `values` are for people to read."""

    ref_id: str
    role: str
    name: str
    row: Row

    @property
    def term(self) -> str:
        return str(self.row[TERM] or "")


@dataclass(frozen=True, slots=True)
class Part:
    """Columns that follow from one thing that refs say. Names and places repeat: who says the same shares them."""

    said: Callable[[Ref], Any]  # hashable
    columns: Callable[[Any], dict[str, Value]]  # the same columns in the same order every time


@lru_cache(maxsize=16)
def parts_of(role: str, hubs: frozenset[str] = frozenset()) -> tuple[Part, ...]:
    """How the columns of a role are made. `hubs`: phones and contacts that many strangers share (not compared)."""

    def phone_keys(phones: tuple[str, ...]) -> dict[str, Value]:
        return {"phones": _listed(p for p in phones if p not in hubs and not p.startswith(TOLL_FREE))}

    def contact_keys(said: tuple[tuple[str, ...], ...]) -> dict[str, Value]:
        return {"contacts": _listed(c for c in _contacts(*said) if c not in hubs)}

    shared = (
        Part(attrgetter("phones"), phone_keys),
        Part(attrgetter("emails", "handles", "websites"), contact_keys),
        Part(attrgetter("license_number"), _license_keys),
        Part(attrgetter("addresses"), _operator_place_keys if role == "operator" else _place_keys),
    )
    if role == "business":
        names = Part(attrgetter("name", "other_names"), _business_keys)
        return (*shared, names, Part(attrgetter("first_seen", "last_seen", "owner_kind", "site_class"), _time_keys))
    names = Part(_read_names, _operator_keys)
    own = Part(attrgetter("own_number"), lambda said: {"own": _number_key(said)})
    return (*shared, names, own, Part(attrgetter("dob"), _birth_keys))


def keys_of(ref: Ref, hubs: frozenset[str] = frozenset()) -> Keys:
    """The keys of a business or operator ref. `hubs`: phones and contacts that many strangers share (not compared)."""
    row: dict[str, Value] = {}
    for part in parts_of(ref.role, hubs):
        row |= part.columns(part.said(ref))
    return Keys(ref.ref_id, ref.role, ref.name, {column: row[column] for column in COLUMNS[ref.role]})


def _license_keys(number: str) -> dict[str, Value]:
    return {"license": _number_key(number)}


def _number_key(number: str) -> str | None:
    return "".join(c for c in fold(number) if c.isalnum()) or None


def contacts_of(ref: Ref) -> list[str]:
    """E-mail addresses, handles and websites in one form: "mail:…", "handle:…", "web:…"."""
    return _contacts(ref.emails, ref.handles, ref.websites)


def _contacts(emails: Sequence[str], handles: Sequence[str], websites: Sequence[str]) -> list[str]:
    if not (emails or handles or websites):
        return []
    sites = (fold(w).split("://")[-1].removeprefix("www.").rstrip("/") for w in websites)
    return [
        *(f"mail:{fold(e)}" for e in emails),
        *(f"handle:{fold(h)}" for h in handles),
        *(f"web:{s}" for s in sites if s),
    ]


def find_hubs(refs: Sequence[Ref]) -> frozenset[str]:
    """Phones and contacts that stand beside HUB_NAMES different names or more in this pool."""
    count = Counter(value for ref in refs for value in (*ref.phones, *contacts_of(ref)))
    busy = {value for value, uses in count.items() if uses >= HUB_NAMES}
    names: dict[str, set[str]] = defaultdict(set)
    for ref in refs if busy else ():
        for value in busy.intersection((*ref.phones, *contacts_of(ref))):
            names[value].add(_plain_name(ref))
    return frozenset(value for value, keys in names.items() if len(keys) >= HUB_NAMES)


def _plain_name(ref: Ref) -> str:
    return read_business(ref.name).core if ref.role == "business" else _read_names(ref)[0].turned


def _listed(values: Iterable[str]) -> tuple[str, ...] | None:
    found = set(values)
    return tuple(sorted(found) if len(found) > 1 else found) or None


def _listed_of_few(values: list[str]) -> tuple[str, ...] | None:
    """As `_listed`, of a list that mostly holds one value or none."""
    if len(values) > 1:
        return _listed(values)
    return (values[0],) if values else None


def _place_keys(addresses: Sequence[Address]) -> dict[str, Value]:
    """Premises, buildings, and buildings given without a unit; each by ZIP and by city, as sources give either."""
    places: list[str] = []
    buildings: list[str] = []
    unitless: list[str] = []
    for address in addresses:
        if not address.street_key or address.at_crossing:
            continue
        street, unit = _capitals(address.street_key), _capitals(address.unit)
        city = f"{_capitals(address.city)},{address.state}" if address.city else ""
        for where in (address.zip, city):
            if where:
                building = f"{street}|{where}"
                buildings.append(building)
                places.append(f"{building}|{unit}")
                if not address.unit:
                    unitless.append(building)
    return {
        "places": _listed_of_few(places),
        "buildings": _listed_of_few(buildings),
        "open_buildings": _listed_of_few(unitless),
    }


def _capitals(text: str) -> str:
    return text.upper() if text.isascii() else fold(text).upper()


def _operator_place_keys(addresses: Sequence[Address]) -> dict[str, Value]:
    """Doors besides: house and street with a slip or a blank left alike, "51 N Hurley Street" -> "51N HURLEYSTREET".

    Numbers and directions stand at the head, which must be equal: 12 N Main and 12 S Main are two houses.
    """
    doors = []
    for address in addresses:
        if address.street_key and not address.at_crossing:
            head = name = ""
            for word in _capitals(address.street_key).split():
                if len(word) < 3 or not word.isalpha():
                    head += word
                else:
                    name += word
            doors.append(f"{head} {name}")
    return _place_keys(addresses) | {"doors": _listed_of_few(doors)}


def _code_points(native: str) -> str | None:
    return " ".join(f"{ord(c):x}" for c in native) or None


def _business_keys(said: tuple[str, tuple[str, ...]]) -> dict[str, Value]:
    written = [n for n in (said[0], *said[1]) if n.strip()]
    names = [read_business(part) for text in written for part in trade_names(text)]
    names = [n for n in names if n.core]
    main = names[0] if names else BusinessName((), (), (), "")
    return {
        "native": _code_points(main.native),
        "names": _listed(n.numbered for n in names),
        "cores": _listed(n.core for n in names),
        "core": main.core or None,
        "numbers": "#".join(main.numbers) or None,
        "words": _listed(w for n in names for w in n.words if len(w) >= 4),
        "own": _listed(main.words),
        "jumbled": _listed("".join(sorted((*n.words, *n.generic))) for n in names if n.words),
        TERM: commonest(" ".join(n.all_words) for n in names),
    }


def _time_keys(said: tuple[date | None, date | None, str, str]) -> dict[str, Value]:
    """`advertised`: on a site of class illicit. A directory's entry outlives the business and overlaps the next one's
    ads; on other sites honest businesses stand, whose number anybody may put into an ad that names nobody."""
    first, last, owner, site_class = said
    advertised = owner == "ad" and site_class == "illicit"
    return {"first_day": _day(first), "last_day": _day(last), "advertised": advertised}


def commonest(terms: Iterable[str]) -> str | None:
    """Of several names the one to take the frequency of: the fewest words, then the shortest."""
    return min(filter(None, terms), key=lambda t: (t.count(" "), len(t), t), default=None)


def _day(value: date | None) -> int | None:
    return value.toordinal() if value else None


def _read_names(ref: Ref) -> tuple[PersonName, ...]:
    """The name and the other names, taken apart: "MEI CHEN" and "Mei Chen" say the same."""
    first, *others = written_names(ref.name)
    main = read_person(first, ref.native_name) if ref.native_name else read_person(first)
    return main, *map(read_person, (*others, *ref.other_names))


def _operator_keys(said: tuple[PersonName, ...]) -> dict[str, Value]:
    main = said[0]
    if len(said) == 1 and main.is_plain:
        return _plain_keys(main)
    names = [n for n in said if len(n.ordered) > 1]
    if len(main.native) > 1:
        names += (read_person(" ".join(syllables)) for syllables in readings(main.native) if len(syllables) > 1)
    full = [n for n in names if not n.initials or len(n.parts) > 1]
    short = [s for n in full for s in n.shorter()]
    whole = [n for n in full if not n.initials]
    long = {p for n in (main, *names) for p in n.parts if len(p) > 2}
    return {
        "native": _code_points(main.native) if len(main.native) > 1 else None,
        "names": _listed_of_few([key for n in names for key in (n.turned, n.mirror) if key]),
        "partial": _listed_of_few([n.turned for n in short]),
        "spelled": main.spelled or None,
        "parts": _listed(long),
        "givens": _listed_of_few([p for p in long if is_rather_first(p)]),
        "settled": main.settled,
        "generation": main.generation or None,
        "variants": _listed_of_few([n.variant() for n in whole]),
        "initials": _listed_of_few([f for n in names if n.initials for f in n.initial_forms()]),
        "expanded": _listed([f for n in whole for f in n.initial_forms()]),
        "jumbled": _listed_of_few([n.jumbled for n in whole if len(n.ordered) > 2]),
        TERM: next(filter(None, map(person_term, (main, *names))), None),
        # Operators meet over what they share and two letters that begin a part of a name.
        "starts": _listed([part[:2] for name in said for part in name.parts]),
    }


def _plain_keys(name: PersonName) -> dict[str, Value]:
    """As `_operator_keys`, of a name of two parts and no other: nothing is left out, jumbled or an initial."""
    one, two = name.ordered
    low, high = (one, two) if one <= two else (two, one)
    letters, sounds = one + two, sound_key(one) + sound_key(two)
    turned = smallest_turn(letters)
    long = tuple(p for p in ((low, high) if low != high else (low,)) if len(p) > 2)
    initials = (f"{low} {high[0]}", f"{high} {low[0]}")
    return {
        "native": None,
        "names": (turned,),
        "partial": None,
        "spelled": f"{low} {high}",
        "parts": long or None,
        "givens": tuple(filter(is_rather_first, long)) or None,
        "settled": is_settled_part(one) and is_settled_part(two),
        "generation": None,
        "variants": (turned if sounds == letters else smallest_turn(sounds),),
        "initials": None,
        "expanded": initials if initials[0] < initials[1] else _listed(initials),
        "jumbled": None,
        TERM: f"{one} {two}",
        "starts": (low[:2], high[:2]) if low[:2] != high[:2] else (low[:2],),
    }


def _birth_keys(born: date | None) -> dict[str, Value]:
    return {"born": born.isoformat() if born else None, "born_swapped": _swapped(born)}


def person_term(name: PersonName) -> str | None:
    """What a person's name frequency is looked up by: the parts in order."""
    return " ".join(name.ordered) or None


def _swapped(born: date | None) -> str | None:
    """The date with day and month exchanged, where that is another date."""
    if born is None or born.day > 12 or born.day == born.month:
        return None
    return date(born.year, born.day, born.month).isoformat()


Columns = dict[str, tuple[list[Value], list[int]]]  # column -> (distinct values, which of them each ref has)


def key_columns(refs: Sequence[Ref], role: str, hubs: frozenset[str]) -> Columns:
    """The keys of many refs, by column. Equal to `keys_of` one by one."""
    return _columns(refs, parts_of(role, hubs))


def hub_columns(refs: Sequence[Ref], role: str) -> Columns:
    """What hubs are found by: `shown`, the phones and contacts of each ref, and `plain`, its name."""

    def shown(said: tuple[tuple[str, ...], ...]) -> dict[str, Value]:
        return {"shown": _listed((*said[0], *_contacts(*said[1:])))}

    name = Part(attrgetter("name"), lambda said: {"plain": read_business(said).core})
    if role == "operator":
        name = Part(_read_names, lambda said: {"plain": said[0].turned})
    return _columns(refs, (Part(attrgetter("phones", "emails", "handles", "websites"), shown), name))


def _columns(refs: Sequence[Ref], parts: Iterable[Part]) -> Columns:
    columns: Columns = {}
    for part in parts:
        place: dict[Any, int] = {}
        rows = [place.setdefault(said, len(place)) for said in map(part.said, refs)]
        made: dict[str, list[Value]] = {}
        for said in place:
            row = part.columns(said)
            made = made or {column: [] for column in row}
            for values, value in zip(made.values(), row.values(), strict=True):
                values.append(value)
        columns |= {column: (values, rows) for column, values in made.items()}
    return columns
