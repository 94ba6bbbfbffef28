"""The draft of a profile's [ad] part, tried on the page of the advertisement it is made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.addresses import find_addresses
from pipeline.extract.dates import claimed_date
from pipeline.extract.drafting.bounds import bounds, foreign_parts, part_selector
from pipeline.extract.drafting.parts import (
    POSTING_ID,
    is_telling,
    note_of,
    posting_id_line,
    quoted,
    unique_selector,
)
from pipeline.extract.drafting.trial import Trial, quotes_of, said
from pipeline.extract.lexicon import fold
from pipeline.extract.phones import find_phones
from pipeline.extract.selection import Reading, Selected
from pipeline.extract.text import is_inside, text_without, visible_text
from pipeline.extract.unprofiled.generic import find_root, structured_fields
from pipeline.extract.unprofiled.labels import fields_by_label
from pipeline.extract.unprofiled.naming import name_and_title
from pipeline.extract.unprofiled.surroundings import Surroundings, find_surroundings
from pipeline.model import Page


def ad_part(html: str, page: Page, reading: Reading, head: Sequence[str]) -> list[str]:
    """The tables [pages] and [ad] of a draft. `page`: the page read without a profile; `head`: the draft's keys."""
    tree = reading.tree
    around = find_surroundings(tree)
    root = find_root(tree, around)
    if root is None:
        return []
    url = reading.url
    opening = ["[pages]", _ad_rule(url, data_only=not visible_text(tree.body or root)), "", "[ad]"]
    trial = Trial(html, url, reading.captured_at, (*head, *opening), said(page))
    on_trial = bool(trial.wanted) and len(page.ads) == 1
    ways = bounds(tree, root, around, quotes_of(page))
    base = _without_foreign(tree, trial, trial.best(ways), page) if on_trial else ways[0]
    if page.kind == "forum" and len(page.ads) > 1:
        base.append("# many = true                # every post is an ad: make root the element of one post")
    if m := POSTING_ID.search(url):
        base.append(posting_id_line(m))
    found = _guesses(tree, root, around)
    guesses = [_guess_line(name, node, root, tree) or _attribute_line(name, page) for name, node in found.items()]
    if not on_trial:
        return [*opening, *base, *guesses]
    lines = trial.commented(base, guesses)
    return [*opening, *base, *lines, *trial.remarks([*base, *lines])]


def _without_foreign(tree: LexborHTMLParser, trial: Trial, base: list[str], page: Page) -> list[str]:
    """The bounds without the elements that hold what is not the ad's, where these can be told."""
    own = quotes_of(page)
    foreign = quotes_of(trial.page(base)) - own
    root = tree.body
    if not foreign or root is None or not base:
        return base
    left = foreign_parts(root, foreign, own)
    known = [line for line in base if not line.startswith("without")]
    more = [s for part in left if (s := part_selector(part) or unique_selector(tree.root or root, part))]
    named = [line.removeprefix("without = [").removesuffix("]") for line in base if line.startswith("without")]
    without = f"without = [{', '.join([*named, *map(quoted, dict.fromkeys(more))])}]"
    return trial.best([base, [*known, without]])


def _ad_rule(url: str, *, data_only: bool) -> str:
    """How pages of ads are told from the site's other pages, which have the same root."""
    if m := POSTING_ID.search(url):
        tail = re.escape(m[2] or "")
        return f"ad = {{ url = {quoted(f'{m[1]}[0-9]{{3,}}{tail}/?$')} }}"
    if data_only:
        return """ad = { css = "script[type='application/ld+json']" }"""
    return "# ad = { url = 'part of the address that only ads have' }    # needed beside a [listing]"


def _guesses(tree: LexborHTMLParser, root: LexborNode, around: Surroundings) -> dict[str, LexborNode | None]:
    fields = structured_fields(tree, root, around)
    name_and_title(tree, root, text_without(root, around.all), fields, around)

    def innermost(test: Callable[[str], bool]) -> LexborNode | None:
        return _innermost(root, around, test)

    return {
        "title": _place(fields, "title") or _heading(root),
        "business_name": _place(fields, "business_name"),
        "phone": root.css_first("a[href^='tel:']")
        or _place(fields, "phone", shown=True)
        or innermost(lambda t: bool(find_phones(t)))
        or _place(fields, "phone"),
        "address": _place(fields, "address") or innermost(lambda t: bool(find_addresses(t))),
        "posted": _place(fields, "posted", shown=True) or innermost(_is_posted) or _place(fields, "posted"),
        **{
            name: _place(fields, name, shown=True) or _place(fields, name)
            for name in ("updated", "location", "hours", "website")
        },
        "email": root.css_first("[data-cfemail]") or root.css_first("a[href^=mailto]") or _place(fields, "email"),
        "other_ads": around.account[0] if around.account else None,
    }


def _place(fields: Selected, name: str, *, shown: bool = False) -> LexborNode | None:
    """The element of the first value that is not the whole page's text; `shown`: one that the page shows."""
    nodes = [v.node for v in fields.get(name, ()) if v.node is not None and v.start == 0]
    return next((n for n in nodes if not shown or n.tag not in {"meta", "script", "title"}), None)


_SUFFIXES = {"meta": "::attr(content)", "time": "::attr(datetime)"}


def _guess_line(name: str, node: LexborNode | None, root: LexborNode, tree: LexborHTMLParser) -> str:
    if node is None or node.tag in {"script", "title"}:
        return ""
    inside = is_inside(node, {root.mem_id})
    selector = unique_selector(root if inside else tree.root or root, node)
    if (node.attributes.get("href") or "").startswith("tel:"):
        selector = "a[href^='tel:']"
    shared = selector.count(" ") > 1 or len(root.css(selector)) > 1
    if (label := _label_before(node)) is not None and shared:
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
    return line if is_telling(selector) and inside else f"# {line}"


def _attribute_line(name: str, page: Page) -> str:
    """Of a value that no element shows, the attribute that has it."""
    for mention in (m for ad in page.ads for m in ad.mentions if m.kind == name and m.field.startswith("attr:data-")):
        attribute = mention.field.removeprefix("attr:")
        return f"{name} = {quoted(f'[{attribute}]::attr({attribute})')}"
    return f'# {name} = ""'


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
