"""A fixture from a saved page: its mark-up kept, its words, names and numbers replaced by invented ones.

A saved page can show people who must not stand in a repository. Labels, times, prices and dates keep their writing, so
that the fixture reads like the page.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape, unescape
from typing import Any, NamedTuple

from pipeline.extract.contacts import site_of
from pipeline.extract.drafting.masked_links import Links
from pipeline.extract.drafting.masked_text import Instead, Mask, replaced
from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.phones import find_phones
from pipeline.extract.text import parse, visible_text

_PARTS = re.compile(
    r"(<(?:script|style)\b[^>]*>.*?(?:</(?:script|style)\s*>|\Z)|<!--.*?(?:-->|\Z)"
    r"|<[!/]?[a-zA-Z](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>)",
    re.DOTALL | re.I,
)
_INLINE = re.compile(r"</?(?:a|abbr|b|big|em|font|i|label|mark|s|small|span|strong|sub|sup|u|wbr)\b", re.I)
_JSON = re.compile(r"<script\b[^>]*\btype\s*=\s*[\"']?application/(?:ld\+)?json\b[^>]*>", re.I)
_ATTRIBUTE = re.compile(r"\s(?P<name>[^\s=>\"'/]+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s>\"']+))?")
# What says how the page is built; every other attribute can hold words of the page.
_BUILD = frozenset(vocabulary("masking")["attributes"].split())
_NAMED = frozenset(["id", "class", "name", "for"])
_LINKS = frozenset(["href", "action", "cite", "data-href", "data-url", "formaction"])
_PICTURES = frozenset(["src", "srcset", "poster", "background", "data-src", "data-srcset", "style"])
_WORD = re.compile(r"[^\W\d_]{3,}")


class Masked(NamedTuple):
    """A page without what it says, and its address in the same way."""

    html: str
    url: str


def masked(html: str, url: str = "", profile: str = "", seed: int = 0) -> Masked:
    """The page without what it says. Scripts but data, comments, handlers and images go; mark-up and classes stay.

    Parts of links that `profile` (a profile's TOML) names stay too. No telephone number but 417-555-01XX is left.
    """
    page = _Page(html, url, profile, seed)
    made = page.masked()
    return Masked(made if _is_without_numbers(made) else _without_digits(made), page.links.masked(url))


class _Page:
    def __init__(self, html: str, url: str, profile: str, seed: int) -> None:
        self._parts = _PARTS.split(html)
        self._mask = Mask(seed)
        links = [
            unescape(m["value"] or "").strip("\"' ") for tag in self._parts[1::2] for m in _ATTRIBUTE.finditer(tag)
        ]
        self.links = Links(self._mask, site_of(url)[0], profile, [url, *(x for x in links if "/" in x)])
        said = {word for text in self._parts[::2] for word in _WORD.findall(text)}
        self._names = {fold(word) for word in said if not word.islower()} - said - _of_class_names()
        self._profile = fold(profile)

    def masked(self) -> str:
        parts = list(self._parts)
        parts[::2] = self._texts()
        parts[1::2] = map(self._tag, self._parts[1::2])
        return "".join(parts)

    def _texts(self) -> list[str]:
        """The text between the tags, read as one: a number can be spread over several elements."""
        texts = [unescape(text) for text in self._parts[::2]]
        ends = ["" if _INLINE.match(tag) else "\n" for tag in self._parts[1::2]] + [""]
        whole = "".join(text + end for text, end in zip(texts, ends, strict=True))
        self._mask.learn_towns(whole)
        numbers = [Instead(p.start, p.end, self._mask.phone(p.e164, p.raw)) for p in find_phones(whole)]
        made, at = [], 0
        for text, end in zip(texts, ends, strict=True):
            settled = list(_inside(numbers, at, at + len(text)))
            made.append(escape(replaced(text, self._mask.instead(text, settled)), quote=False))
            at += len(text) + len(end)
        return made

    def _tag(self, tag: str) -> str:
        if tag.startswith("<!--") or re.match(r"<style\b", tag, re.I):
            return ""
        if re.match(r"<script\b", tag, re.I):
            return self._data(tag)
        if tag.startswith(("</", "<!")):
            return tag
        if re.match(r"<meta\b", tag, re.I) and re.search(r"http-equiv|[\"']?viewport|charset", tag, re.I):
            return tag
        return _ATTRIBUTE.sub(self._attribute, tag)

    def _attribute(self, m: re.Match[str]) -> str:
        name = m["name"].lower()
        if m["value"] is None or name in _BUILD:
            return m[0]
        value = unescape(m["value"].strip("\"'"))
        if name.startswith("on"):
            return ""
        if name in _PICTURES:
            made = ""
        elif name in _NAMED:
            made = self._name(value)
        elif name == "data-cfemail":
            made = _CF_EMAIL
        elif name in _LINKS or value.startswith(("http://", "https://", "/")):
            made = self.links.masked(value)
        else:
            made = self._mask.text(value)
        return f' {m["name"]}="{escape(made)}"'

    def _name(self, value: str) -> str:
        """Class names and ids stay, but for numbers of things and words that the page says with a capital."""
        value = re.sub(r"\d{3,}", lambda m: self._mask.number(m[0]), value)
        return _WORD.sub(self._named, value)

    def _named(self, m: re.Match[str]) -> str:
        word = fold(m[0])
        return self._mask.word(m[0]) if word in self._names and word not in self._profile else m[0]

    def _data(self, tag: str) -> str:
        """JSON with its texts masked; other scripts go."""
        start = _JSON.match(tag)
        if not start:
            return ""
        try:
            data = json.loads(tag[start.end() : tag.rindex("</")])
        except (ValueError, RecursionError):
            return ""
        written = json.dumps(self._value("", data), ensure_ascii=False).replace("</", "<\\/")
        return f"{start[0]}{written}</script>"

    def _value(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {_WORD.sub(self._named, k): self._value(k, v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._value(key, v) for v in value]
        if isinstance(value, bool) or value is None or key in {"@type", "@context"}:
            return value
        if isinstance(value, int | float):
            return type(value)(self._mask.number(str(abs(int(value)))))
        if key in {"addressLocality", "city"}:
            return "Springfield"
        if key in {"postalCode", "zip"}:
            return "65801"
        if key in {"addressRegion", "state"}:
            return "MO"
        return self.links.masked(value) if value.startswith(("http", "/")) else self._mask.text(value)


def _inside(numbers: Sequence[Instead], start: int, end: int) -> Iterator[Instead]:
    """What of the numbers stands in a part of the text, counted from its start; a part of one that is spread."""
    for at, to, words in numbers[bisect_left(numbers, start, key=lambda n: n.end) :]:
        if at >= end:
            return
        first, last = max(at, start), min(to, end)
        if first < last:
            whole = (first, last) == (at, to)
            part = words if whole else words[first - at : last - at] if len(words) == to - at else "0" * (last - first)
            yield Instead(first - start, last - start, part)


@cache
def _of_class_names() -> frozenset[str]:
    """Words of class names that name nobody."""
    words = vocabulary("surroundings")
    keys = ("frame", "parts", "others", "account", "said", "post_names")
    return frozenset(vocabulary("masking")["classes"].split()).union(*(words[key] for key in keys))


def _is_without_numbers(html: str) -> bool:
    root = parse(html).root
    found = find_phones(visible_text(root)) if root is not None else []
    return all(phone.e164.startswith("+14175550") for phone in found)


def _without_digits(html: str) -> str:
    """For a page in which other numbers came together by chance: zeros, which are no number."""
    parts = _PARTS.split(html)
    parts[::2] = (re.sub(r"\d", "0", text) for text in parts[::2])
    return "".join(parts)


def _cf_email(address: str, key: int = 0x2A) -> str:
    return f"{key:02x}" + "".join(f"{byte ^ key:02x}" for byte in address.encode())


_CF_EMAIL = _cf_email("masked@mail.example")
