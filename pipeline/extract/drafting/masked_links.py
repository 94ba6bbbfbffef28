"""Addresses of a masked page: the ways of the site stay, whose page they lead to does not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from pipeline.extract.contacts import link_contact, site_of
from pipeline.extract.drafting.masked_text import Mask
from pipeline.extract.lexicon import fold
from pipeline.extract.phones import find_phones

_CALLED = re.compile(r"(?P<scheme>tel|sms|callto|mailto|whatsapp|skype|line|weixin):(?P<rest>.*)", re.I | re.S)
_ENDING = re.compile(r"\.(?:html?|php\d?|aspx?|jsp|cgi)\Z", re.I)
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_SHORT = 2  # digits of a number that says nothing: a page of a listing


class Links:
    """Masks the addresses of one page."""

    def __init__(self, mask: Mask, host: str, profile: str, urls: Iterable[str]) -> None:
        """`host`: the site's own; `urls`: all that the page leads to, which tell its folders."""
        self._mask, self._host = mask, host
        told = "\n".join(x for x in profile.splitlines() if not x.startswith(("#", "start_urls", "id =")))
        self._of_profile = frozenset(fold(word) for word in _TOKEN.findall(re.sub(r"\s# .*", "", told)))
        behind: dict[str, set[str]] = defaultdict(set)
        for url in urls:
            for folder, rest in _folders(url):
                behind[folder].add(rest)
        self._folders = frozenset(folder for folder, rests in behind.items() if len(rests) > 1)

    def masked(self, url: str) -> str:
        """The address with invented words and numbers in the same shape."""
        url = url.strip()
        if m := _CALLED.match(url):
            return f"{m['scheme']}:{self._called(m['rest'])}"
        parts = _split(url)
        if parts is None or parts.scheme.lower() not in {"", "http", "https"}:
            return "#"
        netloc = parts.netloc
        if netloc and not self._is_own(url):
            found = link_contact(url)
            netloc = self._mask.site(found.value) if found is not None and found.kind == "website" else netloc
        query = urlencode([(k, self._words(v)) for k, v in parse_qsl(parts.query, keep_blank_values=True)])
        path = self._path(parts.path)
        return parts._replace(netloc=netloc, path=path, query=query, fragment=self._words(parts.fragment)).geturl()

    def _is_own(self, url: str) -> bool:
        host = site_of(url)[0]
        return host == self._host or host.endswith(f".{self._host}")

    def _called(self, rest: str) -> str:
        number, _, more = rest.partition("?")
        found = find_phones(number) or find_phones(unquote(number))
        if found:
            return self._mask.phone(found[0].e164, found[0].e164)
        return self._mask.text(unquote(number)) + ("?" if more else "")

    def _path(self, path: str) -> str:
        made, here = [], ""
        segments = path.split("/")
        for number, segment in enumerate(segments):
            here = f"{here}/{segment}" if segment else here
            if number < len(segments) - 1 and here in self._folders:
                made.append(segment)
                continue
            ending = _ENDING.search(segment)
            words = segment[: ending.start()] if ending else segment
            made.append(quote(self._words(unquote(words))) + (ending[0] if ending else ""))
        return "/".join(made)

    def _words(self, words: str) -> str:
        parts, done = [], 0
        for phone in find_phones(words):
            parts += [self._plain(words[done : phone.start]), self._mask.phone(phone.e164, phone.raw)]
            done = phone.end
        return "".join([*parts, self._plain(words[done:])])

    def _plain(self, words: str) -> str:
        return _TOKEN.sub(self._token, words)

    def _token(self, m: re.Match[str]) -> str:
        if m[0].isdecimal():
            return m[0] if len(m[0]) <= _SHORT else self._mask.number(m[0])
        return m[0] if len(m[0]) == 1 or fold(m[0]) in self._of_profile else self._mask.word(m[0])


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _folders(url: str) -> Iterator[tuple[str, str]]:
    """Every folder of an address's path with what stands behind it."""
    parts = _split(url)
    segments = [s for s in parts.path.split("/") if s] if parts else []
    for n in range(1, len(segments)):
        yield "/" + "/".join(segments[:n]), "/".join(segments[n:])
