"""Watchlists: what answers to a watched phone, name, address, phrase or area. Pure: refs and texts in, matches out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from analysis.watch_areas import parse_area
from pipeline.declared import read_declared
from pipeline.errors import FixInput
from pipeline.extract.addresses import parse_address
from pipeline.extract.phones import normalize_phone
from pipeline.model import Address, Ref
from pipeline.resolve.compare import compare_business_names, compare_person_names

SHIPPED = Path(__file__).with_name("watch.toml")
KINDS = ("phone", "name", "address", "phrase", "area")


@dataclass(frozen=True, slots=True)
class Text:
    """What one ad says in its newest version."""

    ad_id: str
    site: str
    source_id: str
    day: date
    text: str
    lane: str = "regulatory"


@dataclass(frozen=True, slots=True)
class Match:
    """One ad or record that answers to a watch. `subject_id` stays when pages are read or entities resolved anew."""

    watch_id: str
    subject_id: str  # ad_id or record_id
    subject_kind: str  # ad, license, filing, tip …
    dataset: str  # site or data set
    found: str  # the value as the source has it
    source_id: str  # capture or row that shows it, the earliest
    day: date | None
    lane: str


@cache
def thresholds() -> dict[str, Any]:
    return read_declared(SHIPPED)


Test = Callable[[Ref], str]  # the value that answers, "" when none does


def ref_test(kind: str, value: str) -> Test:
    """What a ref must hold. Raises FixInput for a value that could never be found, and says how to write it."""
    if kind not in KINDS:
        raise FixInput(f"{kind!r} cannot be watched. Choose one of: {', '.join(KINDS)}.")
    makers: dict[str, Callable[[str], Test]] = {"phone": _phone, "name": _name, "address": _address, "area": _area}
    if kind == "phrase":
        fold_phrase(value)
        return lambda _: ""
    return makers[kind](value)


def same_value(kind: str, one: str, other: str) -> bool:
    """Whether two values of a kind watch for the same, however they are written."""
    if kind == "phone":
        return normalize_phone(one) == normalize_phone(other)
    return folded(one) == folded(other)


def _phone(value: str) -> Test:
    wanted = normalize_phone(value)
    if not wanted:
        raise FixInput(f"{value!r} is no phone number. Write all ten digits.")
    return lambda ref: wanted if ref.role in {"phone", "business"} and wanted in ref.phones else ""


def _name(value: str) -> Test:
    if sum(c.isalpha() for c in value) < 2:
        raise FixInput(f"{value!r} is no name. Write it as a source would.")
    least = thresholds()["name"]

    @cache
    def agrees(name: str, person: bool) -> bool:
        compare = compare_person_names if person else compare_business_names
        return bool(compare(value, name).score >= least["person" if person else "business"])

    def test(ref: Ref) -> str:
        if ref.role not in {"business", "operator"}:
            return ""
        names = (n for n in (ref.name, ref.native_name, *ref.other_names) if n)
        return next((n for n in names if agrees(n, ref.role == "operator")), "")

    return test


def _address(value: str) -> Test:
    wanted = parse_address(value)
    if not wanted.building_key:
        raise FixInput(f"{value!r} is no address. Write street and number with a city and state, or a ZIP code.")
    return lambda ref: next((a.line for a in ref.addresses if same_place(wanted, a)), "")


def same_place(wanted: Address, have: Address) -> bool:
    """The same building, and the same suite when one is asked for."""
    if wanted.street_key != have.street_key or wanted.unit not in {"", have.unit}:
        return False
    if wanted.zip and have.zip:
        return wanted.zip == have.zip
    return bool(wanted.city and have.city) and (wanted.city.upper(), wanted.state) == (have.city.upper(), have.state)


def _area(value: str) -> Test:
    area = parse_area(value, float(thresholds()["area"]["most_miles"]))

    def test(ref: Ref) -> str:
        if ref.role != "business":
            return ""
        return next((a.line for a in ref.addresses if area.holds(a)), "")

    return test


def folded(text: str) -> str:
    """Lower case, without accents, one space between words."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def fold_phrase(value: str) -> str:
    """Raises FixInput for a phrase that stands everywhere."""
    phrase, least = folded(value), int(thresholds()["phrase"]["least_letters"])
    wide = any(ord(c) > 0x2E7F for c in phrase)  # two Han characters are a phrase
    if sum(c.isalnum() for c in phrase) < (2 if wide else least):
        raise FixInput(f"{value!r} is too short: a phrase has {least} letters or more.")
    return phrase


def phrase_test(value: str) -> Callable[[str], bool]:
    """Whether a folded text holds the phrase as whole words."""
    phrase = fold_phrase(value)
    begin = r"(?<!\w)" if phrase[0].isascii() and phrase[0].isalnum() else ""
    end = r"(?!\w)" if phrase[-1].isascii() and phrase[-1].isalnum() else ""
    pattern = re.compile(begin + re.escape(phrase) + end)
    return lambda text: pattern.search(text) is not None


def find_matches(watches: Iterable[tuple[str, str, str]], refs: Iterable[Ref], texts: Iterable[Text]) -> list[Match]:
    """Matches of watches (id, kind, value), one per watch and ad or record, sorted; input order does not matter."""
    watches = list(watches)
    tests = [(watch_id, ref_test(kind, value)) for watch_id, kind, value in watches if kind != "phrase"]
    phrases = [(watch_id, value, phrase_test(value)) for watch_id, kind, value in watches if kind == "phrase"]
    found: dict[tuple[str, str], Match] = {}
    for ref in sorted(refs, key=lambda r: r.ref_id) if tests else ():
        for watch_id, test in tests:
            if value := test(ref):
                source = ref.sources[0] if ref.sources else ""
                match = Match(
                    watch_id, ref.owner_id, ref.record_kind, ref.dataset, value, source, ref.first_seen, ref.lane
                )
                found.setdefault((watch_id, ref.owner_id), match)
    for text in sorted(texts, key=lambda t: (t.ad_id, t.day, t.source_id)) if phrases else ():
        plain = folded(text.text)
        for watch_id, value, holds in phrases:
            if (watch_id, text.ad_id) not in found and holds(plain):
                found[watch_id, text.ad_id] = Match(
                    watch_id, text.ad_id, "ad", text.site, value, text.source_id, text.day, text.lane
                )
    return [found[key] for key in sorted(found)]
