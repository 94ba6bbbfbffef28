"""A town of suspects, and applications to hold against it."""

from __future__ import annotations

from datetime import date
from typing import Any

from analysis.networks.network import build_links, build_networks
from analysis.networks.standing import computed_standings
from analysis.networks.succession import find_successions
from analysis.screening.screen import ScreeningIndex
from pipeline.model import Address, Application, Party

P1, P2, P3, FREE = "+14175550101", "+14175550102", "+14175550103", "+14175550199"
SUITE, OTHER, ELSEWHERE = "1200 N Larkmoor Ave #5", "77 Fenwick Rd #2", "3 Quiet Ln #1"
DOB = date(1980, 3, 7)
MISSPELLED = "1200 N Larkmor Ave #5"


def suspects(town: Any) -> None:
    """Golden Lotus (closed in March) and Jade Garden (running), both Mei Chen's; Red Maple shares a number."""
    town.record(
        "Golden Lotus", "2025-01-01", "2027-01-31", place=SUITE, status="Active", license_number="L1",
        people=[("chen", "Mei Chen", "owner", DOB.isoformat()), ("ll", "Larkmoor Holdings LLC", "landlord")],
    )  # fmt: skip
    town.ad("Golden Lotus", "2025-06-01", "2026-03-01", phones=(P1,), place=SUITE)
    town.record("Jade Garden", "2026-03-15", "2028-01-31", people=[("chen", "Mei Chen", "owner", DOB.isoformat())])
    town.ad("Jade Garden", "2026-04-01", "2026-11-10", phones=(P2,), place=OTHER)
    town.ad("Red Maple", "2026-05-01", "2026-11-10", phones=(P2,))
    town.record(
        "Lone Denial", "2024-05-01", kind="denied", people=[("doe", "Somsri Rattana", "applicant", "1975-05-05")]
    )
    town.record("Oak Therapy", "2024-01-01", "2027-01-31", license_number="L9", status="Active", phones=(P3,),
                people=[("cole", "Ana Cole", "owner", "1971-04-09")])  # fmt: skip


def index_of(town: Any, known: Any = "suspected", **more: Any) -> ScreeningIndex:
    links = build_links(town.entities, town.refs)
    networks = build_networks(town.entities, links, refs=town.refs)
    standings = computed_standings(town.entities, town.refs)
    successions = find_successions(town.entities, town.refs, links, standings)
    return ScreeningIndex.build(
        town.entities, town.refs, links, networks, successions, standings,
        known=known, coverage=("3 boards, newest capture 2026-11-10",), snapshot_id="s1", **more,
    )  # fmt: skip


def address(text: str) -> Address | None:
    street, _, unit = text.partition(" #")
    return Address(text, street.upper(), unit, "Springfield", "MO", "65801") if text else None


def application(name: str = "Chen Mei", **more: Any) -> Application:
    person = {k: more.pop(k) for k in ("dob", "birth_year", "other_names", "native_name", "last") if k in more}
    place = more.pop("place", "")
    party = Party("applicant", name, **person) if name else None
    return Application(
        "A1", applicant=party, premises=address(place),
        received=more.pop("received", date(2026, 11, 1)), **more,
    )  # fmt: skip
