"""What the seals show and what they do not, in sentences for people who have never heard of a hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.evidence.documents.plain import one_line, utc
from pipeline.evidence.package.exhibit import ExhibitItem, ExhibitPackage
from pipeline.evidence.package.rows import distinguished, is_received

UNSEALED = (
    "Not sealed. Nobody signed or time-stamped the journal entry of this item: it fits together with the rest of the "
    "journal, and nothing outside the journal shows when it was made."
)


def item_sentence(item: ExhibitItem, *, internal: bool) -> str:
    """How far the seals vouch for one item."""
    seal = item["seal"]
    if not seal:
        return UNSEALED
    signer = one_line(distinguished(seal["signer"]))
    signed = (
        f"Sealed. The journal entry of this item lies under seal {seal['seal']}, signed {utc(seal['signed_at'])} "
        f"(by this office's system clock) with the certificate {signer}."
    )
    return f"{signed} {_internal(internal)}{_stamped(seal.get('token') or {})}{_received(item)}"


def _received(item: ExhibitItem) -> str:
    if not is_received(item):
        return ""
    return (
        f" Others captured this page; this office received their file and entered it on "
        f"{utc(item['times']['journalled'])}. The seal shows nothing about the time before that."
    )


def _internal(internal: bool) -> str:
    if not internal:
        return ""
    return "That certificate is the office's own (INTERNAL): it shows that one key sealed this, not whose key it is. "


def _stamped(token: Mapping[str, Any]) -> str:
    if not token:
        return "No time-stamp authority attests the time: it rests on the office's clock and on who holds its key."
    authority = one_line(distinguished(token["signer"]))
    return (
        f"The time-stamp authority {authority} attests by its own clock that the seal existed at {utc(token['time'])} "
        f"(with seal {token['stamped_by_seal']}). A change made after that would show."
    )


def package_sentences(package: ExhibitPackage) -> list[str]:
    """How far the seals vouch for the package as a whole."""
    items = package["items"]
    if not package["sealed"]:
        return [
            "Nothing in this package is sealed. The hashes show that its parts fit together and that nothing changed "
            "since the export; they do not show when the pages were captured."
        ]
    sealed = sum(1 for item in items if item["seal"])
    stamped = sum(1 for item in items if item["seal"].get("token"))
    found = [
        f"{_share(sealed, len(items))} under a signed seal. A byte "
        f"changed, a record removed, moved or dated back after the signature would show{_unless(stamped < sealed)}."
    ]
    if stamped:
        found.append(
            f"For {stamped} of them a time-stamp authority attests, by its own clock, that the seal existed at the "
            "stated time."
        )
    if not stamped:
        found.append("No time-stamp authority attests any of the times: they rest on this office's clock.")
    elif stamped < len(items):
        found.append(
            f"For {counted(len(items) - stamped, 'item')} no time-stamp authority attests the time: it rests on this "
            "office's clock."
        )
    if is_internal(package):
        found.append("Seals were signed with a certificate that the office made itself (INTERNAL).")
    return found


def _unless(unstamped: bool) -> str:
    if not unstamped:
        return ""
    return (
        ", unless somebody who holds the signing key signed a changed journal anew: only a time-stamp, or a copy of "
        "the seals that others keep, excludes that"
    )


def received_sentence(package: ExhibitPackage) -> str:
    """What is others' word in the package, "" when this office captured all of it."""
    received = [item for item in package["items"] if is_received(item)]
    if not received:
        return ""
    days = sorted(item["times"]["journalled"][:10] for item in received)
    entered = f"on {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
    others = sorted({one_line(item["collector"]) for item in received})
    named = "; ".join(others[:3]) + (" and others" if len(others) > 3 else "")
    share = f"{len(received):,} of {counted(len(package['items']), 'item')}"
    if len(received) == len(package["items"]):
        share = "The item" if len(received) == 1 else f"All {len(received):,} items"
    was = "was" if len(received) == 1 else "were"
    return (
        f"{share} {was} captured by others ({named}) and reached this office in files that it entered in its journal "
        f"{entered}. That, when and how this was captured is the word of those others; what journal and seals of this "
        "office show of it begins with that entry."
    )


def _share(part: int, whole: int) -> str:
    """ "All 3 items lie", "1 of 3 items lies"."""
    if part == whole:
        return "The item lies" if whole == 1 else f"All {whole:,} items lie"
    return f"{part:,} of {whole:,} items {'lies' if part == 1 else 'lie'}"


def is_internal(package: ExhibitPackage) -> bool:
    """Whether any seal was signed with a certificate that the home made itself."""
    return any(seal["internal"] for seal in package["seals"])


def counted(number: int, noun: str) -> str:
    """ "1 item", "2 items", "1,000 items"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
