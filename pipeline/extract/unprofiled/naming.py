"""The title of an unprofiled page, and which of its words are the business's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.addresses import find_addresses
from pipeline.extract.lexicon import fold
from pipeline.extract.names import (
    business_name_span,
    find_business_names,
    is_name_and_place,
    reads_like_a_name,
    says_more_than_a_trade,
)
from pipeline.extract.selection import Selected, Value
from pipeline.extract.text import is_inside, visible_text
from pipeline.extract.unprofiled.own_site import squashed
from pipeline.extract.unprofiled.surroundings import Surroundings

_TITLES = ("h1", "h2", "[class*=title i], [id*=title i], [class*=headline i], [class*=subject i]", "h3", "h4, h5, h6")
_NAMED_TITLE = re.compile(
    r"(?:post|ad|item|list|page|main|entry|biz|business|profile)\w*[_-]?title|headline|subject", re.I
)
_LONGEST_TITLE = 300
_MOST_BOLD = 50


def name_and_title(
    tree: LexborHTMLParser, root: LexborNode, own: str, selected: Selected, around: Surroundings, site: str = ""
) -> None:
    """Add the title, and a business name from titles when structured data and labels gave none.

    `site`: what the site is called, letters only: no business.
    """
    left_out = {n.mem_id for n in around.all}
    shown = _shown_title(root, left_out) or _standing_out(root, left_out, tree, site)
    declared = [*_meta_titles(tree), *_document_title(tree)]
    title = shown or next(iter(declared), None)
    if title is None:
        return
    selected["title"] = [title]
    if "business_name" in selected:
        return
    for value in (title, *declared):
        if (name := _of_form(value)) is not None and (value is shown or _is_said(name.text, own)):
            selected["business_name"] = [name]
            return
    if not find_business_names(own) and (name := _sites_own_name(declared, around)):
        selected["business_name"] = [name]
    elif shown and _is_bare_name(shown.text) and ("address" in selected or find_addresses(own)):
        selected["business_name"] = [shown]


def _sites_own_name(declared: Sequence[Value], around: Surroundings) -> Value | None:
    """The name that a business's own site bears on its head or foot and in its title, when the ad's text has none."""
    lines = {" ".join(fold(line).split()) for part in around.frame for line in visible_text(part).split("\n")}
    names = (name for value in declared if (name := _of_form(value)) is not None)
    return next((name for name in names if " ".join(fold(name.text).split()) in lines), None)


def titled_names(tree: LexborHTMLParser) -> frozenset[str]:
    """Names of a business in the document's titles."""
    values = (*_document_title(tree), *_meta_titles(tree))
    return frozenset(v.text[f.start : f.end] for v in values for f in find_business_names(v.text))


def _is_said(name: str, own: str) -> bool:
    """Whether the page's own text says the name too, or says nothing: titles may join words of different parts."""
    return not own.strip() or " ".join(fold(name).split()) in " ".join(fold(own).split())


def _shown_title(root: LexborNode, left_out: set[int]) -> Value | None:
    for css in _TITLES:
        for node in root.css(css)[:20]:
            if "[" in css and not _NAMED_TITLE.search(_names(node)):
                continue
            text = visible_text(node).split("\n")[0].strip()
            if 1 < len(text) <= _LONGEST_TITLE and not is_inside(node, left_out):
                return Value(text, node, "text", visible_text(node).index(text))
    return None


def _standing_out(root: LexborNode, left_out: set[int], tree: LexborHTMLParser, site: str) -> Value | None:
    """On old pages without headings: a name in bold or large letters that the document's title says too."""
    title = "\n".join(fold(value.text) for value in _document_title(tree))
    for node in root.css("font, b, strong, big")[:_MOST_BOLD] if title else ():
        text = visible_text(node).split("\n")[0].strip()
        if reads_like_a_name(text) and fold(text) in title and squashed(text) != site and not is_inside(node, left_out):
            return Value(text, node, "text", visible_text(node).index(text))
    return None


def _names(node: LexborNode) -> str:
    return f"{node.attrs.sget('class')} {node.id or ''}"


def _meta_titles(tree: LexborHTMLParser) -> list[Value]:
    nodes = tree.css("meta[property='og:title'], meta[name='twitter:title']")[:2]
    return [Value(text, n, "attr:content") for n in nodes if (text := n.attrs.sget("content")).strip()]


def _document_title(tree: LexborHTMLParser) -> list[Value]:
    node = tree.css_first("title")
    return [Value(text, node, "text")] if node is not None and (text := visible_text(node)) else []


def _of_form(title: Value) -> Value | None:
    """The name in "{name} in {state}, {city}", or a phrase such as "Golden Lotus Spa"."""
    span = business_name_span(title.text)
    if (
        span
        and is_name_and_place(title.text)
        and len((name := title.text[slice(*span)]).split()) <= 6
        and says_more_than_a_trade(name)
    ):
        return Value(name, title.node, title.field, title.start + span[0])
    if phrases := find_business_names(title.text):
        f = phrases[0]
        return Value(title.text[f.start : f.end], title.node, title.field, title.start + f.start)
    return None


def _is_bare_name(title: str) -> bool:
    span = business_name_span(title)
    return span is not None and reads_like_a_name(title[slice(*span)])
