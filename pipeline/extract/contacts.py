"""E-mail addresses, messenger ids, websites and tracking ids in a text or a link (phones: `phones`).

All functions are pure and linear; offsets are those of the text handed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from urllib.parse import unquote, urlsplit

from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.phones import normalize_phone
from pipeline.extract.scan import holds, matches_at, occurrences, scan, sought
from pipeline.extract.text import Found

_AT = r"(?:\s?@\s?|\s?[\(\[\{<]\s?at\s?[\)\]\}>]\s?|\s?\(?@\)\s?)"
_DOT = r"(?:\.|\s?[\(\[\{<]\s?(?:dot|\.)\s?[\)\]\}>]\s?|\s+dot\s+)"
_LOCAL = r"(?<![\w.+-])(?P<local>[a-z0-9_](?:[a-z0-9._%+-]{0,62}[a-z0-9_])?)"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = sought(
    re.compile(rf"{_LOCAL}{_AT}(?P<domain>{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}?{_DOT}(?P<tld>[a-z]{{2,18}}))(?![\w-])")
)
_SPELLED = sought(
    re.compile(
        rf"{_LOCAL}\s+at\s+(?P<domain>{_LABEL}(?:{_DOT}{_LABEL}){{0,2}}?\s+dot\s+(?P<tld>[a-z]{{2,18}}))(?![\w-])"
    )
)
_DOTS = re.compile(_DOT)
_BRACKETED_AT = re.compile(r"[\(\[\{<]\s?at\s?[\)\]\}>]")
_SPACED_AT = re.compile(r"[a-z0-9_]\s+at\s")
_MAY_BEGIN = re.compile(r"(?<![\w.+-])[a-z0-9_]")  # an address or a host
_OF_ADDRESSES = "abcdefghijklmnopqrstuvwxyz0123456789._%+-"
_BEFORE_SIGN = "( \t\n\r\f\v\xa0\u3000\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029\u202f\u205f" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_LONGEST_LOCAL, _LONGEST_HOST = 64, 3 * 64
_FILES = frozenset(["png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js", "html"])

_NO_ACCOUNTS = frozenset(["share", "sharer", "intent", "home", "login", "share.php", "sharer.php"])
_URL = sought(re.compile(r"(?:https?://|(?<![\w.@/-])www\.)[^\s<>\"'(){}\[\]|]{3,200}", re.I))
_HANDLE = r"(?P<id>[a-z0-9][a-z0-9_.-]{2,30}[a-z0-9_])"
_SITE_IDS = re.compile(
    r"\b(?P<id>UA-\d{4,10}-\d{1,4}|G-[A-Z0-9]{8,12}|GTM-[A-Z0-9]{5,9}|AW-\d{9,11}|ca-pub-\d{10,20})\b"
    r"|\bfbq\(\s*['\"]init['\"]\s*,\s*['\"](?P<pixel>\d{10,20})['\"]"
)


def find_emails(text: str) -> list[Found]:
    """E-mail addresses, also written "name (at) host dot com"; value in lower case, style plain or obfuscated."""
    folded = fold(text)
    found: dict[int, Found] = {}
    for matches in (_plain_emails(folded), _spelled_emails(folded)):
        for m in matches:
            value = f"{m['local']}@{_DOTS.sub('.', m['domain'])}"
            if m["tld"] in _FILES or m.start() in found:
                continue
            plain = value == m[0]
            found[m.start()] = Found("email", value, *m.span(), *(("plain", 1.0) if plain else ("obfuscated", 0.9)))
    return [found[start] for start in sorted(found)]


def _plain_emails(folded: str) -> Iterator[re.Match[str]]:
    if not holds(_EMAIL, folded):
        return iter(())
    signs = [*occurrences(folded, "@"), *(m.start() for m in _BRACKETED_AT.finditer(folded))]
    return matches_at(_EMAIL, folded, _before(folded, signs, _LONGEST_LOCAL + 2))


def _spelled_emails(folded: str) -> Iterator[re.Match[str]]:
    if not holds(_SPELLED, folded):
        return iter(())
    signs = [m.start() + 1 for m in _SPACED_AT.finditer(folded)]
    return matches_at(_SPELLED, folded, _before(folded, signs, _LONGEST_LOCAL))


def _before(folded: str, signs: Iterable[int], reach: int) -> list[int]:
    """Where an address or host may begin whose sign ("@", ".com") stands at most so many characters on."""
    places: set[int] = set()
    for sign in signs:
        ahead = folded[max(0, sign - reach) : sign].rstrip(_BEFORE_SIGN)
        run = len(ahead) - len(ahead.rstrip(_OF_ADDRESSES))
        end = max(0, sign - reach) + len(ahead)
        places.update(m.start() for m in _MAY_BEGIN.finditer(folded, end - run, end))
    return sorted(places)


def decode_cfemail(code: str) -> str | None:
    """The address behind Cloudflare's data-cfemail: hexadecimal, the first byte is the XOR key."""
    try:
        data = bytes.fromhex(code.strip())
        address = bytes(byte ^ data[0] for byte in data[1:]).decode("utf-8")
    except (ValueError, IndexError):
        return None
    found = find_emails(address)
    return found[0].value if found and found[0].end - found[0].start == len(address) else None


def _handle_words() -> tuple[tuple[str, bool, bool, re.Pattern[str], re.Pattern[str]], ...]:
    patterns = []
    for service, entry in vocabulary("handles").items():
        words = "|".join(re.escape(fold(word)) for word in entry["words"])
        if words:
            rx = sought(
                re.compile(
                    rf"(?<![a-z0-9])(?:{words})(?P<mark>\s?(?:id|account|user(?:name)?|number|号)?\s?(?:is|[:：=@#-])?)\s?@?{_HANDLE}(?![\w@])"
                )
            )
            number = sought(
                re.compile(rf"(?<![a-z0-9])(?:{words})\W{{0,4}}(?P<id>\+?\(?\d[\d ().-]{{8,18}}\d)(?![\w-])")
            )
            patterns.append((service, bool(entry.get("alone", True)), bool(entry.get("phone")), rx, number))
    return tuple(patterns)


_HANDLE_WORDS = _handle_words()


def find_handles(text: str) -> list[Found]:
    """Messenger and social ids, value "wechat:abc_1"; an id that is a phone number is "whatsapp:+1…"."""
    folded = fold(text)
    found = []
    for service, alone, phone, pattern, number_pattern in _HANDLE_WORDS:
        for m in scan(pattern, folded):
            marked = any(word in m["mark"] for word in ("id", ":", "：", "=", "@", "#", "号"))
            if not marked and (not alone or not re.search(r"[\d_]", m["id"])):
                continue
            number = normalize_phone(m["id"]) if phone or m["id"].isdigit() else None
            found.append(Found("handle", f"{service}:{number or m['id']}", *m.span("id"), "plain", 0.9))
        for m in scan(number_pattern, folded) if phone else ():
            if number := normalize_phone(m["id"]):
                found.append(Found("handle", f"{service}:{number}", *m.span("id"), "plain", 0.9))
    return sorted(found, key=lambda f: (f.start, f.value))


@cache
def _links() -> tuple[tuple[str, str, bool], ...]:
    """(prefix, service, is a phone), longest prefix first."""
    pairs = [(p, s, bool(e.get("phone"))) for s, e in vocabulary("handles").items() for p in e["links"]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


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
        return None
    value = website_value(href)
    return Found("website", value, 0, len(href), "link") if value else None


def _link_handle(href: str, start: int, service: str, phone: bool) -> Found | None:
    start += len(href) - len(href.lstrip())
    m = re.compile(r"[+@~]*([\w.%+-]{3,64})").match(href, start)
    if m is None:
        return None
    ident = unquote(m[1]).lstrip("+@~ ").lower()
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
_BARE_DOMAIN = re.compile(rf"(?<![\w@./-])(?:{_LABEL}\.){{1,3}}(?:{_ENDINGS})(?![\w@-])(?!\.\w)(?:/[\w./%-]{{0,100}})?")
_ENDING = sought(re.compile(rf"\.(?:{_ENDINGS})(?![\w@-])"))


def _web_addresses(text: str) -> list[re.Match[str]]:
    folded = fold(text)
    written = scan(_URL, text)
    endings = [m.start() for m in scan(_ENDING, folded)]
    return [*written, *matches_at(_BARE_DOMAIN, folded, _before(folded, endings, _LONGEST_HOST))]


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
        messenger = any(value.startswith(prefix) for prefix, _, _ in _links())
        if value and not messenger and not _under(host, own_hosts) and not _under(host, _shared_hosts()):
            found.append(Found("website", value, m.start(), end))
    return found


def find_site_ids(script: str) -> list[Found]:
    """Analytics and advertiser ids in a script or link, value as written (a pixel: "FB-" and its digits)."""
    return [
        Found("site_id", m["id"] or f"FB-{m['pixel']}", *m.span("id" if m["id"] else "pixel"))
        for m in _SITE_IDS.finditer(script)
    ]
