"""Makes the synthetic state: the same seed, scale and day give the same state, byte for byte when written."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from demo.applications import file_applications
from demo.ground import Ground
from demo.innocents import open_innocents
from demo.networks import grow_networks
from demo.papers import file_papers
from demo.postings import post_all
from demo.state import World

MONTHS_18 = 548  # days
NETWORKS, INNOCENTS, APPLICATIONS, THERAPISTS = 66, 540, 3000, 500


def make_world(seed: int = 1, scale: float = 1.0, today: date = date(2026, 3, 16)) -> World:
    """A state of 66 networks, 540 innocent businesses and 3,000 applications, times `scale`.

    The periods of the storefronts lie in the 18 months before `today`. Nothing but `seed` decides the content.
    """
    rng = Random(f"state {seed}")
    start = today - timedelta(days=MONTHS_18)
    ground = Ground(rng, today)
    hubs = (ground.toll_free(), ground.phone("St. Louis"))
    suspects = grow_networks(ground, max(4, round(NETWORKS * scale)), start)
    shops = suspects + open_innocents(ground, max(30, round(INNOCENTS * scale)), suspects, start)
    papers = file_papers(ground, shops, hubs, max(20, round(THERAPISTS * scale)))
    applications = file_applications(ground, shops, papers, max(200, round(APPLICATIONS * scale)))
    postings = post_all(Random(f"postings {seed}"), shops, start, today)
    return World(
        seed=seed,
        scale=scale,
        today=today,
        start=start,
        people=ground.people,
        buildings=tuple(ground.buildings),
        storefronts={s.storefront_id: s for s in shops},
        postings=tuple(postings),
        papers=tuple(papers),
        applications=tuple(applications),
        hub_phones=hubs,
        agent="Gateway Registered Agents Inc",
    )
