"""The match model in force, and training a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.model_card import make_card
from analysis.rules import shipped_rules
from flows.stages.refs import make_refs
from pipeline.home import Home, write_atomically
from pipeline.model import Flag
from pipeline.resolve.corpus import train
from pipeline.resolve.declaration import DECLARED
from pipeline.resolve.model import MatchModel, base_model
from pipeline.resolve.model_change import RoleChange, compare_models
from pipeline.store.casework import Casework
from pipeline.store.codec import from_json
from pipeline.store.intelligence import memory_connection, open_snapshot, open_working


def model_in_force(home: Home) -> MatchModel:
    """The model the home's `models/current` names; the shipped base model until one has been trained."""
    pointer = home.models / "current"
    if not pointer.exists():
        return base_model()
    return MatchModel.load(home.models / f"{pointer.read_text(encoding='utf-8').strip()}.json")


@dataclass(frozen=True, slots=True)
class Training:
    """A training's outcome. `worries`: why the new model was not put in force without a person's word."""

    old: MatchModel
    new: MatchModel
    change: tuple[RoleChange, ...]
    worries: tuple[str, ...]
    in_force: bool


def train_model(home: Home, *, accept: bool = False) -> Training:
    """Train on the working database, write the immutable model file, compare it with the one in force.

    It replaces the model in force, shipped or trained, unless it contradicts more decisions of people, changes many
    pairs or expects to be wrong more often; `accept` overrides.
    """
    old = model_in_force(home)
    with open_working(home.working_database, home.settings.database_gigabytes) as store:
        refs, connection = make_refs(store), memory_connection(store)
    try:
        new = train(connection, refs)
        change = compare_models(connection, refs, old, new, Casework(home.casework_url).decisions())
    finally:
        connection.close()
    path = home.models / f"{new.version}.json"
    if not path.exists():
        new.save(path)
    worries = tuple(worry for role in change if (worry := role.worry))
    if accept or not worries:
        write_atomically(home.models / "current", new.version + "\n")
    return Training(old, new, change, worries, accept or not worries)


def card_in_force(home: Home) -> dict[str, Any]:
    """The card of the model in force, with the error rates of the current snapshot."""
    with open_snapshot(home.current_snapshot()) as store:
        pairs = store.rows("SELECT role, probability FROM core_pairs ORDER BY ref_a, ref_b")
    with open_snapshot(home.current_snapshot(), "sealed") as sealed:
        rows = sealed.rows("SELECT payload FROM core_flags ORDER BY application_id")
    flags = [from_json(Flag, row["payload"]) for row in rows]
    return make_card(model_in_force(home), shipped_rules().screening, pairs, flags)


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
