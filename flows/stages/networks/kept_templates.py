"""What a search for templates leaves behind in the working database, so that the next compares new wording only.

Of rows that were compared nothing changes any more: what a search adds to them is one more part of each array.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

import pipeline.extract.templates
from pipeline.extract.templates import Known, Statistics, Template
from pipeline.extract.templates.index import Joined
from pipeline.extract.templates.wording import Counts, Ragged
from pipeline.store.intelligence import Store

_TABLES = """
    CREATE TABLE IF NOT EXISTS settled_wording_by (program VARCHAR, rows BIGINT, based BIGINT, sites VARCHAR);
    CREATE TABLE IF NOT EXISTS settled_wording (name VARCHAR, part BIGINT, data BLOB);
    CREATE TABLE IF NOT EXISTS settled_templates (cluster BIGINT, members VARCHAR, templates VARCHAR)"""
# Array -> type of its numbers, and how many make a row: those of the ads grow by rows, those of what is usual do not.
_OF_ADS = {
    "seen": numpy.uint64,
    "pairs": numpy.uint32,
    "lengths": numpy.int64,
    "made": numpy.uint32,
    "weights": numpy.float64,
    "clusters": numpy.int64,
    "leaders": numpy.int64,
}
_USUAL = {"pair": numpy.uint32, "pair_counts": numpy.int64, "run": numpy.uint32, "run_counts": numpy.int64}
Arrays = dict[str, NDArray[Any]]


def known_templates(store: Store) -> Known | None:
    """What the last search left, None when there was none, of no ad, or another program made it."""
    store.connection.execute(_TABLES)
    rows = store.rows("SELECT * FROM settled_wording_by")
    if not rows or rows[0]["program"] != _program():
        return None
    arrays = _arrays(store)
    if not len(arrays["seen"]):
        return None
    sites = {site: numpy.array(said, numpy.uint32) for site, said in json.loads(rows[0]["sites"]).items()}
    pairs, runs = (Counts(arrays[name], arrays[f"{name}_counts"]) for name in ("pair", "run"))
    made = arrays["made"].reshape(len(arrays["seen"]), -1)
    starts = numpy.concatenate((numpy.zeros(1, numpy.int64), numpy.cumsum(arrays["lengths"])))
    return Known(
        arrays["seen"],
        Statistics(rows[0]["based"], sites, pairs, runs),
        Ragged(arrays["pairs"], starts),
        Joined(made, arrays["weights"], arrays["clusters"], arrays["leaders"]),
        {
            r["cluster"]: (tuple(json.loads(r["members"])), tuple(map(_template, json.loads(r["templates"]))))
            for r in store.rows("SELECT * FROM settled_templates")
        },
    )


def keep_templates(store: Store, before: Known | None, now: Known) -> None:
    """Keep the search `now`, which went on from `before` or began anew. The caller holds a transaction."""
    continued = before is not None and before.statistics is now.statistics
    first = len(before.seen) if before and continued else 0
    if not continued:
        store.connection.execute("DELETE FROM settled_wording")
        _add(store, first, _usual(now))
    if first < len(now.seen):
        _add(store, first, _of_ads(now, first))
    sites = json.dumps({site: said.tolist() for site, said in sorted(now.statistics.wording.items())})
    for table in ("settled_wording_by", "settled_templates"):
        store.connection.execute(f"DELETE FROM {table}")
    store.append("settled_wording_by", [(_program(), len(now.seen), now.statistics.based, sites)])
    store.append(
        "settled_templates",
        [
            (cluster, json.dumps(rows), json.dumps([(t.text, t.slots, t.ad_ids, t.surprise) for t in made]))
            for cluster, (rows, made) in now.found.items()
        ],
    )


def _of_ads(now: Known, first: int) -> Arrays:
    left = now.left.since(first)
    made, *joined = (array[first:] for array in now.joined)
    return dict(
        zip(_OF_ADS, (now.seen[first:], left.values, numpy.diff(left.starts), made.ravel(), *joined), strict=True)
    )


def _usual(now: Known) -> Arrays:
    pairs, runs = now.statistics.counts, now.statistics.runs
    return dict(zip(_USUAL, (pairs.values, pairs.numbers, runs.values, runs.numbers), strict=True))


def _add(store: Store, part: int, arrays: Mapping[str, NDArray[Any]]) -> None:
    store.append("settled_wording", [(name, part, array.tobytes()) for name, array in arrays.items()])


def _arrays(store: Store) -> Arrays:
    parts: dict[str, list[bytes]] = {name: [] for name in (*_OF_ADS, *_USUAL)}
    for row in store.rows("SELECT name, data FROM settled_wording ORDER BY name, part"):
        parts[row["name"]].append(row["data"])
    return {name: numpy.frombuffer(b"".join(parts[name]), kind) for name, kind in (_OF_ADS | _USUAL).items()}


def _template(kept: list[Any]) -> Template:
    text, slots, ad_ids, surprise = kept
    return Template(text, tuple(map(tuple, slots)), tuple(ad_ids), surprise)


def _program() -> str:
    """Digest of the code that compares."""
    sources = sorted(Path(pipeline.extract.templates.__path__[0]).glob("*.py"))
    return sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()
