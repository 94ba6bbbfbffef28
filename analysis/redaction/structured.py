"""Structured data of a page (JSON-LD, or a whole JSON document): the same values, without what is protected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from analysis.redact import Profile

# Property names of schema.org and their like -> class of redact.toml; others are texts like any.
CLASSES = {
    **dict.fromkeys(("image", "photo", "logo", "thumbnail", "thumbnailurl", "contenturl", "video"), "photo"),
    **dict.fromkeys(("age", "gender", "nationality", "ethnicity", "height", "weight", "birthdate"), "person"),
    **dict.fromkeys(("author", "reviewer", "creator", "commenter"), "buyer"),
    **dict.fromkeys(("review", "reviews", "reviewbody", "description", "articlebody", "text", "comment"), "review"),
    **dict.fromkeys(("employee", "employees", "performer", "givenname", "familyname", "alternatename"), "worker"),
    **dict.fromkeys(("email",), "private"),
}


class NoData(ValueError):
    """The text is no JSON."""


def parse_data(text: str) -> Any:
    """Raises NoData."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoData(str(error)) from error


def data_texts(value: Any) -> Iterator[str]:
    """Every text in it: keys and values; a field with its name, as "name: value" stands on a page."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from data_texts(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            if isinstance(one, str | int | float):
                yield f"{key}: {one}"
            yield from data_texts(one)


def redact_data(value: Any, profile: Profile, edit: Callable[[str], str], dropped: Callable[[str], None]) -> Any:
    """The value with every text edited; properties of a class that the reader may not see are left out and counted."""
    if isinstance(value, str):
        return edit(value)
    if isinstance(value, list):
        return [redact_data(one, profile, edit, dropped) for one in value]
    if isinstance(value, dict):
        kept: dict[str, Any] = {}
        for key, one in value.items():
            kind = CLASSES.get(key.casefold())
            if kind and profile.actions[kind] != "keep":
                dropped(kind)
                continue
            if (
                isinstance(one, str | int | float)
                and (line := f"{key}: {one}") != edit(line)
                and not isinstance(one, bool)
            ):
                kept[edit(key)] = edit(line).partition(": ")[2] if edit(str(one)) == str(one) else edit(str(one))
                continue
            kept[edit(key)] = redact_data(one, profile, edit, dropped)
        return kept
    return value
