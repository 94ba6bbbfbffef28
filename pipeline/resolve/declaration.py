"""The match model on one screen: comparisons with ordered, exhaustive levels; what a match needs; what blocks.

Each level carries the declared m (share of true matches at this level) and u (share of strangers). Training
replaces the numbers, never the levels. A level with a `term` counts by the frequency of the name instead of u.
A `fixed` comparison is a rule, not an estimate: "corroboration" takes RULED_OUT bits from every pair that rests on
a name alone, a phone alone or a premises alone; two dates of birth contradict each other, unless a number that nobody
else bears says that one of them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.resolve.conditions import (
    Apart,
    Begins,
    Both,
    Condition,
    Equal,
    Meet,
    Missing,
    Near,
    NearStreet,
    Not,
    Overlap,
    OverlapBeyond,
    SameEnd,
    Slip,
    SlipAny,
    Within,
    every,
    some,
)

RULED_OUT = 40.0  # bits
Kind = Literal["exact", "normalized", "similar", "differs", "missing"]


@dataclass(frozen=True, slots=True)
class Level:
    name: str
    kind: Kind
    condition: Condition | None  # None: everything else
    m: float = 1.0
    u: float = 1.0
    term: float = 0.0  # how far the name's own frequency replaces u: 1 wholly, 0.5 half the bits


@dataclass(frozen=True, slots=True)
class Compared:
    name: str
    levels: tuple[Level, ...]
    shows: tuple[str, ...]  # columns an explanation shows
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class RoleModel:
    prior: float  # probability that two refs of one pool are the same
    comparisons: tuple[Compared, ...]


TERM = "term"  # the column whose frequency is looked up
NO_RULE = Level("not corroborated", "differs", None, m=2.0**-RULED_OUT)


def _missing(column: str) -> Level:
    return Level("missing", "missing", Missing(column))


# ------------------------------------------------------------------------------------------------ business
B_EXACT = Overlap("names")
B_ONE_NUMBER = some(Missing("numbers"), Equal("numbers"))  # "Lotus 2" and "Lotus 3" are two shops
B_NUMBER = every(Overlap("cores"), B_ONE_NUMBER)
B_SLIP = every(some(Near("core", 1, 6), Near("core", 2, 11)), B_ONE_NUMBER)
B_NATIVE = Equal("native")
B_ORDER = every(Overlap("jumbled"), B_ONE_NUMBER)
# "The Grill" and "Grill on the Alley"; a column cut short.
B_HELD = every(some(Within("own"), Begins("core", 6)), B_ONE_NUMBER)
B_NAME = some(B_NATIVE, B_EXACT, B_NUMBER, B_ORDER, B_SLIP)
PHONE, CONTACT, LICENSE = Overlap("phones"), Overlap("contacts"), Equal("license")
# A carrier rests a number at least 45 days and gives it to somebody else, who may bear a word of the same name
# ("Hearth Works", "Hearth Wellness"): past 60 days, as in analysis/rules.toml, the whole name must be the same.
B_WHOLE = some(B_NATIVE, Overlap("jumbled"))
B_ONE_TIME = some(Missing("first_day"), Missing("last_day"), Meet("first_day", "last_day", 60))
B_PHONE = every(PHONE, some(B_WHOLE, B_ONE_TIME))
SUITE = Overlap("places")
BUILDING_OPEN = some(Overlap("open_buildings", "buildings"), Overlap("buildings", "open_buildings"))
BUILDING = Overlap("buildings")
OVERLAPS, NEAR_IN_TIME = Meet("first_day", "last_day"), Meet("first_day", "last_day", 30)
# By phone and not by e-mail: one e-mail address often serves several storefronts.
B_NAMELESS = every(
    PHONE, some(SUITE, BUILDING_OPEN, Missing("buildings")), NEAR_IN_TIME, Both("advertised"), Missing("names")
)

BUSINESS = RoleModel(
    prior=1e-4,
    comparisons=(
        Compared(
            "name",
            (
                _missing("names"),
                Level("same characters", "exact", B_NATIVE, m=0.05, u=1e-3, term=1.0),
                Level("same name", "exact", B_EXACT, m=0.72, u=1e-3, term=1.0),
                Level("same but for a number", "normalized", B_NUMBER, m=0.03, u=1e-3, term=0.5),
                Level("same words in another order", "normalized", B_ORDER, m=0.01, u=1e-4, term=0.5),
                Level("a letter or two off", "similar", B_SLIP, m=0.06, u=5e-4, term=0.5),
                Level("one name holds the other", "similar", B_HELD, m=0.04, u=1e-3, term=1.0),
                Level("a word in common", "differs", Overlap("words"), m=0.06, u=0.04),
                Level("other name", "differs", None, m=0.08, u=0.956),
            ),
            ("name",),
        ),
        Compared(
            "phone",
            (
                _missing("phones"),
                Level("same phone", "exact", PHONE, m=0.60, u=5e-5),
                Level("other phone", "differs", None, m=0.40, u=0.99995),
            ),
            ("phones",),
        ),
        Compared(
            "premises",
            (
                _missing("buildings"),
                Level("same premises", "exact", SUITE, m=0.62, u=1e-4),
                Level("same building, a unit missing", "similar", BUILDING_OPEN, m=0.12, u=3e-4),
                Level("same building, other unit", "differs", BUILDING, m=0.02, u=2e-3),
                Level("other premises", "differs", None, m=0.24, u=0.9976),
            ),
            ("places", "buildings"),
        ),
        Compared(
            "contact",
            (
                _missing("contacts"),
                Level("same e-mail, handle or website", "exact", CONTACT, m=0.60, u=2e-5),
                Level("other contacts", "differs", None, m=0.40, u=0.99998),
            ),
            ("contacts",),
        ),
        Compared(
            "license",
            (
                _missing("license"),
                Level("same number", "exact", LICENSE, m=0.50, u=1e-5),
                Level("other number", "differs", None, m=1.0, u=1.0),  # registers number in their own ways
            ),
            ("license",),
            fixed=True,
        ),
        Compared(
            "corroboration",
            (
                Level(
                    "corroborated",
                    "exact",
                    some(
                        every(B_NAME, some(B_PHONE, CONTACT, SUITE, BUILDING_OPEN, LICENSE)),
                        every(LICENSE, some(PHONE, SUITE)),
                        every(B_HELD, B_PHONE),
                        # A storefront that renames itself: one phone at one place at one time, both as advertised.
                        every(some(PHONE, CONTACT), SUITE, OVERLAPS, Both("advertised")),
                    ),
                ),
                # Such an ad is an offer of some storefront behind the phone: seldom of a stranger, often of a sister
                # shop. So the pair alone stays in the review band, and cluster.py lets the ad join where one business
                # only comes into question.
                Level("an ad without a name, at the time", "similar", B_NAMELESS, u=1 / 4),
                NO_RULE,
            ),
            (),
            fixed=True,
        ),
    ),
)

# ------------------------------------------------------------------------------------------------ operator
O_NATIVE, O_EXACT = Equal("native"), Overlap("names")
# One side whole: "Anna Mary Lee" and "Anna Jane Lee" are two people who both shorten to "Anna Lee".
O_PARTIAL = some(Overlap("partial", "names"), Overlap("names", "partial"))
# Mary Ann and Mary Jane Cole, two letters apart: two given names that are names of their own, with one surname.
O_TWINS = every(OverlapBeyond("parts", "givens"), Not(Missing("givens")), Not(Within("givens")))
O_CLOSE = some(Near("spelled", 1, 6), every(Near("spelled", 2, 11), Not(O_TWINS)))
O_SLIP = every(O_CLOSE, Not(Both("settled")))
O_VARIANT = Overlap("variants")
O_INITIALS = some(Overlap("initials", "expanded"), Overlap("expanded", "initials"))
O_ORDER = Overlap("jumbled")
O_ONE_GENERATION = some(Missing("generation"), Equal("generation"))  # Sr. and Jr. are father and son
O_NAME = every(O_ONE_GENERATION, some(O_NATIVE, O_EXACT, O_PARTIAL, O_SLIP, O_VARIANT, O_INITIALS, O_ORDER))
O_PART = every(O_ONE_GENERATION, Overlap("parts"))
BORN, BORN_SWAPPED = Equal("born"), Equal("born", "born_swapped")
# Who marries keeps the given name. Twins, born on one day too, share the surname, and sometimes one of two given names.
O_GIVEN = every(O_ONE_GENERATION, Overlap("givens"), Not(OverlapBeyond("parts", "givens")))
# Twins are licensed one after the other: numbers so near are two numbers, not a slip.
OWN, OWN_SLIP = Equal("own"), every(Slip("own"), some(Apart("own", 50), O_GIVEN))
# A place written with a slip or other blanks. Asked only beside a name, a birthday or a number: neighbors are near too.
O_BESIDE = some(BORN, OWN, OWN_SLIP, O_NAME)
DOOR, STREET, TOWN = NearStreet("doors", 2, 6, house=True), NearStreet("doors", 2, 8), SameEnd("buildings")
# The one thing that outweighs two dates of birth: a number that nobody else bears, and who bears it besides.
O_OVERWHELMING = every(OWN, O_ONE_GENERATION, some(O_NAME, O_PART, SUITE, PHONE, DOOR))
O_PART_SLIP = every(some(BORN, OWN), Overlap("starts"), O_ONE_GENERATION, SlipAny("parts", 5))
O_NEARLY_PART = some(O_PART, O_PART_SLIP)
O_ALONE = Missing("names")  # a surname alone on one paper
O_HALF = every(O_ALONE, O_NEARLY_PART)

OPERATOR = RoleModel(
    prior=1e-4,
    comparisons=(
        Compared(
            "name",
            (
                Level("the one part written", "similar", every(O_ALONE, O_PART), m=0.9, u=4e-3, term=1.0),
                Level("the one part written, a letter off", "similar", O_HALF, m=0.1, u=0.01),
                Level("another part", "differs", every(O_ALONE, Not(Missing("parts"))), m=0.1, u=0.99),
                _missing("names"),
                Level("another generation", "differs", Not(O_ONE_GENERATION), m=0.002, u=0.004),
                Level("same characters", "exact", O_NATIVE, m=0.05, u=1e-4, term=1.0),
                Level("same name", "exact", O_EXACT, m=0.72, u=1e-4, term=1.0),
                Level("a part of the name left out", "normalized", O_PARTIAL, m=0.08, u=3e-4, term=0.5),
                Level("a letter or two off", "similar", O_SLIP, m=0.05, u=2e-4, term=0.5),
                Level("another spelling, a short form", "similar", O_VARIANT, m=0.02, u=5e-4, term=0.5),
                Level("initials", "similar", O_INITIALS, m=0.03, u=4e-3, term=0.5),
                Level("same parts in another order", "similar", O_ORDER, m=0.01, u=3e-4, term=0.5),
                Level("a letter or two off, a name of its own", "similar", O_CLOSE, m=0.03, u=1e-3, term=0.5),
                Level("a part in common", "differs", O_PART, m=0.05, u=0.03),
                Level("a part in common but for a letter", "differs", O_PART_SLIP, m=0.02, u=0.01),
                Level("other name", "differs", None, m=0.03, u=0.96),
            ),
            ("name",),
        ),
        Compared(
            "date of birth",
            (
                _missing("born"),
                Level("same date of birth", "exact", BORN, m=0.955, u=1 / 15_000),
                Level("day and month exchanged", "similar", BORN_SWAPPED, m=0.005, u=1 / 2_000),
                # Some forty dates are as near to each: little for, but nothing against. It corroborates no name.
                Level("a slip in the date", "similar", Slip("born"), m=0.015, u=1 / 400),
                Level("another date of birth, one number of their own", "differs", O_OVERWHELMING, m=0.01),
                Level("another date of birth", "differs", None, m=2.0**-RULED_OUT, u=1.0),
            ),
            ("born",),
            fixed=True,
        ),
        Compared(
            "phone",
            (
                _missing("phones"),
                Level("same phone", "exact", PHONE, m=0.55, u=5e-5),
                Level("other phone", "differs", None, m=0.45, u=0.99995),
            ),
            ("phones",),
        ),
        Compared(
            "contact",
            (
                _missing("contacts"),
                Level("same e-mail or website", "exact", CONTACT, m=0.50, u=2e-5),
                Level("other contacts", "differs", None, m=0.50, u=0.99998),
            ),
            ("contacts",),
        ),
        Compared(
            "premises",
            (
                _missing("buildings"),
                Level("same premises", "exact", SUITE, m=0.50, u=1e-4),
                Level("same building, a unit missing", "similar", BUILDING_OPEN, m=0.10, u=3e-4),
                Level("same building, other unit", "differs", BUILDING, m=0.03, u=2e-3),
                Level("other premises", "differs", None, m=0.37, u=0.9976),
            ),
            ("places", "buildings"),
        ),
        Compared(
            "place as written",
            (
                _missing("doors"),
                Level("compared as premises", "differs", some(BUILDING, Not(O_BESIDE))),
                Level("same house and town, a slip in the street", "similar", every(DOOR, TOWN), m=0.10, u=2e-5),
                Level("same house, a slip in the street", "similar", DOOR, m=0.03, u=1e-3),
                Level("same street and town", "similar", every(STREET, TOWN), m=0.05, u=3e-4),
                Level("same street", "similar", STREET, m=0.02, u=2e-3),
                Level("other place", "differs", None),
            ),
            ("doors",),
            fixed=True,
        ),
        Compared(
            "license",
            (
                _missing("license"),
                Level("same number", "exact", LICENSE, m=0.50, u=1e-5),
                Level("other number", "differs", None, m=1.0, u=1.0),
            ),
            ("license",),
            fixed=True,
        ),
        Compared(
            "own number",
            (
                _missing("own"),
                # What it says beyond "license", which compares the same number when papers of shops name it too.
                Level("same own number", "exact", OWN, m=0.9, u=0.014),
                Level("a digit of it off", "similar", OWN_SLIP, m=0.08, u=0.001),
                Level("other own number", "differs", None, m=1.0, u=1.0),  # a license lapses, the next has another
            ),
            ("own",),
            fixed=True,
        ),
        Compared(
            "corroboration",
            (
                Level(
                    "corroborated",
                    "exact",
                    some(
                        every(O_NAME, some(BORN, PHONE, CONTACT, SUITE, BUILDING_OPEN, LICENSE)),
                        # Ling and Liang are two names; born on one day and with one phone they are one slip.
                        every(O_CLOSE, O_ONE_GENERATION, BORN, some(PHONE, CONTACT, SUITE, LICENSE)),
                        every(OWN, O_ONE_GENERATION, some(O_NAME, O_NEARLY_PART, BORN, SUITE, PHONE, CONTACT, DOOR)),
                        every(OWN_SLIP, BORN, O_NEARLY_PART),
                        every(BORN, O_GIVEN, some(PHONE, CONTACT, SUITE, DOOR, every(STREET, TOWN))),
                        every(BORN, O_HALF, some(PHONE, CONTACT, SUITE, DOOR, OWN_SLIP)),
                        # People change their names. Owners of one business share its number, but no birthday.
                        every(LICENSE, BORN),
                    ),
                ),
                NO_RULE,
            ),
            (),
            fixed=True,
        ),
    ),
)

# Columns of one row of keys, in DuckDB types.
_SHARED = {
    "phones": "VARCHAR[]",
    "contacts": "VARCHAR[]",
    "places": "VARCHAR[]",
    "buildings": "VARCHAR[]",
    "open_buildings": "VARCHAR[]",
    "license": "VARCHAR",
    "native": "VARCHAR",
    "names": "VARCHAR[]",
    TERM: "VARCHAR",
}
COLUMNS: dict[str, dict[str, str]] = {
    "business": {
        **_SHARED,
        "cores": "VARCHAR[]",
        "core": "VARCHAR",
        "numbers": "VARCHAR",
        "words": "VARCHAR[]",
        "own": "VARCHAR[]",
        "jumbled": "VARCHAR[]",
        "first_day": "INTEGER",
        "last_day": "INTEGER",
        "advertised": "BOOLEAN",
    },
    "operator": {
        **_SHARED,
        "partial": "VARCHAR[]",
        "spelled": "VARCHAR",
        "settled": "BOOLEAN",
        "generation": "VARCHAR",
        "variants": "VARCHAR[]",
        "initials": "VARCHAR[]",
        "expanded": "VARCHAR[]",
        "jumbled": "VARCHAR[]",
        "parts": "VARCHAR[]",
        "givens": "VARCHAR[]",
        "doors": "VARCHAR[]",
        "own": "VARCHAR",
        "born": "VARCHAR",
        "born_swapped": "VARCHAR",
        "starts": "VARCHAR[]",
    },
}
# What brings two refs together; nothing else can be corroborated, so nothing else is compared. Operators need two
# letters that begin a part of both names besides (`starts`), unless they share a number of their own.
BLOCKS = {
    "business": ("phones", "contacts", "buildings", "license"),
    "operator": ("phones", "contacts", "buildings", "license", "born", "own"),
}
DECLARED: dict[str, RoleModel] = {"business": BUSINESS, "operator": OPERATOR}
