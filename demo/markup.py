"""What the four sites share: the response type, HTML pieces, and the index of postings by site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from html import escape
from random import Random

from demo.phone_styles import write_phone
from demo.postings import SITES
from demo.state import Posting, Premises, Storefront, Version, World
from demo.wording import CALLS

STREET_WORDS = {"St": "Street", "Ave": "Avenue", "Rd": "Road", "Blvd": "Boulevard", "Dr": "Drive", "Ln": "Lane"}
SUPPORT = {  # every page of a site shows its own line: not a business's phone
    "parlor-guide": "888-555-0141",
    "city-board": "888-555-0152",
    "body-forum": "888-555-0163",
    "town-pages": "888-555-0174",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What a site answers: status, headers in order, body as sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def location(self) -> str:
        return next((value for name, value in self.headers if name == "Location"), "")


@dataclass
class Shelf:
    """The postings of a world where the page functions find them."""

    world: World
    by_id: dict[tuple[str, str], Posting] = field(default_factory=dict)
    by_metro: dict[tuple[str, str], list[Posting]] = field(default_factory=dict)  # newest first
    by_shop: dict[tuple[str, str], list[Posting]] = field(default_factory=dict)
    by_thread: dict[str, list[Posting]] = field(default_factory=dict)  # oldest first

    def __post_init__(self) -> None:
        for post in self.world.postings:
            self.by_id[post.site, post.posting_id] = post
            self.by_metro.setdefault((post.site, post.metro), []).insert(0, post)
            self.by_shop.setdefault((post.site, post.storefront_id), []).append(post)
            if post.thread:
                self.by_thread.setdefault(post.thread, []).append(post)

    def shop(self, post: Posting) -> Storefront:
        return self.world.storefronts[post.storefront_id]


Site = Callable[[Shelf, str, dict[str, str], dict[str, str], date], Response]


def draw(*parts: object) -> Random:
    """A generator fixed by its arguments, for choices a page makes each time it is shown."""
    return Random(sha256("|".join(map(str, parts)).encode()).hexdigest())


def html(body: str, status: int = 200, charset: str = "utf-8", extra: tuple[tuple[str, str], ...] = ()) -> Response:
    """A page in UTF-8 or Windows-1252; characters that the latter lacks become entities."""
    data = body.encode(charset, "xmlcharrefreplace")
    return Response(status, (("Content-Type", f"text/html; charset={charset}"), *extra), data)


def redirect(location: str, status: int = 301, extra: tuple[tuple[str, str], ...] = ()) -> Response:
    return Response(status, (("Location", location), ("Content-Type", "text/html; charset=utf-8"), *extra), b"")


def not_found(site: str, words: str = "Page not found", status: int = 404) -> Response:
    return html(frame(site, words, f'<div class="message"><p>{words}.</p></div>'), status)


def frame(site: str, title: str, main: str, charset: str = "utf-8") -> str:
    """A whole page; the support line stands in header and footer."""
    nav = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in ("about", "terms", "contact"))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="{charset}">'
        f"<title>{escape(title)}</title></head>\n<body>"
        f'<header id="top"><a href="/">{site}</a> <span class="support">Support {SUPPORT[site]}</span></header>\n'
        f"{main}\n<footer><ul>{nav}</ul><p>Questions about this site? Call {SUPPORT[site]}. "
        f'<a href="/private/account">members</a></p></footer></body></html>\n'
    )


def address_lines(place: Premises, seed: str) -> tuple[str, str]:
    """Street line with unit, and "City, MO ZIP", in one of the ways people write them."""
    rng = draw("address", seed, place.premises_id)
    line = place.line
    if rng.random() < 0.3:
        words = line.split(" ")
        line = " ".join((*words[:-1], STREET_WORDS.get(words[-1], words[-1])))
    if place.unit:
        mark = rng.choice((" Ste {}", ", Suite {}", " #{}", ", Unit {}", " Suite {}"))
        line += mark.format(place.unit)
    return line, f"{place.city}, {place.state} {place.zip}"


def cross_streets(place: Premises, seed: str) -> str:
    street = place.street.split(" ")
    name = street[1] if len(street[0]) == 1 else street[0]
    return f"near {name} and {draw('cross', seed).choice(('Pellham', 'Wexmoor', 'Mossgate', 'Tillery'))}"


def phones_html(version: Version, seed: str) -> str:
    return " or ".join(write_phone(number, style, seed) for number, style in version.phones)


def ad_text(post: Posting, version: Version, place: Premises) -> str:
    """The body of a classified ad as lines of HTML: sentences, phone, place, contact."""
    rng = draw("text", post.site, post.posting_id)
    lines = [escape(sentence) for sentence in version.body]
    if version.name and version.name not in version.title:
        lines.insert(0, f"Welcome to {escape(version.name)}!")
    lines.append(f"{rng.choice(CALLS)} {phones_html(version, post.posting_id)}")
    if version.address == "full":
        lines.append(escape(", ".join(address_lines(place, post.posting_id))))
    elif version.address == "cross":
        lines.append(escape(cross_streets(place, post.posting_id)))
    if version.handle:
        lines.append(f"WeChat: {escape(version.handle.removeprefix('wechat:'))}")
    if version.email:
        lines.append(f"Email {escape(version.email)}")
    lines.append(escape(" ".join(x for x in (f"Hours {version.hours}", version.price) if x)))
    return "<br>\n".join(lines)


def pages_of(posts: list[Posting], page: int, size: int) -> tuple[list[Posting], bool]:
    """The postings of one page (first page is 1) and whether another follows."""
    return posts[(page - 1) * size : page * size], page * size < len(posts)


def site_of(host: str) -> str:
    """Site id of a host name, "" for others."""
    name = host.split(":", maxsplit=1)[0].removesuffix(".example")
    return name if name in SITES else ""
