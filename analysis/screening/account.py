"""One application against one known group and person: every field compared, each with its weight in bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analysis.periods import Period
from analysis.screening.asked import Asked, party_name
from analysis.screening.index import ScreeningIndex
from analysis.screening.known import KnownPerson, KnownPlace, birth_of, role_words
from analysis.screening.names import is_abbreviated, letters, name_words
from analysis.screening.slips import swapped
from pipeline.model import Contribution, Party
from pipeline.resolve.births import one_slip
from pipeline.resolve.names.person_names import read_person

ON_FILE = "(on file, sealed)"


@dataclass(frozen=True, slots=True)
class Account:
    """The sum of one comparison. `kinds` are the identifier kinds that agree and count."""

    group: str
    party: Party | None
    person: KnownPerson | None
    contributions: tuple[Contribution, ...]
    kinds: tuple[str, ...]
    at: Mapping[str, Sequence[KnownPlace]]  # "phone", "premises" -> the known places that agree
    concurrent: bool  # one known business advertised with both phone and premises while the application came in
    slips: frozenset[str] = frozenset()  # kinds that agree but for a slip: with a name only, they count as `kinds`
    whose: str = ""  # the party's role, where it is not the applicant's own name that was compared
    elsewhere: tuple[tuple[str, str], ...] = ()  # (kind, business) of places of businesses the person is not named for
    generation: bool = False  # one of the two names alone says Jr., Sr. or a number
    namesake: bool = False  # the name agrees and the date of birth is another's

    @property
    def places(self) -> tuple[KnownPlace, ...]:
        return (*self.at["phone"], *self.at["premises"])

    @property
    def bits(self) -> float:
        return sum(c.weight for c in self.contributions)

    @property
    def corroborated(self) -> bool:
        """Two identifier kinds of different origin, one of them the name of a person."""
        return "name" in self.kinds and len(self.kinds) > 1

    @property
    def same_shop(self) -> bool:
        """Phone and premises of a business that advertised while the application came in, under another name."""
        return {"phone", "premises"} <= set(self.kinds) and self.concurrent


def probability(bits: float) -> float:
    """Match probability of a weight in bits."""
    return float(1.0 / (1.0 + 2.0 ** -max(-60.0, min(60.0, bits))))


def compare_all(
    asked: Asked, group: str, party: Party | None, person: KnownPerson | None, index: ScreeningIndex
) -> Account:
    """The whole account of one candidate."""
    name = _name_line(party, person, index)
    birth, slip = _birth_line(party, person, index)
    namesake = birth.level == "differs" and name.level not in {"missing", "differs"}
    if namesake:
        name = Contribution("name", name.applicant_value, name.known_value, "differs", 0.0, name.source_ids)
    elif (
        birth.level != "exact"
        and name.level in AGREEING
        and (is_abbreviated(name.applicant_value) or is_abbreviated(name.known_value))
    ):
        name = replace(name, level="weak")  # relatives at one address share the surname and often the initial
    contacts, hits, slips = _place_lines(asked, group, person, index)
    slips |= {"dob"} if slip else set()
    lines = (name, birth, *contacts, _business_line(asked, group, index))
    kinds = [line.field for line in lines if line.level in {"exact", "normalized"} and line.field in COUNTED]
    if name.level == "similar":
        kinds.append("name")
    if "name" in kinds:
        slips = {line.field for line in lines if line.field in slips and line.weight > 0}
        kinds += sorted(slips)
    elif "phone" in slips:
        hits["phone"] = []  # a stranger's number is like many
    running = [_running(hits[kind], asked, index) for kind in ("phone", "premises")]
    kept = tuple(sorted({"premises" if k == "prior_address" else k for k in kinds}))
    return Account(
        group, party, person, lines, kept, hits, bool(running[0] & running[1]), frozenset(slips),
        "" if party is None or party is asked.application.applicant else role_words(party.role),
        _elsewhere(hits, person), name.level != "differs" and one_generation(name.applicant_value, name.known_value),
        namesake,
    )  # fmt: skip


def _running(places: Iterable[KnownPlace], asked: Asked, index: ScreeningIndex) -> set[str]:
    return {p.business_id for p in places if _runs(p.advertised, asked.application.received, index)}


def _elsewhere(hits: Mapping[str, Sequence[KnownPlace]], person: KnownPerson | None) -> tuple[tuple[str, str], ...]:
    """Places that agree, each with a business, where the person's own papers neither name the place nor a business."""
    found, own_values = [], (*person.phones, *person.emails) if person else ()
    for kind, places in hits.items():
        own = person is None or any(p.business_id in person.businesses or p.value in own_values for p in places)
        if places and not own:
            found.append((kind, min(p.business_id for p in places)))
    return tuple(found)


def one_generation(one: str, two: str) -> bool:
    """Whether of two names one alone says Jr., Sr., II or III: a parent and a child share name, suite and phone."""
    return bool(one and two) and bool(read_person(one).generation) != bool(read_person(two).generation)


AGREEING = frozenset({"exact", "normalized", "similar"})
COUNTED = frozenset({"name", "dob", "phone", "premises", "prior_address", "email"})


def _name_line(party: Party | None, person: KnownPerson | None, index: ScreeningIndex) -> Contribution:
    if person is None or party is None:
        return Contribution("name", party_name(party), "", "missing", 0.0)
    rules = index.rules.screening
    own = [n for n in (party_name(party), party.native_name) if n]
    tries = [(a, b, False) for a in own for b in person.names]
    tries += [(a, b, True) for a in own for b in person.aliases]
    tries += [(a, b, True) for a in party.other_names for b in (*person.names, *person.aliases)]
    best, score, alias = ("", person.names[0]), 0.0, False
    for a, b, weak in tries:
        if (found := index.name_score(a, b)) > score:
            best, score, alias = (a, b), found, weak
    if score < rules.name_floor:
        return Contribution("name", party_name(party), person.names[0], "differs", 0.0, person.sources)
    bits = min(index.shares.bits(best[0]), index.shares.bits(best[1]))
    level = _level(best, score, index)
    bits -= rules.similar_loss_bits if level == "similar" else 0.0
    bits -= rules.alias_loss_bits if alias else 0.0
    if len(name_words(best[0])) < 2 or (alias and _stage_name(party, person, best)):
        level = "weak"  # a surname, a nickname, a stage name: confirms only
    return Contribution("name", best[0], best[1], level, round(max(0.0, bits), 2), person.sources)


def _level(names: tuple[str, str], score: float, index: ScreeningIndex) -> str:
    """ "exact" for the same letters in any order and joining, "normalized" for another spelling of the same name."""
    if score < index.rules.screening.name_exact or one_generation(*names):
        return "similar"
    scripts = [bool(read_person(name).native) for name in names]
    return "exact" if letters(names[0]) == letters(names[1]) and scripts[0] == scripts[1] else "normalized"


def _stage_name(party: Party, person: KnownPerson, agreed: tuple[str, str]) -> bool:
    """Whether the other name shares no part with the own one, as a maiden or English name does."""
    mine, theirs = (set(name_words(name)) for name in agreed)
    own = {w for n in (party_name(party), party.native_name) for w in name_words(n)}
    known = {w for n in person.names for w in name_words(n)}
    return not (mine & own) or not (theirs & known)


def _birth_line(party: Party | None, person: KnownPerson | None, index: ScreeningIndex) -> tuple[Contribution, bool]:
    """The line, and whether only a swap of day and month makes it agree."""
    rules, known = index.rules.screening, person.births if person else ()
    dob = birth_of(party.dob) if party else None
    mine = dob.isoformat() if dob else str(party.birth_year or "") if party else ""
    if not mine or not known or party is None or person is None:
        return Contribution("dob", mine, ON_FILE if known else "", "missing", 0.0), False
    if dob is None:
        near = any(abs(b.year - (party.birth_year or 0)) <= 1 for b in known)
        return Contribution("dob", mine, ON_FILE, "similar" if near else "differs", 3.0 if near else 0.0), False
    if dob in known:
        return Contribution("dob", mine, ON_FILE, "exact", rules.dob_bits, person.sources), False
    if any(swapped(b) == dob for b in known):
        return Contribution("dob", mine, ON_FILE, "similar", rules.dob_slip_bits, person.sources), True
    if any(one_slip(b, dob) for b in known):
        # Some forty dates are one slip from each other one: no agreement, but no contradiction either.
        return Contribution("dob", mine, ON_FILE, "similar", 0.0, person.sources), False
    return Contribution("dob", mine, ON_FILE, "differs", 0.0, person.sources), False


def _place_lines(
    asked: Asked, group: str, person: KnownPerson | None, index: ScreeningIndex
) -> tuple[list[Contribution], dict[str, list[KnownPlace]], set[str]]:
    """The lines, the known places that agree by kind, and the kinds that agree but for a slip."""
    email, at_email = _contact_line("email", asked.emails, person.emails if person else (), group, index)
    phone, at_phone = _contact_line("phone", asked.phones, person.phones if person else (), group, index)
    premises, at_premises = _premises_line(asked, group, index)
    slips = set[str]()
    if phone.level == "differs":
        phone, at_phone = _near_phone(asked, group, person, index) or (phone, [])
        slips |= {"phone"} if phone.level == "similar" else set()
    if not at_premises:
        near = _near_premises(asked, group, person, index)
        premises, at_premises = near or (premises, [])
        slips |= {"premises"} if near else set()
    return [phone, email, premises], {"phone": at_phone, "email": at_email, "premises": at_premises}, slips


def _contact_line(
    kind: str, values: Iterable[str], own: Sequence[str], group: str, index: ScreeningIndex
) -> tuple[Contribution, list[KnownPlace]]:
    rules, values = index.rules.screening, sorted(values)
    bits = rules.phone_bits if kind == "phone" else rules.email_bits
    hits = [p for v in values for p in index.places[kind].get(v, ()) if p.group == group]
    if hits:
        return Contribution(kind, hits[0].value, hits[0].value, "exact", bits, _sources(hits)), hits
    if shared := [v for v in values if v in own]:
        return Contribution(kind, shared[0], shared[0], "exact", bits), []
    return Contribution(kind, values[0] if values else "", "", "differs" if values else "missing", 0.0), []


def _near_phone(
    asked: Asked, group: str, person: KnownPerson | None, index: ScreeningIndex
) -> tuple[Contribution, list[KnownPlace]] | None:
    """A number of the person's own, or of a business whose papers name the person, with one digit off or two exchanged.
    A large network has so many people and numbers that some of two strangers are near."""
    if person is None:
        return None
    bits = index.rules.screening.phone_slip_bits
    for mine, theirs in asked.near_phones:
        hits = [p for p in index.places["phone"].get(theirs, ()) if p.group == group]
        hits = [p for p in hits if p.business_id in person.businesses]
        if hits or theirs in person.phones:
            return Contribution("phone", mine, theirs, "similar", bits, _sources(hits)), hits
    return None


def _premises_line(asked: Asked, group: str, index: ScreeningIndex) -> tuple[Contribution, list[KnownPlace]]:
    for name, value, line in asked.premises:
        hits = [p for p in index.places["premises"].get(value, ()) if p.group == group]
        if hits:
            bits = _premises_bits(name, hits, asked, index)
            return Contribution(name, line, hits[0].written or line, "exact", bits, _sources(hits)), hits
    written = asked.premises[0][2] if asked.premises else ""
    for building, _ in asked.buildings:
        if any(p.group == group for p in index.by_building.get(building, ())):
            # The building without the unit: a shopping center tells nothing.
            return Contribution("premises", written, building.replace("|", ", "), "similar", 0.0), []
    return Contribution("premises", written, "", "differs" if written else "missing", 0.0), []


def _near_premises(
    asked: Asked, group: str, person: KnownPerson | None, index: ScreeningIndex
) -> tuple[Contribution, list[KnownPlace]] | None:
    """Premises of the group whose street the applicant writes otherwise; weighed where papers of a business there name
    the person."""
    for name, value, line, street in asked.near_premises:
        hits = [p for p in index.places["premises"].get(value, ()) if p.group == group]
        if hits:
            own = person is None or any(p.business_id in person.businesses for p in hits)
            bits = _premises_bits(name, hits, asked, index) - index.rules.screening.similar_loss_bits if own else 0.0
            return Contribution(name, line, hits[0].written or street, "similar", bits, _sources(hits)), hits
    return None


def _premises_bits(name: str, hits: Sequence[KnownPlace], asked: Asked, index: ScreeningIndex) -> float:
    rules, received = index.rules.screening, asked.application.received
    now = name == "prior_address" or any(_runs(p.shown, received, index) for p in hits)
    return rules.premises_bits if now else rules.premises_past_bits


def _sources(hits: Iterable[KnownPlace]) -> tuple[str, ...]:
    return tuple(sorted({s for p in hits for s in p.sources}))


def _runs(period: Period | None, received: date | None, index: ScreeningIndex) -> bool:
    if period is None or received is None:
        return False
    slack = timedelta(days=index.rules.screening.concurrent_days)
    return period.first - slack <= received <= period.last + slack


def _business_line(asked: Asked, group: str, index: ScreeningIndex) -> Contribution:
    """A trade name confirms and never counts: hundreds of shops are called alike."""
    mine = asked.application.business_name
    words = sorted(mine.casefold().split())
    if not mine:
        return Contribution("business_name", "", "", "missing", 0.0)
    for business in index.group(group).businesses:
        for name in index.businesses[business].names:
            if sorted(name.casefold().split()) == words:
                bits = index.rules.screening.business_name_bits
                return Contribution("business_name", mine, name, "exact", bits)
    return Contribution("business_name", mine, "", "differs", 0.0)
