"""What must not be seen in a package: found on all its pages first, then blanked wherever it stands.

A worker's name is one person for the whole package: "Lily" on page 1 and in an address on page 7 are both W-001. Two
names of one person are two numbers: nobody can tell from an ad.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from analysis.redact import Profile
from analysis.redaction.plain import folded, folded_places, spelled, unspelled, views
from pipeline.extract.protected import find_protected
from pipeline.extract.text import Found

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
BORN = re.compile(r"\b(?:born|dob|date of birth)\b\W{0,3}\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}", re.IGNORECASE)
PHONE = re.compile(r"(?<!\d)(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s./-]{0,2}\d{3}[\s.-]?\d{4}(?!\d)")
HANDLE = re.compile(r"(?:reviewed|posted|written|review) by:? @?([\w.-]{3,30})", re.IGNORECASE)
TOKEN = re.compile(r"\S+")
PART = re.compile(r"(?:&#|[^\s/?#])+")
WORD = re.compile(r"\W*[A-Za-z]?[a-z]+\W{0,3}")  # as ordinary text has them: nothing is encoded in one
LETTER = r"[^\W\d_]"
GLUED = 6  # letters of a name that no ordinary word begins or ends with
REMOVED = "[removed]"
KINDS = ("worker_name", "age", "looks", "buyer", "email", "born", "phone", "encoded")
CLASSES = {"worker_name": "worker", "age": "person", "looks": "person", "buyer": "buyer",
           "email": "private", "born": "private", "phone": "business"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that is not shown, and what stands there instead."""

    start: int
    end: int
    kind: str
    mark: str


@dataclass(frozen=True)
class Protected:
    """The protected values of a package, for one profile."""

    profile: Profile
    names: dict[str, str] = field(default_factory=dict)  # folded name -> W-001 …
    phrases: dict[str, str] = field(default_factory=dict)  # folded age, look, handle … -> kind
    trade_names: tuple[str, ...] = ()  # shown as they are, also where they hold a worker's name

    def spans(self, text: str) -> list[Span]:
        """Everything in the text that this reader may not see; sorted, without overlaps."""
        found = [*self._found(text), *self._known(text)]
        found += self._encoded(text, found)
        return merged(found)

    def _found(self, text: str) -> Iterator[Span]:
        for hit in _outside(text, self.trade_names):
            if hit.style != "worker_name" or folded(text[hit.start : hit.end]) not in self.names:
                yield self._span(hit.start, hit.end, hit.style)
        for rx, kind in ((EMAIL, "email"), (BORN, "born"), (PHONE, "phone")):
            if not self.profile.shows(CLASSES[kind]):
                yield from (self._span(*m.span(), kind) for m in rx.finditer(text))

    def _known(self, text: str) -> Iterator[Span]:
        plain, places = folded_places(text)
        kept = [m.span() for name in self.trade_names for m in re.finditer(re.escape(name), plain)]
        for m in self._pattern.finditer(plain) if self._pattern else ():
            if any(start <= m.start() and m.end() <= end for start, end in kept):
                continue
            start, end = places[m.start()], places[m.end() - 1] + 1
            name = self._spelled.get(unspelled(m[0]), "")
            if kind := "" if m[0] in self.names else self.phrases.get(m[0], ""):
                yield self._span(start, end, kind, m[0])
            else:
                yield self._span(start, end, "worker_name", m[0] if m[0] in self.names else name)
        for start, end, name in self._glued(text):
            yield self._span(start, end, "worker_name", name)

    def _glued(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Names inside a word: AskLily, jasminespa, and, in an address or a file name, sweetlily or lily88spa."""
        long = "|".join(re.escape(n) for n in sorted(self.names, key=len, reverse=True) if len(n) >= 3)
        if not long:
            return
        for word in re.finditer(rf"{LETTER}+", text):
            humps = re.finditer(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+(?![a-zß-ÿ])", word[0])
            for hump in humps:
                if folded(hump[0]) in self.names and hump[0] != word[0]:
                    yield word.start() + hump.start(), word.start() + hump.end(), folded(hump[0])
            least = 4 if _in_address(text, word.start(), word.end()) else GLUED
            if len(word[0]) > least:
                for m in re.finditer(rf"^(?:{long})|(?:{long})$", word[0].casefold()):
                    if len(m[0]) >= least and m[0] != word[0].casefold():
                        yield word.start() + m.start(), word.start() + m.end(), m[0]

    def _encoded(self, text: str, found: Sequence[Span]) -> Iterator[Span]:
        """Tokens that say a protected value only once they are decoded: blanked as a whole."""
        for token in TOKEN.finditer(text):
            if WORD.fullmatch(token[0]) or any(s.start <= token.start() and token.end() <= s.end for s in found):
                continue
            if self._hides(token[0]):
                parts = [m.span() for m in PART.finditer(text, *token.span()) if self._hides(m[0])]
                for start, end in parts or [token.span()]:
                    yield Span(start, end, "encoded", REMOVED)

    def _hides(self, token: str) -> bool:
        return any(any(True for _ in self._in_view(view)) for view in views(token) if view != token)

    def _in_view(self, view: str) -> Iterator[Span]:
        yield from self._known(view)
        yield from self._found(view)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        values = sorted({*self.names, *self.phrases}, key=len, reverse=True)
        if not values:
            return None
        forms = [spelled(value) if value in self.names else re.escape(value) for value in values]
        return re.compile(rf"(?<!{LETTER})(?:{'|'.join(forms)})(?!{LETTER})")

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {unspelled(name): name for name in self.names}

    def _span(self, start: int, end: int, kind: str, value: str = "") -> Span:
        return Span(start, end, kind, self.mark(kind, value))

    def mark(self, kind: str, value: str = "") -> str:
        """What stands in the place of a value: the person's number where the profile blanks, else "[removed]"."""
        if kind == "worker_name" and self.profile.actions["worker"] == "blank":
            return self.names.get(value, "W-000")
        return REMOVED

    def values(self) -> dict[str, str]:
        """Folded value -> kind: what a leak check looks for."""
        return {**dict.fromkeys(self.names, "worker_name"), **self.phrases}


def _outside(text: str, trade_names: Iterable[str]) -> Iterator[Found]:
    """Protected spans of a text; a name that is but a word of a trade name ("This is Golden Lotus Spa") is none."""
    hits = find_protected(text)
    if not any(hit.style == "worker_name" for hit in hits):
        yield from hits
        return
    plain, places = folded_places(text)
    shown = [
        (places[m.start()], places[m.end() - 1] + 1)
        for name in trade_names
        if name.partition(" ")[0] in plain
        for m in re.finditer(re.escape(name), plain)
    ]
    for hit in hits:
        if hit.style != "worker_name" or not any(start <= hit.start and hit.end <= end for start, end in shown):
            yield hit


def _in_address(text: str, start: int, end: int) -> bool:
    """Whether a word is part of a URL, e-mail, file name or handle: no white space between it and such a sign."""
    left = max(text.rfind(c, 0, start) for c in " \t\r\n") + 1
    right = min((p for c in " \t\r\n" if (p := text.find(c, end)) >= 0), default=len(text))
    return re.search(r"://|[@_]|\.\w{2,}|/\w|\d", text[left:right]) is not None


def merged(spans: Iterable[Span]) -> list[Span]:
    """Sorted, overlapping ones joined under the mark of the first (a name's before any other)."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end or span.kind == "worker_name":
            last = kept[-1]
            best = span if span.kind == "worker_name" and last.kind != "worker_name" else last
            kept[-1] = Span(last.start, max(last.end, span.end), best.kind, best.mark)
    return kept


class Collector:
    """Told of every text of a package, in order; then gives what is protected in it."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._names: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        self._trade_names: dict[str, None] = {}

    def text(self, text: str) -> None:
        """A text as people read it: of a page, a title, an attribute."""
        for hit in _outside(text, self._trade_names):
            value = folded(text[hit.start : hit.end]).strip()
            if hit.style == "worker_name":
                self._names.setdefault(value, f"W-{len(self._names) + 1:03d}")
            elif len(value) >= 3:
                self._phrases.setdefault(value, hit.style)
        if not self.profile.shows("buyer"):
            for m in HANDLE.finditer(text):
                self._phrases.setdefault(folded(m[1]), "buyer")
        for rx, kind in ((EMAIL, "email"), (PHONE, "phone")):
            if not self.profile.shows(CLASSES[kind]):
                self._phrases.update(dict.fromkeys((folded(v) for v in rx.findall(text)), kind))

    def trade_name(self, name: str) -> None:
        """A business name that the reader may see."""
        if self.profile.shows("business") and len(name.split()) >= 2:
            self._trade_names.setdefault(folded(name).strip())

    def done(self) -> Protected:
        """A trade name of which every word is a worker's name is none."""
        kept = [t for t in self._trade_names if not all(word in self._names for word in t.split())]
        return Protected(self.profile, self._names, self._phrases, tuple(sorted(kept, key=len, reverse=True)))
