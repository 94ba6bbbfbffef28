"""From bytes to text: decoding, the visible text of an element, and the path that finds the element again.

Every offset of a Mention counts code points of one of these texts, so `field_text` must never change for a published
EXTRACTOR_VERSION: it is how a court re-derives a quote from the archived bytes.
"""

from __future__ import annotations

import codecs
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bs4.dammit import UnicodeDammit
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from pipeline.extract.inventory import inventory
from pipeline.extract.layout import MAX_DEPTH, Layout, lay_out
from pipeline.extract.visible import HIDDEN, read_leaf, read_visible

logging.getLogger("bs4.dammit").setLevel(logging.ERROR)  # it warns of every stray byte

MAX_BYTES = 5_000_000  # of a page that are read; what is beyond is archived, not parsed
MAX_NESTING = 2_000
_UNBOUNDED = 50_000  # characters of a page that cannot pass the limits by much
MAX_TAGS = 60_000
MAX_ATTRIBUTES = 2_000  # of one tag
MAX_OPTIONS = 10_000  # tags of options, of one list to choose from

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = tuple(bom for bom, _ in _BOMS)
_META = re.compile(rb"<(?:meta|\?xml)[^>]{0,512}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.I)
# What browsers read under these labels (WHATWG): Latin-1 and ASCII labels mean windows-1252, GB2312 means GBK …
_LABELS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}

_ENDS_ITSELF = "area base br col embed hr img input link meta param source track wbr p li option dt dd td th tr"
_SELF_ENDING = frozenset(_ENDS_ITSELF.split())
_TAG = re.compile(
    r"<(/?)([a-zA-Z][^\s/>]{0,40})((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)",
)
_SEPARATORS = re.compile(r"[\s<]")
# The only encodings worth guessing on sites about Missouri; other guesses for a few stray bytes are noise.
_EAST_ASIAN = frozenset(["big5", "big5hkscs", "cp950", "gb18030", "cp949", "johab", "shift_jis", "cp932", "euc_jp"])
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")


class Found(NamedTuple):
    """A value found in one text, before it is tied to an element: offsets in that text, in code points."""

    kind: str  # as Mention.kind
    value: str
    start: int
    end: int
    style: str = "plain"
    confidence: float = 1.0


def decode(body: bytes, content_type: str) -> str:
    """The page as text, as browsers would: BOM, header, meta, else a guess. Never raises; drops NUL characters."""
    cut, body = len(body) > MAX_BYTES, body[:MAX_BYTES]
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace").replace("\0", "")
    tried: list[str] = []
    for encoding in _declared(body, content_type):
        tried.append(encoding)
        if (text := _strict(body, encoding, cut)) is not None:
            return text.replace("\0", "")
    return body.decode(_guess(body, tried), "replace").replace("\0", "")


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    """Encodings worth a strict attempt, best first. Valid non-ASCII UTF-8 beats a single-byte label."""
    header = _HEADER.search(content_type)
    meta = _META.search(body[:4096])
    names = [header[1] if header else "", meta[1].decode("ascii") if meta else ""]
    labels = [label for name in names if (label := _codec(name))]
    if meta and labels and labels[-1].startswith(("utf-16", "utf-32")) and not header:
        labels = ["utf-8"]  # a meta tag that could be read as ASCII is not UTF-16
    if not labels or labels[0] == "cp1252":
        labels.insert(0, "utf-8")
    yield from dict.fromkeys([*labels, "utf-8"])


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    if not getattr(found, "_is_text_encoding", True):
        return ""
    return _LABELS.get(found.name, found.name)


def _strict(body: bytes, encoding: str, cut: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(body, final=not cut)
    except (ValueError, LookupError):
        return None


def _guess(body: bytes, tried: list[str]) -> str:
    """An encoding for bytes that no declaration fits. Mostly valid UTF-8 stays UTF-8, with replacement characters."""
    high = sum(1 for byte in body[:200_000] if byte > 127)
    if body[:200_000].decode("utf-8", "replace").count("\ufffd") * 5 <= high:
        return "utf-8"
    if tried and tried[0] not in {"utf-8", "cp1252"}:
        return tried[0]
    guess = _codec(UnicodeDammit(body[:20_000], is_html=True).original_encoding or "")
    return guess if guess in _EAST_ASIAN and high >= 20 else "cp1252"


def read_tree(body: bytes, content_type: str) -> tuple[LexborHTMLParser, str]:
    """The tree of a page as `parse(decode(…))` builds it, and why it is not all of the page ("" when it is)."""
    short = len(body) < _UNBOUNDED and content_type.endswith("charset=utf-8")
    if short and not body.startswith(_MARKS) and b"\0" not in body and _is_utf8(body):
        return LexborHTMLParser(body), ""
    html, reason = bounded(decode(body, content_type))
    if reason:
        reason = f"only read up to {reason}"
    elif len(body) > MAX_BYTES:
        reason = f"only the first {MAX_BYTES:,} of {len(body):,} bytes were read"
    return LexborHTMLParser(html.encode("utf-8", "replace")), reason


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def parse(html: str) -> LexborHTMLParser:
    """The HTML5 tree of a page, of its bounded part if it is hostile (see `bounded`)."""
    return LexborHTMLParser(bounded(html)[0].encode("utf-8", "replace"))


def bounded(html: str) -> tuple[str, str]:
    """The part of a page that a tree is built of, and why it is not all ("" when it is).

    Tree building takes time in the square of nesting depth, of the attributes of one tag and of the options of one
    list: 100,000 nested tags took 45 s, 60,000 options 9 s. Such pages are cut where they pass the limit.
    """
    if len(html) < _UNBOUNDED:
        return html, ""
    open_tags: Counter[str] = Counter()
    depth = options = 0
    for count, match in enumerate(_TAG.finditer(html)):
        closing, name, attributes = match.groups()
        name = name.lower()
        if closing:
            if open_tags[name]:
                open_tags[name] -= 1
                depth -= 1
        elif name not in _SELF_ENDING:
            open_tags[name] += 1
            depth += 1
        if depth > MAX_NESTING or count > MAX_TAGS:
            return html[: match.start()], f"more than {MAX_NESTING if depth > MAX_NESTING else MAX_TAGS} tags" + (
                " inside one another" if depth > MAX_NESTING else ""
            )
        options = options + (name == "option") if name != "select" else 0
        if options > MAX_OPTIONS:
            return html[: match.start()], f"more than {MAX_OPTIONS} options of one list"
        if len(attributes) > MAX_ATTRIBUTES and len(_SEPARATORS.findall(attributes)) > MAX_ATTRIBUTES:
            return html[: match.start()], f"a tag with more than {MAX_ATTRIBUTES} attributes"
    return html, ""


def visible_text(node: LexborNode) -> str:
    """What a reader sees of the element, one line per block, tab between cells, single spaces, nothing hidden.

    Whether the element itself is hidden or a script is not asked: who cites it knows.
    """
    read, ident = _last[0], node.mem_id
    texts = read.texts if read.tree is node.parser else _read_before(node).texts
    if (text := texts.get(ident)) is None:
        shown = node
        if node.tag == "html" and (body := node.parser.body) is not None and body.parent == node:
            shown = body  # the head is not shown
        text = texts[ident] = texts[shown.mem_id] = _shown(shown)
    return text


def _shown(node: LexborNode) -> str:
    """`visible_text`, of the page's whole body in a way that makes the same of its elements cheap."""
    if (text := read_leaf(node)) is not None:
        return text
    if (placed := _placed(node)) is None:
        return read_visible(node)
    layout, (start, end) = placed
    return layout.tokens.shown(start, end)


def _placed(node: LexborNode, *, asked: bool = False) -> tuple[Layout, tuple[int, int]] | None:
    """Where an element stands in a layout; one is made of whole bodies, and of others where it is `asked` for."""
    layouts = _read_before(node).layouts
    for layout in layouts:
        if span := layout.span(node):
            return layout, span
    made = lay_out(node) if asked or node.tag == "body" else None
    if made is None or not (span := made.span(node)):
        return None
    layouts[1:] = [made]
    return made, span


def is_inside(node: LexborNode | None, marked: set[int]) -> bool:
    """Whether a node is one of the marked elements or lies in one."""
    while node is not None:
        if node.mem_id in marked:
            return True
        node = node.parent
    return False


def not_deep(root: LexborNode, nodes: Iterable[LexborNode]) -> Iterable[LexborNode]:
    """Elements below a root but those inside more than MAX_DEPTH others of a body that was read.

    To read each of a thousand elements inside one another is to read the page a thousand times.
    """
    layouts = _read_before(root).layouts
    deep = layouts[0].deep if layouts else ()
    return (node for node in nodes if node.mem_id not in deep) if deep else nodes


def text_without(node: LexborNode, parts: Iterable[LexborNode]) -> str:
    """`visible_text` with the words of some of the element's parts blanked: every other character keeps its place."""
    own = {node.mem_id}
    parts = tuple(part for part in parts if is_inside(part, own))
    if not parts:
        return visible_text(node).replace(HIDDEN, " ")
    read, key = _read_before(node), (node.mem_id, *(part.mem_id for part in parts))
    if (text := read.without.get(key)) is None:
        text = read.without[key] = _blanked(node, parts)
    return text


def _blanked(node: LexborNode, parts: Sequence[LexborNode]) -> str:
    text, placed = visible_text(node), _placed(node, asked=True)
    if placed is None:
        return text
    layout, (start, end) = placed
    spans = [span for part in parts if (span := layout.span(part))]
    blanked = layout.tokens.shown(start, end, spans)
    return blanked if len(blanked) == len(text) else text


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one tree, by element. The tree is kept, so that its elements' ids name nothing else."""

    tree: LexborHTMLParser
    texts: dict[int, str]
    without: dict[tuple[int, ...], str]
    paths: dict[int, str]
    layouts: list[Layout]  # the first one, mostly of the body, and the last


# Of the last page only: pages are read one after the other, and trees do not change.
_last = [_Read(LexborHTMLParser(""), {}, {}, {}, [])]


def _read_before(node: LexborNode) -> _Read:
    tree = node.parser
    if _last[0].tree is not tree:
        _last[0] = _Read(tree, {}, {}, {}, [])
    return _last[0]


def css_path(node: LexborNode) -> str:
    """A selector for exactly this element in any HTML5 parser; "" when it lies deeper than MAX_DEPTH."""
    read = _read_before(node)
    return read.paths.get(node.mem_id) or _path(node)


def _path(node: LexborNode) -> str:
    """The element's path; those of its ancestors are kept as well."""
    known = _read_before(node).paths
    steps: list[tuple[int, str]] = []
    here: LexborNode | None = node
    path = ""
    while here is not None and here.is_element_node and not (path := known.get(here.mem_id, "")):
        if len(steps) > MAX_DEPTH:
            return ""
        if _PLAIN_NAME.match(name := here.id or "") and inventory(here.parser).is_alone(name):
            path = known[here.mem_id] = f"#{name}"
            break
        tag = here.tag if here.tag and _PLAIN_NAME.match(here.tag) else "*"
        parent = here.parent
        above = parent is not None and parent.is_element_node
        steps.append((here.mem_id, f"{tag}:nth-child({_position(here)})" if above else tag))
        here = parent
    if (path.count(" > ") + 1 if path else 0) + len(steps) > MAX_DEPTH + 1:
        return ""
    for ident, step in reversed(steps):
        path = known[ident] = f"{path} > {step}" if path else step
    return path


def _position(node: LexborNode) -> int:
    position, before = 1, node.prev
    while before is not None:
        position += before.is_element_node
        before = before.prev
    return position


def field_of(node: LexborNode, field: str) -> str:
    """The text ("text") or one attribute ("attr:name") of an element."""
    if field == "text":
        return visible_text(node)
    return node.attrs.sget(field.removeprefix("attr:"))


def field_text(body: bytes, content_type: str, field: str, node: str) -> str:
    """The field a Mention cites, from the archived bytes: `field_text(…)[start:end] == quote`.

    "" when the page holds no such element. The field "url" is the page's URL and is not found here.
    """
    try:
        found = _tree(body, content_type).css_first(node) if node else None
    except SelectolaxError:
        return ""
    return field_of(found, field) if found is not None else ""


@lru_cache(maxsize=1)
def _tree(body: bytes, content_type: str) -> LexborHTMLParser:
    return read_tree(body, content_type)[0]
