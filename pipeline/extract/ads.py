"""One advertisement: from the element that is the ad, and the values selected in it, to an Ad."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from selectolax.lexbor import LexborNode

from pipeline.extract.addresses import find_addresses, parse_address
from pipeline.extract.contacts import (
    decode_cfemail,
    find_emails,
    find_handles,
    find_site_ids,
    find_websites,
    link_contact,
    site_of,
    website_value,
)
from pipeline.extract.dates import claimed_date
from pipeline.extract.facts import closes_late, find_hours, find_prices, labelled
from pipeline.extract.lexicon import find_indicators
from pipeline.extract.names import business_name_span, find_business_names, state_code
from pipeline.extract.phones import find_phones, normalize_phone
from pipeline.extract.profile import AdFields
from pipeline.extract.protected import find_protected
from pipeline.extract.selection import MAX_MATCHES, MAX_TEXT, Reading, Value, holds, mentions_of, select
from pipeline.extract.text import Found, css_path, visible_text
from pipeline.model import Ad, Address, ClaimedDate, Mention

Selected = dict[str, list[Value]]  # field of AdFields -> values

_FIELDS = """posting_id title body business_name phone address city state zip email website hours location posted
    updated other_ads"""
SELECTED = tuple(_FIELDS.split())
_CLOSED = re.compile(r"\b(?:permanently closed|has closed its doors|this business is closed|out of business)\b", re.I)
_LABELS = {
    "posted": re.compile(r"(?:date )?posted(?: on)?|published|date"),
    "updated": re.compile(r"(?:last )?(?:updated?|modified)"),
}


def select_fields(root: LexborNode, fields: AdFields, url: str) -> Selected:
    """What a profile's selectors find in one ad."""
    return {name: select(root, getattr(fields, name), url, fields.sentinels) for name in SELECTED}


def read_ad(root: LexborNode, selected: Selected, fields: AdFields, reading: Reading, *, anchor: str = "") -> Ad:
    """One ad. `anchor` tells ads of one page apart when they show no posting id: it becomes the URL's fragment."""
    root = _citable(root)
    path, text = css_path(root), visible_text(root)[:MAX_TEXT]
    whole, own = Value(text, root, "text"), _own_text(text, selected)
    title = _first(selected, "title") or _page_title(reading)
    names = _name_mentions(selected, title, whole, own, reading)
    pairs = [*_selected_addresses(selected, reading), *_text_addresses(whole, own, reading)]
    location = _location(selected)
    addresses = _distinct(_placed(address, selected, location) for address, _ in pairs)
    mentions = [
        *names,
        *_selected_contacts(selected, reading),
        *(m for _, m in pairs),
        *mentions_of(whole, _text_facts(own, reading), reading.version),
        *_attribute_mentions(root, selected, reading),
        *_url_phones(reading),
    ]
    if title and not _within(title.node, root):
        mentions += mentions_of(title, find_protected(title.text), reading.version)
    hours = [v.text for v in selected.get("hours", ())] or [f.value for f in find_hours(text)[:1]]
    posting_id = _first(selected, "posting_id")
    business = next((m.value for m in names), "")
    mentions = _without_name_clashes(_unique(mentions), [m.quote for m in names[:1] if names])
    return Ad(
        site=reading.profile.id if reading.profile else site_of(reading.url)[0],
        posting_id=posting_id.text if posting_id else "",
        url=_canonical(reading, anchor if not posting_id else ""),
        title=title.text if title else "",
        body="\n".join(v.text for v in selected.get("body", ())) or text,
        business_name=business,
        status="closed" if _is_closed(root, text, fields, reading) else "live",
        location=location,
        addresses=addresses,
        mentions=tuple(mentions),
        posted=_date(selected, "posted", text, fields.posted_layouts, reading),
        updated=_date(selected, "updated", text, fields.posted_layouts, reading),
        hours="; ".join(" ".join(h.split()) for h in hours),
        other_ads=_other_ads(selected, reading),
        node=path,
    )


def _own_text(text: str, selected: Selected) -> str:
    """The text with titles of other ads and the page's frame blanked, place by place: they are no part of this ad."""
    for value in (*selected.get("other_ads", ()), *selected.get("frame", ())):
        words = visible_text(value.node) if value.node is not None else ""
        at = -1 if len(words) < 4 else 0 if text.startswith(words) else text.rfind(words)
        if at >= 0:
            text = text[:at] + " " * len(words) + text[at + len(words) :]
    return text


def _citable(root: LexborNode) -> LexborNode:
    """The element, or its nearest ancestor that is not too deep to be cited."""
    here = root
    while not css_path(here) and here.parent is not None and here.parent.is_element_node:
        here = here.parent
    return here


def _first(selected: Selected, name: str) -> Value | None:
    values = selected.get(name)
    return values[0] if values else None


def _page_title(reading: Reading) -> Value | None:
    for tag in ("h1", "title"):
        node = reading.tree.css_first(tag)
        if node is not None and (text := visible_text(node)):
            return Value(text, node, "text")
    return None


def _name_mentions(selected: Selected, title: Value | None, whole: Value, own: str, reading: Reading) -> list[Mention]:
    """Business names, the ad's own first: selected, else phrases of the title and the text."""
    mentions: list[Mention] = []
    for value in selected.get("business_name", ()):
        if span := business_name_span(value.text):
            name = " ".join(value.text[slice(*span)].split())
            mentions += mentions_of(value, [Found("business_name", name, *span, "selected")], reading.version)
    if title is not None and not mentions:
        mentions += mentions_of(title, find_business_names(title.text), reading.version)
    known = [m.value.lower() for m in mentions]
    more = [f for f in find_business_names(own) if not any(f.value.lower() in name for name in known)]
    return [*mentions, *mentions_of(whole, more, reading.version)]


def _phones(text: str, reading: Reading) -> list[Found]:
    found = find_phones(text, fictional=reading.fictional, generated=reading.generated)
    return [Found("phone", p.e164, p.start, p.end, p.style, p.confidence) for p in found]


def _text_facts(text: str, reading: Reading) -> list[Found]:
    """Everything an ad's text says, but names and addresses."""
    hours = find_hours(text)
    late = [replace(h, kind="indicator", value="late_hours", style="hours") for h in hours if closes_late(h.value)]
    return [
        *_phones(text, reading),
        *find_emails(text),
        *find_handles(text),
        *find_websites(text, reading.own_hosts),
        *hours,
        *find_prices(text),
        *find_indicators(text),
        *late,
        *find_protected(text),
    ]


def _selected_contacts(selected: Selected, reading: Reading) -> list[Mention]:
    """Phones, e-mails, websites, hours and places that a selector names, whatever hides them in the text."""
    mentions: list[Mention] = []
    for value in selected.get("phone", ()):
        found = _phones(value.text, reading)
        if not found and (number := _single_phone(value.text, reading)):
            found = [Found("phone", number, 0, len(value.text), "field")]
        mentions += mentions_of(value, found, reading.version)
    for value in selected.get("email", ()):
        if value.field == "attr:data-cfemail":
            mentions += mentions_of(value, _cfemail(value.text), reading.version)
        else:
            mentions += mentions_of(value, find_emails(value.text), reading.version)
    for value in selected.get("website", ()):
        mentions += mentions_of(value, _website(value, reading), reading.version)
    for kind in ("hours", "location"):
        for value in selected.get(kind, ()):
            whole = Found(kind, " ".join(value.text.split()), 0, len(value.text), "selected")
            mentions += mentions_of(value, [whole], reading.version)
    return mentions


def _single_phone(text: str, reading: Reading) -> str | None:
    return normalize_phone(text.removeprefix("tel:"), fictional=reading.fictional, generated=reading.generated)


def _website(value: Value, reading: Reading) -> list[Found]:
    if value.field == "text":
        return find_websites(value.text, reading.own_hosts)
    found = link_contact(reading.absolute(value.text) or value.text, reading.own_hosts)
    if found is None or found.kind != "website":
        return [found] if found and value.text[found.start : found.end] else []
    return [Found("website", website_value(reading.absolute(value.text)), 0, len(value.text), "link")]


def _cfemail(code: str) -> list[Found]:
    address = decode_cfemail(code)
    return [Found("email", address, 0, len(code), "cfemail")] if address else []


def _attribute_mentions(root: LexborNode, selected: Selected, reading: Reading) -> list[Mention]:
    """Contacts in links, protected e-mails, image descriptions and scripts below the ad's element."""
    mentions: list[Mention] = []
    frames = [v.node for v in selected.get("frame", ()) if v.node is not None]
    for node in root.css("a[href]")[:MAX_MATCHES]:
        if any(_within(node, frame) for frame in frames):
            continue
        href = node.attributes.get("href") or ""
        value = Value(href, node, "attr:href")
        mentions += mentions_of(value, _link_found(href, reading), reading.version)
    for node in root.css("[data-cfemail]")[:MAX_MATCHES]:
        code = node.attributes.get("data-cfemail") or ""
        mentions += mentions_of(Value(code, node, "attr:data-cfemail"), _cfemail(code), reading.version)
    for node in root.css("img[alt], img[title]")[:MAX_MATCHES]:
        for name in ("alt", "title"):
            words = (node.attributes.get(name) or "")[:1000]
            found = [*_phones(words, reading), *find_protected(words)] if words else []
            mentions += mentions_of(Value(words, node, f"attr:{name}"), found, reading.version)
    for node in root.css("script")[:MAX_MATCHES]:
        code = visible_text(node)[:20_000]
        mentions += mentions_of(Value(code, node, "text"), find_site_ids(code), reading.version)
    return mentions


def _link_found(href: str, reading: Reading) -> list[Found]:
    folded = href.strip().lower()
    if folded.startswith(("tel:", "sms:", "callto:")):
        found = _phones(href, reading)
        number = None if found else _single_phone(href.split(":", 1)[1], reading)
        whole = Found("phone", number, href.index(":") + 1, len(href), "tel") if number else None
        return [replace(f, style="tel") for f in found] or ([whole] if whole else [])
    if "/cdn-cgi/l/email-protection#" in folded:
        start = href.index("#") + 1
        return [replace(f, start=start, end=len(href)) for f in _cfemail(href[start:])]
    found_link = link_contact(href, reading.own_hosts)
    return [found_link] if found_link else []


def _url_phones(reading: Reading) -> list[Mention]:
    return list(mentions_of(Value(reading.url, None, "url"), _phones(reading.url, reading), reading.version))


def _selected_addresses(selected: Selected, reading: Reading) -> list[tuple[Address, Mention]]:
    parts = {name: (v.text if (v := _first(selected, name)) else "") for name in ("city", "state", "zip")}
    pairs: list[tuple[Address, Mention]] = []
    for value in selected.get("address", ()):
        found = find_addresses(value.text)
        if found:
            pairs += _pairs(value, [(a.address, a.start, a.end, a.confidence) for a in found], reading)
            continue
        address = parse_address(
            " ".join(value.text.split()), city=parts["city"], state=parts["state"], zip=parts["zip"]
        )
        if address.street_key:
            pairs += _pairs(value, [(address, 0, len(value.text), 0.9)], reading)
    return pairs


def _text_addresses(whole: Value, own: str, reading: Reading) -> list[tuple[Address, Mention]]:
    found = [(a.address, a.start, a.end, a.confidence) for a in find_addresses(own)]
    return _pairs(whole, found, reading)


def _pairs(
    value: Value, found: list[tuple[Address, int, int, float]], reading: Reading
) -> list[tuple[Address, Mention]]:
    spans = [Found("address", a.line, start, end, "plain", confidence) for a, start, end, confidence in found]
    return list(zip([a for a, *_ in found], mentions_of(value, spans, reading.version), strict=False))


def _location(selected: Selected) -> str:
    if value := _first(selected, "location"):
        return " ".join(value.text.split()).strip("() ")
    return ", ".join(v.text for name in ("city", "state") if (v := _first(selected, name)))


def _placed(address: Address, selected: Selected, location: str) -> Address:
    """The address with the city, state and ZIP its line lacks, taken from the ad's fields or its location."""
    city, state, code = (v.text if (v := _first(selected, n)) else "" for n in ("city", "state", "zip"))
    named = bool(city)
    if not city and (
        m := re.search(r"(?P<city>[A-Z][\w .'-]{1,40}),\s*(?P<state>[A-Za-z ]{2,20}?)(?:\s+\d{5})?$", location)
    ):
        city, state = m["city"].strip(), m["state"]
        if state_code(city) and not state_code(state):  # "Missouri, Springfield"
            city, state = state, city
    state = state_code(state)
    if address.city or not city or (address.state and state and address.state != state):
        return replace(address, zip=code) if not address.zip and re.fullmatch(r"\d{5}", code) else address
    zip_ = address.zip or (code if re.fullmatch(r"\d{5}", code) else "")
    return replace(address, city=city, state=address.state or state, zip=zip_, city_inferred=not named)


def _distinct(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """One of each premises, first come; an address without unit and place adds nothing to a fuller one."""
    kept: dict[tuple[str, str], Address] = {}
    for address in addresses:
        key = (address.street_key or address.line.upper(), address.unit)
        if key not in kept or (address.zip and not kept[key].zip):
            kept[key] = address
    return tuple(kept.values())


def _date(selected: Selected, name: str, text: str, layouts: tuple[str, ...], reading: Reading) -> ClaimedDate | None:
    for value in selected.get(name, ()):
        if found := claimed_date(value.text, reading.captured_at, reading.timezone, layouts):
            return found
    for label, start, end in labelled(text):
        if not _LABELS[name].fullmatch(label):
            continue
        if found := claimed_date(text[start:end], reading.captured_at, reading.timezone):
            return found
    return None


def _is_closed(root: LexborNode, text: str, fields: AdFields, reading: Reading) -> bool:
    if fields.status_closed:
        return holds(fields.status_closed, root, reading.url)
    return _CLOSED.search(text) is not None


def _other_ads(selected: Selected, reading: Reading) -> tuple[str, ...]:
    urls = [reading.absolute(v.text) for v in selected.get("other_ads", ())]
    own = _canonical(reading, "")
    return tuple(dict.fromkeys(u for u in urls if u and u != own and reading.is_own(u)))


def _canonical(reading: Reading, anchor: str) -> str:
    url = reading.absolute(reading.url) or reading.url
    return f"{url}#{anchor}" if anchor else url


def _within(node: LexborNode | None, root: LexborNode) -> bool:
    while node is not None:
        if node.mem_id == root.mem_id:
            return True
        node = node.parent
    return False


def _unique(mentions: list[Mention]) -> list[Mention]:
    """No place twice for one kind, and no link or attribute that repeats what the text already says."""
    said = {(m.kind, m.value) for m in mentions if m.field == "text" and m.value}
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
