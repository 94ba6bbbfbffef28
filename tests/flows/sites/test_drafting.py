"""A new analyst drafts a profile from saved pages of a site nobody described, checks it, and collects with it."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from benchmarks.site_pages import draw
from pipeline.extract.drafting.fixture import expected_json
from pipeline.extract.profile import UNSTATED_BASIS
from tests.flows.command_line import imb, imb_process
from tests.pipeline.extract.test_pages import read as read_case

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
        (("check", "scan.html", "--url", AD, "--site", "yelp-shape"), "a PDF"),
        (("check", "empty.html", "--url", AD, "--site", "yelp-shape"), "shows no words"),
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
    assert (
        "https://town-finder.example/" in metas[0]
        and "https://town-finder.example/biz/" in metas[1]
        and AD not in metas[1]
    )
    listing, ad = ((saved / name / "input.html").read_text() for name in ("case", "case-ad"))
    assert listing != ad and "417-555-0101" in ad  # masked


DATA = {
    "@type": "HealthAndBeautyBusiness",
    "name": "Crescent Moon Wellness",
    "telephone": "+1 816-555-0142",
    "address": {"streetAddress": "4545 Troost Ave", "addressLocality": "Kansas City", "addressRegion": "MO"},
}
SHAPES_BY_HAND = {
    "table": """<body><table><tr><td><font>Support: 1-888-555-0177</font></td><td><b>Blue Heron Bodywork, open 10am</b>
        <table><tr><td><b>Phone</b></td><td>(417) 555-0134</td></tr><tr><td><b>Street</b></td>
        <td>2410 S Campbell Ave Ste 12, Springfield, MO 65807</td></tr></table></td></tr></table>
        <table><tr><td>&copy; 2026 Adboard, 100 Elm St, Kansas City, MO 64106</td></tr></table></body>""",
    "soup": """<body><div class="c1"><div class="c5"><div class="big">Maple Leaf Spa NEW</div><div class="c9">
        <div class="lbl">Call/Text</div><div class="val">5 7 3 . 5 5 5 . 0 1 2 9</div></div><div class="c9">
        <div class="lbl">Where</div><div class="val">1105 N Main St, Unit B, Columbia, MO 65201</div></div></div>
        <div class="c12"><div class="c13">Similar ads</div>
        <div class="c14"><a href="/ad/551">Sunny Day Massage 573-555-0111</a></div>
        <div class="c14"><a href="/ad/552">Rainy Day Massage 573-555-0112</a></div></div></div></body>""",
    "pairs": """<head><meta property="og:phone_number" content="417-555-0163"></head><body><main>
        <h1>Willow Creek Massage</h1><dl><dt>Telephone</dt><dd>417-555-0163</dd><dt>Address</dt><dd>3201 E 20th St<br>
        Joplin, MO 64804</dd></dl><section class="reviews"><h2>Reviews</h2><p>Call 417-555-0199 for my garage.</p>
        </section></main></body>""",
    "shell": f"""<head><title>Crescent Moon Wellness</title>
        <script type="application/ld+json">{json.dumps(DATA)}</script></head><body><div id="root"></div></body>""",
}


@pytest.mark.parametrize("shape", SHAPES_BY_HAND)
def test_a_draft_reads_its_page_at_once_and_its_fixture_passes(home: Path, tmp_path: Path, shape: str) -> None:
    """What the plain reading finds the draft finds, and nothing beside it; the fixture is read as it expects."""
    page, draft, case = tmp_path / "saved.html", tmp_path / "board.toml", tmp_path / "cases" / "board" / "ad"
    page.write_text(f"<html>{SHAPES_BY_HAND[shape]}</html>")
    said = imb(home, "sites", "new", str(page), "--url", AD, "-o", str(draft), "--fixture", str(case)).stdout
    assert "is read as ad" in said and "phone +1" in said and "address " in said
    assert "Not found by the draft" not in said and "by the draft only" not in said and "says less of" not in said
    body, _, read = read_case(case)
    assert json.loads(expected_json(read)) == json.loads((case / "expected.json").read_text())
    assert [p[:9] for p in read.ads[0].phones] == ["+14175550"] and len(read.ads[0].addresses) == 1
    assert not {"Heron", "Maple", "Willow", "Crescent"} & set(re.findall(r"\w+", draft.read_text() + body.decode()))


def test_a_page_with_signs_of_a_minor_becomes_no_fixture(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "saved.html"
    page.write_text("<h1>Jade Spa</h1><p>Kiki, 17 years old, 417-555-0101</p>")
    refused = imb(home, "sites", "new", str(page), "--url", AD, "--fixture", str(tmp_path / "case"), check=3)
    assert "signs of a minor" in refused.stderr and not (tmp_path / "case").exists()


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
    checked = imb(home, "sites", "check", page, "--url", AD, "--site", "rubmaps-shape", check=4)
    assert "none of the profile's allowed_domains (rubmaps-shape.example)" in checked.stdout
    assert "recognizes the page" in checked.stderr


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
