"""The draft of a profile's [ad] part, tried on the page of the advertisement it is made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.addresses import find_addresses
from pipeline.extract.dates import claimed_date
from pipeline.extract.draft_parts import (
    POSTING_ID,
    is_telling,
    note_of,
    posting_id_line,
    quoted,
    selector_of,
    unique_selector,
)
from pipeline.extract.draft_trial import Trial, said
from pipeline.extract.generic import find_root, structured_fields
from pipeline.extract.labels import fields_by_label
from pipeline.extract.lexicon import fold
from pipeline.extract.naming import name_and_title
from pipeline.extract.phones import find_phones
from pipeline.extract.selection import Reading, Selected
from pipeline.extract.surroundings import Surroundings, find_surroundings, is_inside
from pipeline.extract.text import text_without, visible_text
from pipeline.model import Page

_FIRST_WORDS = re.compile(r"[^\d'\"\\\n]{5,40}")
_MOST_PARTS = 8


def ad_part(html: str, page: Page, reading: Reading, head: Sequence[str]) -> list[str]:
    """The tables [pages] and [ad] of a draft. `page`: the page read without a profile; `head`: the draft's keys."""
    tree = reading.tree
    around = find_surroundings(tree)
    root = find_root(tree, around)
    if root is None:
        return []
    url = reading.url
    opening = ["[pages]", _ad_rule(url), "", "[ad]"]
    trial = Trial(html, url, reading.captured_at, (*head, "[ad]"), said(page))
    on_trial = bool(trial.wanted) and len(page.ads) == 1
    base = trial.best(_bases(tree, root, around)) if on_trial else _bases(tree, root, around)[0]
    if page.kind == "forum" and len(page.ads) > 1:
        base.append("# many = true                # every post is an ad: make root the element of one post")
    if m := POSTING_ID.search(url):
        base.append(posting_id_line(m))
    guesses = [_guess_line(name, node, root, tree) for name, node in _guesses(tree, root, around).items()]
    if not on_trial:
        return [*opening, *base, *guesses]
    lines = trial.commented(base, guesses)
    return [*opening, *base, *lines, *trial.remarks([*base, *lines])]


def _ad_rule(url: str) -> str:
    """How pages of ads are told from the site's other pages, which have the same root."""
    if m := POSTING_ID.search(url):
        tail = re.escape(m[2] or "")
        return f"ad = {{ url = {quoted(f'{m[1]}[0-9]{{3,}}{tail}/?$')} }}"
    return "# ad = { url = 'part of the address that only ads have' }    # needed beside a [listing]"


def _bases(tree: LexborHTMLParser, root: LexborNode, around: Surroundings) -> list[list[str]]:
    """Ways to bound the ad: the root without all that surrounds it, without its frame only, the same of the body."""
    whole = tree.body or root
    ways = []
    for top in dict.fromkeys(unique_selector(tree.root or n, n) for n in (root, whole)):
        top_node = whole if top == "body" else root
        for parts in (around.all, around.frame, ()):
            inside = [p for p in parts if is_inside(p, {top_node.mem_id})]
            found = list(dict.fromkeys(s for p in inside[:_MOST_PARTS] if (s := _part_selector(p))))
            ways.append([f"root = {quoted(top)}", *([f"without = [{', '.join(map(quoted, found))}]"] if found else [])])
    return ways


def _part_selector(part: LexborNode) -> str:
    """An element that is no part of the ad, by its name, its heading or its first words; "" when nothing tells it."""
    selector = selector_of(part)
    if is_telling(selector) or selector in {"nav", "header", "footer", "aside"}:
        return selector
    for node, form in ((part.css_first("h1, h2, h3, h4, h5, h6, b, strong"), "{0}:has(> {1}{2})"), (part, "{1}{2}")):
        words = _FIRST_WORDS.match(" ".join(node.text(deep=False).split())) if node is not None else None
        if node is not None and words:
            return form.format(selector, node.tag, f":lexbor-contains('{words[0].strip()}' i)")
    return ""


def _guesses(tree: LexborHTMLParser, root: LexborNode, around: Surroundings) -> dict[str, LexborNode | None]:
    fields = structured_fields(tree, root, around)
    name_and_title(tree, root, text_without(root, around.all), fields, around)

    def innermost(test: Callable[[str], bool]) -> LexborNode | None:
        return _innermost(root, around, test)

    return {
        "title": _place(fields, "title") or _heading(root),
        "business_name": _place(fields, "business_name"),
        "phone": root.css_first("a[href^='tel:']")
        or _place(fields, "phone")
        or innermost(lambda t: bool(find_phones(t))),
        "address": _place(fields, "address") or innermost(lambda t: bool(find_addresses(t))),
        "posted": _place(fields, "posted") or innermost(_is_posted),
        **{name: _place(fields, name) for name in ("updated", "location", "hours", "website")},
        "email": root.css_first("[data-cfemail]") or root.css_first("a[href^=mailto]") or _place(fields, "email"),
        "other_ads": around.account[0] if around.account else None,
    }


def _place(fields: Selected, name: str) -> LexborNode | None:
    """The element of the first value that is not the whole page's text."""
    return next((v.node for v in fields.get(name, ()) if v.node is not None and v.start == 0), None)


_SUFFIXES = {"meta": "::attr(content)", "time": "::attr(datetime)"}


def _guess_line(name: str, node: LexborNode | None, root: LexborNode, tree: LexborHTMLParser) -> str:
    if node is None or node.tag in {"script", "title"}:
        return f'# {name} = ""'
    selector = unique_selector(root if is_inside(node, {root.mem_id}) else tree.root or root, node)
    if (node.attributes.get("href") or "").startswith("tel:"):
        selector = "a[href^='tel:']"
    if (label := _label_before(node)) is not None and selector.count(" ") > 1:
        words = visible_text(label).strip(": ")
        said = f":lexbor-contains('{words}' i)"
        direct = words in " ".join(label.text(deep=False).split())
        selector = f"{label.tag}{said if direct else f':has({said})'} + {node.tag}"
    if name == "other_ads":
        selector += " a::attr(href)"
    elif "data-cfemail" in node.attributes:
        selector = "[data-cfemail]::attr(data-cfemail)"
    elif (node.attributes.get("href") or "").startswith("mailto:"):
        selector += "::attr(href)::re(mailto:([^?]+))"
    selector += _SUFFIXES.get(node.tag or "", "")
    line = f"{name} = {quoted(selector):<30} # {note_of(node)}".rstrip("# ")
    return line if is_telling(selector) else f"# {line}"


def _label_before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    if before is None or before.tag not in {"td", "th", "dt", "span", "div", "b", "p", "h4"}:
        return None
    words = fold(visible_text(before)).strip(": ")
    return before if words in fields_by_label() and "'" not in words else None


def _heading(root: LexborNode) -> LexborNode | None:
    return root.css_first("h1") or root.css_first("h2") or root.css_first("h3")


def _is_posted(text: str) -> bool:
    words = re.search(r"\b(?:posted|updated|added|date)\b", text, re.I)
    return words is not None and claimed_date(text, datetime(2000, 1, 1, tzinfo=UTC)) is not None


def _innermost(root: LexborNode, around: Surroundings, test: Callable[[str], bool]) -> LexborNode | None:
    """The deepest first element below the root whose text, without what surrounds the ad, passes."""
    here: LexborNode | None = None
    left_out = {n.mem_id for n in around.all}
    candidates = [root]
    while candidates:
        hit = next((n for n in candidates if test(text_without(n, around.all)[:20_000])), None)
        if hit is None:
            return here
        here = hit if hit.mem_id != root.mem_id else here
        child, candidates = hit.child, []
        while child is not None:
            if child.is_element_node and child.tag not in {"script", "style"} and child.mem_id not in left_out:
                candidates.append(child)
            child = child.next
    return here
