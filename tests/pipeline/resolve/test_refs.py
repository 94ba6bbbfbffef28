"""Which refs an ad or a record gives, and over which period."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pipeline.model import Ad, Address, Capture, Mention, Party, Record, Source
from pipeline.resolve.refs import refs_from_ad, refs_from_record

SUITE = Address("100 N Larkmoor Ave Ste 5", "100 N LARKMOOR AVE", "5", "Springfield", "MO", "65801")
SOURCE = Source("row-1", "row", "regulatory", 7, "0" * 64, datetime(2026, 1, 5, tzinfo=UTC))


def capture(day: int) -> Capture:
    moment = datetime(2026, 1, day, 12, tzinfo=UTC)
    return Capture(f"c{day:02d}", "board", "http://board.example/1", moment, 200, "text/html", "", "", 0, 0, "imb")


def phone(number: str) -> Mention:
    return Mention("phone", number, "text", "p", 0, 0, "")


def ad(name: str, *phones: str, status: str = "live", addresses: tuple[Address, ...] = ()) -> Ad:
    mentions = tuple(phone(p) for p in phones)
    return Ad("board", "1", "http://board.example/1", "t", "b", name, status, "", addresses, mentions)  # type: ignore[arg-type]


def test_one_business_ref_over_all_versions_of_an_ad() -> None:
    versions = [
        (ad("Golden Lotus", "+14175550101", addresses=(SUITE,)), capture(3), 30),
        (ad("", "+14175550102"), capture(9), 31),
        (ad("Jade Garden", "+14175550101", addresses=(SUITE,)), capture(6), 29),
        (ad("Jade Garden", status="closed"), capture(20), 40),
    ]
    refs = refs_from_ad(versions, "illicit", "regulatory")
    business = refs[0]
    assert (business.name, business.other_names) == ("Jade Garden", ("Golden Lotus",))
    assert (business.first_seen, business.last_seen) == (date(2026, 1, 3), date(2026, 1, 9))
    assert business.sources == ("c03", "c06", "c09", "c20")
    assert business.intake_seq == 29
    assert business.status == "closed"
    phones = {r.name: r for r in refs if r.role == "phone"}
    assert set(phones) == {"+14175550101", "+14175550102"}
    assert (phones["+14175550101"].last_seen, phones["+14175550101"].sources) == (date(2026, 1, 6), ("c03", "c06"))
    assert [r.addresses[0].premises_key for r in refs if r.role == "premises"] == [SUITE.premises_key]
    assert refs_from_ad(versions[::-1], "illicit", "regulatory") == refs


def test_an_ad_that_names_nothing_gives_no_ref() -> None:
    assert refs_from_ad([(ad(""), capture(3), 1)], "mixed", "regulatory") == []


def test_a_record_gives_business_people_premises_and_phones() -> None:
    owner = Party("Managing Member", "QI, HONGBO", dob=date(1980, 2, 3), phones=("+14175550103",))
    agent = Party("Registered Agent", "Pat Hartzell", phones=("+14175550104",))
    company = Party("registered_agent", "Gateway Agents Inc", is_person=False)
    record = Record(
        "license",
        "city-licenses",
        "BL-1",
        2,
        entity_name="Golden Lotus LLC",
        dba_name="Golden Lotus Spa",
        license_number="BL-1",
        issued=date(2025, 1, 1),
        expires=date(2025, 12, 31),
        premises=SUITE,
        parties=(owner, agent, company),
        phones=("+14175550101",),
    )
    refs = refs_from_record(record, SOURCE)
    assert [(r.role, r.name) for r in refs] == [
        ("business", "Golden Lotus LLC"),
        ("operator", "QI, HONGBO"),
        ("operator", "Pat Hartzell"),
        ("premises", SUITE.line),
        ("phone", "+14175550101"),
    ]
    business, operator, context = refs[:3]
    assert business.other_names == ("Golden Lotus Spa",)
    assert (business.first_seen, business.last_seen) == (date(2025, 1, 1), date(2025, 12, 31))
    assert operator.phones == ("+14175550103", "+14175550101")
    assert (operator.addresses, operator.dob, operator.party_role) == ((SUITE,), date(1980, 2, 3), "Managing Member")
    assert (context.phones, context.addresses, context.party_role) == (("+14175550104",), (), "Registered Agent")
    assert len({r.ref_id for r in refs}) == len(refs)
    assert {r.sources for r in refs} == {("row-1",)}


def test_a_person_row_gives_no_business() -> None:
    record = Record("license", "missouri-roster", "2019", 4, parties=(Party("licensee", "Amy Chen"),), premises=SUITE)
    assert [r.role for r in refs_from_record(record, SOURCE)] == ["operator", "premises"]


def test_a_license_on_which_one_person_stands_alone_is_their_own() -> None:
    holder, other = Party("licensee", "QI, HONGBO"), Party("owner", "Wei Li")
    agent = Party("Registered Agent", "Pat Hartzell")

    def own_numbers(*parties: Party, entity_name: str = "") -> list[str]:
        record = Record("license", "roster", "MT-7", 2, entity_name, license_number="MT-7", parties=parties)
        return [r.own_number for r in refs_from_record(record, SOURCE) if r.role == "operator"]

    assert own_numbers(holder, agent) == ["MT-7", ""]
    assert own_numbers(holder, other) == ["", ""]
    assert own_numbers(holder, entity_name="Golden Lotus LLC") == [""]
