from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.export.graph import graph_of
from analysis.networks.sights import unnamed
from analysis.on_day import held_on
from analysis.picture.cliques import cliques
from analysis.picture.drawing import Box
from analysis.picture.making import network_svg, write_picture
from analysis.picture.network_panel import bent, marks_at, place
from analysis.picture.outlines import county_rings, state_rings
from analysis.picture.scene import MOST, make_scene, shown_name, shown_phone
from analysis.redact import profile_named
from pipeline.errors import FixInput, NotAllowed
from pipeline.model import Ref

SVG = "{http://www.w3.org/2000/svg}"
ANALYST = profile_named("analyst")


def ring(count: int, phones: int = 1, **more: Any) -> dict[str, Any]:
    """Shops of which number n and number n + 1 share phone n modulo `phones`, and the first an owner."""
    members: list[dict[str, Any]] = [
        {"entity_id": f"b{n}", "kind": "business", "role": "storefront", "name": f"Shop & Spa {n}",
         "city": "Springfield", "state": "MO", "zip": "65804", "address": "1 Elm", "observed_first": date(2026, 1, 1),
         "observed_last": date(2026, 6, 1)}
        for n in range(count)
    ]  # fmt: skip
    members += [{"entity_id": "o1", "kind": "operator", "role": "operator", "name": "Mei Chen"}]
    members += [
        {"entity_id": f"p{n}", "kind": "phone", "role": "shared phone", "name": f"+1417555{n:04d}"}
        for n in range(phones)
    ]
    facts = {"probability": 0.9, "sources": ["cap-1"], "lane": "regulatory"}
    uses = sorted({(n, phone) for n in range(count) for phone in (n % phones, (n + 1) % phones)})
    links = [
        {"from_id": f"b{n}", "to_id": f"p{phone}", "kind": "uses_phone", "binding": False, **facts} for n, phone in uses
    ]
    links += [{"from_id": "o1", "to_id": f"b{n}", "kind": "operates", "binding": False, **facts} for n in range(2)]
    return {
        "network_id": "n1",
        "first_seen": date(2026, 1, 1),
        "last_seen": None,
        "members": members,
        "links": links,
    } | more


@pytest.mark.parametrize(
    ("phones", "first", "shown"),
    [
        (("+14175550101",), date(2026, 1, 1), "ads without a name, (417) 555-0101"),
        (("+14175550101",), None, "ads without a name, (417) 555-0101"),
        ((), date(2026, 1, 1), "ads without a name"),
        ((), None, "ads without a name"),
    ],
)
def test_ads_that_name_nobody_are_called_by_their_number(
    phones: tuple[str, ...], first: date | None, shown: str
) -> None:
    ref = Ref(
        "r", "business", "ad", "o", "board", "ad", "illicit", "regulatory", 0, "", phones=phones, first_seen=first
    )
    assert shown_name({"label": unnamed([ref])}) == shown


def words_of(text: str) -> str:
    return " ".join(t.text or "" for t in ET.fromstring(text).iter(f"{SVG}text"))


def test_the_page_says_what_it_shows_what_binds_it_and_from_what(tmp_path: Path) -> None:
    detail = ring(6, snapshot_id="20260601T000000Z-0a1b2c3d")
    path = write_picture(detail, tmp_path / "n.svg")
    assert network_svg(detail) == path.read_text(encoding="utf-8"), "the same network, the same bytes"
    words = words_of(path.read_text(encoding="utf-8"))
    for said in (
        "6 businesses in Springfield, seen from 2026-01-01 to 2026-06-01", "the number (417) 555-0000 (6 of them)",
        "owner or officer Mei Chen (2 of them)", "1 source cited", "20260601T000000Z-0a1b2c3d", "no finding",
        "Shop & Spa 3", "2026-01 to 2026-06", "number of 6", "on the records of 2", "When each was seen", "Where",
        "phone number",
    ):  # fmt: skip
        assert said in words


def test_a_network_on_a_day_is_drawn_with_what_was_there_and_says_so() -> None:
    detail = ring(3)
    detail["members"][0] |= {"name": "Closed Spa", "observed_last": date(2026, 2, 1)}
    for link in detail["links"]:
        link |= {"first_seen": date(2026, 1, 1), "last_seen": date(2026, 6, 1)}
    words = words_of(network_svg(held_on(detail, date(2026, 3, 1))))
    assert "Network n1 on 2026-03-01: 2 businesses" in words
    assert "as far as their periods cover 2026-03-01" in words
    assert "Closed Spa" not in words and "Shop & Spa 1" in words


@pytest.mark.parametrize(("count", "phones"), [(1, 1), (2, 1), (5, 3), (12, 4), (24, 9), (40, 18), (220, 80), (400, 1)])
def test_no_two_labels_overlap_and_the_eye_is_spared(count: int, phones: int) -> None:
    scene = make_scene(graph_of([ring(count, phones)], ANALYST))
    boxes = list(place(scene, 1000.0).values())
    assert not [(a, b) for a, b in combinations(boxes, 2) if any(a.overlap(b))]
    assert len(scene.items) <= MOST
    if count > MOST:
        assert any("one mark" in words or "left out" in words for words in scene.left_out)
        assert sum(int(i.lines[0].split()[0]) for i in scene.items if i.lines[0].endswith("businesses:")) > count / 2


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 7)), max_size=40), st.text(max_size=60))
def test_labels_of_any_length_in_any_network_keep_apart(uses: list[tuple[int, int]], name: str) -> None:
    detail = ring(12, 8)
    detail["members"][0]["name"] = name
    facts = {"kind": "uses_phone", "binding": False, "probability": 1.0, "sources": [], "lane": "regulatory"}
    detail["links"] = [{"from_id": f"b{a}", "to_id": f"p{b}", **facts} for a, b in uses]
    boxes = list(place(make_scene(graph_of([detail], ANALYST)), 1000.0).values())
    assert not [(a, b) for a, b in combinations(boxes, 2) if any(a.overlap(b))]


def test_a_line_goes_around_the_labels_of_others_where_it_can() -> None:
    at = {"a": (0.0, 0.0), "b": (400.0, 0.0), "between": (200.0, 0.0), "under": (200.0, 40.0)}
    boxes = {i: Box(x - 30, y - 11, x + 30, y + 30) for i, (x, y) in at.items()}
    free, around = bent([("a", "under", ""), ("a", "b", "")], boxes, at)
    assert free[1] == (100.0, 20.0), "straight: nothing is in its way"
    assert around[1][0] == 200.0 and around[1][1] < -22, "over both, not between them"


def test_a_label_stands_above_a_mark_whose_lines_go_down() -> None:
    boxes = {i: Box(x, y, x + 60, y + 50) for i, (x, y) in {"top": (0, 0), "a": (0, 200), "b": (40, 200)}.items()}
    at = marks_at([("top", "a", ""), ("top", "b", "")], boxes)
    assert at == {"top": (30.0, 39.0), "a": (30.0, 211.0), "b": (70.0, 211.0)}


def test_overlap_is_measured() -> None:
    assert Box(0, 0, 10, 10).overlap(Box(5, 8, 20, 20)) == (5, 2)
    assert Box(0, 0, 10, 10).overlap(Box(10, 0, 20, 10)) == (0, 0)


def test_what_one_business_alone_uses_is_told_not_drawn() -> None:
    detail = ring(5, 2)
    detail["members"].append({"entity_id": "own", "kind": "phone", "role": "phone", "name": "+14175559999"})
    link = {"kind": "uses_phone", "binding": False, "probability": 1.0, "sources": [], "lane": "regulatory"}
    detail["links"].append({"from_id": "b0", "to_id": "own", **link})
    words = words_of(network_svg(detail))
    assert "555-9999" not in words
    assert "1 number, person or address that one business alone uses is not drawn" in words


def test_a_tie_without_a_thing_has_a_mark_of_its_own() -> None:
    detail = ring(4, 4)
    detail["links"] = [
        {"from_id": "b0", "to_id": "b1", "kind": "shared_email", "binding": True, "probability": 0.9, "sources": ["c"],
         "lane": "regulatory", "sentence": "Both gave one address."}
    ]  # fmt: skip
    assert "same e-mail address" in words_of(network_svg(detail))


def test_what_many_share_without_a_thing_is_one_mark_and_no_star_of_lines() -> None:
    detail = ring(6, 6)
    pairs = [*combinations(range(4), 2), (4, 5)]
    detail["links"] += [
        {"from_id": f"b{a}", "to_id": f"b{b}", "kind": "shared_email", "binding": True, "probability": 0.9,
         "sources": ["cap-1"], "lane": "regulatory", "sentence": f"Shops {a} and {b} have one address."}
        for a, b in pairs
    ]  # fmt: skip
    scene = make_scene(graph_of([detail], ANALYST))
    mark = next(i for i in scene.items if i.kind == "other")
    assert mark.lines == ("same e-mail address", "among 4")
    assert {other for other, thing, _ in scene.ties if thing == mark.item_id} == {"b0", "b1", "b2", "b3"}
    assert (4, "other", "same e-mail address") in scene.shared
    assert "1 further tie that joins no others is not drawn" in scene.left_out
    assert "the same e-mail address (4 of them)" in words_of(network_svg(detail))


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1])))
def test_cliques_hold_pairs_that_are_ties_each_once(pairs: set[tuple[int, int]]) -> None:
    named = {(str(a), str(b)) for a, b in pairs}
    found = [pair for group in cliques(named) for pair in combinations(group, 2)]
    assert len(found) == len(set(found))
    assert set(found) <= named
    assert all(len(group) > 2 for group in cliques(named))


def test_a_cleared_business_is_drawn_apart() -> None:
    detail = ring(3)
    detail["members"][1]["standing"] = "cleared"
    scene = make_scene(graph_of([detail], ANALYST))
    assert [i.item_id for i in scene.items if i.kind == "cleared"] == ["b1"]
    assert "has cleared" in words_of(network_svg(detail))


def test_the_timeline_marks_papers_and_no_tip() -> None:
    events = [
        {"day": date(2026, 2, 1), "kind": "license_issued", "sentence": "License issued.", "subject_id": "b0"},
        {"day": date(2026, 3, 1), "kind": "closure", "sentence": "A tipster said so.", "subject_id": "b0",
         "lane": "intelligence"},
        {"day": date(1990, 3, 1), "kind": "denial", "sentence": "Long ago.", "subject_id": "b0"},
    ]  # fmt: skip
    text = network_svg(ring(2), None, events)
    assert "license issued" in words_of(text)
    assert "License issued." in text
    assert "tipster" not in text
    assert "License issued." not in network_svg(ring(2), profile_named("board"), events), "sentences name people"


def test_the_map_knows_the_states() -> None:
    assert len({number for number, _ in state_rings()}) >= 51
    missouri = list(county_rings("MO"))
    assert len({county for county, _ in missouri}) == 115
    assert all(-96 < x < -89 and 35.9 < y < 40.7 for _, outline in missouri for x, y in outline)
    assert list(county_rings("XX")) == []


def test_readers_see_what_is_theirs() -> None:
    known = ring(3)
    for member in known["members"]:
        member["standing"] = "suspected"
    assert "Mei Chen" not in network_svg(known, profile_named("board"))
    public = network_svg(ring(7), profile_named("public"))
    assert "Shop" not in public
    assert "Springfield: 7 businesses" in public
    with pytest.raises(NotAllowed, match="letter"):
        network_svg(ring(2), profile_named("landlord"))


def test_a_page_without_script_or_anything_from_elsewhere(tmp_path: Path) -> None:
    text = write_picture(ring(6), tmp_path / "n.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"<script|\bsrc=|@import|url\((?!#)|href=", text)
    assert set(re.findall(r"https?://[^\"'\s<]+", text)) == {"http://www.w3.org/2000/svg"}
    assert text.count("<svg") == 3
    assert "Shop &amp; Spa 5" in text


def test_a_png_is_made_without_a_browser_and_repeats(tmp_path: Path) -> None:
    first, again = (write_picture(ring(6), tmp_path / f"{n}.png").read_bytes() for n in "ab")
    assert first == again
    assert first.startswith(b"\x89PNG")
    width, height = (int.from_bytes(first[a : a + 4], "big") for a in (16, 20))
    assert width >= 1600
    assert height > 1000


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixInput, match=r"FILE\.svg, FILE\.html, FILE\.png"):
        write_picture(ring(2), tmp_path / "n.bmp")


@pytest.mark.parametrize(
    ("text", "shown"), [("+14175550101", "(417) 555-0101"), ("+442071234567", "+442071234567"), ("Jade", "Jade")]
)
def test_numbers_as_people_write_them(text: str, shown: str) -> None:
    assert shown_phone(text) == shown
