"""Links by template: context, and none where everybody uses the wording."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from analysis.networks.wording import template_links
from analysis.rules import shipped_rules
from pipeline.model import Entity, Link, Ref

AD = Ref(
    "r0", "business", "ad", "a0", "board", "ad", "illicit", "regulatory", 1, "Quiet Pond Spa",
    first_seen=date(2025, 1, 1), last_seen=date(2025, 3, 1), sources=("c0",),
)  # fmt: skip


def links(count: int, template_of: dict[str, str]) -> list[Link]:
    refs = {f"r{n}": replace(AD, ref_id=f"r{n}", owner_id=f"a{n}", sources=(f"c{n}",)) for n in range(count)}
    entities = [Entity(f"b{n}", "business", f"Shop {n}", (f"r{n}",)) for n in range(count)]
    return template_links(entities, refs, template_of)


def test_two_shops_with_one_wording_are_linked_and_not_bound() -> None:
    (link,) = links(3, {"a0": "t", "a1": "t", "a2": "u"})
    assert (link.from_id, link.to_id, link.kind, link.binding) == ("b0", "b1", "shared_template", False)
    assert link.probability < shipped_rules().binding.threshold
    assert link.sources == ("c0", "c1")
    assert "Shop 0 and Shop 1" in link.sentence


def test_wording_that_everybody_uses_links_nobody() -> None:
    many = shipped_rules().template.hub_degree + 1
    assert links(many, {f"a{n}": "t" for n in range(many)}) == []
