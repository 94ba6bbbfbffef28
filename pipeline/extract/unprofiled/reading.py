"""A page of a site without a profile: an ad, a listing, a thread of ads, or nothing that can be read safely."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from selectolax.lexbor import LexborNode

from pipeline.extract.ad_contacts import within
from pipeline.extract.ad_text import phones_in
from pipeline.extract.addresses import find_addresses
from pipeline.extract.ads import read_ad
from pipeline.extract.json_ld import json_ld_fields
from pipeline.extract.names import find_business_names
from pipeline.extract.phones import find_phones
from pipeline.extract.profile import AdFields
from pipeline.extract.selection import Reading, Selected, Value, mentions_of
from pipeline.extract.text import is_inside, text_without, visible_text
from pipeline.extract.unprofiled.alike import alike
from pipeline.extract.unprofiled.embedded import embedded_fields
from pipeline.extract.unprofiled.generic import find_root, structured_fields
from pipeline.extract.unprofiled.named_elements import named_contacts, titled_contacts
from pipeline.extract.unprofiled.naming import name_and_title, titled_names
from pipeline.extract.unprofiled.next_page import next_link
from pipeline.extract.unprofiled.own_site import given_name, host_name, is_own_site
from pipeline.extract.unprofiled.posts import find_posts, find_thread, post_day
from pipeline.extract.unprofiled.reviews import find_reviews
from pipeline.extract.unprofiled.rows import Rows, find_rows, read_rows
from pipeline.extract.unprofiled.surroundings import Surroundings, find_surroundings, speaks_of_the_site
from pipeline.extract.unprofiled.whose_numbers import is_toll_free, others_numbers
from pipeline.model import Ad, Mention, Page

MAX_ADS = 500  # of one forum page
_MANY_PHONES = 8  # distinct phones from which a page is a directory, not one business's
_MOST_PARTS, _LONGEST_PART = 100, 20_000  # of a page that are read for numbers of others, and characters of one
_UNREAD = frozenset(["script", "style", "template", "noscript", "head"])
_LISTING_SHARE = 0.25  # of the page's own text that rows make up on a listing
_NUMBER = re.compile(r"\d\D{0,3}\d{3}\D{0,3}\d{4}")  # of a foot that gives the contacts of its business
_MOSTLY_ROWS = 0.75  # likewise when a phone stands outside of the rows


def read_unprofiled(root: LexborNode, reading: Reading, problem: str) -> Page:
    """What the page holds. Businesses are never merged: a page of several is a listing, a thread, or not read."""
    found = find_surroundings(reading.tree)
    around = _with_own_foot(found, root, reading)
    left_out = {n.mem_id for n in around.all}
    groups = alike(root, left_out)
    rows = find_rows(groups, left_out, reading)
    if rows and _is_listing(rows, root, around, reading):
        items = read_rows(rows, root, left_out, reading)
        return Page("listing", items=items, next=next_link(root, reading), problem=problem)
    alone = replace(around, others=(*around.others, *around.said))
    if around.said and _gives_contacts(text_without(root, alone.all), reading):
        groups = {sign: _outside(nodes, around.said) for sign, nodes in groups.items()}
    posts = find_posts(root, groups, around, lambda text: _phones(text, reading), _premises)
    if posts and _is_about_one(root, (*around.all, *posts), reading):
        alone = replace(alone, said=(*alone.said, *posts), others=(*alone.others, *posts))
    elif posts:
        ads = tuple(_read_post(post, number, around, reading) for number, post in enumerate(posts[:MAX_ADS], 1))
        return Page("forum", ads=ads, next=next_link(root, reading), problem=problem)
    thread = find_thread(root, groups)
    alone = replace(alone, said=(*alone.said, *thread[1:]), others=(*alone.others, *thread[1:]))
    alone = replace(alone, others=(*alone.others, *others_numbers(root, alone, reading)))
    main = find_root(reading.tree, alone) if around.frame == found.frame else root
    return _one_ad([main, root], alone, reading, problem, thread[:1])


def _with_own_foot(around: Surroundings, root: LexborNode, reading: Reading) -> Surroundings:
    """Without the parts of a business's own site that give its contacts beside its name, when nothing else does."""
    telling = [part for part in around.frame if _NUMBER.search(part.text(deep=True))]
    if not telling:
        return around
    declared = {v.text.strip() for field, v in json_ld_fields(reading.tree) if field == "business_name"}
    names = declared if any(map(_says_name, declared)) else declared | titled_names(reading.tree)
    lines = {line for part in telling for line in visible_text(part).split("\n")}
    own_site = is_own_site(reading)
    if not (names & lines or own_site):
        return around
    outside = text_without(root, (*around.all, *around.said))
    others = {f.value.casefold() for f in find_business_names(outside)} - {name.casefold() for name in names}
    if _phones(outside, reading) or (others and not json_ld_fields(reading.tree)):
        return around
    own = [
        part.mem_id
        for part in telling
        if _phones(text := visible_text(part), reading)
        and (
            (own_site and not speaks_of_the_site(text))
            or (
                (said := names & set(text.split("\n")))
                and (any(map(_says_name, said)) or said <= declared or find_addresses(text))
            )
        )
    ]
    own = [ident for ident in own if ident in local] if (local := _with_local_numbers(telling, reading)) else own
    return replace(around, frame=tuple(p for p in around.frame if p.mem_id not in own)) if own else around


def _with_local_numbers(parts: Sequence[LexborNode], reading: Reading) -> set[int]:
    """The parts with a number that is not toll-free: beside it a toll-free one is whoever made the site's."""
    return {p.mem_id for p in parts if not all(map(is_toll_free, _phones(visible_text(p), reading)))}


def _says_name(words: str) -> bool:
    return bool(find_business_names(words))


def _is_complete(ad: Ad) -> bool:
    return bool(ad.phones) and any(address.city or address.zip for address in ad.addresses)


def _completed(ad: Ad, place: LexborNode, fields: Selected, more: Iterable[tuple[str, Value]], reading: Reading) -> Ad:
    """The ad with contacts from elsewhere on its page: those that it lacks, and what is told with a telephone."""
    given = {"phone": bool(ad.phones)} | dict.fromkeys(("address", "location"), bool(ad.addresses and ad.location))
    lacking = [(field, value) for field, value in more if not given.get(field)]
    for field, value in lacking:
        fields.setdefault(field, []).append(value)
    return read_ad(place, fields, AdFields(), reading) if lacking else ad


def _is_about_one(root: LexborNode, parts: Sequence[LexborNode], reading: Reading) -> bool:
    """Whether a page names one business with its telephone beside what others wrote, with numbers of their own."""
    outside = text_without(root, parts)
    return bool(_phones(outside, reading)) and bool(find_addresses(outside) or find_business_names(outside))


def _premises(text: str) -> frozenset[str]:
    return frozenset(found.address.street_key for found in find_addresses(text))


def _gives_contacts(text: str, reading: Reading) -> bool:
    return bool(_phones(text, reading) or find_addresses(text))


def _outside(nodes: Sequence[LexborNode], parts: Sequence[LexborNode]) -> list[LexborNode]:
    marked = {part.mem_id for part in parts}
    return [node for node in nodes if not is_inside(node, marked)]


def _phones(text: str, reading: Reading) -> frozenset[str]:
    return frozenset(p.e164 for p in find_phones(text, fictional=reading.fictional, generated=reading.generated))


def _is_listing(rows: Rows, root: LexborNode, around: Surroundings, reading: Reading) -> bool:
    """Whether the rows are what the page is about, and not further ads below an ad."""
    outside = text_without(root, (*around.all, *rows.nodes))
    shown = rows.length + sum(not c.isspace() for c in outside)
    share = rows.length / max(1, shown)
    if any(field in {"phone", "address"} for field, _ in json_ld_fields(reading.tree)):
        return False
    if _phones(outside, reading):
        return share >= _MOSTLY_ROWS and len(rows.nodes) >= _MANY_PHONES
    return share >= _LISTING_SHARE


def _read_post(post: LexborNode, number: int, around: Surroundings, reading: Reading) -> Ad:
    fields: Selected = {"frame": [Value("", part, "text") for part in around.all]}
    heading = post.css_first("h1, h2, h3, h4, h5, h6, [class*=title i], [class*=subject i]")
    if heading is not None and (words := visible_text(heading)):
        fields["title"] = [Value(words, heading, "text")]
    if (day := post_day(post)) is not None:
        fields["posted"] = [day]
    return read_ad(post, fields, AdFields(), reading, anchor=post.id or str(number))


def _one_ad(
    places: Sequence[LexborNode | None],
    around: Surroundings,
    reading: Reading,
    problem: str,
    posts: Sequence[LexborNode] = (),
) -> Page:
    """One ad when the page gives a phone or an address; all of the page is read when its middle gives no phone."""
    found: list[tuple[Ad, LexborNode]] = []
    for place in dict.fromkeys(places):
        if place is None:
            continue
        fields = structured_fields(reading.tree, place, around)
        name_and_title(reading.tree, place, text_without(place, around.all), fields, around, host_name(reading))
        if "business_name" not in fields and not _says_name(" ".join(v.text for v in fields.get("title", ()))):
            fields["business_name"] = [name] if (name := given_name(reading)) else []
        if not fields["posted"]:
            fields["posted"] = [day for post in posts if within(post, place) and (day := post_day(post))]
        said = [Value(visible_text(part), part, "text") for part in around.said if within(part, place)]
        reviews = [v for v in find_reviews(place) if v.node and not is_inside(v.node, {n.mem_id for n in around.said})]
        if said or reviews:
            fields["reviews"] = [*said, *reviews]
        ad = read_ad(place, fields, AdFields(), reading)
        if not _is_complete(ad):
            ad = _completed(ad, place, fields, named_contacts(place, {n.mem_id for n in around.all}), reading)
        if not ad.phones:
            ad = _completed(ad, place, fields, embedded_fields(reading.tree), reading)
        if ad.addresses and not ad.phones:
            ad = _completed(ad, place, fields, titled_contacts(reading.tree), reading)
        if reviews and not (ad.phones or ad.addresses):  # what is named so is the place's own card
            fields["reviews"] = said
            ad = read_ad(place, fields, AdFields(), reading)
        if len(ad.phones) > _MANY_PHONES:
            return Page(
                "other", problem=f"{len(ad.phones)} phones: a list of businesses. Write a profile: imb sites new FILE"
            )
        found.append((ad, place))
        if ad.phones:
            break
    telling = [*((ad, at) for ad, at in found if ad.phones), *((ad, at) for ad, at in found if ad.addresses)]
    if not telling:
        return Page("other", problem=problem)
    best, place = telling[0]
    parts = (*around.all, *around.said, *_outside_of(place))
    mentions = (*best.mentions, *_shown_beside(best, parts, reading))
    return Page("ad", ads=(replace(best, mentions=mentions),), problem=problem)


def _outside_of(place: LexborNode) -> Iterator[LexborNode]:
    """What stands beside the part of a page that is read as its ad, and beside what that part lies in."""
    here = place
    while here.tag != "body" and (parent := here.parent) is not None and parent.is_element_node:
        beside = parent.child
        while beside is not None:
            if beside.is_element_node and beside.mem_id != here.mem_id and beside.tag not in _UNREAD:
                yield beside
            beside = beside.next
        here = parent


def _shown_beside(ad: Ad, parts: Sequence[LexborNode], reading: Reading) -> Iterator[Mention]:
    """Numbers that the page shows but that are not the ad's own: nothing is lost, nothing rests on them."""
    known = {m.value for m in ad.mentions if m.kind in {"phone", "fax"}}
    for part in islice(parts, _MOST_PARTS):
        text = visible_text(part)
        if len(text) > _LONGEST_PART or not any(map(str.isdigit, text)):
            continue
        numbers = phones_in(text, reading.fictional, reading.generated)
        new = [n._replace(kind="page_phone") for n in numbers if n.value not in known]
        known.update(n.value for n in new)
        yield from mentions_of(Value(text, part, "text"), new, reading.version)
