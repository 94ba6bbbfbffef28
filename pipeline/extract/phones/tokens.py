"""Read a stretch of folded text as units of digits with the gaps between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.extract.phones.fold import blank, unswap
from pipeline.extract.phones.vocab import (
    CHINESE,
    HOMOPHONES,
    LETTERS,
    MULTIPLIERS,
    NOT_ALONE,
    RUN,
    SCALES,
    SEPARATOR_WORDS,
    SINGLE,
    SPELLED,
    TENS,
    TOKEN,
    UNITS_OF_MEASURE,
    WORDS,
    Piece,
    read_chunk,
    read_prefix,
    read_suffix,
)
from pipeline.extract.scan import candidates

Kind = Literal["digits", "word", "letter", "chinese"]


_HUNDREDS = frozenset(["00", *(f"{n}00" for n in range(1, 10))])
_AMONG = 4  # digit words beside a sound-alike that make it one of them
_LEAST = 8  # digits of a number
_SHORT = 40  # characters of a text that is not worth a search of its own

# A number on its own as most are written: nothing in it to blank or to spell out.
_DIGITS = re.compile("[0-9]+")
_PLAIN = re.compile(r"(?:1[-. ]?)?\(?[2-9][0-9]{2}\)?[-. ]{0,2}[0-9]{3}[-. ]{0,2}[0-9]{4}")


@dataclass(slots=True)
class Unit:
    """Digits written together: a string of them, one word, one look-alike letter."""

    digits: str
    start: int
    end: int
    kind: Kind
    gap: str = ""  # what stands before it, unseen characters removed; "" when glued or first
    optional: bool = False  # may be no part of the number: a letter, a word inside a longer word


def find_stretches(folded: str) -> Iterator[tuple[int, int]]:
    """Where written digits stand with only separators between them; whole words at both ends."""
    for run in candidates(RUN, folded) if len(folded) >= _SHORT else RUN.rx.finditer(folded):
        start, end = run.span()
        while start and "a" <= folded[start - 1] <= "z":
            start -= 1
        while end < len(folded) and "a" <= folded[end] <= "z":
            end += 1
        if _may_count(folded, start, end):
            yield start, end


def _may_count(folded: str, start: int, end: int) -> bool:
    """Whether a stretch can hold eight digits at all."""
    stretch = folded[start:end]
    return sum(map(len, SINGLE.findall(stretch))) >= _LEAST or SPELLED.search(stretch) is not None


def read_segments(folded: str, start: int, end: int) -> Iterator[list[Unit]]:
    """The parts of a stretch without a foreign word in between that hold at least eight digits."""
    for segment in _segments(folded, start, end):
        digits = sum(len(unit.digits) for unit in segment)
        if digits >= _LEAST and (digits < 40 or any(unit.kind != "letter" for unit in segment)):
            yield segment


def read_groups(folded: str, start: int, end: int) -> Iterator[list[Unit]]:
    """The parts of a stretch without a foreign word in between, however few digits they hold."""
    while start > 0 and folded[start - 1].isalnum() and folded[start].isalnum():
        start += 1
    return (segment for segment in _segments(folded, start, min(end, len(folded))) if segment)


def _segments(folded: str, start: int, end: int) -> Iterator[list[Unit]]:
    text = folded[start:end]
    if plain := _PLAIN.fullmatch(text):
        yield _plain_units(plain, start)
        return
    text = unswap(blank(folded, start, end))
    if not _may_count(text, 0, len(text)):
        return
    tokens = [(m.lastindex, m.group(), start + m.start()) for m in TOKEN.finditer(text)]
    units: list[Unit] = []
    gap = ""
    for index, (kind, token, at) in enumerate(tokens):
        if kind == 5 or (kind == 2 and token in SEPARATOR_WORDS):
            gap += token
            continue
        read = _read_token(tokens, index, kind or 0, token, at)
        if not read:
            yield _combined(units)
            units, gap = [], ""
            continue
        leading_letters = kind == 2 and read[0].start > at
        if leading_letters:
            yield _combined(units)
            units, gap = [], ""
        read[0].gap = gap if units else ""
        units.extend(read)
        gap = ""
        if kind == 2 and read[-1].end < at + len(token):
            yield _combined(units)
            units = []
    yield _combined(units)


def _plain_units(plain: re.Match[str], start: int) -> list[Unit]:
    units: list[Unit] = []
    end = 0
    for group in _DIGITS.finditer(plain[0]):
        gap = plain[0][end : group.start()] if units else ""
        end = group.end()
        units.append(Unit(group[0], start + group.start(), start + end, "digits", gap))
    return units


def _read_token(tokens: list[tuple[int | None, str, int]], index: int, kind: int, token: str, at: int) -> list[Unit]:
    """The units of one token; [] when it is not written digits."""
    if kind == 1:
        return [Unit(token, at, at + len(token), "digits")]
    if kind == 3:
        return [Unit(CHINESE[c], at + i, at + i + 1, "chinese", optional=True) for i, c in enumerate(token)]
    if kind != 2:
        return []
    digit_before = index > 0 and tokens[index - 1][0] in {1, 3}
    digit_after = index + 1 < len(tokens) and tokens[index + 1][0] in {1, 3}
    if token in HOMOPHONES and ((digit_before and digit_after) or _is_tight(tokens, index) or _is_among(tokens, index)):
        return [Unit(HOMOPHONES[token], at, at + len(token), "word")]
    alone = not (digit_before or digit_after)
    if token in UNITS_OF_MEASURE and (alone or (digit_before and len(tokens[index - 1][1]) > 1)):
        return []
    if alone and token in NOT_ALONE and _in_blanks(tokens, index) and not _is_digit_apart(tokens, index):
        return []
    if pieces := read_chunk(token):
        return [_unit(piece, at, optional=piece.letter) for piece in pieces]
    if digit_before and (pieces := _with_homophone(token)):
        return [_unit(piece, at, optional=False) for piece in pieces]
    if digit_after and (pieces := read_suffix(token)):
        return [_unit(piece, at, optional=True) for piece in pieces]
    if digit_before and (pieces := read_prefix(token)):
        return [_unit(piece, at, optional=True) for piece in pieces]
    return []


def is_spoken(word: str) -> bool:
    """Whether a word behind digits may be a part of their number, or stand between its groups."""
    return bool(word in HOMOPHONES or word in SEPARATOR_WORDS or read_chunk(word) or read_prefix(word))


def _in_blanks(tokens: list[tuple[int | None, str, int]], index: int) -> bool:
    """Whether a word stands between blanks (or the ends) as words of a sentence do."""
    around = [tokens[i][1] for i in (index - 1, index + 1) if 0 <= i < len(tokens)]
    return all(gap in {" ", ", ", ". ", "\n", "! "} for gap in around)


def _is_digit_apart(tokens: list[tuple[int | None, str, int]], index: int) -> bool:
    """Whether a letter stands between single digits as one of them: "4 I 7"."""
    if len(tokens[index][1]) > 1 or not 1 < index < len(tokens) - 2:
        return False
    beside = (tokens[index - 2][1], tokens[index + 2][1])
    return all(len(text) == 1 and (text.isdigit() or text in LETTERS) for text in beside)


def _is_tight(tokens: list[tuple[int | None, str, int]], index: int) -> bool:
    """Whether a sound-alike stands as a digit among digits: "zero-won-to-3"."""
    if not 1 < index < len(tokens) - 2:
        return False
    before, gap, next_gap, after = tokens[index - 2], tokens[index - 1], tokens[index + 1], tokens[index + 2]
    tight = all(kind == 5 and len(text) <= 2 and " " not in text for kind, text, _ in (gap, next_gap))
    return tight and all(kind == 1 or text in HOMOPHONES or read_chunk(text) for kind, text, _ in (before, after))


def _is_among(tokens: list[tuple[int | None, str, int]], index: int) -> bool:
    """Whether a sound-alike stands among spelled digits: "five oh won four three", not "two for one"."""
    ahead, behind = (_words_beside(tokens, index, step) for step in (-1, 1))
    return ahead > 0 and behind > 0 and ahead + behind >= _AMONG


def _words_beside(tokens: list[tuple[int | None, str, int]], index: int, step: int) -> int:
    """How many digit words stand in a row on one side of a token, with a blank before each."""
    count = 0
    while 0 <= (at := index + 2 * step * (count + 1)) < len(tokens) and count < _AMONG:
        if tokens[at - step][1] != " " or tokens[at][0] != 2 or len(tokens[at][1]) < 2 or not read_chunk(tokens[at][1]):
            break
        count += 1
    return count


def _with_homophone(token: str) -> tuple[Piece, ...]:
    """ "tothree" between digits: a sound-alike and then words."""
    for sound in HOMOPHONES:
        if token.startswith(sound) and (rest := read_chunk(token[len(sound) :])):
            width = len(sound)
            shifted = (Piece(p.text, p.start + width, p.end + width, p.letter) for p in rest)
            return (Piece(sound, 0, width, False), *shifted)
    return ()


def _unit(piece: Piece, at: int, *, optional: bool) -> Unit:
    kind: Kind = "letter" if piece.letter else "word"
    return Unit(_spoken(piece), at + piece.start, at + piece.end, kind, optional=optional)


def _spoken(piece: Piece) -> str:
    """Digits of a word; multipliers and scales stay words until they meet their neighbor."""
    text = piece.text
    if piece.letter:
        return LETTERS[text]
    if text in TENS:
        return TENS[text] + "0"
    return WORDS.get(text) or HOMOPHONES.get(text) or text


def _combined(units: list[Unit]) -> list[Unit]:
    """ "twenty six" is 26, "double five" 55, "eight hundred" 800."""
    done: list[Unit] = []
    for unit in units:
        last = done[-1] if done else None
        if unit.digits in SCALES:
            if last is None:
                continue
            unit.digits = SCALES[unit.digits]
        if last and last.digits in MULTIPLIERS:
            last.digits = unit.digits[0] * MULTIPLIERS[last.digits] + unit.digits[1:]
            last.end = unit.end
        elif last and last.kind == unit.kind == "word" and last.digits in _HUNDREDS and len(unit.digits) == 2:
            last.digits, last.end = last.digits[:-2] + unit.digits, unit.end  # "five hundred fifty five"
        elif last and _completes_ten(last, unit):
            last.digits, last.end = last.digits[:-1] + unit.digits, unit.end
        else:
            done.append(unit)
    return [unit for unit in done if unit.digits.isdigit()]


def _completes_ten(ten: Unit, unit: Unit) -> bool:
    spoken = ten.kind == unit.kind == "word"
    is_ten = spoken and len(ten.digits) in {2, 3} and ten.digits[-1] == "0" and ten.digits[-2] > "1"
    return is_ten and len(unit.digits) == 1 and unit.digits != "0" and unit.gap in {"", "-", " "}
