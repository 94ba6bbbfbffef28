"""What a region of businesses must know of the others: the end of all data, and who else uses what it uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Value = tuple[str, str]  # kind and value of an identifier


@dataclass(frozen=True, slots=True)
class HubUser:
    """One business on a damped identifier: all that the identifier's being damped depends on."""

    business_id: str
    party: str  # the group of businesses it belongs to by what was known before identifiers of this kind were looked at
    advertised: bool
    stamped: str = ""  # the one site on whose ads alone it stands, each time beside another number
    elsewhere: bool = False  # and the business advertises on other sites without it


@dataclass(frozen=True, slots=True)
class Beside:
    """`until`: the last day of all data; `crowded`: buildings in which others name a unit; `hub_users`: the others on
    the identifiers that were damped."""

    until: date | None = None
    crowded: frozenset[str] = frozenset()
    hub_users: Mapping[Value, tuple[HubUser, ...]] = field(default_factory=dict)


NOBODY = Beside()
