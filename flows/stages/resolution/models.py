"""The match model in force, and training a new one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from analysis.model_card import make_card
from analysis.rules import shipped_rules
from flows.stages.resolution.ref_tables import tables_of_all
from pipeline.errors import FixHome
from pipeline.home import Home, write_atomically
from pipeline.model import Flag
from pipeline.resolve.declaration import DECLARED
from pipeline.resolve.key_pool import KeyPool
from pipeline.resolve.model import MatchModel, base_model
from pipeline.resolve.model_change import RoleChange, compare_models
from pipeline.resolve.training import train_on
from pipeline.store.casework import Casework
from pipeline.store.codec import from_json
from pipeline.store.intelligence import Store, memory_connection, open_snapshot, open_working, scratch_beside


def model_in_force(home: Home) -> MatchModel:
    """The model the home's `models/current` names; the shipped base model until one has been trained."""
    pointer = home.models / "current"
    if not pointer.exists():
        return base_model()
    return MatchModel.load(home.models / f"{pointer.read_text(encoding='utf-8').strip()}.json")


_COUNTED = """
    WITH of AS (SELECT unnest(members) AS ref_id, entity_id FROM core_entities WHERE len(members) > 1)
    SELECT p.role, p.role = 'business' AND (a.name = '' OR b.name = '') AS nameless,
           coalesce(one.entity_id = two.entity_id, FALSE) AS joined, probability >= $match AS match,
           count(*) AS pairs, sum(probability) AS probability
    FROM core_pairs p JOIN core_refs a ON a.ref_id = ref_a JOIN core_refs b ON b.ref_id = ref_b
    LEFT JOIN of one ON one.ref_id = ref_a LEFT JOIN of two ON two.ref_id = ref_b GROUP BY ALL ORDER BY ALL"""


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
    old, lost = _model_to_compare(home)
    with open_working(home.working_database, home.settings.database_gigabytes) as store, _all_keys(store) as pool:
        new = train_on(pool)
        change = compare_models(pool, old, new, Casework(home.casework_url).decisions())
    path = home.models / f"{new.version}.json"
    if not path.exists():
        new.save(path)
    worries = tuple(worry for role in change if (worry := role.worry))
    worries += (f"it is compared with the shipped model: {lost}",) if lost else ()
    if accept or not worries:
        write_atomically(home.models / "current", new.version + "\n")
    return Training(old, new, change, worries, accept or not worries)


def _model_to_compare(home: Home) -> tuple[MatchModel, str]:
    """The model in force, and ""; where it cannot be read, as after an update with other levels, the shipped one, and
    what is wrong with it: training is the way out."""
    try:
        return model_in_force(home), ""
    except FixHome as error:
        return base_model(), str(error)


@contextmanager
def _all_keys(store: Store) -> Iterator[KeyPool]:
    """The keys of everything in a working database; of the refs never more than a page in memory."""
    with scratch_beside(store) as keys, closing(memory_connection(store)) as scratch:
        pool = KeyPool(keys, scratch)
        for some in tables_of_all(store, None):
            for role, rows in some.keys.items():
                pool.take(role, rows)
        pool.complete()
        yield pool


def card_in_force(home: Home) -> dict[str, Any]:
    """The card of the model in force, with the error rates of the current snapshot."""
    model = model_in_force(home)
    with open_snapshot(home.current_snapshot()) as store:
        pairs = store.rows(_COUNTED, {"match": model.match})
    with open_snapshot(home.current_snapshot(), "sealed") as sealed:
        rows = sealed.rows("SELECT payload FROM core_flags ORDER BY application_id")
    flags = [from_json(Flag, row["payload"]) for row in rows]
    return make_card(model, shipped_rules().screening, pairs, flags)


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
