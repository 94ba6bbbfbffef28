"""What makes two businesses or two people the same, and what never does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pipeline.model import Address, Ref
from pipeline.resolve.keys import find_hubs, keys_of
from pipeline.resolve.model import base_model
from pipeline.resolve.score import Scored, score

SUITE = Address("100 N Larkmoor Ave Ste 5", "100 N LARKMOOR AVE", "5", "Springfield", "MO", "65801")
NEXT_DOOR = Address("100 N Larkmoor Ave Ste 6", "100 N LARKMOOR AVE", "6", "Springfield", "MO", "65801")
NO_UNIT = Address("100 N Larkmoor Ave", "100 N LARKMOOR AVE", "", "Springfield", "MO", "")
BLANK = Address("100 N Lark Moor Ave", "100 N LARK MOOR AVE", "", "Springfield", "MO", "65801")
SOUTH = Address("100 S Larkmoor Ave", "100 S LARKMOOR AVE", "", "Springfield", "MO", "65801")
AWAY = Address("77 S Teasel St", "77 S TEASEL ST", "", "Joplin", "MO", "64801")
PHONE, PHONE_2, FREE = "+14175550101", "+14175550102", "+18775550101"
BORN, SLIPPED, OTHER_DAY = date(1980, 2, 13), date(1980, 2, 23), date(1980, 3, 24)
AD = {"owner_kind": "ad", "site_class": "illicit"}
SPRING: dict[str, Any] = {**AD, "first_seen": date(2025, 3, 1), "last_seen": date(2025, 6, 1)}
MAY: dict[str, Any] = {**AD, "first_seen": date(2025, 5, 1), "last_seen": date(2025, 8, 1)}
AUTUMN: dict[str, Any] = {**AD, "first_seen": date(2025, 9, 1), "last_seen": date(2025, 11, 1)}
NUMBER: dict[str, Any] = {"own_number": "2019007731", "license_number": "2019007731"}
Make = Callable[..., Ref]
Cases = dict[str, tuple[dict[str, Any], dict[str, Any]]]


def compare(ref: Make, role: str, a: dict[str, Any], b: dict[str, Any]) -> Scored:
    return score(base_model(), keys_of(ref(1, role, **a)), keys_of(ref(2, role, **b)))


SAME_BUSINESS: Cases = {
    "name and phone": ({"name": "Jade Crane Spa", "phones": (PHONE,)}, {"name": "JADE CRANE LLC", "phones": (PHONE,)}),
    "name and suite": (
        {"name": "Jade Crane Spa", "addresses": (SUITE,)},
        {"name": "Jade Crane", "addresses": (SUITE,)},
    ),
    "name and building, unit not said": (
        {"name": "Jade Crane Spa", "addresses": (SUITE,)},
        {"name": "Jade Crane", "addresses": (NO_UNIT,)},
    ),
    "name and e-mail": (
        {"name": "Jade Crane Spa", "emails": ("x@postbox.example",), "phones": (PHONE,)},
        {"name": "Jade Crane", "emails": ("X@postbox.example",), "phones": (PHONE_2,)},
    ),
    "common name and phone": ({"name": "Lucky Massage", "phones": (PHONE,)}, {"name": "Lucky Spa", "phones": (PHONE,)}),
    "slip and phone": ({"name": "Magnolia Heron", "phones": (PHONE,)}, {"name": "Magnoila Heron", "phones": (PHONE,)}),
    "trade name and phone": (
        {"name": "Qi Holdings LLC", "other_names": ("Jade Crane Spa",), "phones": (PHONE,)},
        {"name": "Jade Crane", "phones": (PHONE,)},
    ),
    "part of the name, other address, and phone": (
        {"name": "Crane on the Alley", "phones": (PHONE,), "addresses": (SUITE,)},
        {"name": "The Crane", "phones": (PHONE,), "addresses": (AWAY,)},
    ),
    "a column cut short, and phone": (
        {"name": "Quiet Willow Therapeu", "phones": (PHONE,)},
        {"name": "Quiet Willow Therapeutics", "phones": (PHONE,)},
    ),
    "words in another order, and phone": (
        {"name": "Hotel Jade-Crane", "phones": (PHONE,)},
        {"name": "Jade-Crane Hotel", "phones": (PHONE,)},
    ),
    "the town beside the name, and suite": (
        {"name": "Jade Crane (Springfield)", "addresses": (SUITE,)},
        {"name": "Jade Crane", "addresses": (SUITE,)},
    ),
    "two ads at once, renamed": (
        {"name": "Jade Crane", "phones": (PHONE,), "addresses": (SUITE,), **SPRING},
        {"name": "Rose Harbor", "phones": (PHONE,), "addresses": (SUITE,), **MAY},
    ),
    "the whole name and a phone, after a gap": (
        {"name": "Hearth Spa", "phones": (PHONE,), **SPRING},
        {"name": "Hearth Spa LLC", "phones": (PHONE,), **AUTUMN},
    ),
    "a word of the name and a phone, sixty days apart": (
        {"name": "Hearth Spa", "phones": (PHONE,), **SPRING},
        {"name": "Hearth Wellness", "phones": (PHONE,), **AUTUMN, "first_seen": date(2025, 7, 31)},
    ),
}
OTHER_BUSINESS: Cases = {
    "name alone": ({"name": "Jade Crane Spa"}, {"name": "Jade Crane Spa"}),
    "name, other town and phone": (
        {"name": "Lucky Massage", "phones": (PHONE,), "addresses": (SUITE,)},
        {"name": "Lucky Massage", "phones": (PHONE_2,), "addresses": (AWAY,)},
    ),
    "next tenant": (
        {"name": "Jade Crane", "phones": (PHONE,), "addresses": (SUITE,)},
        {"name": "Rose Harbor", "phones": (PHONE_2,), "addresses": (SUITE,)},
    ),
    "next tenant without a phone": (
        {"name": "Jade Crane", "addresses": (SUITE,)},
        {"name": "Rose Harbor", "addresses": (SUITE,)},
    ),
    "part of the name, and suite alone": (
        {"name": "Magnolia", "addresses": (SUITE,)},
        {"name": "Magnolia Heron", "addresses": (SUITE,)},
    ),
    "the number beside the name": (
        {"name": "Jade Crane (2)", "phones": (PHONE,)},
        {"name": "Jade Crane 3", "phones": (PHONE,)},
    ),
    "reassigned phone, a word of the name in common": (
        {"name": "Hearth Spa", "phones": (PHONE,), **SPRING},
        {"name": "Hearth Wellness", "phones": (PHONE,), **AUTUMN, "first_seen": date(2025, 8, 1)},
    ),
    "reassigned phone, one name within the other": (
        {"name": "Hearth", "phones": (PHONE,), **SPRING},
        {"name": "Quoll Hearth Wellness", "phones": (PHONE,), **AUTUMN},
    ),
    "reassigned phone": ({"name": "Jade Crane", "phones": (PHONE,)}, {"name": "Rose Harbor", "phones": (PHONE,)}),
    "same center, same name, other suite": (
        {"name": "Lucky Massage", "addresses": (SUITE,)},
        {"name": "Lucky Massage", "addresses": (NEXT_DOOR,)},
    ),
    "reopened later under a new name": (
        {"name": "Jade Crane", "phones": (PHONE,), "addresses": (SUITE,), **SPRING},
        {"name": "Rose Harbor", "phones": (PHONE,), "addresses": (SUITE,), **AUTUMN},
    ),
    "toll-free number": ({"name": "Jade Crane", "phones": (FREE,)}, {"name": "Jade Crane", "phones": (FREE,)}),
    "generic words and nothing else alike": (
        {"name": "Foot Massage", "addresses": (SUITE,)},
        {"name": "Day Spa", "addresses": (SUITE,)},
    ),
}
SAME_PERSON: Cases = {
    "name and date of birth": ({"name": "Hongbo Qi", "dob": BORN}, {"name": "QI, HONG BO", "dob": BORN}),
    "common name and date of birth": ({"name": "Wei Li", "dob": BORN}, {"name": "LI WEI", "dob": BORN}),
    "characters and date of birth": ({"name": "齐红波", "dob": BORN}, {"name": "Hongbo Qi", "dob": BORN}),
    "name and phone": ({"name": "Hongbo Qi", "phones": (PHONE,)}, {"name": "Qi Hongbo", "phones": (PHONE,)}),
    "common name and suite": ({"name": "Wei Li", "addresses": (SUITE,)}, {"name": "Li Wei", "addresses": (SUITE,)}),
    "former premises": (
        {"name": "Hongbo Qi", "addresses": (AWAY, SUITE), "dob": BORN},
        {"name": "Qi Hongbo", "addresses": (SUITE,)},
    ),
    "middle name left out, and suite": (
        {"name": "Nguyen Thi Lan", "addresses": (SUITE,)},
        {"name": "Lan Nguyen", "addresses": (SUITE,)},
    ),
    "name, phone, and a slip in the date of birth": (
        {"name": "Hongbo Qi", "dob": BORN, "phones": (PHONE,)},
        {"name": "Qi Hongbo", "dob": SLIPPED, "phones": (PHONE,)},
    ),
    "married: license number and date of birth": (
        {"name": "Ana Cole", "dob": BORN, "license_number": "2019-0077"},
        {"name": "Ana Quistgard", "dob": BORN, "license_number": "2019 0077"},
    ),
    "slip and date of birth": ({"name": "Donna Quistgard", "dob": BORN}, {"name": "Dona Quistgrd", "dob": BORN}),
    "two settled names a letter apart, date of birth and phone": (
        {"name": "Fangcui Ling", "dob": BORN, "phones": (PHONE,)},
        {"name": "LIANG, FANGCUI", "dob": BORN, "phones": (PHONE,)},
    ),
    "own number and name outweigh another date of birth": (
        {"name": "Hongbo Qi", "dob": BORN, "own_number": "2019007731", "license_number": "2019007731"},
        {"name": "Qi Hongbo", "dob": OTHER_DAY, "own_number": "2019007731", "license_number": "2019007731"},
    ),
    "married: own number, and a part of the name": (
        {"name": "Ana Cole", "own_number": "2019007731", "license_number": "2019007731"},
        {"name": "Ana Quistgard", "own_number": "2019007731", "license_number": "2019007731"},
    ),
    "married: a slip in the own number, date of birth, premises, part of the name": (
        {"name": "Dale Cole", "dob": BORN, "own_number": "6503215", "addresses": (SUITE,)},
        {"name": "Dale Quistgard", "dob": BORN, "own_number": "6503115", "addresses": (SUITE,)},
    ),
    "married: given name, date of birth and premises": (
        {"name": "Deborah Cole", "dob": BORN, "addresses": (SUITE,)},
        {"name": "Deborah Quistgard", "dob": BORN, "addresses": (SUITE,)},
    ),
    "a surname alone with a slip, date of birth and premises": (
        {"name": "Quistgrd", "dob": BORN, "addresses": (SUITE,)},
        {"name": "Dale Quistgard", "dob": BORN, "addresses": (SUITE,)},
    ),
    "own number, and the street with a blank in it": (
        {"name": "Dale Qiustgrad", **NUMBER, "addresses": (SUITE,)},
        {"name": "Dael Quistgard", **NUMBER, "addresses": (BLANK,)},
    ),
    "junior on one paper only": (
        {"name": "Dale Quistgard Jr.", "dob": BORN},
        {"name": "Dale Quistgard", "dob": BORN},
    ),
    "short form and date of birth": ({"name": "Robert Quistgard", "dob": BORN}, {"name": "Bob Quistgard", "dob": BORN}),
    "English name beside": ({"name": "Amy Hongmei Chen", "dob": BORN}, {"name": "Chen Hongmei", "dob": BORN}),
}
OTHER_PERSON: Cases = {
    "two middle names at one suite": (
        {"name": "Anna Mary Quistgard", "addresses": (SUITE,)},
        {"name": "Anna Jane Quistgard", "addresses": (SUITE,)},
    ),
    "name alone": ({"name": "Hongbo Qi"}, {"name": "Hongbo Qi"}),
    "rare name alone": ({"name": "Zebulon Quistgardson"}, {"name": "Zebulon Quistgardson"}),
    "namesake, born a digit apart": ({"name": "Hongbo Qi", "dob": BORN}, {"name": "Qi Hongbo", "dob": SLIPPED}),
    "two owners of one license": (
        {"name": "Hongbo Qi", "dob": BORN, "license_number": "BL-7", "addresses": (SUITE,)},
        {"name": "Maria Lopez", "dob": OTHER_DAY, "license_number": "BL-7", "addresses": (SUITE,)},
    ),
    "namesake": ({"name": "Wei Li", "dob": BORN}, {"name": "Li Wei", "dob": OTHER_DAY}),
    "namesake at one address": (
        {"name": "Wei Li", "dob": BORN, "addresses": (SUITE,), "phones": (PHONE,)},
        {"name": "Li Wei", "dob": OTHER_DAY, "addresses": (SUITE,), "phones": (PHONE,)},
    ),
    "two settled names a letter apart, born on one day": (
        {"name": "Fangcui Ling", "dob": BORN},
        {"name": "Fangcui Liang", "dob": BORN},
    ),
    "two settled names a letter apart at one address": (
        {"name": "Fangcui Ling", "phones": (PHONE,), "addresses": (SUITE,)},
        {"name": "Fangcui Liang", "phones": (PHONE,), "addresses": (SUITE,)},
    ),
    "own number alone, another date of birth": (
        {"name": "Hongbo Qi", "dob": BORN, "own_number": "2019007731"},
        {"name": "Maria Lopez", "dob": OTHER_DAY, "own_number": "2019007731"},
    ),
    "twins licensed one after the other": (
        {"name": "Hongbo Qi", "dob": BORN, "own_number": "2019007731", "addresses": (SUITE,), "phones": (PHONE,)},
        {"name": "Hongmei Qi", "dob": BORN, "own_number": "2019007732", "addresses": (SUITE,), "phones": (PHONE,)},
    ),
    "number of the shop, another date of birth": (
        {"name": "Wei Li", "dob": BORN, "license_number": "BL-7", "addresses": (SUITE,)},
        {"name": "Li Wei", "dob": OTHER_DAY, "license_number": "BL-7", "addresses": (SUITE,)},
    ),
    "father and son at one address": (
        {"name": "Dale Quistgard Sr.", "addresses": (SUITE,), "phones": (PHONE,)},
        {"name": "Dale Quistgard Jr.", "addresses": (SUITE,), "phones": (PHONE,)},
    ),
    "twins at one address": (
        {"name": "Hongbo Qi", "dob": BORN, "phones": (PHONE,), "addresses": (SUITE,)},
        {"name": "Hongmei Qi", "dob": BORN, "phones": (PHONE,), "addresses": (SUITE,)},
    ),
    "twins of a surname at one address": (
        {"name": "Mary Ann Quistgard", "dob": BORN, "addresses": (SUITE,), "own_number": "6503215"},
        {"name": "Mary Jane Quistgard", "dob": BORN, "addresses": (SUITE,), "own_number": "6503216"},
    ),
    "given name and date of birth": ({"name": "Deborah Cole", "dob": BORN}, {"name": "Deborah Quistgard", "dob": BORN}),
    "given name and premises": (
        {"name": "Deborah Cole", "addresses": (SUITE,)},
        {"name": "Deborah Quistgard", "addresses": (SUITE,)},
    ),
    "a surname alone and date of birth": ({"name": "Quistgard", "dob": BORN}, {"name": "Dale Quistgard", "dob": BORN}),
    "given name, date of birth, and the other end of the street": (
        {"name": "Deborah Cole", "dob": BORN, "addresses": (NO_UNIT,)},
        {"name": "Deborah Quistgard", "dob": BORN, "addresses": (AWAY,)},
    ),
    "family at one address": (
        {"name": "Hongbo Qi", "addresses": (SUITE,), "phones": (PHONE,)},
        {"name": "Hongmei Qi", "addresses": (SUITE,), "phones": (PHONE,)},
    ),
    "date of birth alone": ({"name": "Wei Li", "dob": BORN}, {"name": "Hui Li", "dob": BORN}),
    "one name part": ({"name": "Wei", "phones": (PHONE,)}, {"name": "Wei Li", "phones": (PHONE,)}),
    "phone alone": ({"name": "Mary Smith", "phones": (PHONE,)}, {"name": "Wei Li", "phones": (PHONE,)}),
}


@pytest.mark.parametrize("case", SAME_BUSINESS)
def test_one_business(ref: Make, case: str) -> None:
    found = compare(ref, "business", *SAME_BUSINESS[case])
    assert found.probability >= base_model().match
    assert found.corroborated


@pytest.mark.parametrize("case", OTHER_BUSINESS)
def test_two_businesses(ref: Make, case: str) -> None:
    assert compare(ref, "business", *OTHER_BUSINESS[case]).probability < 0.01


@pytest.mark.parametrize("case", SAME_PERSON)
def test_one_person(ref: Make, case: str) -> None:
    found = compare(ref, "operator", *SAME_PERSON[case])
    assert found.probability >= base_model().match
    assert ("name" in found.matched or case.startswith(("married", "own number, and"))) and len(found.matched) >= 2


@pytest.mark.parametrize("case", OTHER_PERSON)
def test_two_people(ref: Make, case: str) -> None:
    assert compare(ref, "operator", *OTHER_PERSON[case]).probability < 0.01


def test_an_ad_without_a_name_is_for_review_by_phone_at_the_time_only(ref: Make) -> None:
    named = {"name": "Jade Crane", "phones": (PHONE,), **SPRING}
    near = compare(ref, "business", named, {"phones": (PHONE,), **MAY})
    later = compare(ref, "business", named, {"phones": (PHONE,), **AUTUMN})
    assert near.probability >= base_model().review
    assert later.probability < 0.01


def test_a_common_name_weighs_less_than_a_rare_one(ref: Make) -> None:
    common, rare = (
        compare(ref, "operator", {"name": name, "dob": BORN}, {"name": name, "dob": BORN})
        for name in ("James Smith", "Donna Quistgard")
    )
    assert common.weight < rare.weight - 3
    line = next(c for c in common.contributions if c.field == "name frequency")
    assert line.applicant_value == "8.95e-05 of names"


def test_a_common_word_of_the_name_and_a_shared_phone_are_two_shops(ref: Make) -> None:
    shop, other = {"phones": (PHONE,), "addresses": (SUITE,)}, {"phones": (PHONE,), "addresses": (AWAY,)}
    common = compare(ref, "business", {"name": "Golden Spa", **shop}, {"name": "Golden Heron Spa", **other})
    rare = compare(ref, "business", {"name": "Quoll Spa", **shop}, {"name": "Quoll Heron Spa", **other})
    assert common.probability < base_model().review
    assert rare.probability >= base_model().match


def test_a_number_behind_many_names_is_a_switchboard(ref: Make) -> None:
    names = [
        f"{color} {thing} Spa" for color in ("Jade", "Rose", "Amber") for thing in ("Crane", "Fern", "Moss", "Elm")
    ]
    refs = [ref(n, "business", name, phones=(PHONE, PHONE_2 if n < 5 else PHONE)) for n, name in enumerate(names)]
    hubs = find_hubs(refs)
    assert hubs == {PHONE}
    assert keys_of(refs[0], hubs).row["phones"] == (PHONE_2,)


@pytest.mark.parametrize("street", ["5TH AVE & MAIN ST", "EXIT 124 & I 70", "I 44 & MM 123"])
def test_a_crossing_or_exit_is_nobodys_premises(ref: Make, street: str) -> None:
    crossing = Address(street.title(), street, "", "Springfield", "MO", "65801")
    assert crossing.premises_key == ""
    row = keys_of(ref(1, "business", name="Jade Crane Spa", addresses=(crossing,))).row
    assert [row[c] for c in ("places", "buildings", "open_buildings")] == [None, None, None]
    beside, alone = (keys_of(ref(1, "business", addresses=a)).row for a in ((crossing, SUITE), (SUITE,)))
    assert beside == alone  # what else the ref says is kept
