"""Messenger ids, websites and tracking ids in a text or a link (phones: `phones`, e-mail addresses: `emails`).

All functions are pure and linear; offsets are those of the text handed in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal
from urllib.parse import unquote, urlsplit

from pipeline.extract.emails import LABEL, before_signs, find_emails
from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.phones import normalize_phone
from pipeline.extract.scan import FOLDED, WRITTEN, candidates, holds, matches_at, occurrences, scan, within
from pipeline.extract.text import Found

_PIXELS = {"pixel": "FB-", "tiktok": "TT-", "yandex": "YM-"}
_LONGEST_HOST = 3 * 64

_NO_IDS = frozenset(["http", "https", "www", "number", "same", "com"])  # behind the name of a service
_NO_ACCOUNTS = frozenset(
    [
        "insta",
        "instagram",
        "twitter",
        "snap",
        "snapchat",
        "share",
        "sharer",
        "intent",
        "home",
        "login",
        "share.php",
        "sharer.php",
        "profile.php",
        "people",
        "pages",
        "groups",
        "events",
        "joinchat",
    ]
)
_URL = WRITTEN.sought(re.compile(r"(?:https?://|(?<![\w.@/-])www\.)[^\s<>\"'(){}\[\]|]{3,200}", re.I))
_HANDLE = r"(?P<id>[a-z0-9][a-z0-9_.-]{2,30}[a-z0-9_])"
_ID_WORDS = ("id", "号", fold("아이디"), "ไอดี")
_MARK = (
    rf"(?P<mark>(?:\s(?:me|us)(?:\s(?:at|on))?(?=\s))?\s?(?:{'|'.join(_ID_WORDS)}|account|user(?:name)?|number)?\s?"
    r"(?:is|[:：=@#/(\[（【「『>＞→»~👉👈☞➡▶💚❤♥💬🆔-]{1,2}\ufe0f?)?)\s{0,3}@?"
)
_SAME = r"[ ,，(（]{0,2}(?:同号|同號|同电话|同電話|同步|(?:is )?(?:the )?same (?:number|as phone|#))"
_NUMBER = r"\+?\(?\d[\d ().-]{8,18}\d"
_OR_CALL = r"(?: (?:me|us)(?: (?:at|on))?| ?[/&+] ?(?:call|text|txt|tel|phone|sms|cell))?"
_SITE_IDS = re.compile(
    r"\b(?P<id>UA-\d{4,10}-\d{1,4}|G-[A-Z0-9]{8,12}|GTM-[A-Z0-9]{5,9}|AW-\d{9,11}|ca-pub-\d{10,20})\b"
    r"|\bfbq\(\s*['\"]init['\"]\s*,\s*['\"](?P<pixel>\d{10,20})['\"]"
    r"|\bttq\.load\(\s*['\"](?P<tiktok>[A-Z0-9]{15,25})['\"]|\bym\(\s*(?P<yandex>\d{6,10})\s*,"
)


@dataclass(frozen=True, slots=True)
class _Named:
    """What the words of a service are followed by."""

    service: str
    alone: bool  # the words say enough by themselves
    what: Literal["number", "form", "id"]  # a phone number, an id of the service's own form, any id


def _named() -> dict[re.Pattern[str], _Named]:
    patterns: dict[re.Pattern[str], _Named] = {}
    for service, entry in vocabulary("handles").items():
        phone = bool(entry.get("phone"))
        for key, alone in (("words", True), ("short", False)):
            words = "|".join(re.escape(fold(word)) for word in entry.get(key, ()))
            named = rf"(?<![a-z0-9])(?:{words})(?:(?<![a-z])|(?![a-z]))"
            if words and (phone or alone):
                number = re.compile(rf"{named}(?:{_SAME})?{_OR_CALL}\W{{0,4}}(?P<id>{_NUMBER})(?![\w-])")
                patterns[number] = _Named(service, alone, "number")
            for form in entry.get("forms", ()) if words else ():
                patterns[re.compile(rf"{named}{_MARK}(?P<id>{form})(?![\w@])")] = _Named(service, alone, "form")
            if words and not phone:
                patterns[re.compile(rf"{named}{_MARK}{_HANDLE}(?![\w@])")] = _Named(service, alone, "id")
        for form in entry.get("unmistakable", ()):
            patterns[re.compile(rf"(?<![\w:.])(?P<id>{form})(?!\w)")] = _Named(service, True, "form")
    return patterns


_NAMED = _named()
_WRITTEN_SERVICES = {
    fold(word): service for service, entry in vocabulary("handles").items() for word in entry.get("words", ())
}
_ANY_SERVICE = "|".join(re.escape(word) for word in sorted(_WRITTEN_SERVICES, key=lambda w: (-len(w), w)))
_HANDLES = FOLDED.group(_NAMED)
_NAMED_BY = dict(zip(_HANDLES.patterns, _NAMED.values(), strict=True))


def find_handles(text: str) -> list[Found]:
    """Messenger and social ids, value "wechat:abc_1"; an id that is a phone number is "whatsapp:+1…"."""
    folded = fold(text)
    found: dict[tuple[int, int], Found] = {}
    taken = bytearray()  # a byte for each character, 1 within an id
    for pattern in within(_HANDLES, folded):
        taken = taken or bytearray(len(folded))
        named = _NAMED_BY[pattern]
        for m in candidates(pattern, folded):
            span = m.span("id")
            if named.what == "number":
                if number := normalize_phone(m["id"]):
                    found[span] = Found("handle", f"{named.service}:{number}", *span, "plain", 0.9)
            elif taken.find(1, *span) < 0 and (named.what == "form" or _is_handle(m, named.alone)):
                found[span] = Found("handle", f"{named.service}:{m['id']}", *span, "plain", 0.9)
            if span in found:
                taken[slice(*span)] = b"\x01" * (span[1] - span[0])
    for written in (*_on_a_service(folded), *_with_a_service(folded), *_written_links(folded)):
        found.setdefault((written.start, written.end), written)
    return sorted(found.values(), key=lambda f: (f.start, f.value))


def _on_a_service(folded: str) -> Iterator[Found]:
    """Ids that stand before the name of their service: "@jade_spa on twitter"."""
    for m in scan(_BEFORE_SERVICE, folded):
        yield Found("handle", f"{_service_of()[m['service']]}:{m['id']}", *m.span("id"), "plain", 0.9)


@cache
def _service_of() -> dict[str, str]:
    """Latin words for a service of accounts -> the service."""
    entries = vocabulary("handles").items()
    return {w: s for s, e in entries if not e.get("phone") for w in e.get("words", ()) if w.isascii() and w.isalpha()}


_BEFORE_SERVICE = FOLDED.sought(
    re.compile(
        r"(?<![\w@.])@(?P<id>[a-z0-9][a-z0-9_.]{2,30}[a-z0-9_]) (?:on|en) (?:my |our )?"
        rf"(?P<service>{'|'.join(sorted(_service_of(), key=lambda w: (-len(w), w)))})(?![a-z])"
    )
)


_NUMBER_WITH_SERVICE = FOLDED.sought(
    re.compile(rf"(?<![\w.+-])(?P<id>{_NUMBER})(?: ?[(（,，/]| )? ?(?P<service>{_ANY_SERVICE}){_SAME}"),
    rf"[0-9][ (（,，/]{{0,3}}(?:{_ANY_SERVICE})",
)


def _with_a_service(folded: str) -> Iterator[Found]:
    """Numbers that are ids too: "816-555-0135 (微信同号)"."""
    for m in scan(_NUMBER_WITH_SERVICE, folded):
        if number := normalize_phone(m["id"]):
            yield Found("handle", f"{_WRITTEN_SERVICES[m['service']]}:{number}", *m.span("id"), "plain", 0.9)


def _is_handle(m: re.Match[str], alone: bool) -> bool:
    """Whether what follows a service's name is an id: marked or with a digit; after a short word both, or "@"."""
    if not _is_marked_or_telling(m, alone):
        return False
    return alone or not normalize_phone(m["id"])  # "second line: 417…"


def _is_marked_or_telling(m: re.Match[str], alone: bool) -> bool:
    ident, mark = m["id"], m["mark"]
    if ident in _NO_IDS:
        return False
    telling = re.search(r"[\d_]|[a-z]\.[a-z]", ident) is not None
    if any(word in mark for word in (*_ID_WORDS, "@")) or m.string[m.start("id") - 1] == "@":
        return True
    marked = any(sign in mark for sign in ":：=#")
    return (marked and alone) or (telling and (marked or alone)) or "_" in ident.strip("_")


_BEFORE_LINK = re.compile(r"(?:^|[\s(<\[\"':;,|>]|//(?:www\.|m\.)?|(?<![\w.])www\.)$")


def _written_links(folded: str) -> Iterator[Found]:
    """Links to messengers and social pages written out in a text: "t.me/jade_spa"."""
    if not holds(_ANY_LINK, folded):
        return
    covered = 0
    places = ((at, *link) for link in _links() for at in occurrences(folded, (link[0],)))
    for at, prefix, service, phone in sorted(places):
        if _BEFORE_LINK.search(folded[max(0, at - 12) : at]) is None or at < covered:
            continue
        if found := _link_handle(folded, at + len(prefix), service, phone):
            covered = found.end
            yield found


@cache
def _links() -> tuple[tuple[str, str, bool], ...]:
    """(prefix, service, is a phone), longest prefix first."""
    pairs = [(p, s, bool(e.get("phone"))) for s, e in vocabulary("handles").items() for p in e["links"]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


_ANY_LINK = FOLDED.sought(re.compile("|".join(re.escape(prefix) for prefix, _, _ in _links())))


def link_contact(href: str, own_hosts: frozenset[str] = frozenset()) -> Found | None:
    """What one link is a contact to: e-mail, messenger id or website; None for the site's own and shared hosts.

    Offsets are those in `href`. `tel:` links are left to the phone finder.
    """
    folded = href.strip().lower()
    if folded.startswith("mailto:"):
        emails = find_emails(href)
        return emails[0] if emails else None
    if not folded.startswith(("http://", "https://", "//")):
        return None
    host, _ = site_of(href)
    bare = re.sub(r"^(?:https?:)?//(?:www\.|m\.)?", "", folded)
    for prefix, service, phone in _links():
        if bare.startswith(prefix):
            return _link_handle(href, folded.index(prefix) + len(prefix), service, phone)
    if not host or _under(host, own_hosts) or _under(host, _shared_hosts()):
        return _redirected(href, own_hosts)
    value = website_value(href)
    return Found("website", value, 0, len(href), "link") if value else None


_TARGET = re.compile(
    r"[?&](?:url|u|link|to|target|redirect|goto|dest|q)=(?P<url>https?(?::|%3a)(?://|%2f%2f)[^&\s]+)", re.I
)


def _redirected(href: str, own_hosts: frozenset[str]) -> Found | None:
    """The website behind a link of the site itself that leads out: "/biz_redir?url=http%3A%2F%2F…"."""
    m = _TARGET.search(href)
    inner = link_contact(unquote(m["url"]), own_hosts) if m else None
    if m is None or inner is None or inner.kind != "website":
        return None
    return Found("website", inner.value, *m.span("url"), "link")


def _link_handle(href: str, start: int, service: str, phone: bool) -> Found | None:
    start += len(href) - len(href.lstrip())
    m = re.compile(r"[+@~]*([\w.%+-]{3,64})").match(href, start)
    if m is None:
        return None
    ident = unquote(m[1]).lstrip("+@~ ").lower()
    if not phone and m[0].startswith("+") and not ident.isdigit():
        return None  # "t.me/+AbC": an invitation is nobody's name
    number = normalize_phone(ident) or normalize_phone(f"+{ident}") if phone else None
    if (phone and number is None) or ident in _NO_ACCOUNTS:
        return None
    return Found("handle", f"{service}:{number or ident}", *m.span(1), "link")


@cache
def _shared_hosts() -> frozenset[str]:
    return frozenset(vocabulary("websites")["not_a_business"])


def _under(host: str, domains: frozenset[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


@lru_cache(maxsize=4096)
def site_of(url: str) -> tuple[str, str]:
    """Host without "www." and path of a URL in lower case; ("", "") for what is no URL."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        return (parts.hostname or "").removeprefix("www."), parts.path
    except ValueError:
        return "", ""


def website_value(url: str) -> str:
    """Normal form of a website: host without "www.", then the path without its last slash. "" when there is no host."""
    host, path = site_of(url.strip())
    return f"{host}{path.rstrip('/')}" if "." in host and not host.replace(".", "").isdigit() else ""


_ENDINGS = "|".join(vocabulary("websites")["endings"])
_BARE_DOMAIN = re.compile(rf"(?<![\w@./-])(?:{LABEL}\.){{1,3}}(?:{_ENDINGS})(?![\w@-])(?!\.\w)(?:/[\w./%-]{{0,100}})?")
_SPELLED_DOT = FOLDED.sought(
    re.compile(
        r"(?<![\w@.-])(?<!at )(?<!@ )(?P<name>[a-z0-9][a-z0-9-]{3,40})"
        r"(?:[ \t]\.[ \t]?|[ \t]?[(\[]\s?(?:dot|\.)\s?[)\]]\s?|[ \t]+dot[ \t]+)"
        r"(?P<ending>com|net|org|biz|info|example)(?![\w@-])"
    ),
    r"(?:[ \t]\.[ \t]?|[(\[]\s?(?:dot|\.)\s?[)\]]\s?|dot[ \t]+)(?:com|net|org|biz|info|example)",
)
_ENDING = FOLDED.sought(re.compile(rf"\.(?:{_ENDINGS})(?![\w@-])"))


def _web_addresses(text: str) -> list[re.Match[str]]:
    folded = fold(text)
    written = scan(_URL, text)
    endings = [m.start() for m in scan(_ENDING, folded)]
    return [*written, *matches_at(_BARE_DOMAIN, folded, before_signs(folded, endings, _LONGEST_HOST))]


def find_websites(text: str, own_hosts: frozenset[str] = frozenset()) -> list[Found]:
    """Web addresses written in a text, without the site's own and shared hosts."""
    found: list[Found] = []
    covered = 0
    for m in sorted(_web_addresses(text), key=lambda m: (m.start(), -m.end())):
        if m.start() < covered:
            continue
        covered = m.end()
        end = m.start() + len(m[0].rstrip(".,;:!?/"))
        value = website_value(text[m.start() : end])
        host = value.split("/")[0]
        messenger = any(value.startswith(prefix) or host == prefix.split("/")[0] for prefix, _, _ in _links())
        if value and not messenger and not _under(host, own_hosts) and not _under(host, _shared_hosts()):
            found.append(Found("website", value, m.start(), end))
    starts, spelled = [f.start for f in found], []
    for m in scan(_SPELLED_DOT, fold(text)):
        host, before = f"{m['name']}.{m['ending']}", bisect_left(starts, m.end()) - 1
        if not (before >= 0 and m.start() < found[before].end) and not _under(host, own_hosts):
            spelled.append(Found("website", host, *m.span(), "obfuscated", 0.8))
    return sorted([*found, *spelled], key=lambda f: f.start)


def find_site_ids(script: str) -> list[Found]:
    """Analytics and advertiser ids in a script or link, value as written; a pixel's after its service's letters."""
    found = []
    for m in _SITE_IDS.finditer(script):
        group = m.lastgroup or "id"
        found.append(Found("site_id", f"{_PIXELS.get(group, '')}{m[group]}", *m.span(group)))
    return found
