"""One row per business: names, latest premises, lanes kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from analysis.networks.businesses import business_rows
from pipeline.model import Address, Entity, Network, Ref

AD = Ref(
    "r1", "business", "ad", "a1", "board", "ad", "illicit", "regulatory", 1, "Quiet Pond Spa",
    phones=("+14175550142",), addresses=(Address("1 Elm St", "1 ELM ST", "", "Joplin", "MO", "64801"),),
    first_seen=date(2025, 1, 1), last_seen=date(2025, 3, 1),
)  # fmt: skip
TIP = replace(AD, ref_id="r2", lane="intelligence", record_kind="tip", name="Back Door Spa", phones=("+14175550143",))


def row(*refs: Ref, name: str = "Quiet Pond Spa") -> dict[str, object]:
    entity = Entity("b1", "business", name, tuple(r.ref_id for r in refs))
    network = Network("n1", (("b1", "business", "storefront"),), None, None, 1.0, "")
    (found,) = business_rows([entity], {r.ref_id: r for r in refs}, {"b1": "suspected"}, [network])
    return found


def test_what_the_refs_say() -> None:
    found = row(AD, replace(AD, ref_id="r3", name="Still Pond Spa", last_seen=date(2025, 6, 1), addresses=()))
    assert found["names"] == ["Quiet Pond Spa", "Still Pond Spa"]
    assert (found["address"], found["city"], found["zip"]) == ("1 Elm St", "Joplin", "64801")
    assert (found["observed_first"], found["observed_last"]) == (date(2025, 1, 1), date(2025, 6, 1))
    assert (found["standing"], found["network_id"], found["lane"]) == ("suspected", "n1", "regulatory")


def test_a_tip_adds_nothing_to_what_a_board_may_read() -> None:
    found = row(AD, TIP)
    assert found["names"] == ["Quiet Pond Spa"]
    assert found["phones"] == ["+14175550142"]
    assert row(TIP, name="Back Door Spa")["lane"] == "intelligence"


def test_a_business_that_no_ad_names_goes_by_its_phone() -> None:
    assert row(replace(AD, name=""), name="")["name"] == "(no name, +14175550142, from 2025-01-01)"


def test_the_validity_of_a_license_is_no_sight_of_the_business() -> None:
    license_ = replace(
        AD, ref_id="r4", owner_kind="record", record_kind="license", site_class="", first_seen=date(2024, 11, 1),
        last_seen=date(2027, 1, 31),
    )  # fmt: skip
    assert row(AD, license_)["observed_last"] == date(2025, 3, 1)
    assert (row(license_)["observed_first"], row(license_)["observed_last"]) == (date(2024, 11, 1), date(2024, 11, 1))


def test_a_city_is_spelled_as_its_zip_code_has_it_when_it_is_a_slip() -> None:
    def city(name: str, zip_code: str) -> object:
        return row(replace(AD, addresses=(Address("1 Elm St", "1 ELM ST", "", name, "MO", zip_code),)))["city"]

    assert city("Jopllin", "64801") == "Joplin"
    assert city("Kansas City", "64801") == "Kansas City"  # another place: somebody's mistake, but not a slip
    assert city("Jopllin", "") == "Jopllin"
