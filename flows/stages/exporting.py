"""Networks for other programs: write, manifest, dissemination-log entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.export import FORMATS
from analysis.export.files import digest, write_manifest
from analysis.redact import profile_named
from flows.stages.finding import list_networks, network_detail
from pipeline.errors import FixInput
from pipeline.home import Home
from pipeline.store.casework import Casework


def export_networks(
    home: Home,
    network_ids: Sequence[str],
    format_: str,
    output: Path | None,
    profile: str,
    facts: Mapping[str, str],
) -> dict[str, Any]:
    """Write the named networks, or all of two and more businesses. `facts`: recipient, purpose, user."""
    if format_ not in FORMATS:
        raise FixInput(f"{format_!r} is no format. Choose one of: {', '.join(FORMATS)}.")
    write, suffix = FORMATS[format_]
    ids = list(network_ids) or [n["network_id"] for n in list_networks(home) if n["size"] > 1]
    details = [network_detail(home, i) for i in ids]
    path = output or home.exports / f"networks-{home.now():%Y%m%dT%H%M%S}{suffix}"
    files = write(details, path, profile_named(profile))
    manifest = path.with_name(path.name + ".manifest.json")
    watermark = {"note": "SIMULATED CLOCK - DEMONSTRATION"} if home.demo else {}
    write_manifest(list(files), manifest, {**facts, **watermark, "profile": profile, "format": format_})
    casework = Casework(home.casework_url)
    reason = f"to {facts['recipient']} for {facts['purpose']}, profile {profile}"
    casework.audit(facts["user"], "export", f"{path.name} ({len(ids)} networks)", reason)
    return {
        "networks": len(ids),
        "file": str(path),
        "files": [str(f) for f in files],
        "manifest": str(manifest),
        "sha256": digest(files[0]),
    }
