"""Saved pages for whoever writes a profile: fetched or from a file, and kept as a fixture."""

from __future__ import annotations

import os.path
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from flows.stages.sites.profiles import SHIPPED
from pipeline.errors import FixInput
from pipeline.extract.drafting.fixture import fixture
from pipeline.extract.page import extract_page
from pipeline.extract.text import MAX_BYTES, decode


class Saved(NamedTuple):
    """A page as it was given: a file's name or an address, the address it was saved from, bytes and type."""

    name: str
    url: str
    body: bytes
    content_type: str = ""

    @property
    def html(self) -> str:
        return decode(self.body, self.content_type)


def saved_page(page: str, url: str, user_agent: str, option: str = "--url") -> Saved:
    """The page of a file or an address, which `url` replaces. Raises FixInput."""
    if not page.startswith(("http://", "https://")):
        _check_address(url, option)
        if not Path(page).is_file():
            raise FixInput(f"{page} is not a file. Save the page first, then name the file.")
        return Saved(page, url, Path(page).read_bytes())
    url = url or page
    _check_address(url, option)
    try:
        with urlopen(Request(page, headers={"User-Agent": user_agent}), timeout=30) as answer:
            return Saved(page, url, bytes(answer.read(MAX_BYTES)), answer.headers.get("Content-Type") or "")
    except (OSError, ValueError) as error:
        raise FixInput(f"{page} cannot be fetched ({error}). Save it with a browser and name the file.") from error


def _check_address(url: str, option: str) -> None:
    if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
        raise FixInput(
            f"Say where the page was saved from: {option} https://…" + (f" ({url!r} is none)" if url else "")
        )


def check_readable(page: Saved, now: datetime) -> None:
    """Raises FixInput for what no profile can be drafted from or tried on."""
    read = extract_page(page.body, page.content_type, page.url, now)
    if read.kind == "bot_wall":
        raise FixInput(f"{page.name} is a bot check, not the site. Pass it in a browser and save the page behind it.")
    if read.kind == "empty" or read.problem.startswith(("not a page", "cannot be read")):
        raise FixInput(
            f"{page.name} shows no words ({read.problem or 'scripts may draw it'}). Open it in a browser and save it "
            "as a complete page."
        )


def write_fixture(folder: Path, page: Saved, profile: str, file: Path | None, now: datetime) -> list[str]:
    """Write input.html, meta.toml and expected.json. Returns the kinds of facts that masking lost.

    `profile`: the TOML that reads the page; `file`: where it is kept, None when nowhere. Raises FixInput.
    """
    if (folder / "input.html").exists():
        raise FixInput(f"{folder} holds a fixture already. Choose another folder; a fixture is never overwritten.")
    if extract_page(page.body, page.content_type, page.url, now).suspected_minor:
        raise FixInput(f"{page.name} has signs of a minor: no fixture is made of it. Take another page of the site.")
    files, lost = fixture(page.html, page.url, now.replace(microsecond=0), profile, _named(folder, file))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return lost


def _named(folder: Path, file: Path | None) -> str:
    """How the fixture names its profile: by id when it is shipped, else by the way from the folder above."""
    if file is None:
        return ""
    if file.resolve().parent == SHIPPED.resolve():
        return file.stem
    return Path(os.path.relpath(file.resolve(), folder.resolve().parent)).as_posix()
