"""The people of one cell, as registers write them: "QI, HONGBO - President (60%)" on a line of its own each, two owners
on both sides of a stroke, another name behind "aka", an office behind "c/o"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.records.cell_text import clean
from pipeline.records.values import is_company, is_known_name, is_trade
from pipeline.resolve.names.romanization import fold
from pipeline.resolve.population import first_frequency

APART = re.compile(r"\s*(?:[;|\n]|\s&\s|\sand\s)\s*", re.IGNORECASE)
CERTAIN = re.compile(r"[;|\n]")
STROKE = re.compile(r"\s+/\s+|(?<=[^\W\d_]{2})/(?=[^\W\d_]{2})")  # not that of c/o, a/k/a, d/b/a
SHARE = re.compile(r"[\s,-]*\(?\b\d{1,3}(?:\.\d+)?\s?%\)?")
FIRM_AND = re.compile(r"(?i)^(?P<firm>.+\b(?:llc|pllc|inc|corp|ltd|llp|lp)\.?), (?P<person>[^\W\d_].+)$")
ROLE = re.compile(
    r"[\s,]*(?:[-–:,]\s*|\()(?P<role>(?:managing\s+)?(?:member|partner|director)|(?:vice\s+)?president|secretary|treasurer"
    r"|manager|owner|officer|ceo|cfo|sole\s+proprietor)\)?\s*$",
    re.IGNORECASE,
)
CARE_OF = re.compile(
    r"(?i)(?:^|[\s,(])(?:c\s?[/\\]\s?[o0]\b|care\s+of\b|attn\b[:.]?|attention:|%(?=\s*[^\W\d_]))[\s:]*"
)
TRADING_AS = re.compile(
    r"(?i)(?:^|[\s,;(/-])(?:d\s?[./]\s?b\s?[./]\s?a\b[./]?|dba\b[.:]?|doing\s+business\s+as\b|t/a\b|trading\s+as\b)[\s:/-]*"
)
ALSO = re.compile(
    r"(?i)[\s,;(]+(?:(?P<born>n[ée]e|maiden(?:\s+name)?|born)\b|a\s?[./]?\s?k\s?[./]?\s?a\b\.?|f\s?[./]?\s?k\s?[./]?\s?a\b\.?"
    r"|n\s?[./]\s?k\s?[./]\s?a\b\.?|also\s+known\s+as\b|formerly(?:\s+known\s+as)?\b|now\s+known\s+as\b)[\s:]*"
)
EDGES = " ,;-()"
# Any of the above may be in a cell; most hold none, and one search is cheaper than three.
MARKED = re.compile(
    r"(?i)[/\\%]|\b(?:[adfn]\s?\.?\s?[kb]\s?\.?\s?a|n[ée]e|maiden|born|known|formerly|doing|trading|care|att[ne])"
)


@dataclass(frozen=True, slots=True)
class Named:
    """One person or company of a cell. `beside`: who takes their mail, no holder of anything."""

    name: str
    role: str = ""
    other_names: tuple[str, ...] = ()
    trade_name: str = ""
    beside: str = ""


def split_people(text: str) -> list[Named]:
    """Each person or company in a cell; one when it cannot be told that they are several. `name` is "" where only
    somebody's mail is told of ("c/o Lark Accounting").

    Lines, semicolons and bars part names; a stroke, "and" and "&" only where each side is a whole name and none a
    company's. A comma parts a company from the person behind it ("Fern LLC, Hana Cole"), whole names of one surname, or
    three and more: "Cole, Mary" is one person. "Dale & Donna Cole" are two people where both are known given names.
    """
    parts = [p for p in CERTAIN.split(text) if clean(p)]
    if len(parts) == 1:
        parts = _said_together(parts[0])
    return [read for part in parts if (read := _read(part)) != Named("")]


def split_trade_name(text: str) -> tuple[str, str]:
    """ "Fern LLC d/b/a Amber Spa" -> legal name, trade name; ("", "Amber Spa") for the trade name alone."""
    if (
        not MARKED.search(text)
        or not (found := TRADING_AS.search(text))
        or not (trade := text[found.end() :].strip(EDGES))
    ):
        return text, ""
    return text[: found.start()].strip(EDGES), trade


def addressee_only(text: str) -> bool:
    """Whether a name cell says only to whose attention mail goes: "ATTN: LICENSING DEPT"."""
    if text[:1] not in "cCaA%(":
        return False
    return bool((found := CARE_OF.search(text)) and not text[: found.start()].strip(EDGES))


def _said_together(text: str) -> list[str]:
    bare = SHARE.sub("", text)
    found = FIRM_AND.match(bare)
    if found and not is_company(found["person"]) and is_known_name(ROLE.sub("", found["person"])):
        return [found["firm"], found["person"]]
    if is_company(bare) or (MARKED.search(bare) and any(p.search(bare) for p in (ALSO, CARE_OF, TRADING_AS))):
        return [text]
    sides = STROKE.split(bare)
    if len(sides) > 1 and all(len(clean(ROLE.sub("", s)).split()) > 1 and not is_trade(s) for s in sides):
        return sides
    for pieces in (APART.split(bare), bare.split(",")):
        words = [clean(ROLE.sub("", p)).split() for p in pieces]
        if len(pieces) < 2 or any(len(w) < 2 for w in words):
            continue
        if "," not in bare or len(pieces) > 2 or words[0][-1].casefold() == words[1][-1].casefold() or "," in pieces[0]:
            return pieces
    return _of_one_surname(bare) or [text]


def _of_one_surname(text: str) -> list[str]:
    """ "Dale & Donna Cole" -> both with the surname."""
    pieces = [clean(p).split() for p in APART.split(text)]
    if len(pieces) != 2 or "," in text or len(pieces[0]) != 1 or not 2 <= len(pieces[1]) <= 3:
        return []
    if is_trade(text) or not all(first_frequency(fold(words[0])) for words in pieces):
        return []
    return [f"{pieces[0][0]} {pieces[1][-1]}", " ".join(pieces[1])]


def _read(part: str) -> Named:
    """One person with what the cell says beside the name."""
    bare, beside = SHARE.sub("", part).strip(" ,;-"), ""
    if not MARKED.search(bare):
        role = ROLE.search(bare)
        return Named(clean(bare[: role.start()] if role else bare).strip(" ,"), role["role"] if role else "")
    if found := CARE_OF.search(bare):
        bare, beside = bare[: found.start()], clean(bare[found.end() :]).strip(EDGES)
    bare, trade = split_trade_name(bare)
    role = ROLE.search(bare)
    if role:
        bare = bare[: role.start()]
    name, *rest = _also(bare)
    others = [o for o in rest if o and o.casefold() != name.casefold()]
    return Named(name, role["role"] if role else "", tuple(dict.fromkeys(others)), clean(trade), beside)


def _also(text: str) -> list[str]:
    """The name and the other names told behind it; a surname before marriage alone takes the given name."""
    found = list(ALSO.finditer(text))
    if not found or not clean(text[: found[0].start()]):
        return [clean(text).strip(" ,")]
    name = clean(text[: found[0].start()]).strip(EDGES)
    names = [name]
    for n, here in enumerate(found):
        end = found[n + 1].start() if n + 1 < len(found) else len(text)
        other = clean(text[here.end() : end]).strip(EDGES)
        names.append(_before_marriage(name, other) if here["born"] and len(other.split()) == 1 else other)
    return names


def _before_marriage(name: str, surname: str) -> str:
    last, comma, given = name.partition(",")
    if comma:
        return f"{surname}, {given.strip()}"
    given = " ".join(last.split()[:-1])
    return f"{given} {surname}".strip()
