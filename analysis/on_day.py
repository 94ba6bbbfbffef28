"""A network on one day: what was true then by the periods of its ads, papers and links, as they are known today.

What was *known* then is another question: `imb build --as-of`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Detail = Mapping[str, Any]
ABSENT = "no business of it was seen"


def held_on(detail: Detail, day: date) -> dict[str, Any]:
    """The detail of a network with the members and links whose period covers the day, and a summary that says who was
    not there yet and who was not seen any more."""
    businesses = [m for m in detail["members"] if m["kind"] == "business"]
    here = {m["entity_id"] for m in businesses if covers(m["observed_first"], m["observed_last"], day)}
    kinds = {m["entity_id"]: m["kind"] for m in detail["members"]}
    links = [
        k
        for k in detail["links"]
        if covers(k["first_seen"], k["last_seen"], day)
        and all(i in here for i in (k["from_id"], k["to_id"]) if kinds.get(i) == "business")
    ]
    touched = here | {i for k in links for i in (k["from_id"], k["to_id"])}
    members = [m for m in detail["members"] if m["entity_id"] in touched]
    whole = dict(detail)
    if "successions" in whole:
        whole["successions"] = [s for s in whole["successions"] if {s["from_business"], s["to_business"]} <= here]
    return {
        **whole,
        "members": members,
        "links": links,
        "on": day,
        "summary": _summary(businesses, here, members, day),
    }


def covers(first: date | None, last: date | None, day: date) -> bool:
    """Whether a period, both days included, holds the day; one without a beginning holds none."""
    return first is not None and first <= day <= (last or first)


def _summary(businesses: Sequence[Detail], here: set[str], members: Sequence[Detail], day: date) -> str:
    later = [m["name"] for m in businesses if m["observed_first"] and m["observed_first"] > day]
    before = [m["name"] for m in businesses if m["observed_last"] and m["observed_last"] < day]
    phones = sum(m["kind"] == "phone" for m in members)
    there = f"{len(here)} of {len(businesses)} businesses were seen" if here else ABSENT
    text = f"On {day}: {there}, {phones} of its numbers in use."
    text += f" Not seen yet: {_listed(later)}." if later else ""
    text += f" Not seen any more: {_listed(before)}." if before else ""
    then = f"imb build --as-of {day}, then this with --snapshot as-of-{day}"
    return f"{text} By periods known today; what was known then: {then}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(sorted(names)[:6]) + more
