"""One sound in several spellings: syllables of romanized names, compared by the classes of data/romanization.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, product

from pipeline.resolve.romanization import DATA, is_syllabic, pinyin_syllables, spelling, syllables

LEAST_LOOSE = 4  # letters of a part that are left
_DOUBLED = re.compile(r"([a-z])\1")
MOST_READINGS = 12  # ways to cut a name into syllables that are tried
# Wade-Giles: (beginning, its pinyin) and (ending, its pinyin), apostrophes left out as people leave them out.
_INITIALS = (
    ("ts", "z"), ("ts", "c"), ("ch", "zh"), ("ch", "j"), ("ch", "q"), ("hs", "x"), ("k", "g"), ("p", "b"), ("t", "d"),
    ("j", "r"), ("tz", "z"), ("sz", "s"),
)  # fmt: skip
_FINALS = (
    ("ung", "ong"), ("iung", "iong"), ("ieh", "ie"), ("ueh", "ue"), ("ien", "ian"), ("uo", "o"), ("o", "e"),
    ("o", "uo"), ("uei", "ui"), ("ih", "i"), ("u", "i"), ("yu", "ou"),
)  # fmt: skip


@lru_cache(maxsize=1)
def sound_classes() -> dict[str, frozenset[str]]:
    """Spelling -> the classes it belongs to; a class is named by its first spelling."""
    found: dict[str, set[str]] = {}
    tables = spelling()["sounds"]
    for kind in ("syllables", "surnames", "vietnamese"):
        for line in tables[kind]:
            for word in line.split():
                found.setdefault(word, set()).add(f"{kind}:{line.split()[0]}")
    for line in tomllib.loads((DATA / "short_names.toml").read_text(encoding="utf-8"))["forms"]:
        for word in line.split():
            found.setdefault(word, set()).add(f"short:{line.split()[0]}")
    for pinyin in sorted(pinyin_syllables()):
        for other in _wade_giles(pinyin):
            found.setdefault(other, set()).add(f"giles:{pinyin}")
            found.setdefault(pinyin, set()).add(f"giles:{pinyin}")
    return {word: frozenset(classes) for word, classes in found.items()}


def _wade_giles(pinyin: str) -> set[str]:
    """Spellings of a pinyin syllable in Wade-Giles that are no pinyin themselves: those say nothing certain."""
    heads = {(old, pinyin[len(new) :]) for old, new in _INITIALS if pinyin.startswith(new)}
    heads.add((pinyin[: len(pinyin) - len(_rest(pinyin))], _rest(pinyin)))
    made = {head + rest for head, rest in heads}
    for head, rest in heads:
        made |= {head + old for old, new in _FINALS if rest == new}
    return {word for word in made if word not in pinyin_syllables() and len(word) > 1}


def _rest(pinyin: str) -> str:
    return pinyin.lstrip("bcdfghjklmnpqrstwxyz")


def alike(x: str, y: str) -> bool:
    """Equal, or spellings of one sound."""
    classes = sound_classes()
    return x == y or not classes.get(x, frozenset()).isdisjoint(classes.get(y, frozenset()))


@lru_cache(maxsize=65536)
def cuts(part: str) -> tuple[tuple[str, ...], ...]:
    """Ways to cut a part of a name into spellings that sounds are known of; the part itself first."""
    known = _cuttable()
    if not 4 <= len(part) <= 18:
        return ((part,),)
    return ((part,), *islice((c for c in _cuts(part, 3, known) if len(c) > 1), 5))


@lru_cache(maxsize=1)
def _cuttable() -> frozenset[str]:
    return frozenset(w for w, of in sound_classes().items() if not all(c.startswith("short") for c in of)) | syllables()


def _cuts(text: str, most: int, known: frozenset[str]) -> Iterator[tuple[str, ...]]:
    if not text:
        yield ()
    elif most:
        for at in range(1, min(len(text), 8) + 1):
            if text[:at] in known:
                yield from ((text[:at], *rest) for rest in _cuts(text[at:], most - 1, known))


def cut_name(parts: Sequence[str]) -> list[tuple[str, ...]]:
    """Ways to cut a whole name into syllables."""
    whole = islice(product(*(cuts(part) for part in parts)), MOST_READINGS)
    return [tuple(s for cut in chosen for s in cut) for chosen in whole]


def same_sounds(one: Sequence[Sequence[str]], two: Sequence[Sequence[str]], *, equal: int = 1, least: int = 1) -> bool:
    """Syllable by syllable of one sound in some pair of readings of at least `least` syllables, `equal` of them equal
    as written."""
    others = {cut for parts in two for cut in cut_name(parts)}
    for left in (cut for parts in one for cut in cut_name(parts)):
        for other in others:
            if (
                least <= len(left) == len(other)
                and sum(map(str.__eq__, left, other)) >= equal
                and all(map(alike, left, other))
            ):
                return True
    return False


def same_letters_loosely(one: Sequence[str], two: Sequence[str]) -> bool:
    """Part by part the same but for letters that systems of Thai, Japanese and other long names write or leave out."""
    if len(one) != len(two) or len(one) < 2:
        return False
    return all(
        x == y or (_loose(x) == _loose(y) and len(_loose(x)) >= LEAST_LOOSE) for x, y in zip(one, two, strict=True)
    )


@lru_cache(maxsize=65536)
def _loose(part: str) -> str:
    """ "natthaya" -> "nataya", "srisook" -> "srisuk". Runs of known syllables stay: there a letter makes a name."""
    if is_syllabic(part):
        return part
    for written, plain in spelling()["loose"].items():
        part = part.replace(written, plain)
    return _DOUBLED.sub(r"\1", part)


@lru_cache(maxsize=65536)
def sound_key(part: str) -> str:
    """One key for the spellings of a part: every syllable as the first spelling of its first class."""
    classes = sound_classes()
    best = next(
        (cut for cut in sorted(cuts(part), key=lambda c: (len(c) == 1 and part not in classes, len(c), c))), (part,)
    )
    return "".join(min(classes[s]).split(":")[1] if s in classes else s for s in best)
