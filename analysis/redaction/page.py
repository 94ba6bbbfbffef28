"""Edit the tree of an archived page: protected spans go, also across tags; nothing runs and nothing is loaded.

Kept are texts and the few attributes in which people read something. Scripts, styles, comments, frames, forms, media
and every other attribute are left out; structured data (JSON-LD) stays, edited. With `keep`, only these phrases stay.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from analysis.redaction.protected_values import REMOVED, Protected, Span, merged
from analysis.redaction.structured import NoData, data_texts, parse_data, redact_data
from pipeline.extract.text import bounded

DROPPED = """style link noscript template iframe frame object embed applet canvas svg math audio video source track map
    base input param portal"""
UNWRAPPED = "form picture font center blink marquee"
_INLINE = """a abbr b bdi bdo big cite code data del dfn em i img ins kbd label mark q s samp small span strike strong
    sub sup time tt u var wbr"""
INLINE = frozenset(_INLINE.split())
CELLS = frozenset({"td", "th"})
READ = ("alt", "title", "content", "datetime", "aria-label", "placeholder", "summary")  # attributes with words
PLAIN = frozenset({"lang", "dir", "colspan", "rowspan", "scope"})
PLAIN_VALUE = re.compile(r"[A-Za-z0-9-]{1,20}")
META_NAMES = ("name", "property", "itemprop", "charset")
SCHEMES = frozenset({"http", "https", "tel"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A text node and where it stands in the joined text of the page."""

    node: NavigableString
    start: int
    end: int


@dataclass
class RedactedPage:
    """A page as the reader may see it, and how many spans were taken out by kind."""

    html: str
    counts: Counter[str] = field(default_factory=Counter)


def open_page(html: str, counts: Counter[str]) -> BeautifulSoup:
    """The tree of a page without anything that runs, loads, or is not read; what went is counted."""
    soup = BeautifulSoup(bounded(html)[0], "html.parser")
    for node in soup.find_all(string=lambda s: isinstance(s, PreformattedString)):
        node.extract()
    for tag in soup.find_all("script"):
        if _is_data(tag):
            continue
        counts["script"] += 1
        tag.decompose()
    for tag in soup.find_all(DROPPED.split()):
        counts["media and frames"] += tag.name not in {"style", "link", "noscript", "template", "base"}
        tag.decompose()
    for tag in soup.find_all(UNWRAPPED.split()):
        tag.unwrap()
    counts["photo"] += len(soup.find_all("img"))
    return soup


def _is_data(tag: Tag) -> bool:
    return str(tag.get("type", "")).strip().casefold() == "application/ld+json"


def joined(soup: BeautifulSoup) -> tuple[str, list[Segment]]:
    """All text nodes outside scripts as one text: line ends between blocks, tabs between cells."""
    parts: list[str] = []
    segments: list[Segment] = []
    place = 0
    before: Tag | None = None
    for node in soup.find_all(string=True):
        parent = node.parent
        if parent is None or parent.name == "script" or not isinstance(node, NavigableString):
            continue
        block = _block(node)
        if block is not before and parts:
            parts.append("\t" if block.name in CELLS and before is not None and before.name in CELLS else "\n")
            place += 1
        before = block
        parts.append(str(node))
        segments.append(Segment(node, place, place + len(node)))
        place += len(node)
    return "".join(parts), segments


def _block(node: NavigableString) -> Tag:
    """The nearest ancestor that begins a line of its own; a <br> before the node begins one too."""
    for ancestor in node.parents:
        if ancestor.name not in INLINE:
            before = node.previous_sibling
            return before if isinstance(before, Tag) and before.name == "br" else ancestor
    raise AssertionError("every text stands in the document")


def page_texts(soup: BeautifulSoup) -> Iterator[str]:
    """Every text of the page in which something protected could be read."""
    yield joined(soup)[0]
    for tag in soup.find_all(True):
        for name in READ:
            if value := tag.get(name):
                yield str(value)
    for tag in soup.find_all("script"):
        try:
            yield from data_texts(parse_data(tag.get_text()))
        except NoData:
            yield tag.get_text()


def redact_page(html: str, protected: Protected, notice: str, keep: Sequence[str] | None = None) -> RedactedPage:
    """The page for one reader. `notice` says what it is; `keep`: phrases that alone are shown of its texts."""
    counts: Counter[str] = Counter()
    soup = open_page(html, counts)
    edit = Editor(protected, counts, keep)
    for tag in soup.find_all("script"):
        _edit_data(tag, edit)
    _edit_texts(soup, edit)
    for tag in soup.find_all(True):
        _edit_attributes(tag, edit)
    for image in soup.find_all("img"):
        alt = str(image.get("alt") or "").strip()
        image.replace_with(NavigableString(f"[image not shown{f': {alt}' if alt else ''}]"))
    return RedactedPage(_document(soup, notice), counts)


@dataclass
class Editor:
    """Edits single texts and counts what it takes out."""

    protected: Protected
    counts: Counter[str]
    keep: Sequence[str] | None = None

    def spans(self, text: str) -> list[Span]:
        """What is taken out of a text."""
        hidden = self.protected.spans(text)
        return hidden if self.keep is None else merged([*hidden, *self._others(text, hidden)])

    def _others(self, text: str, hidden: Sequence[Span]) -> Iterator[Span]:
        """With `keep`: everything but the phrases, less what is protected inside them."""
        shown = [m.span() for phrase in self.keep or () if phrase.strip() for m in re.finditer(re.escape(phrase), text)]
        shown.sort()
        place = 0
        for start, end in [*shown, (len(text), len(text))]:
            if text[place:start].strip():
                inside = [s for s in hidden if s.start < start and s.end > place]
                begin = place + len(text[place:start]) - len(text[place:start].lstrip())
                stop = place + len(text[place:start].rstrip())
                yield Span(min([begin, *(max(s.start, place) for s in inside)]), stop, "text", REMOVED)
            place = max(place, end)

    def text(self, text: str) -> str:
        """A text as the reader may see it."""
        for span in reversed(self._counted(self.spans(text))):
            text = text[: span.start] + span.mark + text[span.end :]
        return text

    def url(self, url: str) -> str:
        """An address, part by part; "" when nothing of it may be seen."""
        if self.keep is not None or urlsplit(url).scheme not in SCHEMES:
            return url if url.startswith("tel:") and self.keep and not self.spans(url[4:]) else ""
        parts = re.split(r"([/?#&=;])", url)
        return "".join(part if len(part) < 2 else self.text(part) for part in parts)

    def _counted(self, spans: list[Span]) -> list[Span]:
        self.counts.update(span.kind for span in spans)
        return spans


def _edit_texts(soup: BeautifulSoup, edit: Editor) -> None:
    """Take spans out of the text nodes they run through: the mark goes where a span begins."""
    text, segments = joined(soup)
    spans = edit._counted(edit.spans(text))
    for segment in segments:
        inside = [s for s in spans if s.start < segment.end and s.end > segment.start]
        if not inside:
            continue
        said = str(segment.node)
        for span in reversed(inside):
            start, end = max(span.start - segment.start, 0), span.end - segment.start
            said = said[:start] + (span.mark if span.start >= segment.start else "") + said[max(end, 0) :]
        segment.node.replace_with(NavigableString(said))


def _edit_attributes(tag: Tag, edit: Editor) -> None:
    kept: dict[str, Any] = {}
    for name, value in tag.attrs.items():
        said = " ".join(value) if isinstance(value, list) else str(value)
        if name == "href" and tag.name == "a":
            if shown := edit.url(said):
                kept[name] = shown
        elif name in READ:
            kept[name] = edit.text(said)
        elif (name in PLAIN and PLAIN_VALUE.fullmatch(said)) or (name in META_NAMES and tag.name == "meta"):
            kept[name] = edit.text(said) if name in META_NAMES else said
        elif name == "type" and tag.name == "script":
            kept[name] = "application/ld+json"
    tag.attrs = kept


def _edit_data(tag: Tag, edit: Editor) -> None:
    def dropped(kind: str) -> None:
        edit.counts[kind] += 1

    try:
        value = parse_data(tag.get_text())
    except NoData:
        edit.counts["script"] += 1
        tag.decompose()
        return
    said = json.dumps(redact_data(value, edit.protected.profile, edit.text, dropped), ensure_ascii=False)
    tag.string = said.replace("<", "\\u003c")


def redact_document(value: Any, edit: Editor) -> Any:
    """A JSON document for one reader."""

    def dropped(kind: str) -> None:
        edit.counts[kind] += 1

    return redact_data(value, edit.protected.profile, edit.text, dropped)


def _document(soup: BeautifulSoup, notice: str) -> str:
    """As a page of its own: encoding first, nothing may be loaded, the notice on top."""
    for meta in soup.find_all("meta"):
        if meta.get("charset") or not meta.get("content"):
            meta.decompose()
    head = '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    banner = BeautifulSoup("", "html.parser").new_tag("p")
    banner.string = notice
    return f"<!DOCTYPE html>\n{head}\n{banner}\n<hr>\n{soup.decode(formatter='minimal')}\n"


def texts_of(html: str, visit: Callable[[str], None]) -> None:
    """Show every text of a page to a visitor."""
    for text in page_texts(open_page(html, Counter())):
        visit(text)
