"""What collected a capture: program, dependencies, machine and clock, as a witness would have to state them."""

from __future__ import annotations

import platform
import socket
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline.home import Home

CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def software() -> dict[str, str]:
    """Version, commit and lock hash of the running program; "" for what cannot be learned."""
    try:
        number = version("imb-pipeline")
    except PackageNotFoundError:
        number = "0"
    lock = CHECKOUT / "requirements.lock"
    return {
        "version": number,
        "commit": _commit(CHECKOUT / ".git"),
        "lock_sha256": sha256(lock.read_bytes()).hexdigest() if lock.is_file() else "",
        "python": platform.python_version(),
        "system": platform.platform(),
    }


@cache
def collector_name() -> str:
    """How this program is named as collector of a capture."""
    return f"imb {software()['version']}"


def clock_state(home: Home) -> str:
    """Whether the clock that stamps captures is known to be synchronized."""
    if home.demo and home.settings.simulated_today:
        return f"SIMULATED: this demonstration home pretends that today is {home.settings.simulated_today}"
    if Path("/run/systemd/timesync/synchronized").exists():
        return "system clock, synchronized (systemd-timesyncd)"
    return "system clock, synchronization not known"


def crawl_facts(home: Home) -> dict[str, object]:
    """The provenance that every crawl states, before what the crawler adds."""
    return {
        "operator": home.settings.operator,
        "host": socket.gethostname(),
        "user_agent": home.settings.user_agent,
        "lawful_basis": home.settings.lawful_basis,
        "software": software(),
        "clock": clock_state(home),
    }


def _commit(git: Path) -> str:
    try:
        head = (git / "HEAD").read_text().strip()
        return (git / head[5:]).read_text().strip() if head.startswith("ref: ") else head
    except OSError:
        return ""
