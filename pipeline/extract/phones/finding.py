"""Telephone numbers in advertisements, however they are written.

The text is folded to plain letters and digits of the same length, stretches of written digits are read as units,
and every window of ten digits is scored by how numbers are written; libphonenumber decides which exist.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from pipeline.extract.letters import others
from pipeline.extract.phones.fold import Folded, fold
from pipeline.extract.phones.tokens import Unit, find_stretches, is_spoken, read_segments
from pipeline.extract.phones.told import find_told, may_tell
from pipeline.extract.phones.validity import is_nanp, read_international
from pipeline.extract.phones.vanity import find_spaced_vanity, find_vanity
from pipeline.extract.phones.vocab import CIRCLES
from pipeline.extract.phones.windows import THRESHOLD, Window, find_windows, score_plain
from pipeline.extract.scan import WRITTEN, holds

_USUAL_GAP = re.compile(r"[\s().\-/+]*")
_MAYBE_VANITY = WRITTEN.sought(
    re.compile(
        r"[^0-9A-Za-z](?:1[-. ]{1,2})?\(?[2-9][0-9]{2}\)?[-. ]{1,2}(?:[0-9]{0,4}-?[A-Za-z]{3}|[0-9]{3}[ .][A-Z]{4})"
    )
)
_BEGINS = frozenset("(+123456789")  # a text that begins with its number
_PLAIN = re.compile(r"(?:1[-. ]\(?)?([2-9][0-9]{2})\)?[-. ]{0,2}([0-9]{3})[-. ]{0,2}([0-9]{4})")
_WORD_BEHIND = re.compile(r"[ ,.!\n]{1,3}([a-z]+)")
_ALTERNATIVE = re.compile(
    # Behind a comma alone it is no year and no house number: something must end there.
    r"(?: ?/ ?| ?& ?|,? ?\(?(?:or|and) |,?(?: /)? (?:[A-Za-z]{2,12}:? ){0,2}-"
    r"|, (?!19|20)(?=[0-9]{4}(?:[.;!?)]|\s*$|,? (?:or|and|&) )))"
    r"([0-9]{4})(?![0-9]|[-.][0-9]| [0-9]{3})"
)
# "417-555-0143 or 555-0187": the area code holds for both.
_SAME_AREA = re.compile(
    r"(?: ?/ ?| ?& ?|,? ?\(?(?:or|and) )([2-9][0-9]{2})[-. ]([0-9]{4})(?![0-9]|[-.][0-9]| ?/ ?[0-9]| [0-9]{3})"
)
# "417-555-0162/63": the second of two lines, a little higher, and neither hours nor a week.
_SUFFIX = re.compile(
    r" ?/ ?([0-9]{2})(?![0-9a-z]| ?[-:.%$'x]| ?/(?! ?[0-9]{2}(?![0-9]))"
    r"| (?:h|min|m\b|off|usd|dollars?|yrs?|years?|am|pm|days?))",
    re.IGNORECASE,
)
_NEXT_LINES = 20
_KEYCAP = "\u20e3"
_CIRCLES = frozenset(CIRCLES)
_USUAL = re.compile(r"[0-9().\s/+-]+")
_EXTENSION = re.compile(r"(?:\s*[,;/]?\s*(?:x|ext|extn|extension|#)[\s.:#]*[0-9]{1,6})\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PhoneMention:
    """One number in a text; text[start:end] == raw. Styles are joined by "+": "spelled+separators"."""

    e164: str
    start: int
    end: int
    raw: str
    style: str
    confidence: float


def find_phones(text: str, *, fictional: bool = True, generated: bool = True) -> list[PhoneMention]:
    """Every telephone number in a text, URL or attribute, in order of appearance.

    `fictional` accepts NPA-555-01XX, `generated` any NPA-555-XXXX. Never raises, whatever the text.
    """
    folded = fold(text, circles=False)
    found = _read(text, folded, fictional, generated)
    if not _CIRCLES.isdisjoint(others(text)):
        found = _merged(found, _read(text, fold(text), fictional, generated))
    if holds(_MAYBE_VANITY, text) or text[:1] in _BEGINS:
        ways = (find(text, fictional=fictional, generated=generated) for find in (find_vanity, find_spaced_vanity))
        for e164, start, end in chain.from_iterable(ways):
            found = _merged(found, [PhoneMention(e164, start, end, text[start:end], "vanity", 0.8)])
    if found:
        found = _with_alternatives(text, found, fictional, generated)
    return _with_told(text, folded, found, fictional, generated) if may_tell(folded.text) else found


def _with_told(
    text: str, folded: Folded, found: list[PhoneMention], fictional: bool, generated: bool
) -> list[PhoneMention]:
    """Also the numbers that are told in parts. Where others are written out, every part must be named."""
    told = []
    for number in find_told(folded.text, named=3 if found else 0, fictional=fictional, generated=generated):
        start, end = folded.place(number.start, number.end)
        told.append(PhoneMention(number.e164, start, end, text[start:end], "told", 0.8))
    return _merged(found, told) if told else found


def _with_alternatives(text: str, found: list[PhoneMention], fictional: bool, generated: bool) -> list[PhoneMention]:
    """Also the numbers of which only the last groups are written: "417-555-0123 or 0124", "… or 555-0187"."""
    more = []
    for mention in found:
        end = mention.end
        while mention.e164.startswith("+1") and (other := _ALTERNATIVE.match(text, end)):
            digits, end = mention.e164[2:8] + other[1], other.end()
            if other[1][:2] != mention.e164[8:10] or not is_nanp(digits, fictional=fictional, generated=generated):
                break
            more.append(PhoneMention("+1" + digits, *other.span(1), other[1], "alternative", 0.7))
        if mention.e164.startswith("+1") and (local := _SAME_AREA.match(text, mention.end)):
            digits, (start, end) = mention.e164[2:5] + local[1] + local[2], (local.start(1), local.end(2))
            if is_nanp(digits, fictional=fictional, generated=generated):
                more.append(PhoneMention("+1" + digits, start, end, text[start:end], "alternative", 0.7))
        if mention.e164.startswith("+1"):
            more += _next_lines(text, mention)
    return _merged(found, more) if more else found


def _next_lines(text: str, mention: PhoneMention) -> Iterator[PhoneMention]:
    """ "417-555-0162/63": further lines of a house, of which only the last two digits are written."""
    e164, end = mention.e164, mention.end
    while (suffix := _SUFFIX.match(text, end)) and 0 < int(suffix[1]) - int(e164[-2:]) < _NEXT_LINES:
        e164, end = e164[:-2] + suffix[1], suffix.end()
        yield PhoneMention(e164, *suffix.span(1), suffix[1], "alternative", 0.6)


def _read(text: str, folded: Folded, fictional: bool, generated: bool) -> list[PhoneMention]:
    def drawn(start: int, end: int) -> bool:
        raw = text[slice(*folded.place(start, end))]
        return not raw.isascii() and any(c.isdigit() and not c.isascii() for c in raw)

    found = []
    for start, end in find_stretches(folded.text):
        if text[start:end].isascii() and folded.spans is None and (plain := _plain(folded.text, start, end)):
            found += _plain_mention(text, folded.text, plain, fictional, generated)
            continue
        found += [
            _mention(text, folded, units, window)
            for units in read_segments(folded.text, start, end)
            for window in find_windows(units, drawn, folded.text, fictional=fictional, generated=generated)
        ]
    return found


def _plain(folded: str, start: int, end: int) -> re.Match[str] | None:
    """The number a stretch consists of, when it is written as most are, with at most one plain word behind it."""
    plain = _PLAIN.match(folded, start, end)
    if plain is None or (folded[start - 1 : start] == "+") != (plain.start(1) > start):
        return None
    if plain.start(1) > start and not (plain.end(1) < plain.start(2) and plain.end(2) < plain.start(3)):
        return None
    behind = plain.end() == end or bool(
        (word := _WORD_BEHIND.fullmatch(folded, plain.end(), end)) and not is_spoken(word[1])
    )
    return plain if behind else None


def _plain_mention(
    text: str, folded: str, plain: re.Match[str], fictional: bool, generated: bool
) -> list[PhoneMention]:
    """The number written as most are, without looking at it from every side."""
    digits = plain[1] + plain[2] + plain[3]
    if not is_nanp(digits, fictional=fictional, generated=generated):
        return []
    start, end = plain.span()
    score = score_plain(folded, start, end, (plain.end(1) < plain.start(2)) + (plain.end(2) < plain.start(3)))
    if score < THRESHOLD:
        return []
    start = _with_prefix(folded, start, end)
    return [PhoneMention("+1" + digits, start, end, text[start:end], "plain", min(1.0, score))]


def _merged(found: list[PhoneMention], more: list[PhoneMention]) -> list[PhoneMention]:
    """Mentions of a second reading where the first found none."""
    new = [n for n in more if not any(m.start < n.end and n.start < m.end for m in found)]
    return sorted([*found, *new], key=lambda m: m.start)


def _mention(text: str, folded: Folded, units: list[Unit], window: Window) -> PhoneMention:
    inside = units[window.first : window.last]
    start, end = folded.place(_with_prefix(folded.text, inside[0].start, inside[-1].end), inside[-1].end)
    raw = text[start:end]
    return PhoneMention(window.e164, start, end, raw, _style(raw, inside, window), min(1.0, window.score))


def _with_prefix(folded: str, start: int, end: int) -> int:
    """Take in the plus sign and the bracket that open the number."""
    if start and folded[start - 1] == "(" and ")" in folded[start:end]:
        start -= 1
    if start and folded[start - 1] == "+":
        start -= 1
    return start


def _style(raw: str, inside: list[Unit], window: Window) -> str:
    if _USUAL.fullmatch(raw) and len(window.cuts) < 9 and not window.foreign:
        return "plain"
    kinds = {unit.kind for unit in inside}
    gaps = [unit.gap for unit in inside[1:] if unit.gap]
    styles = [
        ("international", window.foreign),
        ("spelled", "word" in kinds),
        ("letters", "letter" in kinds),
        ("chinese", "chinese" in kinds),
        ("unicode", not raw.isascii() and "chinese" not in kinds and any(map(_is_drawn, raw))),
        ("zero-width", not raw.isascii() and any(unicodedata.category(c) == "Cf" for c in raw)),
        ("apart", len(window.cuts) == 9),
        ("separators", not all(_USUAL_GAP.fullmatch(gap) for gap in gaps)),
    ]
    return "+".join(name for name, present in styles if present) or "plain"


def _is_drawn(char: str) -> bool:
    return not char.isascii() and (char.isdigit() or char.isalpha() or char == _KEYCAP)


def normalize_phone(text: str, *, fictional: bool = True, generated: bool = True) -> str | None:
    """E.164 of a field that should hold one number (a CSV cell); None when it holds none or two different ones.

    Extensions are dropped, a leading 1 and spreadsheet floats ("4175550123.0") understood.
    """
    text = _unspread(text.strip())
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) <= 15 and text.isascii() and re.fullmatch(r"[0-9\s().\-+/*,;']*", text):
        return _from_digits(digits, text.startswith("+"), fictional, generated)
    text = _EXTENSION.sub("", text)
    numbers = {m.e164 for m in find_phones("call " + text, fictional=fictional, generated=generated)}
    return numbers.pop() if len(numbers) == 1 else None


def _unspread(text: str) -> str:
    """A number that a spreadsheet took for a quantity: "4175550123.0", "4.175550123E9"."""
    if re.fullmatch(r"[0-9]{10,11}\.0+", text):
        return text.split(".", maxsplit=1)[0]
    if re.fullmatch(r"[0-9]\.[0-9]{5,}[eE]\+?(?:09|9|10)", text):
        return str(int(float(text)))
    return text


def _from_digits(digits: str, plus: bool, fictional: bool, generated: bool) -> str | None:
    if plus and not digits.startswith("1"):
        return read_international(digits)
    national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    if len(national) == 10 and is_nanp(national, fictional=fictional, generated=generated):
        return "+1" + national
    return read_international(digits[3:]) if digits.startswith("011") else None
