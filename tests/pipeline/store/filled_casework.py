"""A row in every table that may only grow."""

from __future__ import annotations

from pipeline.model import Flag
from pipeline.store.casework import Casework
from pipeline.store.frozen import freeze
from pipeline.store.watches import Watchlist


def fill(casework: Casework) -> None:
    casework.set_standing("b1", "suspected", "amy", "because")
    one = casework.decide(True, "a", "b", [], "amy", "because")
    casework.revoke(one.decision_id, "amy", "because")
    casework.suppress("a", "k", "amy", "because")
    freeze(casework, "filled", [Flag("A-9", "possible_match", "strong", 1.0)], "amy")
    casework.add_aliases([("o", "n")], "s")
    casework.add_network_events([("new", "n", (), "because")], "s0", "s")
    watchlist = Watchlist(casework)
    texts = dict.fromkeys(("subject_id", "subject_kind", "dataset", "found", "source_id", "lane"), "x")
    watch = watchlist.add("phone", "x", "amy", "because", [{**texts, "day": None}], "s0")
    watchlist.record([], "s")
    watchlist.mark("seen", 1, "amy", "because")
    watchlist.remove(watch, "amy", "because")
