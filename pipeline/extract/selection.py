"""From selectors to values that remember their place, and from values to mentions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract.contacts import site_of
from pipeline.extract.inventory import inventory
from pipeline.extract.lexicon import flat, fold
from pipeline.extract.links import absolute
from pipeline.extract.profile import Rules, Selector, Selectors, SiteProfile
from pipeline.extract.text import Found, css_path, visible_text
from pipeline.model import Mention

MAX_MATCHES = 300  # of one selector within one ad
MAX_TEXT = 200_000  # characters of one ad that are searched


@dataclass(frozen=True, slots=True)
class Reading:
    """One page being read: the tree and everything its values depend on."""

    tree: LexborHTMLParser
    url: str
    captured_at: datetime
    profile: SiteProfile | None
    fictional: bool = True
    generated: bool = True
    version: str = ""
    own_hosts: frozenset[str] = field(init=False)
    base: str = field(init=False)  # what links are relative to

    def __post_init__(self) -> None:
        named = self.profile.allowed_domains if self.profile else ()
        hosts = [site_of(self.url)[0], *(d.split(":")[0].lower().removeprefix("www.") for d in named)]
        object.__setattr__(self, "own_hosts", frozenset(hosts) - {""})
        base = self.tree.css_first("base[href]")
        object.__setattr__(self, "base", base.attrs.sget("href").strip() if base is not None else "")

    @property
    def timezone(self) -> str:
        return self.profile.timezone if self.profile else "UTC"

    def absolute(self, href: str) -> str:
        """An http(s) URL without fragment, resolved against the page (and its <base>); "" for anything else."""
        return absolute(self.url, self.base, href)

    def is_own(self, url: str) -> bool:
        """Whether a URL lies on the page's own site."""
        host = site_of(url)[0]
        return host in self.own_hosts or any(host.endswith(f".{own}") for own in self.own_hosts)


class Value(NamedTuple):
    """A stretch of one field: `text` stands at `start` of the element's field ("url": of the page's URL)."""

    text: str
    node: LexborNode | None
    field: str
    start: int = 0


Selected = dict[
    str, list[Value]
]  # field of AdFields -> values; "frame" -> elements that are no part of the ad, "label" -> labels


def select(
    root: LexborNode, selectors: Selectors, url: str, sentinels: tuple[str, ...] = (), most: int = MAX_MATCHES
) -> list[Value]:
    """What the first matching alternative finds in and below `root`, in page order, blanks and sentinels left out."""
    nothing = {fold(s).strip() for s in sentinels} if selectors and sentinels else ()
    for selector in selectors:
        attr, pattern, field = selector.attr, selector.pattern, selector.cites
        values: list[Value] = []
        for node in _nodes(root, selector, most):
            text = url if node is None else node.attrs.sget(attr) if attr else visible_text(node)
            start = 0
            if pattern is not None:
                if (m := pattern.search(text)) is None:
                    continue
                group = 1 if m.re.groups and m[1] is not None else 0
                text, start = m[group], m.start(group)
            if len(stripped := text.strip()) < len(text):
                start += len(text) - len(text.lstrip())
                text = stripped
            if text and not (nothing and fold(text) in nothing):
                values.append(Value(text, node, field, start))
                if len(values) == most:
                    break
        if values:
            return values
    return []


def _nodes(root: LexborNode, selector: Selector, most: int) -> Sequence[LexborNode | None]:
    if selector.from_url:
        return [None]
    if not selector.css:
        return [root]
    plain = most == 1 and not (selector.attr or selector.pattern)
    if plain and (node := root.css_first(selector.css)) is not None and visible_text(node):
        return [node]  # the search ends with it
    return root.css(selector.css)[:MAX_MATCHES]


def holds(rules: Rules, root: LexborNode, url: str, *, quiet: bool = False) -> bool:
    """Whether any of the rules holds for the page or element. `quiet`: none of their texts is said in it."""
    for rule in rules:
        if (rule.url is not None and not rule.url.search(url)) or (quiet and rule.text):
            continue
        if not rule.text and rule.css:
            if inventory(root.parser).may_hold(rule.css) and root.css_first(rule.css) is not None:
                return True
            continue
        nodes = root.css(rule.css)[:MAX_MATCHES] if rule.css else [root]
        if nodes and (not rule.text or any(rule.text in flat(visible_text(n)) for n in nodes)):
            return True
    return False


def mentions_of(value: Value, found: Sequence[Found], version: str) -> Iterator[Mention]:
    """Mentions with the element's path; none when the element lies too deep to be cited."""
    if not found:
        return
    path = css_path(value.node) if value.node is not None else ""
    if not path and value.field != "url":
        return
    for f in found:
        quote = value.text[f.start : f.end]
        start = value.start + f.start
        yield Mention(
            f.kind, f.value, value.field, path, start, start + len(quote), quote, f.style, f.confidence, version
        )


def first(selected: Selected, name: str) -> Value | None:
    """The best value of a field."""
    values = selected.get(name)
    return values[0] if values else None
