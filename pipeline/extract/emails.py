"""E-mail addresses in a text, also such as are written out or encoded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.extract.lexicon import fold
from pipeline.extract.scan import FOLDED, holds, matches_at, occurrences
from pipeline.extract.text import Found

_AT = r"(?:\s?@\s?|\s?[\(\[\{<]\s?(?:at|@)\s?[\)\]\}>]\s?|\(a\)|\s?\(?@\)\s?)"
_COMMON = r"(?:com|net|org|us|biz|info|uk|au|cn|hk|tw|jp|kr|example)(?![\w-])"
_DOT = rf"(?:\.|\s?[\(\[\{{<]\s?(?:dot|\.)\s?[\)\]\}}>]\s?|[ \t]+dot[ \t]+|[ \t]\.[ \t]?(?={_COMMON}))"
_SAID = (  # endings of hosts that are told in words: "look at me dot dot dot" is none
    "com|net|org|us|biz|info|co|io|me|spa|massage|site|online|shop|store|xyz|club|live|life|vip|fun|top|edu|gov|uk|au|cn|hk"
    "|tw|jp|kr|example"
)
_NO_MORE = rf"(?![\w-])(?!{_DOT}{_COMMON})"
_PROVIDERS = "gmail|yahoo|hotmail|outlook|icloud|aol|msn|live|qq|163|126|naver|daum|hanmail|protonmail|mail"
_APART = "g mail|hot mail|out look|i cloud|ya hoo"
_LOCAL = r"(?<![\w.+-])(?P<local>[a-z0-9_](?:[a-z0-9._%+-]{0,62}[a-z0-9_])?)"
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = FOLDED.sought(
    re.compile(
        rf"{_LOCAL}{_AT}(?P<domain>(?:{LABEL}|{_APART})(?:{_DOT}{LABEL}){{0,3}}?{_DOT}(?P<tld>[a-z]{{2,18}})){_NO_MORE}"
    ),
    _AT,
)
_SPELLED = FOLDED.sought(
    re.compile(
        rf"{_LOCAL}\s+at\s+(?P<domain>{LABEL}(?:{_DOT}{LABEL}){{0,2}}?[ \t]+dot[ \t]+(?P<tld>{_SAID})"
        rf"|(?:{_PROVIDERS}){_DOT}(?P<common>com|net|example)){_NO_MORE}"
    ),
    rf"[ \t]dot[ \t]|\sat\s+(?:{_PROVIDERS})",
)
_FURTHER = re.compile(
    r"(?<![\w.+-])([a-z0-9_]{1,40})\s?[\(\[\{<]\s?(?:dot|\.)\s?[\)\]\}>]\s?$"
)  # "a(dot)" before "b(at)c"
_LETTERS_APART = re.compile(r"(?<![a-z0-9])(?:[a-z0-9._] ){2,30}$")  # "l i l " before "y @ host . com"
_DOTS = re.compile(_DOT)
_COMMON_ENDING = re.compile(_COMMON)
_BRACKETED_AT = re.compile(r"[\(\[\{<]\s?at\s?[\)\]\}>]|\(a\)")
_SPACED_AT = re.compile(r"[a-z0-9_]\s+at\s")
_MAY_BEGIN = re.compile(r"(?<![\w.+-])[a-z0-9_]")  # an address or a host
_OF_ADDRESSES = "abcdefghijklmnopqrstuvwxyz0123456789._%+-"
_BEFORE_SIGN = "([{< \t\n\r\f\v\xa0\u3000\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029\u202f\u205f" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_LONGEST_LOCAL = 64
_FILES = frozenset(["png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js", "html"])


def find_emails(text: str) -> list[Found]:
    """E-mail addresses, also written "name (at) host dot com"; value in lower case, style plain or obfuscated."""
    folded = fold(text)
    found: dict[int, Found] = {}
    for matches in (_plain_emails(folded), _spelled_emails(folded)):
        for m in matches:
            start, local = m.start(), m["local"]
            if further := _FURTHER.search(folded, max(0, start - _LONGEST_LOCAL), start):
                start, local = further.start(), f"{further[1]}.{local}"
            elif len(local) == 1 and (apart := _LETTERS_APART.search(folded, max(0, start - _LONGEST_LOCAL), start)):
                start, local = apart.start(), f"{apart[0].replace(' ', '')}{local}"
            value = f"{local}@{_DOTS.sub('.', m['domain']).replace(' ', '')}"
            if (m["tld"] or "") in _FILES or m.start() in found or _is_account(m):
                continue
            plain = value == folded[start : m.end()]
            found[m.start()] = Found(
                "email", value, start, m.end(), *(("plain", 1.0) if plain else ("obfuscated", 0.9))
            )
    return [found[start] for start in sorted(found)]


def _is_account(found: re.Match[str]) -> bool:
    """ "TikTok @jade.relax" is an account's name; "jade @mail.com" is an address with a blank in it."""
    sign = found.string[found.end("local") : found.start("domain")]
    return sign == " @" and not _COMMON_ENDING.fullmatch(found["tld"] or "")


def _plain_emails(folded: str) -> Iterator[re.Match[str]]:
    if not holds(_EMAIL, folded):
        return iter(())
    signs = [*occurrences(folded, "@"), *(m.start() for m in _BRACKETED_AT.finditer(folded))]
    return matches_at(_EMAIL.rx, folded, before_signs(folded, signs, _LONGEST_LOCAL + 2))


def _spelled_emails(folded: str) -> Iterator[re.Match[str]]:
    if not holds(_SPELLED, folded):
        return iter(())
    signs = [m.start() + 1 for m in _SPACED_AT.finditer(folded)]
    return matches_at(_SPELLED.rx, folded, before_signs(folded, signs, _LONGEST_LOCAL))


def before_signs(folded: str, signs: Iterable[int], reach: int) -> list[int]:
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
