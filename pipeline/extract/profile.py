r"""Site profiles: one TOML file says how one site is crawled and read. No site has Python of its own.

    id = "rubmaps-shape"                    # = file name = fixture folder
    class = "illicit"                       # illicit | mixed | directory: what a capture from here says of a business
    allowed_domains = ["rubmaps-shape.example"]
    start_urls = ["https://rubmaps-shape.example/springfield-massage-parlors-mo"]
    legal_basis = "public advertisement; task force order …"
    timezone = "America/Chicago"            # of dates and times printed on the pages; default UTC

    [politeness]                            # of the crawler
    delay_seconds = 1.0
    concurrent_requests = 1
    robots = true                           # obey robots.txt
    max_pages = 5000                        # requests of one run
    timeout_seconds = 60                    # for one page, from the request to its last byte

    [revisit]
    every_hours = 24                        # the next crawl is due after
    known_after_hours = 168                 # a known ad is fetched again after
    new_share = 0.7                         # follow "next" while this share of the listed ads is new …
    max_depth = 20                          # … to this many listing pages

    [health]                                # outside of these a run is marked failed
    min_ads = 1
    max_ads = 0                             # 0: no upper limit
    min_phone_share = 0.0                   # of the ads read, with a phone
    bot_wall = ["checking your browser"]    # visible text of a bot wall, any case

    [pages]                                 # how each kind of page is told; all keys of a rule must hold, and any
    consent = { css = "form.agree" }        # of several rules ([{…}, {…}]) is enough. css: something matches;
    tombstone = { text = "was deleted" }    # url: a regex found in the URL; text: a phrase, any case, in the visible
    empty = { text = "no results" }         # text of what css matches (of the page, without css).
    forum = { css = "div.thread" }          # Asked in this order; bot walls come first, "other" is what is left.
    ad = { url = '-\d+$' }
    listing = { css = "div.main-row" }

    [consent]
    link = "a.enter::attr(href)"            # passes the interstitial

    [listing]                               # selectors below the item
    item = "div.main-row"
    url = "a.th-a::attr(href)"              # default: the first link
    title = "a.th-a"
    date = "span.date"                      # inside the item, or the last match before it on the page
    date_layouts = ["%a %d %b"]             # strptime; without them every known layout is tried
    location = "b"
    posting_id = 'url::re(-(\d+)$)'         # "url" is the item's URL
    next = "a.next::attr(href)"             # next page …
    next_text = "Next"                      # … or the words of its link

    [ad]                                    # selectors below the root
    root = "body"                           # of one ad; the phones of a page's frame lie outside of it
    without = "div.related"                 # parts of the root that are no part of the ad: similar ads, the site's own
                                            # ones; of a list every selector, not the first that matches
    reviews = "div.review"                  # what others wrote about it: no words of the advertiser, no contacts of
                                            # the business; likewise every selector of a list
    many = false                            # true: each match of root is an ad of its own (forum, thread)
    posting_id = 'url::re(/(\d+)\.html$)'   # "url" is the page's URL
    title = "h1"
    body = "div.posting"
    business_name = "h1"                    # likewise phone, address, city, state, zip, email, website, hours, location
    posted = "div.adInfo::re(Posted: (.*))"
    posted_layouts = ["%A, %B %d, %Y %I:%M %p"]
    updated = "span.updated"
    status_closed = { css = "div.status", text = "closed" }   # a rule as under [pages], within the root
    other_ads = "#OtherAdsByThisUser a::attr(href)"
    sentinels = ["Not Available"]           # values that mean "nothing"

A selector is CSS, optionally followed by `::attr(name)` (default: the visible text) and by `::re(regex)` (its first
group, else all of it). Before the `::` nothing, or `:self`, means the item or root itself. CSS may use
`:lexbor-contains("words" i)`. A list of selectors is a list of alternatives, tried in order. An element named in `root`
or `item` is looked for on the whole page. Unknown keys raise FixProfile with file, key and the nearest known key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from pipeline.errors import FixProfile
from pipeline.model import SiteClass

UNSTATED_BASIS = "name the authority for collecting this site"  # of a draft, until somebody does
_CLASSES: tuple[str, ...] = get_args(SiteClass)
_SELECTOR = re.compile(r"^(?P<css>.*?)(?:::attr\((?P<attr>[^()]+)\))?(?:::re\((?P<re>.*)\))?$", re.DOTALL)
_PROBE = LexborHTMLParser("<p></p>")


@dataclass(frozen=True, slots=True)
class Selector:
    """One way to reach a value: `css` below the root ("" is the root, "url" the page's URL), attribute, pattern."""

    css: str
    attr: str = ""  # "" takes the visible text
    pattern: re.Pattern[str] | None = None
    source: str = ""  # as written
    from_url: bool = field(init=False, repr=False, compare=False)
    cites: str = field(init=False, repr=False, compare=False)  # as Mention.field

    def __post_init__(self) -> None:
        object.__setattr__(self, "from_url", self.css == "url")
        object.__setattr__(self, "cites", "url" if self.from_url else f"attr:{self.attr}" if self.attr else "text")


Selectors = tuple[Selector, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A test of a page: every part that is given must hold."""

    css: str = ""
    url: re.Pattern[str] | None = None
    text: str = ""  # casefolded


Rules = tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Politeness:
    delay_seconds: float = 1.0
    concurrent_requests: int = 1
    robots: bool = True
    max_pages: int = 5000
    timeout_seconds: float = 60.0  # for one page, from the request to its last byte


@dataclass(frozen=True, slots=True)
class Revisit:
    every_hours: float = 24.0
    known_after_hours: float = 168.0
    new_share: float = 0.7
    max_depth: int = 20


@dataclass(frozen=True, slots=True)
class Health:
    min_ads: int = 0
    max_ads: int = 0
    min_phone_share: float = 0.0
    bot_wall: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pages:
    consent: Rules = ()
    tombstone: Rules = ()
    empty: Rules = ()
    forum: Rules = ()
    ad: Rules = ()
    listing: Rules = ()


@dataclass(frozen=True, slots=True)
class Consent:
    link: Selectors = ()


@dataclass(frozen=True, slots=True)
class ListingFields:
    item: Selectors = ()
    url: Selectors = (Selector("a[href]", "href", source="a[href]::attr(href)"),)
    title: Selectors = ()
    date: Selectors = ()
    date_layouts: tuple[str, ...] = ()
    location: Selectors = ()
    posting_id: Selectors = ()
    next: Selectors = ()
    next_text: str = ""


@dataclass(frozen=True, slots=True)
class AdFields:
    root: Selectors = ()
    without: Selectors = ()
    reviews: Selectors = ()
    many: bool = False
    posting_id: Selectors = ()
    title: Selectors = ()
    body: Selectors = ()
    business_name: Selectors = ()
    phone: Selectors = ()
    address: Selectors = ()
    city: Selectors = ()
    state: Selectors = ()
    zip: Selectors = ()
    email: Selectors = ()
    website: Selectors = ()
    hours: Selectors = ()
    location: Selectors = ()
    posted: Selectors = ()
    posted_layouts: tuple[str, ...] = ()
    updated: Selectors = ()
    status_closed: Rules = ()
    other_ads: Selectors = ()
    sentinels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteProfile:
    id: str
    site_class: SiteClass = field(metadata={"key": "class"})
    allowed_domains: tuple[str, ...]
    legal_basis: str
    start_urls: tuple[str, ...] = ()
    timezone: str = "UTC"
    politeness: Politeness = Politeness()
    revisit: Revisit = Revisit()
    health: Health = Health()
    pages: Pages = Pages()
    consent: Consent = Consent()
    listing: ListingFields = ListingFields()
    ad: AdFields = AdFields()


def load_profile(path: Path) -> SiteProfile:
    """The profile in one file, named after its id. Raises FixProfile with file and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FixProfile(f"{path}: cannot be read ({error}). Give a readable UTF-8 TOML file.") from error
    profile = parse_profile(text, str(path))
    if profile.id != path.stem:
        raise FixProfile(f"{path}: id is {profile.id!r}; rename the file to {profile.id}.toml or correct the id.")
    return profile


def load_profiles(folder: Path, *more_folders: Path) -> dict[str, SiteProfile]:
    """Every *.toml of the folders by id, sorted; a later folder replaces an earlier one's profile of the same id."""
    found: dict[str, SiteProfile] = {}
    for place in (folder, *more_folders):
        if not place.is_dir():
            raise FixProfile(f"{place} is no folder of site profiles. Correct the setting sites_dir or create it.")
        for path in sorted(place.glob("*.toml")):
            found[path.stem] = load_profile(path)
    return dict(sorted(found.items()))


def parse_profile(text: str, file: str) -> SiteProfile:
    """A profile from TOML text; `file` only appears in messages. Raises FixProfile."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FixProfile(f"{file}: {error}. Correct that line.") from error
    profile: SiteProfile = _bind(SiteProfile, table, file, "")
    if profile.site_class not in _CLASSES:
        raise FixProfile(f"{file}: class must be one of {', '.join(_CLASSES)}, not {profile.site_class!r}.")
    if not profile.allowed_domains:
        raise FixProfile(f"{file}: allowed_domains is empty; name the domains the crawler may visit.")
    try:
        ZoneInfo(profile.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FixProfile(f"{file}: timezone {profile.timezone!r} is unknown; write e.g. America/Chicago.") from error
    return profile


def _bind(kind: Any, table: Any, file: str, prefix: str) -> Any:
    """A dataclass from a TOML table: unknown keys and missing required ones are errors."""
    if not isinstance(table, dict):
        raise FixProfile(f"{file}: {prefix.rstrip('.') or 'the file'} must be a table, not {table!r}.")
    keys = {f.metadata.get("key", f.name): f for f in fields(kind)}
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1, cutoff=0.0)
            raise FixProfile(f"{file}: unknown key {prefix + key!r}. Did you mean {prefix + near[0]!r}?")
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, f in keys.items():
        if key in table:
            values[f.name] = _convert(hints[f.name], table[key], file, prefix + key)
        elif f.default is MISSING:
            raise FixProfile(f"{file}: key {prefix + key!r} is missing.")
    return kind(**values)


def _convert(hint: Any, value: Any, file: str, key: str) -> Any:
    if is_dataclass(hint):
        return _bind(hint, value, file, key + ".")
    converter = _CONVERTERS.get(hint)
    try:
        return (converter or _string)(value)
    except (ValueError, SelectolaxError, re.error) as error:
        raise FixProfile(f"{file}: {key} = {value!r}: {error}") from error


def parse_selector(text: str) -> Selector:
    """A selector as written in a profile. Raises ValueError, re.error or SelectolaxError."""
    match = _SELECTOR.match(text.strip())
    assert match is not None  # the pattern matches any text
    css = match["css"].strip().removeprefix(":self").strip()
    if "::" in css:
        raise ValueError("after '::' only attr(name) and re(regex) are known, in this order")
    if css and css != "url":
        _PROBE.css_first(css)
    if not text.strip():
        raise ValueError("is empty; leave the key out instead")
    return Selector(css, (match["attr"] or "").strip(), re.compile(match["re"]) if match["re"] else None, text)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")
    return value


def _strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("must be a list of texts")
    return tuple(_string(v) for v in value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError("must be a number, zero or more")
    return float(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("must be a whole number, zero or more")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _selectors(value: Any) -> Selectors:
    return tuple(parse_selector(_string(v)) for v in (value if isinstance(value, list) else [value]))


def _rules(value: Any) -> Rules:
    return tuple(_rule(v) for v in (value if isinstance(value, list) else [value]))


def _rule(value: Any) -> Rule:
    if not isinstance(value, dict) or not value or not value.keys() <= {"css", "url", "text"}:
        raise ValueError("must be a rule such as { css = '…' }, with css, url and text as its only keys")
    parts = {k: _string(v) for k, v in value.items()}
    if parts.get("css"):
        _PROBE.css_first(parts["css"])
    pattern = re.compile(parts["url"]) if parts.get("url") else None
    return Rule(parts.get("css", ""), pattern, " ".join(parts.get("text", "").casefold().split()))


_CONVERTERS: dict[Any, Callable[[Any], Any]] = {
    str: _string,
    bool: _boolean,
    int: _integer,
    float: _number,
    tuple[str, ...]: _strings,
    Selectors: _selectors,
    Rules: _rules,
}
