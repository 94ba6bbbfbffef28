"""Which storefront stands on which site, since when, and what each posting says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from demo.names import STAGE_NAMES
from demo.phone_styles import draw_style
from demo.places import BY_NAME
from demo.state import Posting, Storefront, Version
from demo.wording import DIRECTORY_HOURS, HOURS, NAMELESS, PRICES, TITLES, draw_body

PARLOR, BOARD, FORUM, TOWN = "parlor-guide", "city-board", "body-forum", "town-pages"
SITES = (PARLOR, BOARD, FORUM, TOWN)
ILLICIT = (PARLOR, BOARD, FORUM)
ODD_STYLE = {PARLOR: 0.05, BOARD: 0.55, FORUM: 0.45, TOWN: 0.0}
ONE_LISTING = 0.04  # innocents with a single entry in the review directory, taken down within a week


def post_all(rng: Random, shops: list[Storefront], start: date, today: date) -> list[Posting]:
    """Every posting of every storefront, in the order of its date; ids rise with it as on the real sites."""
    drafts: list[Posting] = []
    for shop in shops:
        drafts.extend(_post_suspect(rng, shop, today) if shop.network else _post_innocent(rng, shop, start, today))
    drafts.sort(key=lambda p: (p.posted, p.storefront_id, p.site))
    next_id = {PARLOR: 31_200, BOARD: 4_100_000, FORUM: 88_000, TOWN: 700}
    postings = []
    for draft in drafts:
        next_id[draft.site] += rng.randrange(1, 9 if draft.site != BOARD else 60)
        postings.append(_with_thread(replace(draft, posting_id=str(next_id[draft.site]))))
    return postings


def _post_suspect(rng: Random, shop: Storefront, today: date) -> list[Posting]:
    posts: list[Posting] = []
    end = shop.closed or today
    if rng.random() < 0.72:
        posts.append(_entry(rng, PARLOR, shop, shop.opened + timedelta(days=rng.randrange(0, 15)), shop.closed))
    if rng.random() < 0.78 or not posts:
        for _ in range(rng.choice((1, 1, 2, 2, 3))):
            posts.extend(_series(rng, BOARD, shop, end, today, (14, 40), (0, 25)))
    if rng.random() < 0.42:
        posts.extend(_series(rng, FORUM, shop, end, today, (30, 45), (20, 60)))
    if rng.random() < 0.42:
        gone = shop.closed + timedelta(days=rng.randrange(2, 14)) if shop.closed else None
        posts.append(_entry(rng, TOWN, shop, shop.opened + timedelta(days=rng.randrange(5, 60)), gone))
    return [p for p in posts if p.removed is None or p.removed > p.posted.date()]


def _post_innocent(rng: Random, shop: Storefront, start: date, today: date) -> list[Posting]:
    posts: list[Posting] = []
    since = max(shop.opened, start - timedelta(days=30)) + timedelta(days=rng.randrange(5, 40))
    if rng.random() < 0.62 and since < today:
        posts.append(_entry(rng, TOWN, shop, since, None))
    if rng.random() < ONE_LISTING and since < today - timedelta(days=120):
        day = since + timedelta(days=rng.randrange(30, 100))
        posts.append(_entry(rng, PARLOR, shop, day, day + timedelta(days=7)))
    return posts


def _series(
    rng: Random, site: str, shop: Storefront, end: date, today: date, live: tuple[int, int], pause: tuple[int, int]
) -> list[Posting]:
    """Posting after posting while the storefront is open."""
    posts = []
    day = shop.opened + timedelta(days=rng.randrange(0, 12))
    while day < end:
        gone: date | None = day + timedelta(days=rng.randrange(*live))
        if shop.closed is not None and gone is not None:
            gone = min(gone, shop.closed + timedelta(days=rng.randrange(0, 6)))
        posts.append(_entry(rng, site, shop, day, gone))
        assert gone is not None
        day = gone + timedelta(days=rng.randrange(*pause))
    return [p for p in posts if p.posted.date() <= today]


def _entry(rng: Random, site: str, shop: Storefront, day: date, gone: date | None) -> Posting:
    moment = datetime.combine(day, time(rng.randrange(8, 23), rng.randrange(60)))
    first = _say(rng, site, shop, day)
    versions = [first]
    for since, _ in shop.names[1:]:
        if since > day and (gone is None or since < gone):
            versions.append(_renamed(first, shop, since))
    if site in {BOARD, FORUM} and rng.random() < 0.15:
        versions.append(replace(first, since=day + timedelta(days=6), body=draw_body(rng, first.stage_name)))
    if site in {PARLOR, TOWN}:
        versions.extend(_later_lines(shop, versions[0], day, gone))
    city = shop.premises.city
    slug = "-".join("".join(c if c.isalnum() else " " for c in first.title.lower()).split())[:48]
    ordered = tuple(sorted(versions, key=lambda v: v.since))
    return Posting(site, "", slug, shop.storefront_id, BY_NAME[city].metro, city, moment, gone, ordered)


def _renamed(version: Version, shop: Storefront, since: date) -> Version:
    name = shop.name_on(since)
    title = version.title.replace(version.name, name) if version.name else version.title
    return replace(version, since=since, name=name if version.name else "", title=title)


def _later_lines(shop: Storefront, base: Version, day: date, gone: date | None) -> list[Version]:
    """A directory entry gains the shared line once the storefront answers one."""
    extra = [x for x in shop.lines if x.shared and x.since > day and (gone is None or x.since < gone)]
    if not extra:
        return []
    name = shop.name_on(extra[0].since)
    phones = (*base.phones[:1], (extra[0].phone, "dashes"))
    title = base.title.replace(base.name, name) if base.name else base.title
    return [replace(base, since=extra[0].since, name=name, title=title, phones=phones)]


def _say(rng: Random, site: str, shop: Storefront, day: date) -> Version:
    """The first version of a posting: what it shows of the storefront on that day."""
    directory = site in {PARLOR, TOWN}
    name = shop.name_on(day) if directory or rng.random() < 0.65 else ""
    numbers = list(shop.phones_on(day)) or [shop.lines[0].phone]
    if not directory and len(numbers) > 1:
        numbers = rng.choice((numbers, numbers, numbers[1:], numbers[:1]))
    phones = tuple((n, draw_style(rng, ODD_STYLE[site])) for n in numbers[:2])
    address = "full" if directory else rng.choices(("full", "cross", "none"), (0.4, 0.2, 0.4))[0]
    pattern = rng.choice(TITLES if name else NAMELESS)
    title = name if directory else pattern.format(name=name, city=shop.premises.city)
    stage = rng.choice(STAGE_NAMES) if site in {BOARD, FORUM} and rng.random() < 0.3 else ""
    return Version(
        since=day,
        name=name,
        phones=phones,
        email=shop.email if shop.email and rng.random() < (0.8 if directory else 0.35) else "",
        handle=shop.handle if shop.handle and site != TOWN and rng.random() < 0.5 else "",
        address=address,
        title=title,
        body=draw_body(rng, stage),
        hours=rng.choice(DIRECTORY_HOURS if site == TOWN else HOURS),
        price=rng.choice(PRICES),
        stage_name=stage,
    )


def _with_thread(post: Posting) -> Posting:
    """Forum posts stand in one thread per area and half-month."""
    if post.site != FORUM:
        return post
    half = "a" if post.posted.day <= 15 else "b"
    author = f"bodywork{int(post.storefront_id[1:]) * 7919 % 9973:04d}"
    return replace(post, thread=f"{post.metro}-{post.posted:%Y%m}{half}", author=author)
