"""Each indicator at its limit and just short of it; what may never be one."""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.indicators import SHIPPED, Indicator, Known, Said, Sightings, find_indicators, leads, load_indicators
from pipeline.errors import FixProfile
from pipeline.model import Address, Lane, Link, Party, Record, Succession
from pipeline.schema import TABLES

NAMES = {f"b{n}": f"Shop {n}" for n in range(12)}
PLACES = {b: Address(f"{b} Elm St Ste 5", f"{b} ELM ST", "5", "Springfield", "MO", "65801") for b in NAMES}
SUITE = Address("b1 Elm St Ste 5", "b1 ELM ST", "5", "Springfield", "MO", "65801")


def ids(known: Known, business: str = "b1") -> set[str]:
    return {i.indicator for i in find_indicators(known) if i.business_id == business}


def known(**more: object) -> Known:
    return Known(NAMES, PLACES, **more)  # type: ignore[arg-type]


def report(kind: str, text: str, line: int = 1, lane: Lane = "intelligence") -> tuple[str, Record, str, Lane]:
    return ("b1", Record(kind, "files", f"{kind}{line}", line, text=text), f"row-{kind}-{line}", lane)  # type: ignore[arg-type]


def application(number: int, person: str, **more: object) -> tuple[str, Record, str, Lane]:
    party = Party("applicant", person)
    record = Record("application", "files", f"A{number}", number, parties=(party,), **more)  # type: ignore[arg-type]
    return (f"b{number}", record, f"row-{number}", "regulatory")


@pytest.mark.parametrize(("days", "found"), [(2, True), (1, False)])
def test_two_dated_captures(days: int, found: bool) -> None:
    assert ("boards" in ids(known(sightings=[Sightings("b1", 1, days, ("c1", "c2"))]))) is found


def test_words_of_ads_come_with_their_place() -> None:
    said = [Said("b1", "indicator", "rotation", 3, "c1", "c1 | text | 4-20 | new staff weekly")]
    (one,) = find_indicators(known(said=said))
    assert (one.group, one.spans, one.sources) == ("ads", ("c1 | text | 4-20 | new staff weekly",), ("c1",))
    assert one.sentence == "3 ads say so: staff is said to be exchanged often."


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ([(1, True)], "Reviews of 1 ad say so: staff is said to be exchanged often."),
        ([(1, False), (2, True)], "1 ad says so and reviews of 2 ads say so: staff is said to be exchanged often."),
    ],
)
def test_words_of_reviewers_are_told_as_theirs(said: list[tuple[int, bool]], sentence: str) -> None:
    told = [Said("b1", "indicator", "rotation", n, f"c{n}", f"c{n} | text", reviewed) for n, reviewed in said]
    (one,) = find_indicators(known(said=told))
    assert (one.sentence, one.measure, len(one.spans)) == (sentence, 1, len(said))


@pytest.mark.parametrize(("price", "found"), [(36, True), (37, False)])
def test_a_price_against_the_local_median(price: int, found: bool) -> None:
    said = [Said(f"b{n}", "price", "60.00 USD/60min", 1, f"c{n}", f"c{n} | text") for n in range(2, 12)]
    said.append(Said("b1", "price", f"{price / 2:.2f} USD/30min", 1, "c1", "c1 | text"))
    assert ("low_price" in ids(known(said=said))) is found
    assert "low_price" not in ids(known(said=said[5:])), "a handful has no median"


@pytest.mark.parametrize(
    ("kind", "text", "indicator"),
    [
        ("inspection", "Customers enter by the rear door.", "rear_entry"),
        ("tip", "windows are papered over", "covered_windows"),
        ("inspection", "Door with a buzzer.", "buzzer"),
        ("tip", "they sleep in the shop: beds and suitcases", "living_on_site"),
        ("inspection", "No licensed therapist present.", "no_therapist"),
        ("tip", "No licensed therapist present.", ""),
        ("license", "rear door", ""),
    ],
)
def test_reports(kind: str, text: str, indicator: str) -> None:
    found = ids(known(records=[report(kind, text)])) - {"tips"}
    assert found == ({indicator} if indicator else set())


def test_what_ads_say_of_a_door_is_no_premises_indicator() -> None:
    said = [Said("b1", "indicator", "rear_entry", 1, "c1", "c1 | text"), Said("b1", "indicator", "buzzer", 1, "c1", "")]
    assert ids(known(said=said)) == set()


def test_a_missing_license_tells_something_only_where_there_is_a_register() -> None:
    sightings = [Sightings("b1", 1, 1, ("c1",))]
    assert "no_license_at_address" not in ids(known(sightings=sightings))
    elsewhere = Record("license", "files", "L1", 1, premises=replace(SUITE, street_key="9 OAK ST"))
    there = Record("license", "files", "L2", 2, premises=replace(SUITE, line="x"))
    assert "no_license_at_address" in ids(known(sightings=sightings, records=[("b2", elsewhere, "r", "regulatory")]))
    assert "no_license_at_address" not in ids(known(sightings=sightings, records=[("b2", there, "r", "regulatory")]))


@pytest.mark.parametrize(
    ("licensed", "found"),
    [
        ({"zip": ""}, False),  # the license gives the city only
        ({"unit": ""}, False),  # it may be for the whole building
        ({"unit": "", "zip": ""}, False),
        ({"unit": "6"}, True),
        ({"zip": "", "city": "Joplin"}, True),
    ],
)
def test_a_license_that_leaves_something_out_may_name_the_place(licensed: dict[str, str], found: bool) -> None:
    records = [("b2", Record("license", "files", "L1", 1, premises=replace(SUITE, **licensed)), "r", "regulatory")]
    made = find_indicators(known(sightings=[Sightings("b1", 1, 1, ("c1",))], records=records))
    said = [i.sentence for i in made if (i.business_id, i.indicator) == ("b1", "no_license_at_address")]
    assert said == (["No license names b1 Elm St Ste 5, Springfield."] if found else [])


@pytest.mark.parametrize(("count", "found"), [(5, True), (4, False)])
def test_applicants_at_one_suite(count: int, found: bool) -> None:
    records = [application(n, f"Person {n}", premises=SUITE) for n in range(1, count + 1)]
    assert ("applicants_at_address" in ids(known(records=records))) is found
    again = [application(n, "Person 1", premises=SUITE) for n in range(1, 8)]
    assert "applicants_at_address" not in ids(known(records=again)), "one person who applies often is one"
    whole = [application(n, f"Person {n}", premises=replace(SUITE, unit="")) for n in range(1, 8)]
    assert "applicants_at_address" not in ids(known(records=whole)), "a building is no suite"


def test_names_on_one_number_and_reopening() -> None:
    def link(a: str, b: str, *, binding: bool = True) -> Link:
        return Link(a, b, "shared_phone", 0.97, None, None, (f"c-{a}",), "regulatory", binding)

    assert "names_per_phone" in ids(known(links=[link("b1", "b2"), link("b1", "b3")]))
    assert "names_per_phone" not in ids(known(links=[link("b1", "b2")]))
    assert "names_per_phone" not in ids(known(links=[link("b1", "b2"), link("b1", "b3", binding=False)]))
    sure, unsure = (Succession("b2", "b1", "same_premises", 20, c, ()) for c in (0.5, 0.49))
    (one,) = find_indicators(known(successions=[sure]))
    assert (one.indicator, one.measure) == ("reopened", 20)
    assert find_indicators(known(successions=[unsure])) == []


def one(group: str, lane: Lane = "regulatory", business: str = "b1") -> Indicator:
    return Indicator(business, group, group, 1.0, "", (), (), lane)


def test_a_lead_needs_two_groups_and_one_that_is_no_tip() -> None:
    assert leads([one("ads"), one("ads")]) == {}
    assert leads([one("tip", "intelligence")]) == {}
    assert leads([one("tip", "intelligence"), one("premises", "intelligence")]) == {}
    assert leads([one("ads"), one("network", business="b2")]) == {}
    assert leads([one("ads"), one("tip", "intelligence")]) == {"b1": ("ads", "tip")}


def test_the_order_of_what_is_read_does_not_matter() -> None:
    said = [Said(f"b{n}", "price", f"{30 + n}.00 USD/60min", 1, f"c{n}", f"c{n}") for n in range(12)]
    records = [application(n, f"Person {n}", premises=SUITE, phones=("+14175550101",)) for n in range(1, 9)]
    sightings = [Sightings(f"b{n}", 1, n, (f"c{n}",)) for n in range(12)]
    first = find_indicators(known(said=said, records=records, sightings=sightings))
    assert first
    for seed in range(3):
        for rows in (said, records, sightings):
            random.Random(seed).shuffle(rows)
        assert find_indicators(known(said=said, records=records, sightings=sightings)) == first


REFUSED = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["refused"]


def declared(name: str = "odd", **changed: str) -> str:
    values = {"group": "ads", "from": "mention", "kind": "indicator", "meaning": "m", "citation": "c", **changed}
    head = f'groups = ["ads", "premises", "license", "network", "tip"]\nrefused = {REFUSED}\n'
    return head + f"[{name}]\n" + "".join(f'{k} = "{v}"\n' for k, v in values.items())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (declared("asian_owner"), "may not be used"),
        (declared(meaning="a Korean neighborhood"), "may not be used"),
        (declared(group="premises"), "inspections and tips only"),
        (declared(group="rumor"), "group must be one of"),
        (declared(**{"from": "guess"}), "from must be one of"),
        (declared(citation=""), "citation"),
    ],
)
def test_what_may_not_be_an_indicator(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "indicators.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FixProfile, match=words):
        load_indicators(path)
    path.write_text(declared(), encoding="utf-8")
    assert list(load_indicators(path)) == ["odd"]


def test_no_table_has_a_column_for_what_may_not_be_known() -> None:
    columns = [c.name for table in TABLES for c in table.columns]
    columns.remove("surname_band")  # how many share the name: it keeps the innocent out, and feeds nothing else
    assert [c for c in columns if any(re.search(rf"(?:\A|_){w}", c) for w in REFUSED)] == []


def test_every_shipped_indicator_has_a_citation_and_a_reader() -> None:
    assert {i["group"] for i in load_indicators(SHIPPED).values()} == {"ads", "premises", "license", "network", "tip"}


def license_of(
    business: str, *people: Party, kind: str = "license", state: str = "MO"
) -> tuple[str, Record, str, Lane]:
    place = Address(business, f"{business} ELM ST", "5", "Springfield", "MO", "65801")
    record = Record(kind, "files", f"{kind}-{business}", 1, premises=place, parties=people)  # type: ignore[arg-type]
    return (business, record, f"row-{kind}-{business}", "regulatory")


@pytest.mark.parametrize(("staffed", "found"), [(6, True), (5, False)])
def test_no_therapist_where_most_have_one(staffed: int, found: bool) -> None:
    records = [license_of(f"b{n}", Party("owner", "A Person")) for n in range(1, 11)]
    records += [license_of(f"b{n}", Party("therapist", "T Person")) for n in range(2, 2 + staffed)]
    seen = [Sightings("b1", 1, 2, ("c1", "c2")), Sightings("b2", 1, 2, ("c3", "c4"))]
    assert ("no_therapist_at_address" in ids(known(records=records, sightings=seen))) is found
    assert "no_therapist_at_address" not in ids(known(records=records, sightings=seen), "b2")
    assert "no_therapist_at_address" not in ids(known(records=records)), "a business that advertised nowhere"


@pytest.mark.parametrize(("advertised", "others", "found"), [(4, 4, True), (3, 0, False), (4, 5, False)])
def test_a_school_whose_applicants_go_to_advertised_businesses(advertised: int, others: int, found: bool) -> None:
    school = (("School Name", " Fenwick  School of Massage"),)
    records = [application(n, f"Person {n}", extra=school) for n in range(1, 1 + advertised + others)]
    seen = [Sightings(f"b{n}", 1, 2, ("c1", "c2")) for n in range(1, 1 + advertised)]
    made = known(records=records, sightings=seen)
    assert ("applicants_per_school" in ids(made)) is found
    assert "applicants_per_school" not in ids(made, f"b{advertised + 1}"), "who advertised nowhere is left alone"


@pytest.mark.parametrize(
    ("filed", "found"),
    [
        ((Party("member", "Donna Quistgard"),), True),
        ((Party("member", "Qi, Hong Bo"), Party("member", "Donna Quistgard")), False),
        ((Party("registered_agent", "Donna Quistgard"),), False),
        ((Party("organizer", "Donna Quistgard"),), False),
        ((), False),
    ],
    ids=["others", "one of them", "an agent", "who filed it", "nobody"],
)
def test_a_filing_that_names_none_of_the_owners(filed: tuple[Party, ...], found: bool) -> None:
    records = [license_of("b1", Party("owner", "Hongbo Qi")), license_of("b1", *filed, kind="filing")]
    made = [i for i in find_indicators(known(records=records)) if i.indicator == "filing_mismatch"]
    assert bool(made) is found
    assert not any("Quistgard" in i.sentence or "Qi" in i.sentence for i in made)
