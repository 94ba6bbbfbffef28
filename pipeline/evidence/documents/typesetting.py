"""From a template and data to a PDF that is the same, byte for byte, on every machine.

Only fonts that packages bring are used. Data reach the template as JSON; no text is ever read as markup.
`python -m pipeline.evidence.documents.typesetting FOLDER TEMPLATE tagged|plain` sets one in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import typst

TEMPLATES = files("pipeline.evidence.documents") / "typst"
FEW_PAGES = 40
PDF, MADE = "made.pdf", "made.json"
FONT_PACKAGES = ("manimgx_fonts", "noto_cjk_sans_otc")


@dataclass(frozen=True, slots=True)
class Typeset:
    pdf: bytes
    pages: int
    starts: Mapping[str, int]  # page on which each item begins, by item number; only where items are set


@cache
def fonts() -> Any:
    """Typst's own fonts, Noto Sans for most scripts, Noto Sans CJK; none of the system's."""
    return typst.Fonts(include_system_fonts=False, font_paths=font_folders())


def font_folders() -> list[str]:
    """Where the fonts lie that packages bring: Noto for most scripts, Chinese, Japanese, Korean and emoji."""
    return [str(files(name)) for name in FONT_PACKAGES]


class Setting(NamedTuple):
    """What is to be set: the arguments of `typeset`."""

    template: str
    data: Mapping[str, Any]
    pictures: Mapping[str, bytes] | None = None
    tagged: bool = True


def typeset(
    template: str, data: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None, *, tagged: bool = True
) -> Typeset:
    """Set `typst/<template>.typ` with `data`, which it reads as data.json, and pictures by their file names.

    `tagged` makes the PDF readable by screen readers. (The standard PDF/UA-1 is not asked for: it refuses a page with
    one sign that no font has.)
    """
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _lay_out(root, Setting(template, data, pictures, tagged))
        made = _compile(root, template, tagged)
        if made.pages > FEW_PAGES:
            _forget(root)
    return made


def typeset_all(settings: Sequence[Setting]) -> list[Typeset]:
    """Long ones side by side, each in a process of its own, as many at a time as there are processors. What a process
    needs for it, a megabyte a page, it gives back when it ends. Raises RuntimeError with what typst says."""
    with ThreadPoolExecutor(min(len(settings), os.cpu_count() or 1)) as pool:
        return list(pool.map(_beside, settings))


def _beside(setting: Setting) -> Typeset:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _lay_out(root, setting)
        command = [sys.executable, "-m", __name__, name, setting.template, "tagged" if setting.tagged else "plain"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{setting.template} cannot be set: {done.stderr.strip()[-2000:]}")
        told = json.loads((root / MADE).read_text(encoding="ascii"))
        return Typeset((root / PDF).read_bytes(), told["pages"], told["starts"])


def _lay_out(root: Path, setting: Setting) -> None:
    """Everything that the template reads, in one folder."""
    for source in TEMPLATES.iterdir():
        (root / source.name).write_bytes(source.read_bytes())
    for picture, content in (setting.pictures or {}).items():
        (root / picture).write_bytes(content)
    (root / "data.json").write_text(json.dumps(setting.data), encoding="ascii")


def _compile(root: Path, template: str, tagged: bool) -> Typeset:
    compiler = typst.Compiler(
        input=str(root / f"{template}.typ"), root=str(root), font_paths=fonts(), ignore_system_fonts=True
    )
    pdf = compiler.compile(format="pdf", timestamp=0, pdf_tags=tagged)
    assert isinstance(pdf, bytes)
    pages = int(json.loads(compiler.query("<pages>", field="value", one=True)))
    starts = json.loads(compiler.query("<starts>", field="value"))
    return Typeset(pdf, pages, dict(starts[0]) if starts else {})


def _forget(root: Path) -> None:
    """Typst keeps what it has laid out through ten more compilations, a megabyte a page: let it go."""
    path = root / "empty.typ"
    path.write_text("", encoding="ascii")
    empty = typst.Compiler(input=str(path), root=str(root), font_paths=fonts(), ignore_system_fonts=True)
    for _ in range(11):
        empty.compile(format="pdf")


def png(svg: str, dots_per_inch: float = 144.0) -> bytes:
    """An SVG picture as PNG, with the fonts of packages only: the same on every machine."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "picture.svg").write_text(svg, encoding="utf-8")
        page = '#set page(width: auto, height: auto, margin: 0pt)\n#image("picture.svg")\n'
        (root / "page.typ").write_text(page, encoding="ascii")
        compiler = typst.Compiler(
            input=str(root / "page.typ"), root=str(root), font_paths=fonts(), ignore_system_fonts=True
        )
        made = compiler.compile(format="png", ppi=dots_per_inch)
    assert isinstance(made, bytes)
    return made


if __name__ == "__main__":
    folder, template, tagged = sys.argv[1:]
    made = _compile(Path(folder), template, tagged == "tagged")
    (Path(folder) / PDF).write_bytes(made.pdf)
    (Path(folder) / MADE).write_text(json.dumps({"pages": made.pages, "starts": made.starts}), encoding="ascii")
