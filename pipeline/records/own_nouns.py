"""What an office calls the places it licenses: "Camp Name, Camp Address", "Outlet Name, Outlet City". Pure.

No list can name every kind of place. A word that is in no list and stands before a name and before an address is the
office's word for it, where the header has no other name or street of a business and no second such word; so is the word
before the only name in the header.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.records.header_reading import PLACE_PARTS, is_known, read_header, split_words

PLACE = "establishment"
NAMED = frozenset(("entity_name", "dba_name", "name", "first", "last", "last_or_company"))


def in_known_words(header: Sequence[str]) -> list[str]:
    """The header with "Establishment" for such a word; as it is where there is none, or several."""
    read = [read_header(h) for h in header]
    if not any(m and m.what in NAMED and m.whose != "contact" for m in read):
        unread = [split_words(name) for name, meaning in zip(header, read, strict=True) if meaning is None]
        names = [words[0] for words in unread if len(words) == 2 and words[1] == "name"]
        if len(names) == 1:
            return [_renamed(name, names[0]) for name in header]
    if any(m and (m.what == "entity_name" or (m.whose, m.what) == ("premises", "line1")) for m in read):
        return list(header)
    tells: dict[str, set[str]] = defaultdict(set)
    for name in header:
        first, *rest = split_words(name) or ("",)
        if rest and len(first) > 2 and first.isalpha() and not is_known(first):
            meaning = read_header(" ".join((PLACE, *rest)))
            tells[first].add(meaning.what if meaning else "")
    found = [word for word, what in tells.items() if "entity_name" in what and what & PLACE_PARTS]
    if len(found) != 1:
        return list(header)
    return [_renamed(name, found[0]) for name in header]


def _renamed(name: str, word: str) -> str:
    first, *rest = split_words(name) or ("",)
    return " ".join((PLACE, *rest)) if first == word and rest else name
