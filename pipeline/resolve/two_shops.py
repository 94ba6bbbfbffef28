"""Two shops of one owner, or one shop: what refs of businesses must share to be one, wherever they are seen.

An owner of several shops gives all of them one e-mail address, often one line and a word of one name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from pipeline.model import Address, Ref
from pipeline.resolve.names.business_names import read_business, trade_names

AT_THE_PLACE = frozenset({"ad", "license", "denied"})  # a filing names an agent's or the owner's address
MOVE_DAYS = 30  # the ads of the old place may run on for so long beside those of the new one


def one_shop(a: Ref, b: Ref) -> bool:
    """Whether two business refs share what two shops do not: a license, a building, or a number and the whole name."""
    if a.license_number and a.license_number == b.license_number:
        return True
    if not set(a.phones).isdisjoint(b.phones) and not _whole_names(a).isdisjoint(_whole_names(b)):
        return True
    return not _spots(a.addresses).isdisjoint(_spots(b.addresses))


def beside(one: Collection[Ref], two: Collection[Ref]) -> bool:
    """Whether two groups of refs were seen at two places at one time."""
    here, there = _buildings(one), _buildings(two)
    if not here or not there or here & there:
        return False
    mine, other = _days(one), _days(two)
    if mine is None or other is None:
        return False
    shared = (min(mine[1], other[1]) - max(mine[0], other[0])).days
    # More than a move takes, or one within the other.
    return shared >= min(MOVE_DAYS, *((last - first).days for first, last in (mine, other)))


def _whole_names(ref: Ref) -> set[str]:
    """Names with the words that many bear, in any order: "Lotus Foot Spa" is not "Lotus Massage"."""
    names = [read_business(part) for text in (ref.name, *ref.other_names) for part in trade_names(text)]
    return {"".join(sorted((*n.words, *n.generic, *n.numbers))) or n.native for n in names} - {""}


def _spots(addresses: Iterable[Address]) -> set[str]:
    """Buildings by ZIP and by city, as sources give either."""
    placed = [a for a in addresses if a.street_key and not a.at_crossing]
    found = {f"{a.street_key}|{a.zip}" for a in placed if a.zip}
    return found | {f"{a.street_key}|{a.city.upper()},{a.state}" for a in placed if a.city}


def _on_the_spot(ref: Ref) -> bool:
    return ref.site_class != "directory" and ref.record_kind in AT_THE_PLACE  # a directory's entry outlives a move


def _buildings(refs: Iterable[Ref]) -> set[str]:
    return _spots(a for r in refs if _on_the_spot(r) for a in r.addresses)


def _days(refs: Iterable[Ref]) -> tuple[date, date] | None:
    """First and last day of ads, and the days on which papers were issued: a license outlives what it was given to."""
    seen = [d for r in refs if _on_the_spot(r) for d in (r.first_seen, r.last_seen if r.owner_kind == "ad" else None)]
    days = [d for d in seen if d]
    return (min(days), max(days)) if days else None
