"""From a file to decoded lines: plain, gzip or a ZIP with one text file; UTF-8, UTF-16, UTF-32 or Windows-1252.

Bytes that are not UTF-8 are read as Windows-1252 where they stand, so one stray accent never costs the file. Bytes that
are neither become lone surrogates, which the row reader rejects by line.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from pipeline.errors import FixInput

SAMPLE = 64 * 1024
MAX_LINE = 1024 * 1024  # characters of one line
CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27})
MAGIC = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (or one with a password)"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "a rich-text document"),
)
SAVE_AS = "Save or export it as CSV, tab-separated text or XLSX and offer that file."


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found = [bytes([b]).decode("cp1252", "ignore") or chr(0xDC00 + b) for b in error.object[error.start : error.end]]
    return "".join(found), error.end


codecs.register_error("imb-windows-1252", _as_windows_1252)


def file_kind(path: Path) -> str:
    """ "xlsx", "zip", "gzip" or "text". Raises FixInput for what holds no table: missing, empty, a folder, a PDF …"""
    if path.is_dir():
        raise FixInput(f"{path} is a folder. Name the file in it.")
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError:
        raise FixInput(f"There is no file {path}. Check the name.") from None
    except OSError as error:
        raise FixInput(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    if not start:
        raise FixInput(f"{path} is empty (0 bytes). Ask the sender for it again.")
    for magic, what in MAGIC:
        if start.startswith(magic):
            raise FixInput(f"{path} is {what}, not a table. {SAVE_AS}")
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    return _zip_kind(path) if start.startswith(b"PK") else "text"


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FixInput(f"{path} is a damaged ZIP or XLSX file ({error}). Ask the sender for it again.") from error
    return "xlsx" if any(n.startswith("xl/") for n in names) else "zip"


@contextmanager
def named_damage(path: Path) -> Iterator[None]:
    """Turn what a broken compressed stream raises into FixInput with the file and what to do."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
        raise FixInput(
            f"{path} is cut off or damaged inside its compression ({error}). Nothing of it was taken over; "
            "ask the sender for it again."
        ) from error
    except (NotImplementedError, RuntimeError) as error:  # zipfile: unknown method, password
        raise FixInput(f"{path} cannot be unpacked ({error}). Unpack it and offer the file inside.") from error
    except OSError as error:
        raise FixInput(f"{path} cannot be read ({error}). Check the disk and offer it again.") from error


@contextmanager
def open_bytes(path: Path, kind: str) -> Iterator[BinaryIO]:
    """The decompressed bytes of a plain, gzip or ZIP file."""
    if kind == "zip":
        with zipfile.ZipFile(path) as archive, archive.open(_only_member(path, archive)) as member:
            yield cast(BinaryIO, member)
    elif kind == "gzip":
        with gzip.open(path, "rb") as file:
            yield cast(BinaryIO, file)
    else:
        with path.open("rb") as plain:
            yield plain


def _only_member(path: Path, archive: zipfile.ZipFile) -> str:
    """The one table of a ZIP; state rosters lay a filedesc*.txt beside it."""
    names = [i.filename for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/")]
    tables = [n for n in names if not Path(n).name.lower().startswith(("filedesc", "readme", "layout"))]
    tables = [n for n in tables if n.lower().endswith((".txt", ".csv", ".tsv", ".tab", ".psv", ".dat"))]
    if len(tables) != 1:
        raise FixInput(
            f"{path} holds {len(tables) or 'no'} tables ({', '.join(names[:6]) or 'nothing'}). "
            "Unpack it and offer the files one by one."
        )
    return tables[0]


def detect_encoding(path: Path, sample: bytes) -> str:
    """A codec name. Raises FixInput for bytes that are no text."""
    for bom, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
                      (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):  # fmt: skip
        if sample.startswith(bom):
            return name
    if nuls := sample.count(0):
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if nuls > len(sample) // 4 and max(even, odd) > 4 * min(even, odd):
            return "utf-16-le" if odd > even else "utf-16-be"
    control = len(sample) - len(sample.translate(None, CONTROL))
    if control > max(2, len(sample) // 100):
        raise FixInput(f"{path} is not text (binary data). {SAVE_AS}")
    head = sample.lstrip()[:200].lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise FixInput(f"{path} is a web page or XML file, not a table. Download the table itself.")
    if head.startswith((b"{", b"[{", b"[ {", b"[\n")):
        raise FixInput(f"{path} is JSON, not a table. {SAVE_AS}")
    return "utf-8"


def read_lines(path: Path, kind: str, encoding: str = "") -> Generator[tuple[int, str], None, None]:
    """(line number, text without its end) of every line, decoded; streams. A line above 1 MiB arrives cut, with its
    rest skipped, and one character longer than MAX_LINE. Raises FixInput for damage anywhere on the way."""
    with named_damage(path), open_bytes(path, kind) as raw:
        buffered = io.BufferedReader(cast(io.RawIOBase, raw), SAMPLE)
        sample = buffered.peek(SAMPLE)[:SAMPLE]
        if not sample.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
            raise FixInput(f"{path} has no rows in it. Ask the sender for it again.")
        codec = encoding or detect_encoding(path, sample)
        errors = "imb-windows-1252" if codec.startswith("utf-8") else "replace"
        newline = "\n" if b"\n" in sample or b"\r" not in sample else "\r"
        with io.TextIOWrapper(buffered, encoding=codec, errors=errors, newline=newline) as text:
            yield from _lines(text)


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE and not line.endswith(("\n", "\r")):
            while (rest := text.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
                pass
        yield number, line.rstrip("\r\n")
