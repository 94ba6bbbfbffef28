"""Side-by-side measurements against named peers: each module has `run(small) -> Table`."""

from __future__ import annotations

NAMES = (
    "businesses",
    "persons",
    "names",
    "fairness",
    "screening",
    "screen_file",
    "corpus",
    "incremental",
    "growth",
    "archiving",
    "evidence",
    "packages",
    "reading",
    "unprofiled",
    "templates",
    "true_networks",
    "rereading",
    "networks",
    "network_updates",
)
