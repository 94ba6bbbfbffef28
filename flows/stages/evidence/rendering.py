"""Pictures of archived pages, made offline: the one place that starts a browser.

The system's Chromium draws each page without network and script; its process resolves no name, every request is
refused and counted, and a sandboxing policy forbids navigation, plug-ins and pictures inside the page.
"""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import escape
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Error, Playwright, Route, sync_playwright

from flows.stages.progress import Progress, silent
from pipeline.evidence.documents.picture import Picture
from pipeline.evidence.documents.typesetting import font_folders

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
BLANK = "http://offline.invalid/"
FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:1",
    "--disable-gpu",
    "--disable-lcd-text",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)
FONTS, SYSTEM_FONTS = "fonts.conf", "/etc/fonts/fonts.conf"
WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 800, 200, 3000  # CSS pixels
QUALITY = 80
SECONDS_FOR_ONE = 10.0
MOST_BROWSERS, PAGES_FOR_ONE = 4, 30  # a browser takes half a second to start, and 200 MB


@dataclass(slots=True)
class Renderings:
    """`pictures` by item number; `problem` says why there are none or fewer, "" when all could be made."""

    pictures: dict[int, Picture] = field(default_factory=dict)
    problem: str = ""
    refused: int = 0  # requests of the pages that were refused


def browser_path() -> str:
    """The system's Chromium, "" when there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def render_pages(pages: Mapping[int, str], browser: str | None = None, progress: Progress = silent) -> Renderings:
    """Pictures of HTML texts by item number. A page that cannot be drawn is left out. Pages that say the same are drawn
    once; many are shared out among browsers, one for each processor."""
    path = browser_path() if browser is None else browser
    if not pages:
        return Renderings()
    if not path:
        return Renderings(problem="No Chromium is installed here: pages are shown as text.")
    same: dict[str, list[int]] = {}
    for number, html in pages.items():
        same.setdefault(html, []).append(number)
    distinct = {numbers[0]: html for html, numbers in same.items()}
    told = _Told(progress, len(distinct))
    shares = _shares(distinct)
    with ThreadPoolExecutor(len(shares)) as pool:
        found = _joined(pool.map(lambda share: _render(path, share, told), shares))
    for numbers in same.values():
        if picture := found.pictures.get(numbers[0]):
            found.pictures |= dict.fromkeys(numbers, picture)
    return found


def _shares(pages: Mapping[int, str]) -> list[dict[int, str]]:
    """Every n-th page for each of n browsers."""
    count = max(1, min(os.cpu_count() or 1, MOST_BROWSERS, len(pages) // PAGES_FOR_ONE))
    return [dict(islice(pages.items(), start, None, count)) for start in range(count)]


def _joined(parts: Iterable[Renderings]) -> Renderings:
    whole = Renderings()
    for part in parts:
        whole.pictures |= part.pictures
        whole.problem = whole.problem or part.problem
        whole.refused += part.refused
    return whole


@dataclass
class _Told:
    """Counts what several threads have drawn."""

    progress: Progress
    pages: int
    _drawn: int = 0
    _lock: Lock = field(default_factory=Lock)

    def one_more(self) -> None:
        with self._lock:
            self._drawn += 1
            self.progress("draw pages", self._drawn, self.pages)


def _render(path: str, pages: Mapping[int, str], told: _Told) -> Renderings:
    """The pictures that one browser, started for them, makes."""
    found = Renderings()
    try:
        with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
            _write_fonts(Path(home) / FONTS)
            _render_all(playwright, path, home, pages, found, told)
    except (Error, OSError) as error:
        found.problem = f"Chromium failed ({_first_line(error)}): pages are shown as text."
    return found


def _render_all(
    playwright: Playwright, path: str, home: str, pages: Mapping[int, str], found: Renderings, told: _Told
) -> None:
    browser = playwright.chromium.launch(
        executable_path=path,
        args=list(FLAGS),
        chromium_sandbox=os.geteuid() != 0,  # Chromium refuses its sandbox to root
        env={
            "HOME": home,
            "PATH": os.environ.get("PATH", ""),
            "LANG": "en_US.UTF-8",
            "FONTCONFIG_FILE": str(Path(home) / FONTS),
        },
    )
    try:
        page = _Page(browser, found)
        for number, html in pages.items():
            try:
                found.pictures[number] = page.picture(html)
            except Error as error:
                found.problem = f"Chromium could not draw item {number} ({_first_line(error)})."
                page.close()
                page = _Page(browser, found)
            told.one_more()
    finally:
        browser.close()


def _write_fonts(path: Path) -> None:
    """The report's fonts beside the system's: without them a name in Chinese or Korean would be drawn as boxes."""
    folders = "".join(f"<dir>{escape(folder)}</dir>" for folder in font_folders())
    path.write_text(
        f"<fontconfig><include ignore_missing='yes'>{SYSTEM_FONTS}</include>{folders}"
        f"<cachedir>{escape(str(path.parent))}</cachedir></fontconfig>",
        encoding="utf-8",
    )


class _Page:
    """One tab, used again for every page."""

    def __init__(self, browser: Browser, found: Renderings) -> None:
        self.renderer = f"Chromium {browser.version}"
        self._found = found
        self._context: BrowserContext = browser.new_context(
            java_script_enabled=False,
            service_workers="block",
            accept_downloads=False,
            viewport={"width": WIDTH, "height": LEAST_HEIGHT},
        )
        self._context.set_default_timeout(SECONDS_FOR_ONE * 1000)
        self._context.route("**/*", self._answer)
        tab = self._context.new_page()
        tab.goto(BLANK)
        self._session: CDPSession = self._context.new_cdp_session(tab)
        self._frame: str = self._session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def _answer(self, route: Route) -> None:
        if route.request.url == BLANK:
            headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}
            route.fulfill(status=200, body="<!doctype html>", headers=headers)
        else:
            self._found.refused += 1
            route.abort()

    def picture(self, html: str) -> Picture:
        """The page as a JPEG, from its top to at most MOST_HEIGHT. The empty document's policy stays in force."""
        self._session.send("Page.setDocumentContent", {"frameId": self._frame, "html": html})
        size: dict[str, Any] = self._session.send("Page.getLayoutMetrics")["cssContentSize"]
        whole, wide = max(1, int(size["height"])), int(size["width"])
        height = min(whole, MOST_HEIGHT)
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
        options = {"format": "jpeg", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
        data = self._session.send("Page.captureScreenshot", options)["data"]
        return Picture(base64.b64decode(data), WIDTH, height, whole, self.renderer, wide)

    def close(self) -> None:
        self._context.close()


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
