"""A new analyst drafts a profile from saved pages of a site nobody described, checks it, and collects with it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from benchmarks.site_pages import draw
from pipeline.extract.profile import UNSTATED_BASIS
from tests.flows.command_line import imb, imb_process

LIST, AD = "https://town-finder.example/list", "https://town-finder.example/biz/56169"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    imb(tmp_path / "home", "init")
    return tmp_path / "home"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    (tmp_path / "list.html").write_bytes(draw("unseen", 7, listing=True).body)
    (tmp_path / "ad.html").write_bytes(draw("unseen", 7).body)
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "scan.html").write_bytes(b"%PDF-1.4")
    (tmp_path / "wall.html").write_text("<title>Just a moment...</title><p>Checking your browser before accessing</p>")
    (tmp_path / "odd [name].html").write_bytes(draw("tables-2003", 7).body)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("new", "none.html", "--url", AD), "is not a file. Save the page first"),
        (("check", "none.html", "--url", AD), "is not a file. Save the page first"),
        (("new", "ad.html"), "--url https://"),
        (("new", "ad.html", "--url", "town-finder"), "'town-finder' is none"),
        (("check", "ad.html", "--url", "town-finder"), "'town-finder' is none"),
        (("new", "empty.html", "--url", AD), "Open it in a browser and save it"),
        (("new", "scan.html", "--url", AD), "a PDF"),
        (("new", "wall.html", "--url", AD), "is a bot check"),
        (("new", "list.html", "--url", LIST, "--ad", "ad.html"), "--ad-url https://"),
        (("new", "odd [name].html", "--url", AD, "--ad", "ad.html", "--ad-url", AD), "shows no rows"),
        (("check", "ad.html", "--url", AD), "imb sites new FILE"),
        (("check", "ad.html", "--url", AD, "--profile", "none.toml"), "cannot be read"),
    ],
)
def test_a_refusal_says_what_to_do(
    home: Path, saved: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(saved)
    done = imb(home, "sites", *arguments, check=None)
    assert done.returncode
    assert says in done.stderr


def test_a_fixture_holds_the_listing_and_the_ad(home: Path, saved: Path) -> None:
    pages = (str(saved / "list.html"), "--url", LIST, "--ad", str(saved / "ad.html"), "--ad-url", AD)
    imb(home, "sites", "new", *pages, "--fixture", str(saved / "case"))
    metas = [(saved / name / "meta.toml").read_text() for name in ("case", "case-ad")]
    assert LIST in metas[0] and AD in metas[1]
    listing, ad = ((saved / name / "input.html").read_text() for name in ("case", "case-ad"))
    assert listing != ad and "417-555-0101" in ad  # masked


def test_nothing_is_written_when_the_profile_exists(home: Path, saved: Path) -> None:
    draft = saved / "town.toml"
    draft.write_text("mine")
    page, fixture = str(saved / "ad.html"), str(saved / "fixture")
    refused = imb(home, "sites", "new", page, "--url", AD, "-o", str(draft), "--fixture", fixture, check=4)
    assert "never overwritten" in refused.stderr
    assert draft.read_text() == "mine"
    assert not (saved / "fixture").exists()


def test_check_warns_of_the_profile_of_another_site(home: Path, saved: Path) -> None:
    page = str(saved / "ad.html")
    checked = imb(home, "sites", "check", page, "--url", AD, "--site", "rubmaps-shape").stdout
    assert "none of the profile's allowed_domains (rubmaps-shape.example)" in checked
    assert "recognizes the page" in checked


def test_a_draft_collects_when_it_names_its_authority(home: Path, saved: Path) -> None:
    """One command makes the profile of listing and ads in a folder that is made for it; the crawl reads every ad."""
    listing, ads = draw("unseen", 3, listing=True), [draw("unseen", 7), draw("unseen", 7)]
    paths = [r.url.removeprefix("https://town-finder.example") for r in listing.rows]
    bodies = {path: ads[n % 2].body for n, path in enumerate(paths)}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page if self.path == "/list" else bodies.get(self.path, b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        base, draft = f"http://127.0.0.1:{server.server_port}", saved / "sites" / "loop.toml"
        page = listing.body.replace(b"https://town-finder.example", base.encode())
        Thread(target=server.serve_forever, daemon=True).start()
        detail = ("--ad", str(saved / "ad.html"), "--ad-url", base + paths[0])
        imb(home, "sites", "new", f"{base}/list", *detail, "-o", str(draft))
        draft.write_text(draft.read_text() + "\n[politeness]\ndelay_seconds = 0.0\n")
        refused = imb_process(home, "collect", "--profile", str(draft), "--json", check=4)
        draft.write_text(draft.read_text().replace(UNSTATED_BASIS, "order of the court, invented"))
        done = imb_process(home, "collect", "--profile", str(draft), "--json").stdout
        server.shutdown()
    assert "legal_basis still says" in refused.stderr
    assert f'"ads": {len(paths)}' in done
