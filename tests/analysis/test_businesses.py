"""One row per business: names, latest premises, lanes kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from analysis.businesses import business_rows
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
    assert row(replace(AD, name=""), name="")["name"] == "(no name, +14175550142)"
