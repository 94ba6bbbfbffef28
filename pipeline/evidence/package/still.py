"""A page as a picture of itself: its markup without script, links, forms and anything fetched from elsewhere.

The tree is read as HTML5 (lexbor) and written anew from an allow-list of elements and attributes, so nothing is kept
because it was not thought of. What is left out leaves a visible mark and is counted. The result is DERIVED: it shows
what the page said and roughly how it looked; the record in the archive is the evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html import escape

from selectolax.lexbor import LexborNode

from pipeline.extract.text import bounded, decode, parse, visible_text

_KEPT = """a abbr acronym address article aside b bdi bdo big blockquote body br caption center cite code col colgroup
    dd del details dfn dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hgroup hr i
    ins kbd label legend li main mark menu nav ol p pre q rp rt ruby s samp section small span strike strong sub
    summary sup table tbody td tfoot th thead time tr tt u ul var wbr"""
_INERT = {
    "a": "span",
    "form": "div",
    "body": "div",
    "button": "span",
    "noscript": "div",
    "marquee": "div",
    "canvas": "div",
}
_INERT |= {"xmp": "pre", "plaintext": "pre", "listing": "pre"}
_DROPPED = "script template head datalist noframes noembed title meta link base"
_NAMED = {
    "img": "images", "picture": "images", "video": "videos",
    "audio": "sounds", "iframe": "frames", "frame": "frames", "object": "embedded objects",
    "embed": "embedded objects", "applet": "embedded objects",
}  # fmt: skip
_VOID = frozenset(["br", "hr", "wbr", "col"])
_KEPT_ATTRIBUTES = """class id dir lang align valign width height bgcolor color face size border cellpadding cellspacing
    colspan rowspan span start value reversed open datetime headers scope abbr noshade nowrap"""
_ATTRIBUTES = frozenset(_KEPT_ATTRIBUTES.split())
_KEEP = frozenset(_KEPT.split())
_DROP = frozenset(_DROPPED.split())
_FETCHING = re.compile(r"url\s*\(|image-set|@import|@namespace|expression|behaviou?r\s*:|-moz-binding|src\s*\(", re.I)
_ESCAPES = re.compile(r"\\[0-9a-fA-F]{1,6}\s?|\\")
_COMMENT = re.compile(r"/\*.*?(\*/|$)", re.S)
_AT_RULE = re.compile(r"@(?!media\b|supports\b)[^;{]*(;|\{[^{}]*(\{[^{}]*\}[^{}]*)*\})", re.I)
_AS_TEXT = frozenset({"text/plain", "text/csv", "application/json"})  # shown as they are written
STYLE_LIMIT, MARK_LIMIT = 200_000, 200


@dataclass(frozen=True, slots=True)
class Still:
    """`html` is the inside of a body with its own style elements; `left_out` counts what the page names and the still
    does not show, by kind; `problem` says why the page was not shown, or not all of it."""

    html: str
    title: str
    text: str
    left_out: dict[str, int]
    problem: str = ""


def still_page(body: bytes, content_type: str) -> Still:
    """The still of a decoded response body. Never raises for what is in it; other types than text are not shown."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body.strip():
        return Still("", "", "", {}, "the response has no body")
    as_text = kind in _AS_TEXT or kind.endswith("+json")
    if not as_text and kind not in {"", "text/html", "application/xhtml+xml", "application/octet-stream"}:
        return Still("", "", "", {}, f"not a page but {kind}")
    html = decode(body, content_type)
    if as_text:
        return Still(f"<pre>{escape(html)}</pre>", "", html, {})
    tree = parse(html)
    root = tree.body or tree.root
    title = tree.css_first("title")
    writer = _Writer()
    for style in tree.css("head style"):
        writer.style(style)
    scripts, sheets = len(tree.css("script")), len(tree.css('link[rel~="stylesheet" i]'))
    if root is not None:
        writer.write(root)
    counts = {**writer.left_out, "scripts": scripts, "style sheets": sheets}
    left_out = {name: count for name, count in sorted(counts.items()) if count}
    cut = bounded(html)[1]
    return Still(
        "".join(writer.parts),
        " ".join(title.text().split())[:MARK_LIMIT] if title else "",
        visible_text(root) if root is not None else "",
        left_out,
        f"only shown up to {cut}" if cut else "",
    )


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left_out: Counter[str] = Counter()

    def write(self, root: LexborNode) -> None:
        """Write the node and what is in it. Without recursion: pages nest deeper than Python's stack."""
        waiting: list[LexborNode | str] = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, str):
                self.parts.append(node)
                continue
            inside, end = self._node(node)
            if end:
                waiting.append(end)
            if inside:
                child = node.last_child
                while child is not None:
                    waiting.append(child)
                    child = child.prev

    def _node(self, node: LexborNode) -> tuple[bool, str]:
        """Write a node's beginning. Returns whether its children follow, and its end."""
        if node.is_text_node:
            self.parts.append(escape(node.text_content or "", quote=False))
            return False, ""
        if not node.is_element_node:
            return False, ""
        tag = (node.tag or "").lower()
        if tag == "style":
            self.style(node)
        elif tag in _NAMED:
            self._mark(node, _NAMED[tag])
        elif tag == "svg":
            said = " ".join((node.text() or "").split())[:MARK_LIMIT]
            self.parts.append(f'<span class="imb-left-out">[drawing, not shown: {escape(said)}]</span>')
        elif tag in {"input", "textarea", "select"}:
            self._field(node, tag)
        elif tag not in _DROP:
            name = _INERT.get(tag, tag if tag in _KEEP else "span")
            self.parts.append(f"<{name}{self._attributes(node, tag)}>")
            return name not in _VOID, "" if name in _VOID else f"</{name}>"
        return False, ""

    def _attributes(self, node: LexborNode, tag: str) -> str:
        found = []
        for name, value in node.attributes.items():
            if name in _ATTRIBUTES:
                found.append(f' {name}="{escape(value or "")}"')
            elif name == "style" and (kept := harmless_style(value or "", declarations=True)):
                found.append(f' style="{escape(kept)}"')
        if tag == "a" and (target := (node.attributes.get("href") or "").strip()):
            found.append(f' title="{escape(target[:2000])}"')
        return "".join(found)

    def style(self, node: LexborNode) -> None:
        if kept := harmless_style(node.text_content or node.text() or ""):
            self.parts.append(f"<style>{kept}</style>")

    def _mark(self, node: LexborNode, kind: str) -> None:
        """A visible note in place of what was not collected."""
        self.left_out[kind] += 1
        attributes = node.attributes
        said = (attributes.get("alt") or attributes.get("title") or "").strip()[:MARK_LIMIT]
        source = (attributes.get("src") or attributes.get("data") or "").strip()
        where = "data in the page" if source.lower().startswith("data:") else source[:MARK_LIMIT]
        text = f"not collected: {kind.removesuffix('s')}{f' “{said}”' if said else ''}"
        self.parts.append(f'<span class="imb-left-out" title="{escape(where)}">[{escape(text)}]</span>')

    def _field(self, node: LexborNode, tag: str) -> None:
        """A form field shows what it held when the page was sent; hidden ones are not shown, as in a browser."""
        kind = (node.attributes.get("type") or "text").lower()
        if tag == "input" and kind == "hidden":
            return
        if tag == "input":
            shown = node.attributes.get("value") or node.attributes.get("placeholder") or ""
            shown = {"checkbox": "☐", "radio": "○"}.get(kind, shown)
        else:
            shown = " ".join((node.text() or "").split())[:MARK_LIMIT]
        self.parts.append(f'<span class="imb-field">{escape(shown) or "&nbsp;"}</span>')


def harmless_style(css: str, *, declarations: bool = False) -> str:
    """Style rules that fetch nothing: without comments, escapes, at-rules (but @media) and anything with an address."""
    if len(css) > STYLE_LIMIT or "<" in css:
        return ""
    plain = _ESCAPES.sub("", _COMMENT.sub("", css))
    if not declarations:
        plain = _AT_RULE.sub("", plain)
    kept = re.sub(r"[^;{}]+", lambda m: "" if _FETCHING.search(m[0]) else m[0], plain)
    return "" if _FETCHING.search(kept) else kept.strip()
