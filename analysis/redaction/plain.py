"""Text in the one form in which values are compared, with the place of every character; and what encoded text hides."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")  # ordinary words: nothing is encoded in one
HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{2}){4,}")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
DEPTH = 3  # an encoding inside an encoding inside an encoding


def folded(text: str) -> str:
    """Compatibility forms, case folded, without invisible characters and accents, white space as single spaces."""
    return "".join(character for character, _ in _folding(text))


def folded_places(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the place in `text` that it comes from."""
    pairs = list(_folding(text))
    return "".join(c for c, _ in pairs), [place for _, place in pairs]


def _folding(text: str) -> Iterator[tuple[str, int]]:
    spaced = False
    for place, character in enumerate(text):
        if character.isspace():
            if not spaced:
                yield " ", place
            spaced = True
            continue
        if not character.isascii() and unicodedata.category(character) in {"Cf", "Mn", "Cc"}:
            continue
        spaced = False
        plain = character if character.isascii() else unicodedata.normalize("NFKD", character)
        for one in plain.casefold():
            if unicodedata.category(one) != "Mn":
                yield one, place


LETTERS = re.compile(r"[^\W\d_]")
LEAST_SPACED, LEAST_JOINED = 3, 4  # letters of a name that is sought in pieces: shorter ones are in ordinary text


def spelled(name: str) -> str:
    """A pattern for a folded name as people hide it: l-i-l-y, l i l y (all letters apart), li.ly (a sign within)."""
    letters = [re.escape(letter) for letter in LETTERS.findall(name)]
    forms = [re.escape(name)]
    if len(letters) >= LEAST_SPACED:
        forms.append(r"[\W_]{1,2}".join(letters))
    if len(letters) >= LEAST_JOINED:
        forms.append(r"[-_.*·•~|+/']?".join(letters))
    return "|".join(forms)


def unspelled(found: str) -> str:
    """The letters of a name that was found in pieces."""
    return "".join(LETTERS.findall(found))


def views(text: str, depth: int = DEPTH) -> Iterator[str]:
    """The text, and what it says percent-, entity-, backslash-, base64- or hexadecimal-encoded; nested ones too."""
    seen, now = {text}, [text]
    yield text
    for _ in range(depth):
        found = dict.fromkeys(other for view in now for other in _decoded(view))
        now = [other for other in found if other not in seen]
        seen.update(now)
        yield from now


def _decoded(text: str) -> Iterator[str]:
    """Whatever one decoding makes of a text, and of the tokens in it."""
    if "%" in text or "+" in text:
        yield unquote(text)
        yield unquote(text.replace("+", " "))
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _unescaped(text)
    for token in BASE64.findall(text):
        if WORD.fullmatch(token):
            continue
        for start in range(4) if len(token) > 11 else (0,):
            if (found := _base64(token[start:])) is not None:
                yield found
    for token in HEXADECIMAL.findall(text):
        if (data := _readable(bytes.fromhex(token))) is not None:
            yield data


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)), text)


def _base64(token: str) -> str | None:
    plain = token.rstrip("=").translate(str.maketrans("-_", "+/"))
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        return _readable(base64.b64decode(plain + "=" * (-len(plain) % 4)))
    except (binascii.Error, ValueError):
        return None


def _readable(data: bytes) -> str | None:
    """The bytes as text when they are text: random bytes almost never are."""
    for encoding in ("utf-8", "utf-16-le"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(text) >= 3 and all(c.isprintable() or c in "\r\n\t" for c in text):
            return text
    return None
