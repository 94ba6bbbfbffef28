"""A network as a page: what the snapshot has, drawn for a reader."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

from analysis.on_day import held_on
from analysis.picture.making import write_picture
from analysis.redact import profile_named
from flows.stages.networks.details import full_details
from flows.stages.queries.dated_sources import events_of
from pipeline.errors import FixInput
from pipeline.home import Home


def draw_network(home: Home, network_id: str, path: Path, profile: str = "analyst", on: date | None = None) -> Path:
    """Draw one network, or what of it was there `on` a day, into FILE.svg, FILE.html or FILE.png.

    Raises FixInput, NotFound; NotAllowed for a landlord.
    """
    (detail,) = full_details(home, [network_id])
    shops = [m["entity_id"] for m in detail["members"] if m["kind"] == "business"]
    events = [asdict(event) for event in events_of(home, shops)]
    if on is not None:
        detail = held_on(detail, on)
        if not detail["members"]:
            raise FixInput(f"No business of it was seen on {on}. Choose a day of its timeline: imb timeline ID")
        inside = {m["entity_id"] for m in detail["members"]}
        events = [event for event in events if event["subject_id"] in inside and event["day"] <= on]
    shown = {**detail, "snapshot_id": home.current_snapshot().name}
    return write_picture(shown, path, profile_named(profile), events)
