"""Cells that name several owners, and those that only look so."""

from __future__ import annotations

import pytest

from pipeline.records.people_in_cell import Named, addressee_only, split_people, split_trade_name


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
        ("Dale & Donna Quistgard", ["Dale Quistgard", "Donna Quistgard"]),
        ("Teasel & Donna Quistgard", ["Teasel & Donna Quistgard"]),
        ("Okonkwo, Hana / Cole, Ana", ["Okonkwo, Hana", "Cole, Ana"]),
        ("ANGELA VALE/JOAN COLE", ["ANGELA VALE", "JOAN COLE"]),
        ("WEI/LI", ["WEI/LI"]),
        ("Fern Spa/Hana Cole", ["Fern Spa/Hana Cole"]),
        ("% Hana Cole (50%)", [""]),
        ("Cole & Sons Massage Inc", ["Cole & Sons Massage Inc"]),
        ("Rose and Crown Holdings LLC", ["Rose and Crown Holdings LLC"]),
        ("Fern Spa LLC, Hana Cole (Owner)", ["Fern Spa LLC", "Hana Cole:Owner"]),
        ("Fern Spa LLC, A Missouri Company", ["Fern Spa LLC, A Missouri Company"]),
        ("Anderson Wei", ["Anderson Wei"]),
        ("  ", []),
    ],
)
def test_who_is_named(cell: str, people: list[str]) -> None:
    assert [f"{one.name}:{one.role}" if one.role else one.name for one in split_people(cell)] == people


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ("Li Wei aka Lily Wei", Named("Li Wei", other_names=("Lily Wei",))),
        ("Li Wei (a/k/a Lily Wei, f/k/a Wei Cole)", Named("Li Wei", other_names=("Lily Wei", "Wei Cole"))),
        ("Hana Cole (formerly Hana Vale)", Named("Hana Cole", other_names=("Hana Vale",))),
        ("Hana Cole née Vale", Named("Hana Cole", other_names=("Hana Vale",))),
        ("Cole, Hana nee Vale", Named("Cole, Hana", other_names=("Vale, Hana",))),
        ("Hana Cole c/o Lark Accounting LLC", Named("Hana Cole", beside="Lark Accounting LLC")),
        ("C/O Hana Cole", Named("", beside="Hana Cole")),
        ("Hana Cole d/b/a Fern Spa", Named("Hana Cole", trade_name="Fern Spa")),
        ("Hana Cole, DBA: Fern Spa - Owner", Named("Hana Cole", trade_name="Fern Spa - Owner")),
        ("Neela Akande", Named("Neela Akande")),
        ("Attila Dba", Named("Attila Dba")),
    ],
)
def test_what_a_cell_says_beside_a_name(cell: str, named: Named) -> None:
    assert split_people(cell) == [named]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("AMBER FERN LLC DBA AMBER SPA", ("AMBER FERN LLC", "AMBER SPA")),
        ("Amber Fern LLC (d/b/a Amber Spa)", ("Amber Fern LLC", "Amber Spa")),
        ("D/B/A Amber Spa", ("", "Amber Spa")),
        ("Amber Fern LLC", ("Amber Fern LLC", "")),
        ("Dbase Studio", ("Dbase Studio", "")),
    ],
)
def test_a_trade_name_in_the_cell_of_the_legal_one(cell: str, names: tuple[str, str]) -> None:
    assert split_trade_name(cell) == names


def test_who_takes_the_mail_is_no_name() -> None:
    assert addressee_only("ATTN: LICENSING DEPT")
    assert not addressee_only("Fern Spa c/o Hana Cole")
