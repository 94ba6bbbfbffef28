"""Reading: phones in running text beside PhoneNumberMatcher; pages beside bare parsers with the same selectors.

A bare parser builds the tree, evaluates every selector of the page's profile and takes what they and the page show,
without what is hidden. The ads are different ones at different addresses, so that nothing kept from the last answers
for the next; "ad again" are later captures of the same ads on otherwise different pages, as most captures of an archive
are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

import phonenumbers
from bs4 import BeautifulSoup
from parsel import Selector
from selectolax.lexbor import LexborHTMLParser

from benchmarks import ad_page
from benchmarks.table import Cell, Table
from pipeline.extract.ads import SELECTED
from pipeline.extract.page import extract_page
from pipeline.extract.phones import find_phones
from pipeline.extract.profile import SiteProfile, load_profile

PROFILE = Path(__file__).parents[1] / "spiders/sites/city-board.toml"
LISTING = "http://city-board.example/joplin/Bodywork/"
PAGES = 30
UNSEEN = (
    "script, style, noscript, template, select, datalist, iframe, object, svg, canvas, [hidden], "
    "[style*='display:none'], [style*='display: none'], [style*='visibility:hidden'], [style*='visibility: hidden']"
)
STYLES = ("{0}-{1}-{2}", "({0}) {1}-{2}", "{0}.{1}.{2}", "{0} {1} {2}", "+1 {0} {1} {2}", "{0}{1}{2}")
TEXT = (
    "quiet room new staff open late daily free parking behind the store table shower foot massage walk in welcome ten "
    "minutes drive from the mall sixty minutes special this week ask for the holiday card no texting please"
)
WORDS = TEXT.split()
Drawn = tuple[str, bytes]  # address and page
Draw = Callable[[int], Drawn]
Reader = Callable[[str, bytes], object]


def run(small: bool = False) -> Table:
    """Texts or pages per second of each method, in the same run, and ours as a share of the peer."""
    texts = make_texts(50 if small else 4_000)
    profile, rounds = load_profile(PROFILE), 1 if small else 5
    number = 3 if small else PAGES
    css, items = selectors(profile), (profile.listing.item[0].css, item_selectors(profile))
    ad, plain = _ours(profile, "ad"), _ours(None, "ad")
    kinds: dict[str, tuple[Draw, Reader, dict[str, Reader]]] = {
        "ad": (lambda n: (address(n), ad_page.make_page(Random(-1 - n), Random(n))), ad, _peers(css)),
        "ad again": (lambda n: (address(n), ad_page.make_page(Random(f"later {n}"), Random(n))), ad, _peers(css)),
        "long texts": (lambda n: (address(n), make_page(Random(n))), ad, _peers(css)),
        "listing": (
            lambda n: (f"{LISTING}?page={n}", ad_page.make_listing(Random(n))),
            _ours(profile, "listing"),
            _peers(css[:4], *items),
        ),
        "ad, no profile": (lambda n: (address(n), ad_page.make_page(Random(100_000 + n))), plain, _peers(css)),
    }
    lines = phone_rows(texts)
    for name, (draw, ours, peers) in kinds.items():
        for n in range(2 * number):  # automata grow with the first texts they read
            ours(*draw(1_000_000 + n))
        lines += page_rows(name, [[draw(number * r + n) for n in range(number)] for r in range(rounds)], ours, peers)
    sizes = ", ".join(f"{len(kinds[kind][0](0)[1]) / 1024:.0f} KB" for kind in ("ad", "long texts", "listing"))
    note = f"{len(texts):,} texts, one number each, a third without; pages (ad, long texts, listing) of {sizes}"
    return Table("Reading", ("method", "per second", "ours / this", "phones found"), tuple(lines), (note,))


def address(number: int) -> str:
    """The address of one ad of the site."""
    return ad_page.URL.replace("1234567", str(1_000_000 + number))


def make_texts(count: int) -> list[str]:
    rng = Random(3)
    return [make_text(rng, number % 3 != 2) for number in range(count)]


def make_text(rng: Random, with_phone: bool) -> str:
    """About 60 words, half of them before the number, as an ad has it."""
    words = [rng.choice(WORDS) for _ in range(60)]
    if with_phone:
        area, last = rng.choice(("417", "314", "816")), f"{rng.randrange(10_000):04d}"
        words[30] = "call " + rng.choice(STYLES).format(area, "555", last)
    return " ".join(words)


def make_page(rng: Random) -> bytes:
    """An ad of the synthetic board between navigation and other people's ads: about 42 KB."""
    links = "".join(
        f'<li class="nav item"><a href="/joplin/Bodywork/?page={n}">{make_text(rng, False)[:70]}</a></li>'
        for n in range(260)
    )
    body = "<br>".join(make_text(rng, n == 1) for n in range(6))
    return (
        "<!doctype html><html><head><title>New in town</title></head><body>"
        f'<div class="top"><ul>{links}</ul></div><div class="mainBody">'
        '<div id="postingTitle"><h2>New in town</h2></div>'
        '<div class="adInfo">Posted: Monday, March 02, 2026 09:15 AM</div>'
        f'<div class="postingBody">{body}</div><div class="attributes"><span class="loc">Joplin, MO</span></div>'
        '<div id="OtherAdsByThisUser"><a href="/joplin/Bodywork/other/7654321.html">other</a></div></div>'
        f'<div class="foot"><ul>{links[: len(links) // 4]}</ul></div></body></html>'
    ).encode()


def phone_rows(texts: list[str]) -> list[tuple[Cell, ...]]:
    ours, found = _rate(lambda: sum(len(find_phones(t, generated=True)) for t in texts), len(texts))
    peer, also = _rate(lambda: sum(len(list(phonenumbers.PhoneNumberMatcher(t, "US"))) for t in texts), len(texts))
    return [
        ("phones: ours, find_phones", ours, 1.0, found),
        ("phones: PhoneNumberMatcher", peer, ours / peer, also),
    ]


def selectors(profile: SiteProfile) -> list[str]:
    """Every CSS selector that tells or reads an ad of the site."""
    rules = [r.css for kind in ("consent", "tombstone", "empty", "forum", "ad") for r in getattr(profile.pages, kind)]
    fields = [s.css for name in ("root", *SELECTED) for s in getattr(profile.ad, name) if not s.from_url]
    return [css for css in (*rules, *fields) if css]


def item_selectors(profile: SiteProfile) -> list[str]:
    names = ("url", "title", "date", "location", "posting_id")
    return [s.css for name in names for s in getattr(profile.listing, name) if not s.from_url]


def page_rows(
    name: str, rounds: Sequence[Sequence[Drawn]], ours: Reader, peers: dict[str, Reader]
) -> list[tuple[Cell, ...]]:
    """One page after the other by each method in turn, each round other pages; the best round counts."""
    methods = {"ours, extract_page": ours, **peers}
    best = dict.fromkeys(methods, float("inf"))
    for pages in rounds:
        for method, read in methods.items():
            start = time.process_time()
            for url, page in pages:
                read(url, page)
            best[method] = min(best[method], time.process_time() - start)
    rates = {method: len(rounds[0]) / max(seconds, 1e-9) for method, seconds in best.items()}
    return [(f"{name}: {method}", rate, rates["ours, extract_page"] / rate, None) for method, rate in rates.items()]


def _rate(act: Callable[[], int], count: int) -> tuple[float, int]:
    """(per second of processor time, best of three; what `act` returned)."""
    act()
    best, found = float("inf"), 0
    for _ in range(3):
        start = time.process_time()
        found = act()
        best = min(best, time.process_time() - start)
    return count / max(best, 1e-9), found


def _ours(profile: SiteProfile | None, kind: str) -> Reader:
    def read(url: str, page: bytes) -> object:
        found = extract_page(page, "text/html; charset=utf-8", url, datetime(2026, 3, 3, tzinfo=UTC), profile)
        assert found.kind == kind, (found.kind, found.problem)
        return found

    return read


def _peers(css: list[str], item: str = "", in_item: Sequence[str] = ()) -> dict[str, Reader]:
    return {
        "lexbor": partial(_read_lexbor, css, item, in_item),
        "parsel": partial(_read_parsel, css, item, in_item),
        "bs4 with lxml": partial(_read_soup, css, item, in_item),
    }


def _read_lexbor(css: list[str], item: str, in_item: Sequence[str], _url: str, page: bytes) -> object:
    tree = LexborHTMLParser(page.decode())
    found = [node.text() for selector in css for node in tree.css(selector)]
    for row in tree.css(item) if item else ():
        found += [node.text() for selector in in_item for node in row.css(selector)]
    for node in tree.css(UNSEEN):
        node.decompose()
    return found, tree.body.text(separator="\n", strip=True) if tree.body else ""


def _read_parsel(css: list[str], item: str, in_item: Sequence[str], _url: str, page: bytes) -> object:
    tree = Selector(page.decode())
    found = ["".join(node.css("*::text").getall()) for selector in css for node in tree.css(selector)]
    for row in tree.css(item) if item else ():
        found += ["".join(node.css("*::text").getall()) for selector in in_item for node in row.css(selector)]
    shown = tree.xpath(
        "//body//text()[not(ancestor::script|ancestor::style|ancestor::noscript|ancestor::template"
        "|ancestor::select|ancestor::datalist|ancestor::iframe|ancestor::object|ancestor::svg|ancestor::canvas"
        "|ancestor::*[@hidden or contains(@style, 'display:none') or contains(@style, 'display: none')"
        " or contains(@style, 'visibility:hidden') or contains(@style, 'visibility: hidden')])]"
    )
    return found, "\n".join(filter(None, map(str.strip, shown.getall())))


def _read_soup(css: list[str], item: str, in_item: Sequence[str], _url: str, page: bytes) -> object:
    tree = BeautifulSoup(page, "lxml")
    found = [node.get_text() for selector in css for node in tree.select(selector)]
    for row in tree.select(item) if item else ():
        found += [node.get_text() for selector in in_item for node in row.select(selector)]
    for node in tree.select(UNSEEN):
        node.decompose()
    return found, tree.get_text("\n", strip=True)
