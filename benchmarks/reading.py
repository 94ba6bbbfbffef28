"""Reading: phones in running text beside PhoneNumberMatcher; one page beside bare parsers with the same selectors."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

import phonenumbers
from bs4 import BeautifulSoup
from parsel import Selector
from selectolax.lexbor import LexborHTMLParser

from benchmarks.table import Cell, Table
from pipeline.extract.page import extract_page
from pipeline.extract.phones import find_phones
from pipeline.extract.profile import SiteProfile, load_profile

PROFILE = Path(__file__).parents[1] / "spiders/sites/city-board.toml"
URL = "http://city-board.example/joplin/Bodywork/new-in-town/1234567.html"
SELECTORS = ("#postingTitle h2", "div.postingBody", "div.adInfo", "div.attributes span.loc", "#OtherAdsByThisUser a")
STYLES = ("{0}-{1}-{2}", "({0}) {1}-{2}", "{0}.{1}.{2}", "{0} {1} {2}", "+1 {0} {1} {2}", "{0}{1}{2}")
TEXT = (
    "quiet room new staff open late daily free parking behind the store table shower foot massage walk in welcome ten "
    "minutes drive from the mall sixty minutes special this week ask for the holiday card no texting please"
)
WORDS = TEXT.split()


def run(small: bool = False) -> Table:
    """Texts or pages per second of each method, in the same run, and ours as a share of the peer."""
    texts = make_texts(50 if small else 4_000)
    page = make_page(Random(4))
    rounds = 2 if small else 60
    lines = [*phone_rows(texts), *page_rows(page, rounds)]
    note = f"{len(texts):,} texts, one number each, a third without; a page of {len(page) / 1024:.0f} KB"
    return Table("Reading", ("method", "per second", "ours / this", "phones found"), tuple(lines), (note,))


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


def page_rows(page: bytes, rounds: int) -> list[tuple[Cell, ...]]:
    profile = load_profile(PROFILE)
    methods: tuple[tuple[str, Callable[[], int]], ...] = (
        ("page: ours, extract_page", partial(_read_ours, page, profile)),
        ("page: lexbor, same selectors, text", partial(_read_lexbor, page)),
        ("page: parsel", partial(_read_parsel, page)),
        ("page: bs4 with lxml", partial(_read_soup, page)),
    )
    rates = {name: _rate(partial(_again, read, rounds), rounds)[0] for name, read in methods}
    ours = next(iter(rates.values()))
    return [(name, rate, ours / rate, None) for name, rate in rates.items()]


def _again(read: Callable[[], int], rounds: int) -> int:
    return [read() for _ in range(rounds)][-1]


def _rate(act: Callable[[], int], count: int) -> tuple[float, int]:
    """(per second of processor time, best of three; what `act` returned)."""
    act()
    best, found = float("inf"), 0
    for _ in range(3):
        start = time.process_time()
        found = act()
        best = min(best, time.process_time() - start)
    return count / max(best, 1e-9), found


def _read_ours(page: bytes, profile: SiteProfile) -> int:
    read = extract_page(page, "text/html; charset=utf-8", URL, datetime(2026, 3, 3, tzinfo=UTC), profile)
    assert read.kind == "ad", read.problem
    return len(read.ads[0].phones)


def _read_lexbor(page: bytes) -> int:
    tree = LexborHTMLParser(page.decode())
    found = [node.text() for selector in SELECTORS for node in tree.css(selector)]
    return len(found) + len(tree.body.text() if tree.body else "")


def _read_parsel(page: bytes) -> int:
    tree = Selector(page.decode())
    found = ["".join(node.css("*::text").getall()) for selector in SELECTORS for node in tree.css(selector)]
    return len(found) + len("".join(tree.css("body *::text").getall()))


def _read_soup(page: bytes) -> int:
    tree = BeautifulSoup(page, "lxml")
    found = [node.get_text() for selector in SELECTORS for node in tree.select(selector)]
    return len(found) + len(tree.get_text())
