"""Headers that no list names, read word by word: "OwnerName", "date_cert_expiration", "MAIL ZIP", "licensenum".

The words and what they mean are header_words.toml. A header that can be read in no one way stays unread.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from pipeline.records.headers import header_words
from pipeline.records.values import STATES

WORDS = Path(__file__).with_name("header_words.toml")
PLACE_PARTS = frozenset(
    (*("line1", "line2", "box", "number", "prefix", "street", "kind"), "unit", "unit_kind", "city", "state", "zip",
     "city_state_zip")
)  # fmt: skip
PLACES = ("premises", "mailing")
ASIDE = re.compile(r"(?<=\w)\s*\([^()]*\)")  # "Provider Last Name (Legal Name)"
NAME_PARTS = frozenset(("first", "middle", "last", "suffix"))
FALLBACK = 200  # rank from which a header is the number of a record only where none says it better
CODED = 400  # a code tells something only where no column says it in words
PRIOR = "prior"  # whose an earlier address is
SHORT = {
    "addr": "address", "addrs": "address", "strt": "street", "lic": "license", "nbr": "number", "num": "number",
    "no": "number", "numr": "number", "desc": "description", "descr": "description", "descrip": "description",
    "descript": "description", "des": "description", "cat": "category", "dte": "date", "dttm": "date", "stat": "status",
    "sufx": "suffix", "hm": "home", "loc": "location", "prem": "premises", "fac": "facility",
    "add": "address", "adr": "address", "eff": "effective", "cred": "credential",
    "cert": "certificate", "cur": "current", "tele": "telephone",
    "acct": "account", "comp": "company", "cd": "code", "nm": "name", "biz": "business", "bus": "business",
    "naic": "naics", "princ": "principal", "str": "street", "hse": "house", "appl": "application",
    "organizational": "organization", "aplicant": "applicant", "rcvd": "received", "sfx": "suffix", "recd": "received",
}  # fmt: skip
AT_PLACE = frozenset((
    "establishment", "est", "estab", "sos", "facility", "location", "premises", "shop", "salon", "store", "city",
    "contractor", "provider", "vendor", "company", "firm", "dealer", "licensee", "permittee", "registrant",
    "practitioner", "therapist", "physician", "state", "individual", "professional",
))  # fmt: skip
NUMBERED = frozenset(("license_number", "record_number", "status", "license_type"))
HOLDERS = frozenset(
    ("contractor", "provider", "vendor", "licensee", "permittee", "registrant", "practitioner", "dealer")
)
SHARED_CONTACTS = ("phone", "phone_area", "email")  # of the business when nobody else's


@dataclass(frozen=True, slots=True)
class Meaning:
    """`whose`: "" for the record itself, "premises", "mailing", or the role of a party; `n` numbers its parties.

    `rank`: the smaller, the better the header says it. `borrowed`: an address of a party, which is the mailing
    address of the record when it has no other.
    """

    whose: str
    what: str
    rank: int
    n: int = 1
    borrowed: bool = False


IGNORED = Meaning("", "ignore", 0)


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


@cache
def _vocabulary() -> frozenset[str]:
    def words(value: Any) -> set[str]:
        if isinstance(value, Mapping):
            return set().union(*map(words, value.values()))
        return {SHORT.get(w, w) for phrase in value for w in phrase.split("_") if len(w) > 1}

    return frozenset(words({**_tables(), "ignore": ()}) | set(SHORT))


@cache
def _phrases(table: str) -> Mapping[str, tuple[str, int]]:
    """Phrase -> (what it means, its place in that list), of one table."""
    found: dict[str, tuple[str, int]] = {}
    for what, listed in _tables()[table].items():
        for n, phrase in enumerate(listed):
            found.setdefault("_".join(SHORT.get(w, w) for w in phrase.split("_")), (what, n))
    return found


def is_known(word: str) -> bool:
    """Whether a word of a header is in any list."""
    return word in _vocabulary() or word in _tables()["noise"]


def split_words(header: str) -> tuple[str, ...]:
    """The words of a header; what is run together is taken apart where all of it are known words."""
    plain = header_words(header).replace("_e_mail_", "_email_").replace("licence", "license")
    parts = re.findall(r"[^\W\d_]+|\d+", plain)
    words = [SHORT.get(w, w) for part in parts for w in (_apart(part) or _behind_a_state(part) or (part,))]
    for i, (word, following) in enumerate(pairwise(words)):
        if word == "principal" and following.isdigit():  # "PRINC1_NAME": one of a company's principals
            words[i] = "officer"
    return tuple(words)


@lru_cache(maxsize=4096)
def _apart(run: str) -> tuple[str, ...]:
    """The fewest known words that make up the run; () when there are none such."""
    if run in _vocabulary() or run.isdigit():
        return (run,)
    best: tuple[str, ...] = ()
    for cut in range(2, len(run) - 1):
        if run[:cut] in _vocabulary() and (rest := _apart(run[cut:])) and (not best or len(rest) + 1 < len(best)):
            best = (run[:cut], *rest)
    return best


def _behind_a_state(run: str) -> tuple[str, ...]:
    """The words behind the abbreviation of a state, "AKFORMEDDATE", where all of them are known."""
    words = _apart(run[2:]) if run[:2].upper() in STATES else ()
    return words if len(words) > 1 else ()


@lru_cache(maxsize=4096)
def read_header(header: str) -> Meaning | None:
    """What the column holds; IGNORED for what is not kept; None when its words do not say. What stands in parentheses
    explains the words before it, where they need none."""
    return _read_words(header) or (_read_words(bare) if (bare := ASIDE.sub(" ", header)) != header else None)


def _read_words(header: str) -> Meaning | None:
    written = header_words(header).strip("_")
    words = split_words(header)
    if not words or header.startswith(":@"):  # Socrata's computed regions
        return IGNORED if words else None
    if written in _tables()["ignore"] or "_".join(words) in _tables()["ignore"]:
        return IGNORED
    bare = tuple(w for w in words if w not in _tables()["noise"])
    own = tuple(w for w in bare if w != "business")  # "Bus. Ownership Type"
    numbered = (*bare[:-2], "id") if bare[-2:] == ("id", "number") else bare  # "Facility ID #"
    asks = _tables()["question"]
    asked = tuple(w for w in bare if w not in asks["words"]) if words[0] in asks["first"] else bare
    for form in dict.fromkeys((words, bare, own, numbered, asked)):
        if found := _phrases("exact").get("_".join(form)):
            whose, _, what = found[0].rpartition(".")
            return Meaning(whose, what, found[1] + (CODED if words[-1] == "code" else 0))
    if _only(words, "trade"):
        return Meaning("", "dba_name", 60)
    if _only(words, "paper"):
        return Meaning("", "license_number", 150)
    if _only(words, "request"):
        return Meaning("", "record_number", 150)
    if _only(words, "others"):
        return Meaning("licensee", "other_names", 60)
    if _is_somebodys_paper(words):
        return Meaning("", "license_number", FALLBACK + 100)
    at_place = tuple(w for w in bare if w not in AT_PLACE)  # "Establishment Permit #"
    if at_place[-2:] == ("number", "1"):  # "Provider License Number_1": the first of several
        at_place = at_place[:-1]
    if words[-1] == "description":  # "LicenseTypeCodeDesc"
        at_place = tuple(w for w in at_place if w != "code")
    if (found := _phrases("exact").get("_".join(at_place))) and found[0] in NUMBERED:
        return Meaning("", found[0], FALLBACK + found[1])
    if at_place in (("id",), ("number",), ("id", "number")) and set(bare) & HOLDERS:  # "Contractor ID No."
        return Meaning("", "license_number", FALLBACK + 90)
    if told := _among_others(words):
        return told
    return _read_date(words) or _read_part(words) or _read_part(bare)


def _only(words: Sequence[str], kind: str) -> bool:
    """Whether a header has words of that kind and no others: of a trade name ("DBA/Operating Name"), of the number of a
    paper ("License/Permit Number") …"""
    table, there = _tables()[kind], set(words)
    return there <= set(table["words"]) and all(there & set(table[one]) for one in ("any", "of") if one in table)


def _among_others(words: Sequence[str]) -> Meaning | None:
    """ "DBA name associated with this permit holder": a trade name, or an earlier one."""
    table, run = _tables()["trade"]["among"], f"_{'_'.join(words)}_"
    if not any(f"_{phrase}_" in run for phrase in table["any"]) or set(words) & set(table["not"]):
        return None
    former = set(words) & set(table["former"])
    return Meaning("", "previous_names" if former else "dba_name", 70)


def says_whose(header: str) -> str:
    """Whose the column is in the words of its header; "" when they do not say."""
    return _whose(split_words(header))[0]


def instead(read: Mapping[int, Meaning], header: Sequence[str]) -> dict[int, Meaning]:
    """The meanings with the second choice for headers whose first one a better column has ("license name"), and a
    "Suffix" behind the name of a street as the street's."""
    found = dict(read)
    for i, meaning in read.items():
        before = read.get(i - 1)
        if meaning.what == "suffix" and before and before.what == "street":
            found[i] = Meaning(before.whose, "kind", before.rank, before.n)
    for i, meaning in read.items():
        other = _tables()["instead"].get("_".join(split_words(header[i])))
        better = any(m.what == meaning.what and m.rank < meaning.rank for m in found.values())
        if other and better and not {other, "dba_name"} & {m.what for m in found.values()}:
            found[i] = Meaning("", other, meaning.rank)
    return found


def _is_somebodys_paper(words: Sequence[str]) -> bool:
    """ "CAMTC Certificate Number": the number of a paper behind the name of an office that nobody listed."""
    table = _tables()["paper"]
    paper = [w for w in words if w in table["words"]]
    unknown = [w for w in words if w not in paper]
    return (
        0 < len(unknown) < 3
        and words[-1] == "number"
        and bool(set(paper) & set(table["of"]))
        and not any(w in _vocabulary() for w in unknown)
    )


def with_last_day(read: dict[int, Meaning], header: Sequence[str]) -> dict[int, Meaning]:
    """The meanings with a bare "End Date" beside a "Start Date" as the last day of the license, where no column says it
    better: a business would be said to have closed on a day to come."""
    bare = {split_words(header[i]): i for i in read}
    end = bare.get(("end", "date"))
    numbered = any(m.what == "license_number" and m.rank < FALLBACK for m in read.values())
    if end is None or ("start", "date") not in bare or not numbered or any(m.what == "expires" for m in read.values()):
        return read
    return {**read, end: Meaning("", "expires", read[end].rank)}


def opens(header: str) -> bool:
    """Whether a date is that of the opening of a file: of an application, the day it came in."""
    words = split_words(header)
    return words == ("start", "date") or bool(set(words) & set(_tables()["dates"]["opens"]))


def says_only_when(header: str) -> bool:
    """Whether all words of a header are those of some kind of date, or of a paper ("License Closed")."""
    table = _tables()["dates"]
    return set(split_words(header)) <= {*table["end"]["expires_with"], *chain(*table["kinds"].values())}


def _read_date(words: Sequence[str]) -> Meaning | None:
    """A date by its words; someone's date of birth is that person's."""
    table, there = _tables()["dates"], set(words)
    if not there & set(table["words"]) or there & set(table["never"]):
        return None
    for kind, listed in table["kinds"].items():
        if not (hits := [n for n, w in enumerate(listed) if w in there]):
            continue
        rank = min(hits) + (50 if there & set(table["later"]) else 0)
        if kind == "dob":
            return Meaning(_whose(words)[0] or "licensee", "dob", rank)
        last_day = kind == "closed" and there & {"end", "ended", "stop"} and there & set(table["end"]["expires_with"])
        return Meaning("", "expires" if last_day else kind, rank)
    return None


def _read_part(words: Sequence[str]) -> Meaning | None:
    """ "mail zip" -> the ZIP code of the mailing address; "owner 2 last name" -> the last name of the second owner."""
    whose, n, rest = _whose(words)
    if not rest or (whose and len(rest) == 1 and rest[0].isdigit() and len(rest[0]) < 3):  # "Owner 2"
        return _read_alone(whose, "_".join(words), int(rest[0]) if rest else n)
    found = _phrases("what").get("_".join(rest))
    if found is None and rest[-1].isdigit():  # "owner name 2"
        n, found = int(rest[-1]), _phrases("what").get("_".join(rest[:-1]))
    if found is None:
        return None
    what, rank = found
    if whose == PRIOR:
        return Meaning(PRIOR, what, rank, n) if what in PLACE_PARTS else None
    if what in PLACE_PARTS:
        return _place_part(whose, what, rank, n)
    if whose in {"premises", ""} or (whose == "contact" and what in SHARED_CONTACTS):
        if what in SHARED_CONTACTS:
            return Meaning("", what, rank)
        if what == "name":
            if not whose:  # "Name (Last, First)" is a person's
                return Meaning("licensee", "name", rank) if {"last", "first"} <= set(rest) else None
            if set(words) & set(_tables()["place_only"]["words"]):
                return None
            return Meaning("", "entity_name", 100 + rank)
        holders = what in NAME_PARTS and set(words) & HOLDERS  # "Provider Last Name"
        return Meaning("licensee", what, rank) if holders or not whose else None
    if whose == "mailing":
        return Meaning("", what, 50 + rank) if what in SHARED_CONTACTS else None
    if whose == "landlord":
        return Meaning("", "landlord", rank) if what == "name" else None
    return Meaning(whose, what, rank, n)


def _read_alone(whose: str, written: str, n: int) -> Meaning | None:
    """ "Manager" is the manager's name, "Location" an address."""
    alone = _tables()["alone"]
    if whose == "mailing":
        return Meaning("mailing", "line1", 60)
    if whose in alone["name"] and not set(split_words(written)) & set(alone["no_name"]):
        return Meaning(whose, "name", 5, n)
    return Meaning("premises", "line1", 60) if written in alone["line1"] else None


def _place_part(whose: str, what: str, rank: int, n: int) -> Meaning | None:
    if whose in PLACES or not whose:
        # A plain "location" or "street" may be a point on the map: any address column is better.
        return Meaning(whose or "premises", what, rank if whose else rank + 1)
    if whose in {"owner", "applicant", "licensee", "contact"} and n == 1:
        return Meaning("mailing", what, 100 + rank, borrowed=True)
    return None


def _whose(words: Sequence[str]) -> tuple[str, int, tuple[str, ...]]:
    """(whose, number of the party, the other words). The longest name of a role counts, wherever it stands; that
    something is the business's says nothing beside another one ("business mailing address")."""
    names = _phrases("whose")
    spans = [(s, e) for s in range(len(words)) for e in range(s + 1, len(words) + 1) if "_".join(words[s:e]) in names]
    if not spans:
        return "", 1, tuple(words)
    role = {span: names["_".join(words[slice(*span)])][0] for span in spans}
    start, end = span = min(spans, key=lambda s: (s[0] - s[1], role[s] == "premises", s))
    rest = (*words[:start], *words[end:])
    if role[span] == "premises" and "_".join(rest) in _phrases("what"):  # "Business Location 2"
        return role[span], 1, rest
    if start < len(rest) and rest[start].isdigit() and len(rest) > 1:
        return role[span], int(rest[start]), (*rest[:start], *rest[start + 1 :])
    # "practice location address", "owner's business phone": a further word of the kind says nothing more
    return role[span], 1, tuple(w for w in rest if w not in names or (len(rest) == 1 and role[span] == "premises"))
