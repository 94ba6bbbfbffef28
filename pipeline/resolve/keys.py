"""One row of ASCII comparison keys per ref: everything the match model may look at.

Both executors read these rows, so that they cannot disagree on what a name is. Native script is kept as code
points in ASCII ("9f50 7ea2"), compared by equality.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.model import Address, Ref
from pipeline.resolve.business_names import BusinessName, read_business, trade_names
from pipeline.resolve.conditions import Row, Value
from pipeline.resolve.declaration import COLUMNS, TERM
from pipeline.resolve.person_names import PersonName, read_person
from pipeline.resolve.romanization import fold, romanize

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


def keys_of(ref: Ref, hubs: frozenset[str] = frozenset()) -> Keys:
    """The keys of a business or operator ref. `hubs`: phones and contacts that many strangers share (not compared)."""
    shared: dict[str, Value] = {
        "phones": _listed(p for p in ref.phones if p not in hubs and not p.startswith(TOLL_FREE)),
        "contacts": _listed(c for c in contacts_of(ref) if c not in hubs),
        "license": "".join(c for c in fold(ref.license_number) if c.isalnum()) or None,
        **_place_keys(ref.addresses),
    }
    named = _business_keys(ref) if ref.role == "business" else _operator_keys(ref)
    row = {**shared, **named}
    row["blocks"] = _business_blocks(row) if ref.role == "business" else _operator_blocks(row, ref)
    return Keys(ref.ref_id, ref.role, ref.name, {column: row[column] for column in COLUMNS[ref.role]})


def contacts_of(ref: Ref) -> list[str]:
    """E-mail addresses, handles and websites in one form: "mail:…", "handle:…", "web:…"."""
    sites = (fold(w).split("://")[-1].removeprefix("www.").rstrip("/") for w in ref.websites)
    return [
        *(f"mail:{fold(e)}" for e in ref.emails),
        *(f"handle:{fold(h)}" for h in ref.handles),
        *(f"web:{s}" for s in sites if s),
    ]


def find_hubs(refs: Iterable[Ref]) -> frozenset[str]:
    """Phones and contacts that stand beside HUB_NAMES different names or more in this pool."""
    names: dict[str, set[str]] = defaultdict(set)
    for ref in refs:
        if ref.role == "business":
            key = read_business(ref.name).core
        else:
            key = read_person(ref.name, ref.native_name).turned
        for value in (*ref.phones, *contacts_of(ref)):
            names[value].add(key)
    return frozenset(value for value, keys in names.items() if len(keys) >= HUB_NAMES)


def _listed(values: Iterable[str]) -> tuple[str, ...] | None:
    return tuple(sorted(set(values))) or None


def _place_keys(addresses: Sequence[Address]) -> dict[str, Value]:
    """Premises, buildings, and buildings given without a unit; each by ZIP and by city, as sources give either."""
    places, buildings, unitless = set(), set(), set()
    for address in addresses:
        if not address.street_key:
            continue
        city = f"{fold(address.city).upper()},{address.state}" if address.city else ""
        for where in (address.zip, city):
            if where:
                building = f"{fold(address.street_key).upper()}|{where}"
                buildings.add(building)
                places.add(f"{building}|{fold(address.unit).upper()}")
                if not address.unit:
                    unitless.add(building)
    return {"places": _listed(places), "buildings": _listed(buildings), "open_buildings": _listed(unitless)}


def _code_points(native: str) -> str | None:
    return " ".join(f"{ord(c):x}" for c in native) or None


def _business_keys(ref: Ref) -> dict[str, Value]:
    written = [n for n in (ref.name, *ref.other_names) if n.strip()]
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
        "jumbled": _listed("".join(sorted((*n.words, *n.generic))) for n in names if len(n.words) > 1),
        TERM: commonest(" ".join(n.all_words) for n in names),
        "first_day": _day(ref.first_seen),
        "last_day": _day(ref.last_seen),
        "advertised": ref.owner_kind == "ad",
    }


def commonest(terms: Iterable[str]) -> str | None:
    """Of several names the one to take the frequency of: the fewest words, then the shortest."""
    return min(filter(None, terms), key=lambda t: (t.count(" "), len(t), t), default=None)


def _day(value: date | None) -> int | None:
    return value.toordinal() if value else None


def _operator_keys(ref: Ref) -> dict[str, Value]:
    main = read_person(ref.name, ref.native_name)
    names = [n for n in (main, *(read_person(o) for o in ref.other_names)) if len(n.ordered) > 1]
    if main.native and len(main.native) > 1 and len(romanize(main.native)) > 1:
        names.append(read_person(" ".join(romanize(main.native))))
    full = [n for n in names if not n.initials or len(n.parts) > 1]
    short = [s for n in full for s in n.shorter()]
    whole = [n for n in full if not n.initials]
    return {
        "native": _code_points(main.native) if len(main.native) > 1 else None,
        "names": _listed(key for n in names for key in (n.turned, n.mirror) if key),
        "partial": _listed(n.turned for n in (*full, *short)),
        "spelled": main.spelled or None,
        "settled": main.settled,
        "variants": _listed(n.variant() for n in whole),
        "initials": _listed(f for n in names if n.initials for f in n.initial_forms()),
        "expanded": _listed(f for n in whole for f in n.initial_forms()),
        "jumbled": _listed(n.jumbled for n in whole if len(n.ordered) > 2),
        TERM: next(filter(None, map(person_term, (main, *names))), None),
        "born": ref.dob.isoformat() if ref.dob else None,
        "born_swapped": _swapped(ref.dob),
    }


def person_term(name: PersonName) -> str | None:
    """What a person's name frequency is looked up by: the parts in order."""
    return " ".join(name.ordered) or None


def _swapped(born: date | None) -> str | None:
    """The date with day and month exchanged, where that is another date."""
    if born is None or born.day > 12 or born.day == born.month:
        return None
    return date(born.year, born.day, born.month).isoformat()


def _shared_values(row: dict[str, Value]) -> list[str]:
    """What brings two refs together. Nothing else can be corroborated, so nothing else is compared."""
    found = [f"p:{v}" for v in _many(row["phones"])] + [f"c:{v}" for v in _many(row["contacts"])]
    found += [f"b:{v}" for v in _many(row["buildings"])]
    return found + ([f"l:{row['license']}"] if row["license"] else [])


def _business_blocks(row: dict[str, Value]) -> tuple[str, ...] | None:
    """Businesses meet over a phone, contact, building or license number."""
    return tuple(_shared_values(row)) or None


def _operator_blocks(row: dict[str, Value], ref: Ref) -> tuple[str, ...] | None:
    """Operators meet over one of these or a date of birth, and two letters that begin a part of a name."""
    shared = _shared_values(row) + ([f"d:{row['born']}"] if row["born"] else [])
    names = [read_person(ref.name, ref.native_name), *map(read_person, ref.other_names)]
    starts = sorted({part[:2] for name in names for part in name.parts})
    return tuple(f"{value}|{start}" for value in shared for start in starts) or None


def _many(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def count_terms(keys: Iterable[Keys]) -> tuple[Counter[str], Counter[str], int]:
    """How many rows bear each whole term and each word, and how many rows have a name."""
    whole: Counter[str] = Counter()
    words: Counter[str] = Counter()
    rows = 0
    for key in keys:
        if key.term:
            rows += 1
            whole[key.term] += 1
            words.update(set(key.term.split()))
    return whole, words, rows
