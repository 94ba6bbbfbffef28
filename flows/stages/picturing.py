"""A network as a page: what the snapshot has, drawn for a reader."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from analysis.picture import write_picture
from analysis.redact import profile_named
from flows.stages.exporting import full_details
from flows.stages.timelines import timeline_of
from pipeline.home import Home


def draw_network(home: Home, network_id: str, path: Path, profile: str = "analyst") -> Path:
    """Draw one network into FILE.svg, FILE.html or FILE.png. Raises FixInput, NotFound; NotAllowed for a landlord."""
    (detail,) = full_details(home, [network_id])
    events = [asdict(event) for event in timeline_of(home, detail["network_id"])]
    shown = {**detail, "snapshot_id": home.current_snapshot().name}
    return write_picture(shown, path, profile_named(profile), events)
