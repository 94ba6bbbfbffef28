"""Indicators of each business by group, with the words and sources of each. Pure; a lead needs two groups."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from analysis.doors import Doors, place_words
from analysis.networks.sights import role_key
from pipeline.declared import read_declared
from pipeline.errors import FixProfile
from pipeline.model import Address, Lane, Link, Record, Succession
from pipeline.resolve.compare import compare_person_names

SHIPPED = Path(__file__).with_name("indicators.toml")
SOURCES = frozenset(
    {
        *("sightings", "mention", "price", "report", "register", "therapists", "schools", "applicants", "names"),
        *("owners", "succession", "tips"),
    }
)
NOWHERE = Address("")
PREMISES_SOURCES = frozenset({"report"})  # never from ads
HANDED_ON: tuple[Lane, ...] = ("regulatory",)
SHOWN_SPANS = 5
_PRICE = re.compile(r"(\d+(?:\.\d+)?) USD/(\d+)min\Z")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing a source says of one business. `spans`: "capture | field | start-end | quote" of ads."""

    business_id: str
    indicator: str
    group: str
    measure: float
    sentence: str
    spans: tuple[str, ...]
    sources: tuple[str, ...]
    lane: Lane


@dataclass(frozen=True, slots=True)
class Said:
    """A value that the ads of a business have, with the earliest place and how often. Rows of one aggregate query.

    `reviewed`: said in reviews of the ads, by others than the advertiser.
    """

    business_id: str
    kind: str  # indicator or price
    value: str
    ads: int
    source_id: str
    span: str
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Sightings:
    """On how many sites of class illicit, and days, a business was seen; two of the captures."""

    business_id: str
    sites: int
    days: int
    sources: tuple[str, ...]


@dataclass
class Known:
    """What indicators are read from. Everything is keyed by business id."""

    names: Mapping[str, str]
    places: Mapping[str, Address]  # where each was seen last
    said: Sequence[Said] = ()
    sightings: Sequence[Sightings] = ()
    records: Sequence[tuple[str, Record, str, Lane]] = ()  # business, record, source id, lane
    links: Sequence[Link] = ()
    successions: Sequence[Succession] = ()
    declared: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@cache
def shipped() -> dict[str, dict[str, Any]]:
    return load_indicators(SHIPPED)


def load_indicators(path: Path) -> dict[str, dict[str, Any]]:
    """Declared indicators by id. Raises FixProfile for an unknown group or source, a missing citation, a refused word,
    and for a premises indicator that is not from inspections and tips."""
    data = read_declared(path)
    found = {name: value for name, value in data.items() if isinstance(value, dict)}
    for name, one in found.items():
        words = " ".join([name, str(one.get("meaning", "")), *one.get("patterns", ())]).lower()
        if bad := [w for w in data["refused"] if re.search(rf"(?<![a-z]){w}", words)]:
            raise FixProfile(f"{path}: {name} speaks of {bad[0]!r}. Such a feature may not be used. Remove it.")
        for key, known in (("group", data["groups"]), ("from", SOURCES)):
            if one.get(key) not in known:
                raise FixProfile(
                    f"{path}: {name}: {key} must be one of {', '.join(sorted(known))}, not {one.get(key)!r}."
                )
        if not one.get("meaning") or not one.get("citation"):
            raise FixProfile(f"{path}: {name} needs a meaning and a citation. Write both.")
        if one["group"] == "premises" and one["from"] not in PREMISES_SOURCES:
            raise FixProfile(
                f"{path}: {name}: premises indicators come from inspections and tips only, never from ads. "
                f"Write from = {' or '.join(map(repr, sorted(PREMISES_SOURCES)))}, or choose another group."
            )
    return found


def find_indicators(known: Known) -> list[Indicator]:
    """Indicators sorted by business, group and id; the order of the inputs does not matter."""
    declared = known.declared or shipped()
    found: list[Indicator] = []
    for name, one in declared.items():
        made = _READERS[one["from"]](name, one, known)
        found += [i for i in made if i.business_id in known.names]
    return sorted(found, key=lambda i: (i.business_id, i.group, i.indicator))


def leads(indicators: Iterable[Indicator]) -> dict[str, tuple[str, ...]]:
    """business -> its groups, for those with two or more of which one is neither a tip's nor an inspection's."""
    groups: dict[str, dict[str, bool]] = defaultdict(dict)
    for one in indicators:
        open_ = groups[one.business_id].get(one.group, False) or one.lane in HANDED_ON
        groups[one.business_id][one.group] = open_
    return {b: tuple(sorted(g)) for b, g in sorted(groups.items()) if len(g) > 1 and any(g.values())}


def _made(
    name: str, one: Mapping[str, Any], business: str, measure: float, sentence: str,
    sources: Iterable[str] = (), spans: Iterable[str] = (), lane: Lane = "regulatory",
) -> Indicator:  # fmt: skip
    kept, shown = tuple(sorted({s for s in sources if s})), tuple(sorted(set(spans))[:SHOWN_SPANS])
    return Indicator(business, name, one["group"], round(measure, 4), sentence, shown, kept, lane)


def _sightings(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    for seen in known.sightings:
        if seen.days >= one["at_least"]:
            sites = f"{seen.sites} {'site' if seen.sites == 1 else 'sites'}"
            yield _made(name, one, seen.business_id, seen.days, f"Seen on {sites} on {seen.days} days.", seen.sources)


def _mentions(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    found: dict[str, list[Said]] = defaultdict(list)
    for said in known.said:
        if (said.kind, said.value) == (one["kind"], name):
            found[said.business_id].append(said)
    for business, places in sorted(found.items()):
        own = sum(said.ads for said in places if not said.reviewed)
        reviewed = sum(said.ads for said in places if said.reviewed)
        who = [f"{own} {'ad says' if own == 1 else 'ads say'} so"] if own else []
        who += [f"reviews of {reviewed} {'ad' if reviewed == 1 else 'ads'} say so"] if reviewed else []
        sentence = " and ".join(who) + f": {one['meaning']}."
        sentence = sentence[0].upper() + sentence[1:]
        sources, spans = [said.source_id for said in places], [said.span for said in places]
        yield _made(name, one, business, own or reviewed, sentence, sources, spans)


def _prices(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    """The median price of an hour beside the median of the businesses around."""
    mine: dict[str, list[float]] = defaultdict(list)
    at: dict[str, list[Said]] = defaultdict(list)
    for said in known.said:
        found = _PRICE.fullmatch(said.value) if said.kind == "price" else None
        if found and int(found[2]) >= 30:
            mine[said.business_id].append(float(found[1]) * 60 / int(found[2]))
            at[said.business_id].append(said)
    hour = {b: median(prices) for b, prices in mine.items()}
    around: dict[tuple[str, str], list[float]] = defaultdict(list)
    for business, price in hour.items():
        city, state = _town(known, business)
        for place in {(city.casefold(), state), ("", state)} if state else ():
            around[place].append(price)
    for business, price in sorted(hour.items()):
        city, state = _town(known, business)
        local = [p for p in ((city.casefold(), state), ("", state)) if len(around[p]) >= one["fewest"]]
        if not local or price > one["at_most"] * median(around[local[0]]):
            continue
        where = city if local[0][0] else state
        sentence = f"${price:.0f} for an hour; the median in {where} is ${median(around[local[0]]):.0f}."
        ratio = price / median(around[local[0]])
        yield _made(
            name, one, business, ratio, sentence, [s.source_id for s in at[business]], [s.span for s in at[business]]
        )


def _reports(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    """Inspections and tips whose words say so: the group stays in the intelligence lane."""
    patterns = [re.compile(p, re.IGNORECASE) for p in one["patterns"]]
    sources: dict[str, set[str]] = defaultdict(set)
    for business, record, source, _ in known.records:
        tip = record.kind == "tip" and one["group"] == "premises"
        if (record.kind == "inspection" or tip) and any(p.search(f"{record.text} {record.cause}") for p in patterns):
            sources[business].add(source)
    for business, found in sorted(sources.items()):
        sentence = f"{len(found)} {'report says' if len(found) == 1 else 'reports say'} so: {one['meaning']}."
        yield _made(name, one, business, len(found), sentence, found, lane="intelligence")


def _register(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    """Absence tells something only where the register speaks of others: the state must have licenses at addresses."""
    register, states, papers = Doors(), set(), set()
    for business, record, _, _ in known.records:
        if record.kind == "license" and record.premises and record.premises.premises_key:
            register.add(record.premises)
            states.add(record.premises.state)
            papers.add(business)
    for seen in known.sightings:
        place = known.places.get(seen.business_id, NOWHERE)
        if place.state in states and seen.business_id not in papers and not register.names(place):
            yield _made(name, one, seen.business_id, 1.0, f"No license names {place_words(place)}.", seen.sources)


def _town(known: Known, business: str) -> tuple[str, str]:
    place = known.places.get(business, NOWHERE)
    return place.city, place.state


def _therapists(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    """Absence tells something only where most licensed businesses of a state have a therapist in the register."""
    licensed: dict[str, set[str]] = defaultdict(set)
    staffed, register = set[str](), Doors()
    for business, record, _, _ in known.records:
        if record.kind != "license" or business not in known.places:
            continue
        if any(role_key(p.role) in one["roles"] for p in record.parties):
            staffed.add(business)
            if record.premises:
                register.add(record.premises)
        else:
            licensed[known.places[business].state].add(business)
    for seen in known.sightings:
        place, business = known.places.get(seen.business_id, NOWHERE), seen.business_id
        around = licensed.get(place.state, set())
        if len(around) < one["fewest"] or len(around & staffed) < one["covered"] * len(around):
            continue
        if business in around and business not in staffed and not register.names(place):
            yield _made(name, one, business, 1.0, f"No therapist's license names {place_words(place)}.", seen.sources)


def _schools(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    """Applicants of one school at businesses advertised on illicit sites, beside all of its applicants."""
    advertised = {seen.business_id for seen in known.sightings}
    people: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)  # school -> (business, applicant) -> source
    for business, record, source, _ in known.records:
        said = [value for column, value in record.extra if role_key(column) in one["columns"] and value.strip()]
        for school in {" ".join(value.casefold().split()) for value in said} if record.kind == "application" else ():
            names = [p.full_name.casefold() for p in record.parties if p.is_person and p.full_name]
            people[school] |= {(business, who): source for who in names}
    for _, applicants in sorted(people.items()):
        among = {key: source for key, source in applicants.items() if key[0] in advertised}
        if len(among) < one["at_least"] or len(among) < one["share"] * len(applicants):
            continue
        for business in sorted({business for business, _ in among}):
            sentence = f"{len(among)} of {len(applicants)} applicants of one school name advertised businesses."
            yield _made(name, one, business, len(among), sentence, among.values())


def _owners(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    """Owners on the license and on the filings of a business, when none of them may be the same person."""
    people: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: {"license": {}, "filing": {}})
    for business, record, source, lane in known.records:
        if record.kind in {"license", "filing"} and lane == "regulatory":
            named = [p.full_name for p in record.parties if p.is_person and role_key(p.role) in one["roles"]]
            people[business][record.kind] |= dict.fromkeys(named, source)
    for business, of in sorted(people.items()):
        pairs = [(a, b) for a in of["license"] for b in of["filing"]]
        if pairs and all(compare_person_names(a, b).score < one["apart"] for a, b in pairs):
            counts = f"{len(of['license'])} on the license, {len(of['filing'])} on the filings"
            sources = (*of["license"].values(), *of["filing"].values())
            yield _made(name, one, business, len(pairs), f"The filings name none of the owners ({counts}).", sources)


def _applicants(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    people: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, set[str]] = defaultdict(set)
    users: dict[str, set[str]] = defaultdict(set)
    for business, record, source, _ in known.records:
        if record.kind == "filing":
            continue  # its address may be an agent's
        place = (record.premises.premises_key,) if record.premises and record.premises.unit else ()
        for value in record.phones if one["per"] == "phone" else place:
            users[value].add(business)
            if record.kind == "application":
                people[value] |= {p.full_name.casefold() for p in record.parties if p.is_person and p.full_name}
                sources[value].add(source)
    for business, seen in known.places.items():
        if one["per"] == "address" and seen.premises_key:
            users[seen.premises_key].add(business)
    best: dict[str, str] = {}
    for value in sorted(people, key=lambda v: (len(people[v]), v)):
        if len(people[value]) >= one["at_least"]:
            best |= dict.fromkeys(users[value], value)
    for business, value in sorted(best.items()):
        count = len(people[value])
        yield _made(name, one, business, count, f"{count} applicants at {value.replace('|', ', ')}.", sources[value])


def _names(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    """Names tied by links of a kind; hubs have none, so they count for nothing here."""
    others: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, set[str]] = defaultdict(set)
    for link in known.links:
        if link.kind != one["kind"] or not link.binding:
            continue
        for a, b in ((link.from_id, link.to_id), (link.to_id, link.from_id)):
            others[a].add(known.names.get(b, "").casefold())
            sources[a] |= set(link.sources)
    for business, found in sorted(others.items()):
        names = {n for n in found | {known.names.get(business, "").casefold()} if n}
        if len(names) >= one["at_least"]:
            yield _made(
                name, one, business, len(names), f"{len(names)} {one['meaning'].split(' (')[0]}.", sources[business]
            )


def _successions(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    best: dict[str, Succession] = {}
    for row in sorted(known.successions, key=lambda s: (s.confidence, s.from_business)):
        if row.confidence >= one["at_least"]:
            best[row.to_business] = row
    for business, row in sorted(best.items()):
        before = known.names.get(row.from_business, "") or "ads without a name"
        sentence = f"Opened {row.gap_days} days after the last sight of {before} ({row.kind.replace('_', ' ')})."
        yield _made(name, one, business, row.gap_days, sentence, row.sources)


def _tips(name: str, one: Mapping[str, Any], known: Known) -> Iterator[Indicator]:
    sources: dict[str, set[str]] = defaultdict(set)
    for business, record, source, _ in known.records:
        if record.kind == "tip":
            sources[business].add(source)
    for business, found in sorted(sources.items()):
        sentence = f"Named by {len(found)} {'tip' if len(found) == 1 else 'tips'}."
        yield _made(name, one, business, len(found), sentence, found, lane="intelligence")


_READERS = {
    "sightings": _sightings, "mention": _mentions, "price": _prices, "report": _reports, "register": _register,
    "therapists": _therapists, "schools": _schools, "applicants": _applicants, "names": _names, "owners": _owners,
    "succession": _successions, "tips": _tips,
}  # fmt: skip
