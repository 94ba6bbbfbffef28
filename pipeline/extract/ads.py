"""One advertisement: from the element that is the ad, and the values selected in it, to an Ad."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from pipeline.extract.ad_addresses import distinct, placed, selected_addresses, stated_location, text_addresses
from pipeline.extract.ad_contacts import attribute_mentions, selected_contacts, url_phones, within
from pipeline.extract.ad_text import Said, read_text
from pipeline.extract.contacts import site_of
from pipeline.extract.dates import LABELS, claimed_date, stated_date
from pipeline.extract.facts import labelled
from pipeline.extract.lexicon import find_indicators
from pipeline.extract.names import business_name_span, find_business_names
from pipeline.extract.profile import AdFields
from pipeline.extract.protected import find_protected
from pipeline.extract.selection import MAX_TEXT, Reading, Selected, Value, first, holds, mentions_of, select
from pipeline.extract.text import Found, css_path, text_without, visible_text
from pipeline.model import Ad, ClaimedDate, Mention

_FIELDS = """posting_id title body business_name phone address city state zip email website hours location posted
    updated other_ads"""
_BLANKS = re.compile("  +")
SELECTED = tuple(_FIELDS.split())


def select_fields(root: LexborNode, fields: AdFields, url: str) -> Selected:
    """What a profile's selectors find in one ad."""
    given = ((name, getattr(fields, name)) for name in SELECTED)
    selected = {name: select(root, selectors, url, fields.sentinels) if selectors else [] for name, selectors in given}
    for name, selectors in (("frame", fields.without), ("reviews", fields.reviews)):
        if selectors:
            selected[name] = [value for selector in selectors for value in select(root, (selector,), url)]
    return selected


def read_ad(root: LexborNode, selected: Selected, fields: AdFields, reading: Reading, *, anchor: str = "") -> Ad:
    """One ad. `anchor` tells ads of one page apart when they show no posting id: it becomes the URL's fragment."""
    root = _citable(root)
    path = css_path(root)
    whole, own = Value(visible_text(root)[:MAX_TEXT], root, "text"), _own_text(root, selected)
    title = first(selected, "title") or _page_title(reading)
    said = read_text(own, reading.own_hosts, fictional=reading.fictional, generated=reading.generated)
    names = _name_mentions(selected, title, whole, said, reading)
    pairs = [*selected_addresses(selected, reading), *text_addresses(whole, said.addresses, reading)]
    location = stated_location(selected)
    addresses = distinct(placed(address, selected, location) for address, _ in pairs)
    mentions = [
        *names,
        *selected_contacts(selected, reading),
        *(m for _, m in pairs),
        *mentions_of(whole, said.facts, reading.version),
        *_reviewed(selected, reading),
        *attribute_mentions(root, selected, reading),
    ]
    mentions += url_phones(reading, {m.value for m in mentions})
    if title and not within(title.node, root):
        mentions += mentions_of(title, find_protected(title.text), reading.version)
    hours = [v.text for v in selected.get("hours", ())] or said.hours[:1]
    posting_id = first(selected, "posting_id")
    business = next((m.value for m in names), "")
    mentions = _without_name_clashes(_unique(mentions), [m.quote for m in names[:1] if names])
    return Ad(
        site=reading.profile.id if reading.profile else site_of(reading.url)[0],
        posting_id=posting_id.text if posting_id else "",
        url=_canonical(reading, anchor if not posting_id else ""),
        title=title.text if title else "",
        body="\n".join(v.text for v in selected.get("body", ())) or _body(root, selected),
        business_name=business,
        status="closed" if _is_closed(root, said, fields, reading) else "live",
        location=location,
        addresses=addresses,
        mentions=tuple(mentions),
        posted=_date(selected, "posted", own, said, fields.posted_layouts, reading),
        updated=_date(selected, "updated", own, said, fields.posted_layouts, reading),
        hours="; ".join(" ".join(h.split()) for h in hours),
        other_ads=_other_ads(selected, reading),
        node=path,
    )


def _reviewed(selected: Selected, reading: Reading) -> list[Mention]:
    """What reviews say of the place, and spans to protect; numbers and names in them may be anybody's."""
    mentions: list[Mention] = []
    for value in selected.get("reviews", ()):
        told = [found._replace(style="review") for found in find_indicators(value.text)]
        mentions += mentions_of(value, [*told, *find_protected(value.text)], reading.version)
    return mentions


def _own_text(root: LexborNode, selected: Selected) -> str:
    """The text with titles of other ads, reviews and the page's frame blanked, place by place: no part of this ad."""
    unwanted = [v.node for key in ("frame", "label", "reviews") for v in selected.get(key, ()) if v.node is not None]
    text = (text_without(root, unwanted) if unwanted else visible_text(root))[:MAX_TEXT]
    if unwanted:
        return text
    for value in selected.get("other_ads", ()):
        words = visible_text(value.node) if value.node is not None else ""
        at = -1 if len(words) < 4 else 0 if text.startswith(words) else text.rfind(words)
        if at >= 0:
            text = text[:at] + " " * len(words) + text[at + len(words) :]
    return text


def _body(root: LexborNode, selected: Selected) -> str:
    """What the element shows but the page's frame and reviews."""
    unwanted = [v.node for key in ("frame", "reviews") for v in selected.get(key, ()) if v.node is not None]
    lines = text_without(root, unwanted)[:MAX_TEXT].split("\n")
    return "\n".join(line for part in lines if (line := (_BLANKS.sub(" ", part) if "  " in part else part).strip()))


def _citable(root: LexborNode) -> LexborNode:
    """The element, or its nearest ancestor that is not too deep to be cited."""
    here = root
    while not css_path(here) and here.parent is not None and here.parent.is_element_node:
        here = here.parent
    return here


def _page_title(reading: Reading) -> Value | None:
    for tag in ("h1", "title"):
        node = reading.tree.css_first(tag)
        if node is not None and (text := visible_text(node)):
            return Value(text, node, "text")
    return None


def _name_mentions(
    selected: Selected, title: Value | None, whole: Value, said: Said, reading: Reading
) -> list[Mention]:
    """Business names, the ad's own first: selected, else phrases of the title and the text."""
    mentions: list[Mention] = []
    for value in selected.get("business_name", ()):
        if span := business_name_span(value.text):
            name = " ".join(value.text[slice(*span)].split())
            mentions += mentions_of(value, [Found("business_name", name, *span, "selected")], reading.version)
    if title is not None and not mentions:
        mentions += mentions_of(title, find_business_names(title.text), reading.version)
    known = [m.value.lower() for m in mentions]
    more = [f for f in said.names if not any(f.value.lower() in name for name in known)]
    return [*mentions, *mentions_of(whole, more, reading.version)]


def _date(
    selected: Selected, name: str, text: str, said: Said, layouts: tuple[str, ...], reading: Reading
) -> ClaimedDate | None:
    for value in selected.get(name, ()):
        if found := claimed_date(value.text, reading.captured_at, reading.timezone, layouts, weekdays=True):
            return found
    if name not in said.dated:
        return None
    for label, start, end in labelled(text):
        if label not in LABELS[name]:
            continue
        if found := claimed_date(text[start:end], reading.captured_at, reading.timezone, weekdays=True):
            return found
    return stated_date(name, text, reading.captured_at, reading.timezone)


def _is_closed(root: LexborNode, said: Said, fields: AdFields, reading: Reading) -> bool:
    return holds(fields.status_closed, root, reading.url) if fields.status_closed else said.closed


def _other_ads(selected: Selected, reading: Reading) -> tuple[str, ...]:
    urls = [reading.absolute(v.text) for v in selected.get("other_ads", ())]
    own = _canonical(reading, "")
    return tuple(dict.fromkeys(u for u in urls if u and u != own and reading.is_own(u)))


def _canonical(reading: Reading, anchor: str) -> str:
    url = reading.absolute(reading.url) or reading.url
    return f"{url}#{anchor}" if anchor else url


def _unique(mentions: list[Mention]) -> list[Mention]:
    """No place twice for one kind, and no link or attribute that repeats what the text already says."""
    said = {(m.kind, m.value) for m in mentions if m.field == "text" and m.value}
    said |= {("phone", value) for kind, value in said if kind == "fax"}
    seen: set[tuple[str, str, str, str, int]] = set()
    kept = []
    for m in mentions:
        key = (m.kind, m.value, m.field, m.node, m.start)
        if key in seen or (m.field.startswith("attr:") and (m.kind, m.value) in said):
            continue
        seen.add(key)
        kept.append(m)
    return kept


def _without_name_clashes(mentions: list[Mention], names: list[str]) -> list[Mention]:
    """Without "worker names" that are the business's own name: "Call for Amy" is one, "Ask for Amy Spa" is none."""
    return [
        m
        for m in mentions
        if m.kind != "protected"
        or m.style != "worker_name"
        or not any(m.quote.lower() == n.lower() or (len(n.split()) > 1 and m.quote in n.split()) for n in names)
    ]
