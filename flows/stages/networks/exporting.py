"""Networks for other programs: write, manifest, dissemination-log entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from analysis.export.files import digest, write_manifest
from analysis.export.formats import FORMATS
from analysis.redact import profile_named
from flows.stages.networks.details import full_details
from flows.stages.networks.showing import list_networks
from pipeline.errors import FixInput
from pipeline.home import Home
from pipeline.store.casework import Casework
from pipeline.store.snapshot import read_manifest

OWN_USE = "own use"
EXPIRES_AFTER = timedelta(days=365)  # a copy outside ages: standings are cleared, networks are cut


@dataclass(frozen=True, slots=True)
class Dissemination:
    """To whom an export goes, what for, on what authority, and until when it may be kept (default: a year)."""

    user: str
    recipient: str = OWN_USE
    purpose: str = "analysis"
    authority: str = ""
    expires: date | None = None


def export_networks(
    home: Home, network_ids: Sequence[str], format_: str, output: Path | None, profile: str, given: Dissemination
) -> dict[str, Any]:
    """Write the named networks, or all of two and more businesses; returns what was written and its digests.

    Raises FixInput for an unknown format, a recipient without an authority, or an expiry that is past; NotAllowed when
    the user's role excludes it.
    """
    if format_ not in FORMATS:
        raise FixInput(f"{format_!r} is no format. Choose one of: {', '.join(FORMATS)}.")
    Casework(home.casework_url).may(given.user, "export networks")
    facts = _facts(home, given)
    write, suffix = FORMATS[format_]
    ids = list(network_ids) or [n["network_id"] for n in list_networks(home) if n["size"] > 1]
    path = output or home.exports / f"networks-{home.now():%Y%m%dT%H%M%S}{suffix}"
    files = write(full_details(home, ids), path, profile_named(profile))
    manifest = path.with_name(path.name + ".manifest.json")
    try:
        _log(home, manifest, files, {**facts, "profile": profile, "format": format_, "networks": len(ids)}, given)
    except BaseException:
        for file in (*files, manifest):
            file.unlink(missing_ok=True)  # what is not in the log was not handed out
        raise
    return {
        "networks": len(ids),
        "file": str(path),
        "files": [str(f) for f in files],
        "manifest": str(manifest),
        "sha256": digest(files[0]),
        "expires": facts["expires"],
    }


def _facts(home: Home, given: Dissemination) -> dict[str, Any]:
    today = home.now().date()
    authority = given.authority or (f"the agency's own {OWN_USE}" if given.recipient == OWN_USE else "")
    if not authority:
        raise FixInput(
            "On what authority does it leave the house? Name it with --authority (a statute, a subpoena, an agreement)."
        )
    expires = given.expires or today + EXPIRES_AFTER
    if expires <= today:
        raise FixInput(f"--expires {expires} is past. Name a day after {today}.")
    snapshot = read_manifest(home.current_snapshot())["snapshot_id"]
    watermark = {"note": "SIMULATED CLOCK - DEMONSTRATION"} if home.demo else {}
    return {**asdict(given), "authority": authority, "expires": expires, "snapshot_id": snapshot, **watermark}


def _log(home: Home, manifest: Path, files: Sequence[Path], facts: dict[str, Any], given: Dissemination) -> None:
    write_manifest(list(files), manifest, facts)
    reason = (
        f"to {given.recipient} for {given.purpose}, authority: {facts['authority']}, until {facts['expires']}, "
        f"profile {facts['profile']}, {facts['format']}, manifest SHA-256 {digest(manifest)}"
    )
    name = f"{manifest.name.removesuffix('.manifest.json')} ({facts['networks']} networks)"
    Casework(home.casework_url).audit(given.user, "export", name, reason)
