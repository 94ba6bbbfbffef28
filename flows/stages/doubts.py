"""Entities that somebody should look at: they may hold two."""

from __future__ import annotations

from analysis.doubtful import Doubt, find_doubtful
from flows.stages.models import model_in_force
from flows.stages.screening import load_entities, load_refs
from pipeline.home import Home
from pipeline.store.intelligence import open_snapshot


def doubtful_entities(home: Home) -> list[Doubt]:
    """Entities of the current snapshot that may hold two people or two businesses."""
    model, folder = model_in_force(home), home.current_snapshot()
    with open_snapshot(folder) as store:
        entities = load_entities(store)
        rows = store.rows("SELECT ref_a, ref_b, probability FROM core_pairs WHERE probability >= ?", [model.match])
    pairs = [(r["ref_a"], r["ref_b"], r["probability"]) for r in rows]
    return find_doubtful(entities, pairs, load_refs(folder), model.largest)
