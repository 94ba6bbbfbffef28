from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any

from analysis.picture import network_svg, write_picture
from analysis.redact import profile_named

SVG = "{http://www.w3.org/2000/svg}"


def ring(count: int) -> dict[str, Any]:
    members: list[dict[str, Any]] = [
        {"entity_id": f"b{n}", "kind": "business", "role": "storefront", "name": f"Shop & Spa {n}",
         "observed_first": date(2026, 1, 1), "observed_last": date(2026, 6, 1)}
        for n in range(count)
    ]  # fmt: skip
    members += [{"entity_id": "o1", "kind": "operator", "role": "operator", "name": "Mei Chen"}]
    members += [{"entity_id": "p1", "kind": "phone", "role": "shared phone", "name": "+14175550101"}]
    more = {"probability": 0.9, "sources": ["cap-1"], "lane": "regulatory"}
    links = [
        {"from_id": f"b{n}", "to_id": f"b{n + 1}", "kind": "shared_phone", "binding": True, "sentence": "x", **more}
        for n in range(count - 1)
    ]
    links += [{"from_id": f"b{n}", "to_id": "p1", "kind": "uses_phone", "binding": False, **more} for n in range(count)]
    links += [{"from_id": "o1", "to_id": "b0", "kind": "operates", "binding": False, **more}]
    return {"network_id": "n1", "first_seen": date(2026, 1, 1), "last_seen": None, "members": members, "links": links}


def test_the_picture_is_well_formed_and_repeats(tmp_path: Path) -> None:
    path = write_picture(ring(6), tmp_path / "n.svg")
    root = ET.parse(path).getroot()
    assert network_svg(ring(6)) == path.read_text(encoding="utf-8")
    assert len(root.findall(f"{SVG}line")) == 6 + 1 + 2, "what the number shows needs no line besides"
    texts = " ".join(t.text or "" for t in root.iter(f"{SVG}text"))
    for words in ("Shop & Spa 3", "Mei Chen", "2026-01 to 2026-06", "owner or officer", "1 source cited"):
        assert words in texts


def test_labels_keep_clear_of_each_other() -> None:
    root = ET.fromstring(network_svg(ring(12)))
    labels = [
        (float(t.attrib["x"]), float(t.attrib["y"]), len(t.text or "") * 6.3)
        for t in root.iter(f"{SVG}text")
        if t.attrib.get("text-anchor") == "middle"
    ]
    clashes = [
        (a, b)
        for i, a in enumerate(labels)
        for b in labels[:i]
        if abs(a[1] - b[1]) < 10 and abs(a[0] - b[0]) < (a[2] + b[2]) / 2 - 1
    ]
    assert len(labels) >= 26
    assert not clashes


def test_a_board_sees_no_operator_and_one_node_is_enough() -> None:
    assert "Mei Chen" not in network_svg(ring(3), profile_named("board"))
    alone = ring(1)
    alone["members"], alone["links"] = alone["members"][:1], []
    assert "Shop &amp; Spa 0" in network_svg(alone)
