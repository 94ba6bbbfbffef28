"""The match model in force, and training a new one."""

from __future__ import annotations

from typing import Any

from flows.stages.resolution import make_refs
from pipeline.home import Home, write_atomically
from pipeline.resolve.corpus import train
from pipeline.resolve.declaration import DECLARED
from pipeline.resolve.model import MatchModel, base_model
from pipeline.store.intelligence import memory_connection, open_working


def model_in_force(home: Home) -> MatchModel:
    """The model the home's `models/current` names; the shipped base model until one has been trained."""
    pointer = home.models / "current"
    if not pointer.exists():
        return base_model()
    return MatchModel.load(home.models / f"{pointer.read_text(encoding='utf-8').strip()}.json")


def train_model(home: Home) -> tuple[MatchModel, MatchModel]:
    """Train on the working database, write the immutable model file, put it in force. Returns (old, new)."""
    old = model_in_force(home)
    with open_working(home.working_database) as store:
        refs = make_refs(store)
    connection = memory_connection()
    try:
        new = train(connection, refs)
    finally:
        connection.close()
    path = home.models / f"{new.version}.json"
    if not path.exists():
        new.save(path)
    write_atomically(home.models / "current", new.version + "\n")
    return old, new


def describe_model(model: MatchModel) -> list[dict[str, Any]]:
    """One row per level: role, comparison, level, m, u, weight (bits), whether the name's frequency moves it."""
    rows = []
    for role, declared in DECLARED.items():
        for comparison in declared.comparisons:
            for level in comparison.levels:
                m, u = model.numbers[role][comparison.name].get(level.name, (0.0, 0.0))
                rows.append(
                    {
                        "role": role,
                        "comparison": comparison.name,
                        "level": level.name,
                        "m": m,
                        "u": u,
                        "weight": round(model.weight(role, comparison.name, level), 2),
                        "by frequency": bool(level.term),
                    }
                )
    return rows
