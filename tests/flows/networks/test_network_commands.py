"""`imb timeline`, `network`, `succession` on a home that a nightly run built."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.home import open_home
from pipeline.store.casework import Casework
from pipeline.store.intelligence import open_snapshot
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


def members(detail: dict[str, Any]) -> set[str]:
    return {m["entity_id"] for m in detail["members"] if m["kind"] == "business"}


def test_two_businesses_kept_apart_stay_apart_in_the_next_build(built: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(built, tmp_path / "home"))
    before = a_network(home)
    weakest = min((k for k in before["links"] if k["binding"]), key=lambda k: (k["probability"], k["sentence"]))
    one, two = weakest["from_id"], weakest["to_id"]
    said = imb(home, "decide", "not-same", one, two, "--why", "other owners, lease seen", "--user", "lee").stdout
    assert "do not belong to one network" in said
    imb(home, "build")
    networks = {b["business_id"]: b["network_id"] for b in shops(home)}
    assert not networks[one] or networks[one] != networks[two]
    kept = told(home, "network", "show", before["network_id"])
    assert members(kept) < members(before)
    (event, *_) = told(home, "network", "changes", before["network_id"])
    assert event["kind"] in {"split", "shrunk"}
    assert "lee decided so on" in event["reason"] and "other owners, lease seen" in event["reason"]
    assert "{" not in event["reason"] and "no longer on record" not in event["reason"]
    # Casework is append-only: what a purge must reach is not in it.
    (kept_words,) = [e["reason"] for e in Casework(open_home(home).casework_url).network_events()][-1:]
    assert not any(b["name"] in kept_words for b in shops(home) if b["name"]) and "+1" not in kept_words
    assert event["kind"] in imb(home, "network", "changes").stdout
    assert len(told(home, "network", "changes")) == len(
        {(e["kind"], e["network_id"]) for e in told(home, "network", "changes")}
    )


def test_a_network_answers_to_the_id_it_had(built: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(built, tmp_path / "home"))
    detail = a_network(home)
    Casework(open_home(home).casework_url).add_aliases([("0ld0ld00-1111", detail["network_id"])], "earlier")
    assert told(home, "network", "show", "0ld0")["network_id"] == detail["network_id"]
    assert "imb network list" in imb(home, "network", "show", "ffffffff-0000", check=None).stderr


def test_where_it_went_and_what_was_here_before(built: Path) -> None:
    (one, *_) = told(built, "succession", "--minimum", "0.6")
    (step, *_) = told(built, "succession", "--from", one["from_business"][:13])
    assert (step["step"], step["to_business"], step["confidence"]) == (1, one["to_business"], one["confidence"])
    assert one["to_name"] in {r["to_name"] for r in told(built, "succession", "--from", one["from_name"])}
    (last, *_) = told(built, "succession", "--from", one["to_business"])
    assert last["step"] == 1 or "unseen is not closed" in last["reasons"][0]
    same_place = next(s for s in told(built, "succession") if "same_premises" in s["kind"])
    shop = next(b for b in shops(built) if b["business_id"] == same_place["to_business"])
    stays = told(built, "succession", "--at", f"{shop['address']}, {shop['city']}, MO {shop['zip']}")
    assert [s["first_seen"] for s in stays] == sorted(s["first_seen"] for s in stays)
    assert {same_place["from_business"], same_place["to_business"]} <= {s["business_id"] for s in stays}
    heir = next(s for s in stays if s["business_id"] == same_place["to_business"])
    assert any(same_place["from_name"] in before for before in heir["after"])
    chained = told(built, "succession", "--chains", "--minimum", "0.1")
    assert all(a["to_business"] == b["from_business"] for a, b in pairwise(chained) if a["chain"] == b["chain"])
    for unknown in (("--from", "Nobody Of This Name"), ("--at", "1 Nowhere Road, Springfield, MO 65801")):
        assert imb(built, "succession", *unknown, check=None).returncode > 2


def shops(home: Path) -> list[dict[str, Any]]:
    with open_snapshot(open_home(home).current_snapshot()) as store:
        return store.rows("SELECT * FROM out_businesses ORDER BY business_id")


def test_a_network_on_a_day_holds_what_was_there_then(built: Path) -> None:
    detail = a_network(built)
    days = sorted(m["observed_first"] for m in detail["members"] if m["observed_first"])
    then = told(built, "network", "show", detail["network_id"], "--on", days[0])
    assert members(then) == {m["entity_id"] for m in detail["members"] if m["observed_first"] == days[0]}
    assert all(k["first_seen"] <= days[0] <= k["last_seen"] for k in then["links"])
    assert "Not seen yet" in then["summary"] and "--as-of" in then["summary"]
    never = told(built, "network", "show", detail["network_id"], "--on", "1999-01-01")
    assert (never["members"], never["links"]) == ([], [])


def test_a_day_tells_no_undated_indicators_and_none_lies_ahead(built: Path) -> None:
    detail = a_network(built)
    assert told(built, "network", "show", detail["network_id"])["indicators"]
    then = told(built, "network", "show", detail["network_id"], "--on", detail["last_seen"][:10])
    assert then["indicators"] == []
    assert "knows" in imb(built, "network", "show", detail["network_id"], "--on", "2099-01-01", check=3).stderr


def test_a_search_on_a_day_finds_whose_number_it_was_then(built: Path) -> None:
    uses = [k for k in a_network(built)["links"] if k["kind"] == "uses_phone"]
    number = next(b["phones"][0] for b in shops(built) if b["business_id"] == uses[0]["from_id"])
    whole = {r["id"]: r for r in told(built, "search", number)}
    ends = [k for b in whole for k in periods(built, b, number)]
    for day in {d for period in ends for d in period}:
        held = {r["id"] for r in told(built, "search", number, "--on", day)}
        assert held == {b for b in whole if any(f <= day <= t for f, t in periods(built, b, number))}
    assert told(built, "search", number, "--on", "1999-01-01") == []


def periods(home: Path, business: str, number: str) -> list[tuple[str, str]]:
    with open_snapshot(open_home(home).current_snapshot()) as store:
        rows = store.rows(
            """SELECT CAST(l.first_seen AS VARCHAR) AS f, CAST(l.last_seen AS VARCHAR) AS t FROM core_links l
               JOIN core_entities e ON e.entity_id = l.to_id
               WHERE l.kind = 'uses_phone' AND l.from_id = ? AND e.name = ?""",
            [business, number],
        )
    return [(r["f"], r["t"]) for r in rows]


def test_hubs_and_context_are_shown_with_their_reasons_and_bind_nobody(built: Path) -> None:
    hubs = told(built, "network", "hubs")
    assert "phone" in {h["kind"] for h in hubs}
    assert all(h["reason"] and h["degree"] and len(h["businesses"]) > 1 for h in hubs)
    assert hubs[0]["reason"] in " ".join(imb(built, "network", "hubs").stdout.replace("│", " ").split())
    networks = [told(built, "network", "show", n["network_id"]) for n in told(built, "network", "list", "--all")]
    context = [k for n in networks for k in n["context"]]
    assert {"agent_of", "shared_template"} & {k["kind"] for k in context}
    assert all(k["sentence"] and k["kind"] not in {"uses_phone", "at_premises", "operates"} for k in context)
    shown = next(n for n in networks if n["context"])
    assert "binds nobody" in imb(built, "network", "show", shown["network_id"]).stdout


def test_the_same_joins_two_businesses_and_not_a_tip_about_one(built: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(built, tmp_path / "home"))
    with open_snapshot(open_home(home).current_snapshot()) as store:
        known = (
            "SELECT entity_id, members FROM core_entities WHERE kind = 'business' AND EXISTS (SELECT 1 FROM core_refs"
        )
        reported = store.rows(f"{known} WHERE ref_id = members[1] AND lane = 'intelligence') AND len(members) > 1")
        licensed = store.rows(f"{known} WHERE ref_id = members[1] AND record_kind = 'license')")
    one, two = next((a, b) for a in reported for b in licensed if a["entity_id"] != b["entity_id"])
    pair = one["entity_id"], two["entity_id"]
    imb(home, "decide", "not-same", *pair, "--why", "two leases", "--user", "ana")
    said = imb(home, "decide", "same", *pair, "--why", "one lease", "--user", "lee").stdout
    assert "contradicts ana" in said and "two leases" in said and "supervisor" in said
    (waiting,) = told(home, "decide", "conflicts")
    assert "one lease" in waiting["said"]
    imb(home, "decide", "same", *pair, "--why", "one lease", "--user", "ana")
    assert not told(home, "decide", "conflicts")
    imb(home, "build")
    with open_snapshot(open_home(home).current_snapshot()) as store:
        now = store.rows(
            "SELECT entity_id, members FROM core_entities WHERE list_contains(members, ?)", [two["members"][0]]
        )
    assert now[0]["entity_id"] in {one["entity_id"], two["entity_id"]}
    assert set(now[0]["members"]) >= {*one["members"], *two["members"]}
