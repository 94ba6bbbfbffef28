"""What happened when, whatever the order of the sources."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.timeline import KINDS, Paper, Sighting, timeline

P1, P2 = "+14175550101", "+14175550102"
START = date(2026, 1, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


def seen(n: int, *, phones: tuple[str, ...] = (P1,), **more: object) -> Sighting:
    values: dict[str, object] = {
        "subject_id": "b1", "day": day(n), "site": "city-board", "ad_id": "a1", "name": "Golden Lotus",
        "phones": phones, "status": "live", "claimed": None, "source_id": f"c{n}",
    }  # fmt: skip
    return Sighting(**{**values, **more})  # type: ignore[arg-type]


def paper(kind: str, **more: object) -> Paper:
    values: dict[str, object] = {
        "subject_id": "b1", "kind": kind, "name": "Golden Lotus LLC", "number": "BL-1", "dataset": "city-licenses",
        "status": "", "received": None, "issued": None, "expires": None, "closed": None, "source_id": "r1",
    }  # fmt: skip
    return Paper(**{**values, **more})  # type: ignore[arg-type]


def told(*sources: Sighting | Paper) -> list[tuple[int, str]]:
    sightings = [s for s in sources if isinstance(s, Sighting)]
    papers = [p for p in sources if isinstance(p, Paper)]
    return [((e.day - START).days, e.kind) for e in timeline(sightings, papers)]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ((seen(0),), [(0, "first_ad")]),
        ((seen(0), seen(9)), [(0, "first_ad"), (9, "last_ad")]),
        # another name of the same business, on the same site
        ((seen(0), seen(9, name="Jade")), [(0, "first_ad"), (9, "first_ad")]),
        # a number taken up, the old one given up
        (
            (seen(0), seen(5, phones=(P2,))),
            [(0, "first_ad"), (0, "phone_given_up"), (5, "phone_taken_up"), (5, "last_ad")],
        ),
        # an ad that shows no number says nothing about numbers
        ((seen(0), seen(5, phones=())), [(0, "first_ad"), (5, "last_ad")]),
        # removed, seen removed again, put back, removed again
        (
            (seen(0), seen(3, status="deleted"), seen(4, status="deleted"), seen(6), seen(8, status="closed")),
            [(0, "first_ad"), (3, "ad_removed"), (6, "last_ad"), (8, "ad_removed")],
        ),
        # its own date, before we saw it; one that agrees with the capture adds nothing
        ((seen(30, claimed=(day(3), day(3))),), [(3, "ad_posted"), (30, "first_ad")]),
        ((seen(30, claimed=(day(30), day(30))),), [(30, "first_ad")]),
        (
            (paper("license", issued=day(1), expires=day(300), closed=day(40)),),
            [(1, "license_issued"), (40, "closure"), (300, "license_expires")],
        ),
        ((paper("license", received=day(2)),), [(2, "license_issued")]),
        ((paper("filing", issued=day(1), closed=day(7)),), [(1, "filing"), (7, "closure")]),
        ((paper("denied", issued=day(4), status="Denied"),), [(4, "denial")]),
        ((paper("denied", issued=day(4), status="withdrawn"),), [(4, "application")]),
        ((paper("denied", issued=day(4), status="Denied", cause="application incomplete"),), [(4, "application")]),
        ((paper("denied", issued=day(4), status="Denied", cause="324.262.2(2) fraud"),), [(4, "denial")]),
        ((paper("denied", issued=day(4), cause="fraud"),), [(4, "denial")]),
        ((paper("denied", issued=day(4)),), [(4, "application")]),  # why and how is not told
        ((paper("application", received=day(5)),), [(5, "application")]),
        ((paper("inspection", received=day(6)),), [(6, "inspection")]),
        ((paper("tip", received=day(7)),), [(7, "tip")]),
        ((paper("parcel", received=day(7)),), []),
        ((paper("license"),), []),  # a paper without a date has no place in time
    ],
)  # fmt: skip
def test_events(sources: tuple[Sighting | Paper, ...], expected: list[tuple[int, str]]) -> None:
    assert told(*sources) == expected


@pytest.mark.parametrize(
    ("claimed", "precision", "words"),
    [
        ((day(0), day(0)), "day", "2026-01-01"),
        ((day(0), day(30)), "month", "posted 2026-01."),
        ((day(0), day(364)), "year", "posted 2026."),
    ],
)
def test_a_claimed_date_is_told_as_precisely_as_it_was_written(
    claimed: tuple[date, date], precision: str, words: str
) -> None:
    (event,) = (e for e in timeline([seen(400, claimed=claimed)], []) if e.kind == "ad_posted")
    assert event.precision == precision
    assert words in event.sentence


def test_a_tip_is_told_with_its_grade() -> None:
    (graded,) = timeline([], [paper("tip", received=day(1), grade="B2", lane="intelligence")])
    (bare,) = timeline([], [paper("tip", received=day(1))])
    assert (graded.lane, "(B2)" in graded.sentence) == ("intelligence", True)
    assert "(ungraded)" in bare.sentence


def test_businesses_do_not_mix() -> None:
    events = timeline([seen(0), seen(5, subject_id="b2", phones=(P2,))], [])
    assert [(e.subject_id, e.kind) for e in events] == [("b1", "first_ad"), ("b2", "first_ad")]


SIGHTINGS = st.lists(
    st.builds(
        seen,
        st.integers(0, 40),
        phones=st.sampled_from([(), (P1,), (P2,), (P1, P2)]),
        name=st.sampled_from(["Golden Lotus", "Jade Garden", ""]),
        ad_id=st.sampled_from(["a1", "a2"]),
        status=st.sampled_from(["live", "live", "deleted"]),
    ),
    max_size=12,
    unique_by=lambda s: (s.source_id, s.ad_id),
)


@given(SIGHTINGS, st.randoms(use_true_random=False))
def test_order_of_sources_does_not_matter_and_every_event_cites_one(
    sightings: list[Sighting], shuffler: random.Random
) -> None:
    events = timeline(sightings, [])
    again = list(sightings)
    shuffler.shuffle(again)
    assert timeline(again, []) == events
    assert events == sorted(events, key=lambda e: (e.day, KINDS.index(e.kind)))
    of = {s.source_id: s.day for s in sightings}
    assert all(of[e.source_id] == e.day for e in events)
