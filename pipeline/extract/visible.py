"""The visible text of an element, read off its serialized markup: a visit to every node costs several times as much.

The markup is lexbor's own: every element but the void ones has its end tag, attributes stand in double quotes, and once
scripts, comments and the like are taken out, "<" and ">" only begin and end tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import compress

from selectolax.lexbor import LexborNode

from pipeline.extract.letters import distinct_others

_UNSEEN = """script style noscript template head select datalist iframe object svg canvas audio video noframes noembed
    math"""
_BLOCKS = """html body address article aside blockquote button center dd details dialog dir div dl dt fieldset
    figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup
    option p pre search section summary table tbody tfoot thead caption title ul"""
_VOID = "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
_RAW_NAMES = "script style iframe noembed noframes xmp plaintext"

_LINE, _ROW, _CELL, _END = "\n", "\r", "\t", "\v"  # marks; white space of the texts themselves is all blanks by then
_NOT_SHOWN = frozenset(_UNSEEN.split())
_ENDLESS = frozenset(_VOID.split())
_RAW_TAGS = frozenset(_RAW_NAMES.split())


class _Marks(dict[str, str]):
    """What a tag is in the text, by its name; nothing within a line."""

    def __missing__(self, name: str) -> str:
        return ""


_INLINE = """a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label map mark nobr q s
    samp small span strike strong sub sup time tt u var wbr area col textarea"""
_SHOWN_NAMES = frozenset(
    way
    for name in (*_BLOCKS.split(), *_INLINE.split(), "br", "tr", "td", "th")
    if name not in _NOT_SHOWN
    for way in (name, f"/{name}")
)

_MARKS = _Marks(
    dict.fromkeys(_SHOWN_NAMES, "")  # so that those of most tags are at hand
    | dict.fromkeys(_BLOCKS.split(), _LINE)
    | {"br": _ROW, "tr": _ROW, "td": _CELL, "th": _CELL}
    | {f"/{name}": _END for name in (*_BLOCKS.split(), "tr", "td", "th")}
)

# Where a script ends: in "<!-- <script> … </script> … -->" the first end tag is part of it.
_INNER = r"<script[\s/>](?:(?!-->|</script[\s/>]).)*+(?:</script[\s/>]|(?=-->))"
_ESCAPED = rf"<!--(?:-?>|(?:(?!-->|</script[\s/>]|<script[\s/>]).|{_INNER})*+(?:-->|(?=</script[\s/>])))"
_SCRIPT = rf"<script\b[^>]*>(?P<code>(?:[^<]++|{_ESCAPED}|(?!</script[\s/>])<)*+)</script>"
_RAW = re.compile(
    rf"<!--.*?-->|{_SCRIPT}|<(?P<name>style|iframe|noembed|noframes)\b[^>]*>(?P<raw>.*?)</(?P=name)>"
    r"|(?P<shown><xmp\b[^>]*>)(?P<xmp>.*?)(?=</xmp>)|(?P<last><plaintext\b[^>]*>)(?P<plain>.*)(?=</plaintext>)",
    re.DOTALL,
)
_RAW_OR_TAG = re.compile(rf"{_RAW.pattern}|<[^>]+>", re.DOTALL)  # where "<!--" is a part of a tag's name
_RAW_BEGINS = re.compile(r"<(?:!--|script\b|style\b|iframe\b|no(?:embed|frames)\b|xmp\b|plaintext\b)")
_SHOWN = re.compile(r"(<[^>]*>|&nbsp;)")  # of what is hidden: the tags, and blanks that are written
_REFERENCE = re.compile(r"&(?:amp|lt|gt);")
HIDDEN = "\x1a"
_BETWEEN = "\x1c"  # a blank, so that it is not hidden itself
_HIDING_TABLE = bytes(code if chr(code).isspace() else ord(HIDDEN) for code in range(256))
_NAMES = re.compile(r"<([^\s>]+)[^>]*>")
_TAGS = re.compile(r"<([^\s>]+)([^>]*)>")
_ATTRIBUTE = re.compile(r"\s(\S+?)=\"([^\"]*)\"")
_MAY_HIDE = "[hidden], [style]"
_NEAR = 8  # elements above one that are looked at: a page may nest them by the thousand
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_SPACES = "\n\t\r\f\v\x1c\x1d\x1e\x1f"
_WIDE_SPACES = frozenset("\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))
_RUN = re.compile(r"([\n\r\t\v][ \n\r\t\v]*)")


def read_visible(node: LexborNode) -> str:
    """What a reader sees of the element, one line per block, tab between cells, single spaces, nothing hidden.

    Whether the element itself is hidden or a script is not asked.
    """
    tag = node.tag
    if tag == "template":
        return ""
    if tag in _RAW_TAGS:
        return _tidy(_blanked(node.text() or ""))
    inside = node.child
    if inside is None:
        return ""
    if inside.is_text_node and inside.next is None:  # most elements that are asked for are of this kind
        return " ".join((inside.text_content or "").split())
    return _read(node, node.html or "")


def read_without(node: LexborNode, parts: Iterable[LexborNode]) -> str:
    """`read_visible` with every character that parts of the element show blanked, the others in their places."""
    markup = node.html or ""
    taken: dict[int, int] = {}
    past: dict[str, int] = {}  # where the last of the same markup ended: parts are given in page order
    for part in parts:
        inner = part.html or ""
        start = markup.find(inner, past.get(inner, 0)) if inner else -1
        if start >= 0:
            taken[start] = past[inner] = start + len(inner)
    pieces: list[str] = []
    at = 0
    for start, end in sorted(taken.items()):
        if start >= at:
            inside: list[str] = _SHOWN.split(markup[start:end])
            inside[::2] = _all_hidden(inside[::2])
            pieces += [markup[at:start], *inside]
            at = end
    return _read(node, "".join((*pieces, markup[at:]))).replace(HIDDEN, " ")


def _all_hidden(texts: list[str]) -> list[str]:
    """Texts with a mark for every character and reference but blanks; as one text, since most have a few letters."""
    together = _BETWEEN.join(texts)
    if together.count(_BETWEEN) >= len(texts):  # one of them has the sign itself
        return [*map(_hidden, texts)]
    return _hidden(together).split(_BETWEEN)


def _hidden(text: str) -> str:
    """Text between tags with a mark for every character and reference but blanks."""
    if not text or text.isspace():
        return text
    if "&" in text:
        text = _REFERENCE.sub(HIDDEN, text)
    for space in distinct_others(text) & _WIDE_SPACES:
        text = text.replace(space, " ")
    return text.encode("ascii", "replace").translate(_HIDING_TABLE).decode("ascii")  # one byte for a character


def _read(node: LexborNode, written: str) -> str:
    markup = _blanked(written)
    hidden: set[int] = set()  # places among the tags
    if ("hidden" in markup or "style" in markup) and any(_hides_more(n, node) for n in node.css(_MAY_HIDE)):
        parts = _TAGS.split(_markup_alone(markup))
        hidden |= {i for i, tag in enumerate(parts[2::3]) if ("hidden" in tag or "style" in tag) and _hides(tag)}
        del parts[2::3]
    else:
        parts = _NAMES.split(_markup_alone(markup))
    names = parts[1::2]
    if hidden or not _SHOWN_NAMES.issuperset(names):
        hidden.update(compress(range(len(names)), map(_NOT_SHOWN.__contains__, names)))
        _drop(parts, names, sorted(hidden))
    parts[1::2] = map(_MARKS.__getitem__, names)
    return _tidy(_unescaped("".join(parts)))


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    return text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _blanked(markup: str) -> str:
    for space in _SPACES:
        if space in markup:
            markup = markup.replace(space, " ")
    for space in distinct_others(markup) & _WIDE_SPACES:  # to look for each of them in turn costs several times as much
        markup = markup.replace(space, " ")
    return markup


def _markup_alone(markup: str) -> str:
    """Without what is no markup: comments, scripts and the like."""
    pieces, at = [], 0
    while begin := _RAW_BEGINS.search(markup, at):
        start = begin.start()
        if (raw := _RAW.match(markup, start)) is None:
            pieces.append(markup[at : begin.end()])
            at = begin.end()
            continue
        if markup.rfind("<", 0, start) > markup.rfind(">", 0, start):
            return _RAW_OR_TAG.sub(_without_raw, markup)
        pieces += [markup[at:start], _without_raw(raw)]
        at = raw.end()
    return "".join((*pieces, markup[at:]))


def _without_raw(found: re.Match[str]) -> str:
    """The element without what is no markup; text that is shown as it stands gets escaped."""
    if begin := found["shown"] or found["last"]:
        shown = found["xmp"] or found["plain"] or ""
        return begin + shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not found[0].startswith("<!") and found["code"] is None and found["raw"] is None:
        return found[0]
    unseen = found["code"] or found["raw"] or ""
    return " " if unseen.isspace() else ""


def _hides_more(inner: LexborNode, node: LexborNode) -> bool:
    """Whether an element within the node may hide what is shown else; most others are pixels for no-script readers."""
    attributes = inner.attrs
    if "hidden" not in attributes and not _HIDING.search(attributes.sget("style")):
        return False
    above = inner.parent
    for _ in range(_NEAR):
        if above is None or above.mem_id == node.mem_id:
            break
        if above.tag in _NOT_SHOWN:
            return False
        above = above.parent
    return True


def _hides(tag: str) -> bool:
    attributes = dict(reversed(_ATTRIBUTE.findall(tag)))
    return "hidden" in attributes or _HIDING.search(attributes.get("style", "")) is not None


def _drop(parts: list[str], names: list[str], starts: list[int]) -> None:
    """Take out the texts within the elements that begin there, white space excepted; the first element stays."""
    seen = 1
    for start in starts:
        name = names[start]
        if (start < seen and name != "template") or start == 0 or name in _ENDLESS:
            continue
        depth, end = 1, start + 1
        while depth and end < len(names):
            depth += (names[end] == name) - (names[end] == f"/{name}")
            end += 1
        for inside in range(start, end - 1):
            text = parts[2 * inside + 2]
            parts[2 * inside + 2] = " " if text.isspace() and name != "template" else ""
        if name == "template":
            names[start:end] = [""] * (end - start)
        seen = max(seen, end)


def _tidy(text: str) -> str:
    """Marks and the blanks around them as one break each, blanks as one blank."""
    if _CELL not in text:
        text = "\n".join(filter(None, map(str.strip, text.splitlines())))
    else:
        pieces = _RUN.split(text)
        pieces[::2] = map(str.strip, pieces[::2])
        pieces[1::2] = map(_break, pieces[1::2])
        text = "".join(pieces).strip()
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _break(run: str) -> str:
    """A tab where a cell begins first and no row or line does."""
    begins = run.replace(_END, "").lstrip(" ")
    return "\t" if begins.startswith(_CELL) and _ROW not in run else "\n"
