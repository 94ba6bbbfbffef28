"""Other programs validate and replay a freshly built package: py-wacz, pywb, ReplayWeb.page, and any browser.

They are heavy and under copyleft licenses, so they are no dependency: each is installed into pytest's cache directory
the first time, and where that cannot be done its test says why it was skipped.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.evidence.warc.writing import Exchange
from tests.pipeline.evidence.authority import serving
from tests.pipeline.evidence.conftest import make_exchange
from tests.pipeline.evidence.packaging import sealed_package

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1200)]
Make = Callable[..., Exchange]
OUTSIDE = "http://tracker.example"
OWN_CALLS = re.compile(r"^(http://)?[a-z.]+\.(google|googleapis|gvt1)\.com[:/]")  # Chromium's own, to its maker
PAGE = f"""<html><head><title>Lotus Spa</title><link rel="stylesheet" href="{OUTSIDE}/a.css"></head>
<body background="{OUTSIDE}/b.png" onload="fetch('{OUTSIDE}/c')"><p>Call 417-555-0190 today</p>
<img src="{OUTSIDE}/d.gif"><script src="{OUTSIDE}/e.js"></script><style>p{{background:url({OUTSIDE}/f)}}</style>
<iframe src="{OUTSIDE}/g"></iframe></body></html>""".encode()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replayed")
    with serving(folder / "authority") as authority:
        return sealed_package(folder, authority, make_exchange, extra=[make_exchange(90, body=PAGE)])


@pytest.fixture(scope="module")
def tools(request: pytest.FixtureRequest) -> Path:
    """Where tools by others are kept between runs."""
    assert request.config.cache is not None
    return Path(request.config.cache.mkdir("strangers"))


def python_tool(tools: Path, package: str) -> Path:
    """The bin folder of a virtual environment that holds a package from the registry."""
    folder = tools / package.partition("=")[0]
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        command = [folder / "bin/python", "-m", "pip", "install", "--quiet", package]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900)
        if done.returncode:
            pytest.skip(f"{package} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
        (folder / "installed").touch()
    return folder / "bin"


def items(package: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((package / "data/items.json").read_bytes())["items"]
    return found


def test_wacz_validate(package: Path, tools: Path) -> None:
    wacz = python_tool(tools, "wacz") / "wacz"
    done = subprocess.run(
        [wacz, "validate", "-f", package / "data/exhibit.wacz"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is valid" in done.stdout


def test_pywb_replays_every_page(package: Path, tools: Path, tmp_path: Path) -> None:
    tool = python_tool(tools, "pywb==2.10.0")
    with zipfile.ZipFile(package / "data/exhibit.wacz") as packed:
        warcs = [packed.extract(n, tmp_path) for n in packed.namelist() if n.startswith("archive/")]
    manager = [tool / "wb-manager"]
    subprocess.run([*manager, "init", "exhibit"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([*manager, "add", "exhibit", *warcs], cwd=tmp_path, check=True, capture_output=True)
    port = free_port()
    command = [tool / "wayback", "-p", str(port), "-b", "127.0.0.1"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for item in items(package):
                if item["records"][0]["file"].startswith("data/exhibit.wacz") and item["status"] == 200:
                    moment = item["times"]["response_received"][:19]
                    digits = "".join(c for c in moment if c.isdigit())
                    page = fetched(f"http://127.0.0.1:{port}/exhibit/{digits}id_/{item['url_reached']}")
                    text = (package / item["text"]).read_text()
                    assert text.split("\n")[0].encode() in page
        finally:
            server.terminate()


def fetched(url: str) -> bytes:
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return bytes(answer.read())
        except ConnectionError:
            time.sleep(0.5)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.5)
    raise AssertionError(f"{url} does not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Files(BaseHTTPRequestHandler):
    """Serves named files, in part when asked so: what ReplayWeb.page needs of a server."""

    files: dict[str, Path]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.files.get(self.path.partition("?")[0])
        if path is None:
            self.send_error(404)
            return
        data, span = path.read_bytes(), self.headers.get("Range", "")
        first, last = 0, len(data) - 1
        if span:
            low, _, high = span.removeprefix("bytes=").partition("-")
            first, last = (int(low), min(int(high or last), last)) if low else (max(0, len(data) - int(high)), last)
        self.send_response(206 if span else 200)
        kinds = {".js": "text/javascript", ".html": "text/html"}
        self.send_header("Content-Type", kinds.get(path.suffix, "application/octet-stream"))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        if span:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data[first : last + 1])

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(files: dict[str, Path]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (Files,), {"files": files}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def browser_without_network(asked: list[str]) -> Iterator[Any]:
    """A page in Chromium behind a proxy that refuses; whatever wants to leave this machine is put into `asked`."""
    sync = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed here")

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not OWN_CALLS.search(self.path):
                asked.append(self.path)
            self.send_error(502)

        def do_POST(self) -> None:
            self.do_GET()

        def do_CONNECT(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    with sync.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox"],
            proxy={"server": f"http://127.0.0.1:{proxy.server_port}", "bypass": "127.0.0.1"},
        )
        try:
            yield browser.new_page()
        finally:
            browser.close()
            proxy.shutdown()


def test_the_proxy_would_see_a_request() -> None:
    asked: list[str] = []
    with browser_without_network(asked) as page:
        page.set_content(f'<img src="{OUTSIDE}/seen">')
        page.wait_for_timeout(1000)
    assert f"{OUTSIDE}/seen" in asked


def replay_web_page(tools: Path) -> Path:
    folder = tools / "replaywebpage"
    found = folder / "node_modules" / "replaywebpage"
    if not (found / "sw.js").exists():
        if shutil.which("npm") is None:
            pytest.skip("npm is not installed here")
        folder.mkdir(exist_ok=True)
        wanted = {"private": True, "dependencies": {"replaywebpage": "2.5.3"}, "overrides": {"warcio": "2.4.11"}}
        (folder / "package.json").write_text(json.dumps(wanted))
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900)
        if done.returncode:
            pytest.skip(f"replaywebpage cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
    return found


def test_replayweb_page_shows_the_captures_and_asks_nobody(package: Path, tools: Path, tmp_path: Path) -> None:
    program = replay_web_page(tools)
    pages = [i for i in items(package) if i["role"] == "ad" and i["records"][0]["file"].startswith("data/exhibit.wacz")]
    shown, asked = [pages[0], pages[-1]], list[str]()
    assert "417-555-0190" in (package / shown[1]["text"]).read_text()
    files = {
        "/ui.js": program / "ui.js",
        "/replay/ui.js": program / "ui.js",
        "/replay/sw.js": program / "sw.js",
        "/exhibit.wacz": package / "data/exhibit.wacz",
    }
    for number, item in enumerate(shown):
        view = tmp_path / f"view{number}.html"
        view.write_text(
            "<!doctype html><style>html,body,replay-web-page{height:100%}</style><script src=/ui.js></script>"
            '<replay-web-page source="/exhibit.wacz" embed="replayonly" replayBase="/replay/" '
            f'url="{escape(item["url_reached"])}"></replay-web-page>'
        )
        files[f"/{view.name}"] = view
    with served(files) as address, browser_without_network(asked) as page:
        for number, item in enumerate(shown):
            page.goto(f"{address}/view{number}.html")
            wanted = (package / item["text"]).read_text().split("\n")[0]
            assert wait_for_text(page, wanted), [f.url for f in page.frames]
    assert asked == []


def wait_for_text(page: Any, wanted: str) -> bool:
    for _ in range(240):
        for frame in page.frames:
            try:
                if wanted in frame.locator("body").inner_text(timeout=2_000):
                    return True
            except Exception:  # the frame is being loaded
                continue
        page.wait_for_timeout(250)
    return False


def test_index_and_pages_show_the_captures_and_ask_nobody(package: Path) -> None:
    asked: list[str] = []
    hostile = next(i for i in items(package) if "417-555-0190" in (package / i["text"]).read_text())
    with browser_without_network(asked) as page:
        page.goto((package / "index.html").as_uri())
        assert "Archived web pages" in page.inner_text("h1")
        page.click(f'a[href="{hostile["page"]}"]')
        page.wait_for_timeout(1000)
        assert "Call 417-555-0190 today" in page.frames[1].locator("body").inner_text()
        page.click("text=All captures")
        assert page.url.endswith("index.html")
        page.wait_for_timeout(500)
    assert asked == []
