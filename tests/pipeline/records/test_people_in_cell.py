"""Cells that name several owners, and those that only look so."""

from __future__ import annotations

import pytest

from pipeline.records.people_in_cell import split_people


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("Hongbo Qi; Mary Cole (50%)", ["Hongbo Qi", "Mary Cole"]),
        (
            "QI, HONGBO - President (60%)\nCOLE, MARY - Secretary (40%)",
            ["QI, HONGBO:President", "COLE, MARY:Secretary"],
        ),
        ("Dale Quistgard & Donna Cole", ["Dale Quistgard", "Donna Cole"]),
        ("Quistgard, Dale & Cole, Donna", ["Quistgard, Dale", "Cole, Donna"]),
        ("Dale Quistgard, Donna Quistgard", ["Dale Quistgard", "Donna Quistgard"]),
        ("Dale Quistgard, Mary Cole, Wei Li", ["Dale Quistgard", "Mary Cole", "Wei Li"]),
        ("Wei Li, Manager", ["Wei Li:Manager"]),
        ("Larkmoor Holdings LLC | Wei Li", ["Larkmoor Holdings LLC", "Wei Li"]),
        ("Cole, Mary", ["Cole, Mary"]),
        ("García López, María Fernanda", ["García López, María Fernanda"]),
        ("Dale & Donna Quistgard", ["Dale & Donna Quistgard"]),
        ("Cole & Sons Massage Inc", ["Cole & Sons Massage Inc"]),
        ("Rose and Crown Holdings LLC", ["Rose and Crown Holdings LLC"]),
        ("Anderson Wei", ["Anderson Wei"]),
        ("  ", []),
    ],
)
def test_who_is_named(cell: str, people: list[str]) -> None:
    assert [f"{name}:{role}" if role else name for name, role in split_people(cell)] == people
