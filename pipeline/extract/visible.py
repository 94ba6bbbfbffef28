"""The visible text of an element, read off its serialized markup: a visit to every node costs several times as much.

The markup is lexbor's own: every element but the void ones has its end tag, attributes stand in double quotes, and once
scripts, comments and the like are taken out, "<" and ">" only begin and end tags.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
ENDLESS = frozenset(_VOID.split())
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
_REFERENCE = re.compile(r"&(?:amp|lt|gt);")
HIDDEN = "\x1a"
_JOINTS = ("\2", "\x1c")  # of texts as they are written, and with blanks for all white space
_HIDING_TABLE = bytes(code if chr(code).isspace() else ord(HIDDEN) for code in range(256))
_NAMES = re.compile(r"<([^ >]+)[^>]*>")
_TAGS = re.compile(r"<([^ >]+)([^>]*)>")
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
    if (text := read_leaf(node)) is not None:
        return text
    tokens = read_tokens(node)
    return tokens.shown(0, len(tokens.names))


def read_leaf(node: LexborNode) -> str | None:
    """`read_visible` of an element without elements in it; None of any other."""
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
    return None


@dataclass(frozen=True, slots=True)
class Tokens:
    """An element's markup taken apart: text, tag, text … tag, text. A template has nothing in it."""

    texts: list[str]  # with blanks for all white space, references as they are written
    names: list[str]  # of the tags, "/div" where an element ends
    hidden: list[int]  # places among the tags, ascending, where an element begins that is not shown

    def end(self, start: int) -> int:
        """The place behind the last tag of the element that begins at a place."""
        names, name = self.names, self.names[start]
        if name in ENDLESS:
            return start + 1
        closing, within, at = f"/{name}", 1, start + 1
        try:
            while within:
                behind = names.index(closing, at)
                within += names[at:behind].count(name) - 1
                at = behind + 1
        except ValueError:  # no tree has such markup
            return len(names)
        return at

    def unseen(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """From where to where elements that are not shown stretch, the outermost of those that begin in between."""
        seen = first
        for place in range(bisect_left(self.hidden, first), bisect_left(self.hidden, last)):
            if (start := self.hidden[place]) >= seen and self.names[start] not in ENDLESS:
                seen = self.end(start)
                yield start, seen

    def shown(self, first: int, last: int, blanked: Sequence[tuple[int, int]] = ()) -> str:
        """What is seen of the element from its first tag to before the last place, be it hidden itself or not.

        The words of elements that stretch over the places `blanked` are blanked, the others keep their offsets.
        """
        parts = [""] * max(0, 2 * (last - first) - 1)
        parts[::2] = map(_MARKS.__getitem__, self.names[first:last])
        parts[1::2] = self.texts[first + 1 : last]
        for start, end in blanked:
            inside = _texts_between(start - first, end - first)
            parts[inside] = _in_one(_hidden, parts[inside], _JOINTS[1])
        for start, end in self.unseen(first + 1, last):
            inside = _texts_between(start - first, end - first)
            parts[inside] = [" " if _unescaped(text).isspace() else "" for text in parts[inside]]
        text = _tidy(_unescaped("".join(parts)))
        return text.replace(HIDDEN, " ") if blanked else text


def _texts_between(start: int, end: int) -> slice:
    """The texts among the parts of `Tokens.shown` between an element's first tag and its last."""
    return slice(2 * start + 1, max(2 * start + 1, 2 * end - 2), 2)


def read_tokens(node: LexborNode) -> Tokens:
    """The element's markup as tokens."""
    markup = _markup_alone(node.html or "")
    tags: list[str] = []
    if ("hidden" in markup or "style" in markup) and any(_hides_more(n, node) for n in node.css(_MAY_HIDE)):
        parts = _TAGS.split(markup)
        texts, names, tags = parts[::3], parts[1::3], parts[2::3]
    else:
        parts = _NAMES.split(markup)
        texts, names = parts[::2], parts[1::2]
    if "template" in names:
        _empty_templates(texts, names, tags)
    hidden = {i for i, tag in enumerate(tags) if ("hidden" in tag or "style" in tag) and _hides(tag)}
    if not _SHOWN_NAMES.issuperset(names):
        hidden.update(compress(range(len(names)), map(_NOT_SHOWN.__contains__, names)))
    return Tokens(_in_one(_blanked, texts, _JOINTS[0]), names, sorted(hidden))


def _empty_templates(texts: list[str], names: list[str], tags: list[str]) -> None:
    """Take out what templates hold: it is no part of the tree."""
    at = 0
    while "template" in names[at:]:
        start = names.index("template", at)
        end = Tokens(texts, names, []).end(start)
        texts[start + 1 : end] = [""]
        for kept in (names, tags):
            del kept[start + 1 : end - 1]
        at = start + 1


def _in_one(change: Callable[[str], str], texts: list[str], joint: str) -> list[str]:
    """Texts, changed; together, since most have a few letters only."""
    changed = change(joint.join(texts)).split(joint)
    return changed if len(changed) == len(texts) else [*map(change, texts)]


def _hidden(text: str) -> str:
    """Text with a mark for every character and reference but blanks."""
    if "&nbsp;" in text:
        return "&nbsp;".join(map(_hidden, text.split("&nbsp;")))
    if "&" in text:
        text = _REFERENCE.sub(HIDDEN, text)
    return text.encode("ascii", "replace").translate(_HIDING_TABLE).decode("ascii")  # one byte for a character


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    return text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _blanked(text: str) -> str:
    for space in _SPACES:
        if space in text:
            text = text.replace(space, " ")
    for space in distinct_others(text) & _WIDE_SPACES:  # to look for each of them in turn costs several times as much
        text = text.replace(space, " ")
    return text


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
