"""Several owners in one cell, as registers export them: "QI, HONGBO - President (60%)" on a line of its own each."""

from __future__ import annotations

import re

from pipeline.records.values import clean, is_company

APART = re.compile(r"\s*(?:[;|\n]|\s&\s|\sand\s)\s*", re.IGNORECASE)
CERTAIN = re.compile(r"[;|\n]")
SHARE = re.compile(r"[\s,-]*\(?\b\d{1,3}(?:\.\d+)?\s?%\)?")
ROLE = re.compile(
    r"[\s,]*(?:[-–:,]\s*|\()(?P<role>(?:managing\s+)?(?:member|partner|director)|(?:vice\s+)?president|secretary|treasurer"
    r"|manager|owner|officer|ceo|cfo|sole\s+proprietor)\)?\s*$",
    re.IGNORECASE,
)


def split_people(text: str) -> list[tuple[str, str]]:
    """(name, role or "") of each person or company in a cell; one when it cannot be told that they are several.

    Lines, semicolons and bars part names; "and" and "&" only where each side is a whole name and none a company's. A
    comma parts whole names of one surname, or three and more: "Cole, Mary" is one person.
    """
    if not (CERTAIN.search(text) or "%" in text or "," in text or "&" in text or " and " in text or " - " in text):
        return [(clean(text), "")] if clean(text) else []
    parts = [p for p in CERTAIN.split(text) if clean(p)]
    if len(parts) == 1:
        parts = _said_together(parts[0])
    return [read for part in parts if (read := _read(part))[0]]


def _said_together(text: str) -> list[str]:
    bare = SHARE.sub("", text)
    if is_company(bare):
        return [text]
    for pieces in (APART.split(bare), bare.split(",")):
        words = [clean(ROLE.sub("", p)).split() for p in pieces]
        if len(pieces) < 2 or any(len(w) < 2 for w in words):
            continue
        if "," not in bare or len(pieces) > 2 or words[0][-1].casefold() == words[1][-1].casefold() or "," in pieces[0]:
            return pieces
    return [text]


def _read(part: str) -> tuple[str, str]:
    bare = SHARE.sub("", part).strip(" ,;-")
    role = ROLE.search(bare)
    return (clean(bare[: role.start()]).strip(" ,"), role["role"]) if role else (clean(bare), "")
