"""The parts that drafts of profiles are written of: strings, selectors, posting ids, notes of what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from pipeline.extract.text import css_path, visible_text

_CLASS = re.compile(r"[A-Za-z][A-Za-z_-]{1,40}\Z")  # digits in a class are mostly ids
_PLAIN_TAGS = re.compile(
    r"(?:\*|a|b|body|d[dt]|div|em|font|footer|header|i|li|nav|[ou]l|p|section|small|span|strong|table|tbody|t[dhr])\Z"
)
_META = re.compile(r"[A-Za-z][A-Za-z_:.-]{1,40}\Z")
POSTING_ID = re.compile(r"([-/_=i])\d{3,}(\.html?)?/?$")


def quoted(text: str) -> str:
    """A TOML string: literal when possible, so that regular expressions stay readable."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    if "'" not in plain and ("\\" in plain or '"' in plain):
        return f"'{plain}'"
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def selector_of(node: LexborNode) -> str:
    """A short selector for elements like this one: its id, else tag and first telling class."""
    name = node.attributes.get("id") or ""
    if _CLASS.match(name):
        return f"#{name}"
    classes = [c for c in (node.attributes.get("class") or "").split() if _CLASS.match(c)]
    tag = node.tag if node.tag and re.fullmatch(r"[a-z][a-z0-9]*", node.tag) else "*"
    return f"{tag}.{classes[0]}" if classes else tag


def _numbered(node: LexborNode) -> list[str]:
    """Names with a digit or two, which say less: "div.c12", "td.col2"."""
    classes = (node.attributes.get("class") or "").split()
    return [f"{node.tag}.{c}" for c in classes if re.fullmatch(r"[A-Za-z][A-Za-z_-]*\d{1,2}", c)]


def unique_selector(scope: LexborNode, node: LexborNode) -> str:
    """The shortest selector whose first match below `scope` is this very element; its path when there is none."""
    name = selector_of(node)
    tag = name.split(".")[0].split("#")[0]
    classes = [f"{tag}.{c}" for c in (node.attributes.get("class") or "").split() if _CLASS.match(c)]
    above = [f"{selector_of(p)} {name}" for p in (node.parent,) if p is not None and p.is_element_node]
    for selector in (name, *classes, *above, *_numbered(node), *_of_meta(node)):
        first = scope.css_first(selector)
        if first is not None and first.mem_id == node.mem_id:
            return selector
    return css_path(node) or name


def _of_meta(node: LexborNode) -> Iterator[str]:
    for key in ("property", "name", "itemprop"):
        if node.tag == "meta" and _META.match(value := node.attributes.get(key) or ""):
            yield f"meta[{key}='{value}']"


def is_telling(selector: str) -> bool:
    """Whether a selector means the same on the site's other pages: it counts nothing and names no bare paragraph."""
    if "lexbor-contains" in selector:
        return True
    return ":nth-child" not in selector and not _PLAIN_TAGS.match(re.sub(r"::.*|.* ", "", selector))


def posting_id_line(m: re.Match[str]) -> str:
    tail = re.escape(m[2]) if m[2] else ""
    return f"posting_id = {quoted(f'url::re({m[1]}([0-9]+){tail}/?$)')}"


def note_of(node: LexborNode) -> str:
    """The shape of an element's words, "Xxxxx Xxx 000": a profile is kept with the code, and a page's words may name
    people. What they are shows `imb sites check` on the saved page."""
    words = node.attributes.get("content") or visible_text(node)
    return shape_of(words)


def shape_of(words: str) -> str:
    """The beginning of a text with its letters and digits left out."""
    return "".join(_shape(c) for c in " ".join(words.split())[:50] if c.isprintable())


def _shape(character: str) -> str:
    if character.isdigit():
        return "0"
    return "X" if character.isupper() else "x" if character.isalpha() else character
