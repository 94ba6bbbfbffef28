"""The contacts of one advertisement: in its text, its selected fields, its links and attributes, its URL."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from selectolax.lexbor import LexborNode

from pipeline.extract.ad_text import phones_in
from pipeline.extract.contacts import find_site_ids, find_websites, link_contact
from pipeline.extract.emails import decode_cfemail, find_emails
from pipeline.extract.phones import normalize_phone
from pipeline.extract.protected import find_protected
from pipeline.extract.selection import MAX_MATCHES, Reading, Selected, Value, mentions_of
from pipeline.extract.text import Found, is_inside, visible_text
from pipeline.model import Mention


def _phones(text: str, reading: Reading) -> list[Found]:
    return phones_in(text, reading.fictional, reading.generated)


def selected_contacts(selected: Selected, reading: Reading) -> list[Mention]:
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
    link = reading.absolute(value.text) or value.text
    found = link_contact(link, reading.own_hosts)
    if found is None:
        return []
    start = value.text.find(link[found.start : found.end])
    whole = (0, len(value.text)) if start < 0 else (start, start + found.end - found.start)
    return [found._replace(start=whole[0], end=whole[1])]


def _cfemail(code: str) -> list[Found]:
    address = decode_cfemail(code)
    return [Found("email", address, 0, len(code), "cfemail")] if address else []


def attribute_mentions(root: LexborNode, selected: Selected, reading: Reading) -> list[Mention]:
    """Contacts in links, protected e-mails, image descriptions and scripts below the ad's element."""
    mentions: list[Mention] = []
    frames = {v.node.mem_id for v in selected.get("frame", ()) if v.node is not None}
    for node in root.css("a[href]")[:MAX_MATCHES]:
        href = node.attrs.sget("href")
        if _is_plain(href) or (frames and is_inside(node, frames)):
            continue
        mentions += mentions_of(Value(href, node, "attr:href"), _link_found(href, reading), reading.version)
    for node in root.css("[data-cfemail]")[:MAX_MATCHES]:
        code = node.attrs.sget("data-cfemail")
        mentions += mentions_of(Value(code, node, "attr:data-cfemail"), _cfemail(code), reading.version)
    for node in root.css("img[alt], img[title]")[:MAX_MATCHES]:
        attributes = node.attrs
        for name in ("alt", "title"):
            if words := attributes.sget(name)[:1000]:
                found = list(_described(words, reading.fictional, reading.generated))
                mentions += mentions_of(Value(words, node, f"attr:{name}"), found, reading.version)
    for node in root.css("script")[:MAX_MATCHES]:
        code = visible_text(node)[:20_000]
        mentions += mentions_of(Value(code, node, "text"), find_site_ids(code), reading.version)
    return mentions


def _is_plain(href: str) -> bool:
    """Whether a link leads to another page of the site and says no more."""
    return href[:1] in {"/", "#", "?"} and href[1:2] != "/" and "#" not in href[1:]


@lru_cache(maxsize=4096)  # most pictures of a site are described alike
def _described(words: str, fictional: bool, generated: bool) -> tuple[Found, ...]:
    """Phones and protected spans in the description of a picture."""
    return (*phones_in(words, fictional, generated), *find_protected(words))


def _link_found(href: str, reading: Reading) -> list[Found]:
    folded = href.strip().lower()
    if folded.startswith(("tel:", "sms:", "callto:")):
        found = _phones(href, reading)
        number = None if found else _single_phone(href.split(":", 1)[1], reading)
        whole = Found("phone", number, href.index(":") + 1, len(href), "tel") if number else None
        return [f._replace(style="tel") for f in found] or ([whole] if whole else [])
    if "/cdn-cgi/l/email-protection#" in folded:
        start = href.index("#") + 1
        return [f._replace(start=start, end=len(href)) for f in _cfemail(href[start:])]
    found_link = link_contact(href, reading.own_hosts)
    if found_link is None:
        return []
    service, _, number = found_link.value.partition(":")
    if service == "whatsapp" and number.startswith("+"):
        return [found_link, found_link._replace(kind="phone", value=number)]
    return [found_link]


_ASKED_FOR = re.compile(r"[?&;]([\w.-]{1,30})=$")
_PHONE_WORD = re.compile(r"ph(?:one)?$|phone|tel|call|mobile|cell|num|sms|text|whats|contact|^to$|^p$|^q$")


def url_phones(reading: Reading, said: Collection[str]) -> list[Mention]:
    """Phones in the path or sub-domain of the page's URL.

    Ten digits that are the whole last part of a path, or what a query asks for by another word than one for phone, are
    a post's number, unless the page says that they are a phone.
    """
    found = [
        f
        for f in _in_url(reading.url, reading.fictional, reading.generated)
        if f.value in said or not _names_a_post(reading.url, f)
    ]
    return list(mentions_of(Value(reading.url, None, "url"), found, reading.version))


def _names_a_post(url: str, found: Found) -> bool:
    if not url[found.start : found.end].isdigit():
        return False
    if asked := _ASKED_FOR.search(url, 0, found.start):
        return _PHONE_WORD.search(asked[1].lower()) is None
    return url[found.start - 1] == "/" and url[found.end : found.end + 1] in {"", "/", "?", "#"}


@lru_cache(maxsize=4096)  # an ad is captured under the same address again and again
def _in_url(url: str, fictional: bool, generated: bool) -> tuple[Found, ...]:
    return tuple(phones_in(url, fictional, generated))


def within(node: LexborNode | None, root: LexborNode) -> bool:
    """Whether a node lies in an element or is it."""
    return is_inside(node, {root.mem_id})
