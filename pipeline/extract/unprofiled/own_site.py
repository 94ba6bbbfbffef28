"""Whether a site is the business's own, told by its host: "jade-spa.example", "jadespa.builder.example"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.extract.addresses.gazetteer import is_city
from pipeline.extract.lexicon import fold, vocabulary
from pipeline.extract.names import find_business_names
from pipeline.extract.selection import Reading, Value
from pipeline.extract.text import visible_text

LEAST_NAME = 5  # letters of a name that is no usual word


def is_own_site(reading: Reading) -> bool:
    """Whether the host bears the name of the business that the page's heading says, or else its title."""
    heading, title = ((node and visible_text(node)) or "" for node in map(reading.tree.css_first, ("h1, h2", "title")))
    names = set(squashed_names(heading))
    if not find_business_names(heading):
        names |= {squashed(found.value) for found in find_business_names(title)}
    return given_name(reading) is not None or any(_bears(reading, name) for name in names)


def given_name(reading: Reading) -> Value | None:
    """Words that the heading, the site's declared name or a part of the title says, and a builder's label too."""
    if not (given := _given_label(reading)):
        return None
    for value in _titles(reading):
        cuts = [0, *(edge for m in _breaks().finditer(value.text) for edge in m.span()), len(value.text)]
        for start, end in zip(cuts[::2], cuts[1::2], strict=True):
            words = value.text[start:end]
            if len(words.split()) > 1 and squashed(words) in given and not is_city(words.strip()):
                at = start + len(words) - len(words.lstrip())
                return Value(words.strip(), value.node, value.field, at)
    return None


def _titles(reading: Reading) -> Iterator[Value]:
    for css in ("h1", "meta[property='og:site_name']", "title"):
        if (node := reading.tree.css_first(css)) is not None:
            field = "attr:content" if node.tag == "meta" else "text"
            text = node.attrs.sget("content") if node.tag == "meta" else visible_text(node)
            yield Value(text, node, field)


def host_name(reading: Reading) -> str:
    """The name a host was registered under, letters only: "www.jade-spa.example" is "jadespa"."""
    labels = (urlsplit(reading.url).hostname or "").split(".")
    return squashed(labels[-2]) if len(labels) > 1 else ""


def squashed(text: str) -> str:
    """Folded letters and digits only."""
    return re.sub(r"[\W_]+", "", fold(text))


def squashed_names(title: str) -> frozenset[str]:
    """The parts of a title and the business names in it, letters only."""
    parts = [*_breaks().split(title), *(f.value for f in find_business_names(title))]
    return frozenset(name for part in parts if len(name := squashed(part)) > LEAST_NAME)


def _bears(reading: Reading, name: str) -> bool:
    host = host_name(reading)
    return min(len(name), len(host)) > LEAST_NAME and (name in host or (host in name and 2 * len(host) > len(name)))


def _given_label(reading: Reading) -> str:
    """The label that a builder of sites gives a business, letters only: "jade-spa.builder.example"; "" for a city's."""
    labels = (urlsplit(reading.url).hostname or "").removeprefix("www.").split(".")
    return "" if len(labels) < 3 or is_city(labels[0].replace("-", " ")) else squashed(labels[0])


def _breaks() -> re.Pattern[str]:
    return re.compile(vocabulary("whose_numbers")["title_breaks"])
