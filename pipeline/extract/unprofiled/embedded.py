"""The business in the data that a page's own script draws it from, when the page itself shows no contact.

Next.js (`__NEXT_DATA__`, `self.__next_f`), Nuxt, Vue and the like put the record of a page into a script as JSON. Which
keys name what is declared in vocab/embedded.toml; each value is cited where it stands in the script.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.phones import find_phones
from pipeline.extract.selection import Value
from pipeline.extract.text import visible_text

_MAX_SCRIPTS = 60
_MAX_SCRIPT = 1_000_000  # characters
_MOST_OBJECTS = 20_000
_MANY = 3  # businesses from which the data is a directory's
_ASSIGNED = re.compile(r"(?:window|self|globalThis)?\.?[\w.$\"'\[\]]{2,60}\s*=\s*(?=[{[])")
_PUSHED = re.compile(r"self\.__next_f\.push\(\[1,\s*(\"(?:[^\"\\]|\\.)*+\")\]\)")
_PLAIN = re.compile(r"[^a-z]")
_CONTACTS = ("phone", "address")

Record = dict[str, list[str]]  # field of AdFields -> values


def embedded_fields(tree: LexborHTMLParser) -> list[tuple[str, Value]]:
    """(field, value) of the one business that the page's data describes; [] when it describes several, or none."""
    scripts = [(node, text) for node in tree.css("script")[:_MAX_SCRIPTS] if (text := _data_in(node))]
    found = [record for data in _parsed([text for _, text in scripts]) for record in _records(data)]
    best = _one_of(found, _titles(tree))
    values = ((field, _placed(words, scripts)) for field, said in best.items() for words in said)
    return [(field, value) for field, value in values if value is not None]


def _data_in(script: LexborNode) -> str:
    kind = script.attrs.sget("type").lower()
    if script.attrs.sget("src") or kind == "application/ld+json":
        return ""
    text = visible_text(script)
    return text if ("{" in text or "__next_f" in text) and len(text) <= _MAX_SCRIPT else ""


def _parsed(texts: list[str]) -> Iterator[Any]:
    """The JSON of scripts: whole, assigned to a name, or pushed in pieces that hold one value a line."""
    decoder = json.JSONDecoder()
    pieces: list[str] = []
    for text in texts:
        begins = [0] if text.lstrip()[:1] in {"{", "["} else [m.end() for m in _ASSIGNED.finditer(text)][:20]
        for start in begins:
            try:
                yield decoder.raw_decode(text.lstrip() if start == 0 else text, start)[0]
            except (ValueError, RecursionError):
                continue
        pieces += [json.loads(m[1], strict=False) for m in _PUSHED.finditer(text)]
    for line in "".join(pieces).split("\n"):
        head, _, tail = line.partition(":")
        if len(head) <= 4 and tail[:1] in {"{", "["}:
            try:
                yield decoder.raw_decode(tail)[0]
            except (ValueError, RecursionError):
                continue


@cache
def _fields_by_key() -> dict[str, str]:
    return {key: field for field, keys in vocabulary("embedded")["keys"].items() for key in keys}


@cache
def _foreign() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary("embedded")["foreign"]))


def _records(data: Any) -> Iterator[Record]:
    """What each object that gives a telephone says of its business, with the objects inside and the one around it."""
    queue: deque[tuple[Any, Any]] = deque([(data, None)])
    for _ in range(_MOST_OBJECTS):
        if not queue:
            return
        item, around = queue.popleft()
        if isinstance(item, list):
            queue += [(part, around) for part in item[:500] if isinstance(part, dict | list)]
        elif isinstance(item, dict):
            own = _record(item)
            if "phone" in own:
                for name, words in (_record(around) if isinstance(around, dict) else {}).items():
                    own.setdefault(name, words)
                yield own
            queue += [
                (value, item)
                for key, value in item.items()
                if isinstance(value, dict | list) and not _foreign().search(_PLAIN.sub("", fold(key)))
            ]


def _record(item: dict[str, Any], depth: int = 2) -> Record:
    record: Record = {}
    for key, value in item.items():
        plain = _PLAIN.sub("", fold(key))
        field = _fields_by_key().get(plain)
        if isinstance(value, dict) and depth and not _foreign().search(plain):
            for name, words in _record(value, depth - 1).items():
                if name in vocabulary("embedded")["inner"]:
                    record.setdefault(name, words)
        elif field and (words := _words(field, value)):
            record.setdefault(field, []).extend(words)
    return record


def _words(field: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    words = [str(v) for v in values[:5] if isinstance(v, str | int) and not isinstance(v, bool) and str(v).strip()]
    return [w for w in words if find_phones(f"call {w}")] if field == "phone" else words


def _titles(tree: LexborHTMLParser) -> str:
    return fold(" ".join(visible_text(node) for node in tree.css("title, h1")[:5]))


def _one_of(found: list[Record], titles: str) -> Record:
    """The fullest description of the one business, or of the one that the page's title names."""
    numbers = {_number(record) for record in found}
    named = [r for r in found if any(fold(name) in titles for name in r.get("business_name", ()) if len(name) > 3)]
    of = named if len({_number(record) for record in named}) == 1 else found if len(numbers) < _MANY else []
    if len({_number(record) for record in of}) > 1:  # a bare number beside a business is the site's
        of = [record for record in of if "address" in record]
    if len({_number(record) for record in of}) != 1:
        return {}
    return max(of, key=lambda record: (sum(name in record for name in _CONTACTS), len(record)))


def _number(record: Record) -> tuple[str, ...]:
    return tuple(m.e164 for words in record["phone"] for m in find_phones(f"call {words}"))


def _placed(words: str, scripts: list[tuple[LexborNode, str]]) -> Value | None:
    """The value where it stands in a script as a string or number; None when it is written there with escapes."""
    written = re.compile(rf"(?:\"|:\s*)({re.escape(words)})(?=\\?\"|\s*[,}}\]])")
    for node, text in scripts:
        if found := written.search(text):
            return Value(words, node, "text", found.start(1))
    return None
