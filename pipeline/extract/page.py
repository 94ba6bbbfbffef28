"""One archived response read as a page: pure, versioned, and never raising, whatever the bytes are."""

from __future__ import annotations

from datetime import datetime

from selectolax.lexbor import LexborNode

from pipeline.extract.ads import read_ad, select_fields
from pipeline.extract.contacts import site_of
from pipeline.extract.glance import may_say
from pipeline.extract.json_ld import json_ld_fields
from pipeline.extract.lexicon import flat, fold, vocabulary
from pipeline.extract.listing import next_page, read_items
from pipeline.extract.profile import AdFields, Pages, SiteProfile
from pipeline.extract.protected import minor_signs
from pipeline.extract.selection import MAX_TEXT, Reading, Selected, holds, select
from pipeline.extract.text import read_tree, visible_text
from pipeline.extract.unprofiled import MAX_ADS, read_unprofiled
from pipeline.model import Ad, Page, PageKind

EXTRACTOR_VERSION = "10"
_KINDS: tuple[PageKind, ...] = ("consent", "tombstone", "empty", "forum", "ad", "listing")

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a media file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x00\x00\x00", "binary data"),
)


def extract_page(
    body: bytes,
    content_type: str,
    url: str,
    captured_at: datetime,
    profile: SiteProfile | None = None,
    *,
    fictional: bool = True,
    generated: bool = True,
    reviewed: bool = False,
) -> Page:
    """What a response holds. `captured_at` is timezone-aware; it resolves dates without a year.

    Never raises: what cannot be read is a Page of kind "other" with the reason in `problem`. A page with signs of a
    minor keeps nothing but its kind, unless two people have `reviewed` it. `fictional` and `generated` are those of
    `find_phones`.
    """
    if problem := _not_a_page(body, content_type):
        return Page("other", problem=problem)
    if not body.strip():
        return Page("empty", problem="the response has no body")
    try:
        tree, problem = read_tree(body, content_type)
        reading = Reading(tree, url, captured_at, profile, fictional, generated, EXTRACTOR_VERSION)
        return _read(reading, problem, reviewed)
    except Exception as error:  # a hostile page must not end a run over a million others
        return Page("other", problem=f"cannot be read: {type(error).__name__}: {str(error)[:200]}")


def _not_a_page(body: bytes, content_type: str) -> str:
    start = body[:16].lstrip()
    for magic, name in _MAGIC:
        if start.startswith(magic) and not body.startswith(b"\x00\x00\xfe\xff"):
            return f"not a page but {name}"
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith(("image/", "video/", "audio/", "font/")) or kind in {"application/pdf", "application/json"}:
        return f"not a page but {kind}"
    return ""


def _read(reading: Reading, problem: str, reviewed: bool) -> Page:
    root = reading.tree.body or reading.tree.root
    if root is None:
        return Page("empty", problem=problem or "the page has no elements")
    profile = reading.profile
    silent = not may_say(reading.tree.root or root, _phrases(profile) if profile else ())
    kind = _kind(root, reading, silent and profile is not None)
    if kind in {"bot_wall", "empty"}:
        return Page(kind, problem=problem)
    if kind == "consent":
        return Page(kind, consent=_consent_link(root, reading), problem=problem)
    if not reviewed and not silent and _suspected_minor(root, visible_text(root)[:MAX_TEXT], reading):
        return Page(kind, suspected_minor=True)
    if kind == "tombstone":
        return Page(kind, ads=_tombstone(root, reading), problem=problem)
    return _read_kind(kind, root, reading, problem)


_MOST_KNOWN = 256
_known: dict[int, tuple[SiteProfile, tuple[str, ...]]] = {}  # by identity: to hash a profile costs more than to read it


def _phrases(profile: SiteProfile) -> tuple[str, ...]:
    """What makes a page of the site something else when its text says it."""
    if (known := _known.get(id(profile))) is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[id(profile)] = (profile, _declared(profile))
    return known[1]


def _declared(profile: SiteProfile) -> tuple[str, ...]:
    rules = (rule for kind in _KINDS for rule in getattr(profile.pages, kind))
    said = [*vocabulary("pages")["bot_wall"], *map(fold, profile.health.bot_wall), *(r.text for r in rules)]
    return tuple(sorted({" ".join(phrase.split()) for phrase in said} - {""}))


def _read_kind(kind: PageKind, root: LexborNode, reading: Reading, problem: str) -> Page:
    profile = reading.profile
    if profile is None:
        return read_unprofiled(root, reading, problem)
    if kind == "listing":
        fields = profile.listing
        return Page(kind, items=read_items(fields, reading), next=next_page(fields, reading), problem=problem)
    if kind in {"ad", "forum"}:
        ads = _profiled_ads(profile.ad, root, reading)
        if not ads:
            return Page("other", problem=problem or "ad.root of the profile finds nothing on this page")
        onward = next_page(profile.listing, reading) if kind == "forum" else None
        return Page(kind, ads=ads, next=onward, problem=problem)
    return Page(kind, problem=problem)


def _profiled_ads(fields: AdFields, root: LexborNode, reading: Reading) -> tuple[Ad, ...]:
    most = MAX_ADS if fields.many else 1
    roots = [v.node for v in select(reading.tree.root or root, fields.root, reading.url, most=most) if v.node] or (
        [] if fields.root else [root]
    )
    ads = []
    for number, node in enumerate(roots, 1):
        anchor = (node.id or str(number)) if fields.many else ""
        selected = select_fields(node, fields, reading.url)
        ad = read_ad(node, selected, fields, reading, anchor=anchor)
        if not fields.many and (more := _structured(ad, selected, reading)):
            ad = read_ad(node, selected | more, fields, reading)
        ads.append(ad)
    return tuple(ads)


def _structured(ad: Ad, selected: Selected, reading: Reading) -> Selected:
    """What the page's JSON-LD says of its one business where neither selectors nor the ad's own text say it."""
    given: dict[str, object] = {"phone": ad.phones, "email": ad.values("email"), "business_name": ad.business_name}
    given |= dict.fromkeys(("address", "city", "state", "zip"), ad.addresses)
    given |= {"hours": ad.hours, "posted": ad.posted, "updated": ad.updated}
    more: Selected = {}
    for name, value in json_ld_fields(reading.tree) if not all(given.values()) else ():
        if name in given and not given[name] and not selected.get(name):
            more.setdefault(name, []).append(value)
    return more


def _kind(root: LexborNode, reading: Reading, quiet: bool) -> PageKind:
    """`quiet`: the page says none of the phrases of its profile."""
    profile = reading.profile
    if not quiet and _is_bot_wall(_shown(root), reading):
        return "bot_wall"
    if profile is not None:
        pages = profile.pages
        page = reading.tree.root or root
        for kind in _KINDS:
            if holds(getattr(pages, kind), page, reading.url, quiet=quiet):
                return kind
        return _kind_by_fields(pages, profile, page, reading) or ("empty" if not _shown(root) else "other")
    folded = _shown(root)
    if not folded and not reading.tree.css("a[href^=tel], script, img"):
        return "empty"
    words = vocabulary("pages")
    if len(folded) <= words["short"]:
        if any(phrase in folded for phrase in words["tombstone"]):
            return "tombstone"
        if any(phrase in folded for phrase in words["consent"]) and len(folded) < 1500 and not _has_contact(folded):
            return "consent"
    return "ad"


def _shown(root: LexborNode) -> str:
    return flat(visible_text(root)[:MAX_TEXT])


def _has_contact(folded: str) -> bool:
    return any(character.isdigit() for character in folded) and "@" in folded


def _kind_by_fields(pages: Pages, profile: SiteProfile, page: LexborNode, reading: Reading) -> PageKind | None:
    """Without a rule for them, ads and listings are told by what their root and item find."""
    if not (pages.ad or pages.forum) and profile.ad.root and select(page, profile.ad.root, reading.url):
        return "forum" if profile.ad.many else "ad"
    if not pages.listing and profile.listing.item and select(page, profile.listing.item, reading.url):
        return "listing"
    return None


def _is_bot_wall(folded: str, reading: Reading) -> bool:
    title = reading.tree.css_first("title")
    seen = f"{fold(visible_text(title)) if title is not None else ''} {folded}"
    if reading.profile and any(fold(p) in seen for p in reading.profile.health.bot_wall):
        return True
    words = vocabulary("pages")
    if len(folded) > words["short"]:
        return False
    unseen = " ".join(fold(visible_text(n)) for n in reading.tree.css("noscript")[:20])
    return any(phrase in seen or phrase in unseen for phrase in words["bot_wall"])


def _consent_link(root: LexborNode, reading: Reading) -> str | None:
    page = reading.tree.root or root
    links = [v.text for v in select(page, reading.profile.consent.link, reading.url)] if reading.profile else []
    return next((u for href in links if (u := reading.absolute(href)) and reading.is_own(u)), None)


def _suspected_minor(root: LexborNode, text: str, reading: Reading) -> bool:
    """Signs in what is shown, in the title, in descriptions for search engines and of images."""
    page = reading.tree.root or root
    described = [node.attrs.sget("content") for node in page.css("meta[content]")[:1000]]
    for attributes in (node.attrs for node in page.css("img[alt], img[title]")[:1000]):
        described += (attributes.sget("alt"), attributes.sget("title"))
    title = [visible_text(n) for n in page.css("title, script[type='application/ld+json']")[:20]]
    return bool(minor_signs("\n\n".join([text, *title, *described])[: 2 * MAX_TEXT]))


def _tombstone(root: LexborNode, reading: Reading) -> tuple[Ad, ...]:
    """The ad that was deleted, named by its posting id or URL; nothing else of it is claimed."""
    fields = reading.profile.ad if reading.profile else AdFields()
    named = select(root, tuple(s for s in fields.posting_id if s.from_url), reading.url)
    return (
        Ad(
            site=reading.profile.id if reading.profile else site_of(reading.url)[0],
            posting_id=named[0].text if named else "",
            url=reading.absolute(reading.url) or reading.url,
            title="",
            body="",
            business_name="",
            status="deleted",
        ),
    )
