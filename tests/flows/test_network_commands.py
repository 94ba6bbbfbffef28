"""`imb timeline`, `network`, `succession` on a home that a nightly run built."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.flows.command_line import imb


def told(home: Path, *arguments: str) -> Any:
    return json.loads(imb(home, *arguments, "--json").stdout)


def a_network(home: Path) -> dict[str, Any]:
    """The largest network."""
    return dict(told(home, "network", "show", told(home, "network", "list")[0]["network_id"]))


def test_timeline_of_a_network_a_business_a_phone_and_an_address(built: Path) -> None:
    detail = a_network(built)
    whole = told(built, "timeline", detail["network_id"][:13])
    assert [e["day"] for e in whole] == sorted(e["day"] for e in whole)
    assert {"first_ad", "last_ad", "license_issued"} <= {e["kind"] for e in whole}
    business = next(m for m in detail["members"] if m["kind"] == "business" and m["phones"] and m["address"])
    own = told(built, "timeline", business["entity_id"])
    assert own == [e for e in whole if e["business_id"] == business["entity_id"]]
    phone = business["phones"][0]
    assert {e["business_id"] for e in told(built, "timeline", f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}")}
    place = f"{business['address']}, {business['city']}, {business['state']} {business['zip']}"
    assert business["entity_id"] in {e["business_id"] for e in told(built, "timeline", place)}
    day = whole[len(whole) // 2]["day"]
    assert told(built, "timeline", detail["network_id"], "--until", day) == [e for e in whole if e["day"] <= day]
    shown = imb(built, "timeline", detail["network_id"]).stdout
    assert whole[0]["day"] in shown


def test_a_timeline_of_nothing_says_what_to_do(built: Path) -> None:
    for unknown in ("00000000", "417-555-0100", "1 Nowhere Road, Springfield, MO 65801"):
        assert "imb search" in imb(built, "timeline", unknown, check=None).stderr
