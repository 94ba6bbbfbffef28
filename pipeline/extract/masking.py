"""A fixture from a saved page: its mark-up kept, its words, names and numbers replaced by invented ones.

A saved page can show people who must not stand in a repository. Labels stay, so that the fixture reads like the page.
"""

from __future__ import annotations

import re
from random import Random

from pipeline.extract.labels import fields_by_label
from pipeline.extract.lexicon import fold

_WORDS = [
    "quiet",
    "room",
    "soft",
    "music",
    "kind",
    "hands",
    "near",
    "the",
    "store",
    "parking",
    "behind",
    "open",
    "late",
    "walk",
    "in",
    "welcome",
    "rest",
    "calm",
]
_TEXT = re.compile(r"(<(?:script|style)\b.*?</(?:script|style)\s*>|<!--.*?-->|<[^>]*>)", re.DOTALL | re.I)
_SPOKEN = re.compile(r"[^\W\d_]+|\d+")
_ATTRIBUTES = re.compile(
    r"\s(?P<name>alt|title|content|value|placeholder|data-[\w-]+|src|srcset)\s*=\s*(?P<value>\"[^\"]*\"|'[^']*')",
    re.I,
)
_CONTACT = re.compile(r"(?P<kind>tel:|mailto:|sms:)[^\"'\s>]*", re.I)
_PHONE = re.compile(r"\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}")


def masked(html: str, seed: int = 0) -> str:
    """The page without what it says. Scripts and image addresses go; class names, ids and links' paths stay."""
    rng = Random(seed)
    parts = _TEXT.split(html)
    parts[::2] = [_masked_text(text, rng) for text in parts[::2]]
    parts[1::2] = [_masked_tag(tag) for tag in parts[1::2]]
    return "".join(parts)


def _masked_text(text: str, rng: Random) -> str:
    if fold(text).strip(" :\n\t\r") in fields_by_label():
        return text
    phones = _PHONE.split(text)
    return "417-555-0101".join(_SPOKEN.sub(lambda m: _instead(m[0], rng), piece) for piece in phones)


def _instead(word: str, rng: Random) -> str:
    """A word or number of the same kind: digits for digits, a capital for a capital; labels and short marks stay."""
    if word.isdigit():
        return "".join(str(rng.randrange(10)) for _ in word) if len(word) > 2 else word
    if len(word) < 2 or fold(word) in fields_by_label():
        return word
    chosen = rng.choice(_WORDS)
    return chosen.upper() if word.isupper() else chosen.title() if word[0].isupper() else chosen


def _masked_tag(tag: str) -> str:
    if tag.startswith("<!--") or re.match(r"<(?:script|style)\b", tag, re.I):
        return ""
    tag = _ATTRIBUTES.sub(lambda m: f' {m["name"]}=""', tag)
    return _CONTACT.sub(
        lambda m: m["kind"] + ("masked@mail.example" if "mail" in m["kind"].lower() else "+14175550101"), tag
    )
