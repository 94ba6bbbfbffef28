"""What an office calls the places it licenses: "Camp Name, Camp Address", "Outlet Name, Outlet City". Pure.

No list can name every kind of place. A word that is in no list and stands before a name and before an address is the
office's word for it, where the header has no other name or street of a business and no second such word; so is the word
before the only name in the header, and one before a name and a contact beside an address that names no owner ("Stable
Name, Stable Phone, Location").

A word of no list that begins at least half of the header is the name of a program or a table ("blms_loc_street").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pipeline.records.header_reading import PLACE_PARTS, SHARED_CONTACTS, is_known, read_header, split_words
from pipeline.records.headers import header_words

PLACE = "establishment"
CONTACTS = frozenset((*SHARED_CONTACTS, "name"))
NUMBERS = (("id",), ("number",))
LEAST_PREFIXED = 5
NAMED = frozenset(("entity_name", "dba_name", "name", "first", "last", "last_or_company"))


def in_known_words(header: Sequence[str]) -> list[str]:
    """The header with "Establishment" for such a word, without such a program's name; as it is where there is none, or
    several."""
    return _with_house_numbers(_in_known_words(header))


def _with_house_numbers(header: Sequence[str]) -> list[str]:
    """The header with "LocNo" before "LocStreet" as the number of the house."""
    words = [split_words(name) for name in header]
    found = list(header)
    for i, (name, street) in enumerate(pairwise(words)):
        if name[1:] == ("number",) and street == (name[0], "street") and read_header(header[i]) is None:
            found[i] = f"{name[0]} street number"
    return found


def _in_known_words(header: Sequence[str]) -> list[str]:
    read = [read_header(h) for h in header]
    if not any(m and m.what in NAMED and m.whose != "contact" for m in read):
        unread = [split_words(name) for name, meaning in zip(header, read, strict=True) if meaning is None]
        names = [words[0] for words in unread if len(words) == 2 and words[1] == "name"]
        if len(names) == 1:
            return [_renamed(name, names[0]) for name in header]
    if any(m and m.what == "entity_name" for m in read):
        return _without_prefix(header)
    tells: dict[str, set[str]] = defaultdict(set)
    for name in header:
        first, *rest = split_words(name) or ("",)
        if rest and len(first) > 2 and first.isalpha() and not is_known(first):
            meaning = read_header(" ".join((PLACE, *rest)))
            tells[first].add(meaning.what if meaning else "")
    placed = any(m and (m.whose, m.what) == ("premises", "line1") for m in read)
    wanted, unwanted = (CONTACTS, PLACE_PARTS) if placed else (PLACE_PARTS, frozenset[str]())
    found = [w for w, what in tells.items() if "entity_name" in what and what & wanted and not what & unwanted]
    if len(found) != 1:
        return _without_prefix(header)
    return [_renamed(name, found[0]) for name in header]


def _without_prefix(header: Sequence[str]) -> list[str]:
    """The header without the word of no list that begins at least half of it; what is "ID" or "Number" alone then is
    the record's. What can be read as it stands is left so."""
    words = [header_words(name).strip("_").split("_") for name in header]
    begin = Counter(first for first, *rest in words if rest).most_common(1)
    first, times = begin[0] if begin else ("", 0)
    if times < max(LEAST_PREFIXED, len(header) / 2) or not _is_no_word(first):
        return list(header)
    return [
        _bare(w[1:]) if w[0] == first and w[1:] and not read_header(name) else name
        for name, w in zip(header, words, strict=True)
    ]


def _is_no_word(text: str) -> bool:
    return not text.isdigit() and not any(map(is_known, split_words(text))) and text != PLACE


def _bare(words: Sequence[str]) -> str:
    return " ".join(("record", *words) if split_words(" ".join(words)) in NUMBERS else words)


def _renamed(name: str, word: str) -> str:
    first, *rest = split_words(name) or ("",)
    return " ".join((PLACE, *rest)) if first == word and rest else name
