"""Look for protected values in every byte that was produced, plain and encoded: what is found is never handed out.

Independent of the editing: it reads the files as they lie on the disk, decodes what can be decoded, and searches.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.redaction.plain import folded, spelled, views

TAG = re.compile(r"<[^>]*>")
# Digests, and ids of captures, in files that this program writes itself: hexadecimal is no text.
OWN_CODES = re.compile(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True)
class Leak:
    """Where a protected value was found; the value itself is not repeated."""

    file: str
    kind: str


def find_leaks(
    folder: Path, values: Mapping[str, str], shown: Sequence[str] = (), own: Sequence[str] = ()
) -> Iterator[Leak]:
    """Leaks of folded `values` (value -> kind) in contents and names of all files under a folder.

    `shown`: folded texts (trade names) that may be seen though they hold a value. `own`: names of files in which
    digests and ids are no text.
    """
    sought = _pattern(values)
    written = sorted({form for text in shown for form in (text, html.escape(text, quote=False))}, key=len, reverse=True)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        data = path.read_bytes()
        texts = [name, data.decode("utf-8", "replace")]
        if b"\0" in data:
            texts += [data.decode("utf-16-le", "replace"), data.decode("utf-16-be", "replace")]
        if name in own:
            texts = [OWN_CODES.sub(" ", text) for text in texts]
        for value in sorted({found for text in texts for found in _leaks(text, sought, written)}) if sought else ():
            yield Leak(name, values.get(value, "worker_name"))


def _leaks(text: str, sought: re.Pattern[str], shown: Sequence[str]) -> Iterator[str]:
    """The values that are found, also where tags stand between their letters."""
    for view in set(views(text)):
        for plain in {folded(view), folded(TAG.sub("", view))}:
            rest = plain
            for allowed in shown:
                rest = rest.replace(allowed, " ")
            yield from sought.findall(rest)


def _pattern(values: Mapping[str, str]) -> re.Pattern[str] | None:
    ordered = sorted(filter(None, values), key=len, reverse=True)
    words = "|".join(spelled(v) if values[v] == "worker_name" else re.escape(v) for v in ordered)
    return re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])") if words else None
