"""Readings: what one version of the extractor made of every capture, side by side, compared, and put in force.

The reading in force stands in the working database. Every other is a file of its own with the same tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.store.intelligence import Store

READ_TABLES = ("core_extractions", "core_ad_captures", "core_mentions", "core_listing_items")
EXAMPLES = 3  # of one kind of change, of one kind of mention, on one site

_MENTIONS = """
    SELECT m.capture_id, c.site, c.url, m.kind, m.field, m.node, m.start, m."end", m.value,
           row_number() OVER (PARTITION BY m.capture_id, m.kind, m.field, m.node, m.start
                              ORDER BY m.value, m.ad_id) AS n
    FROM {source}core_mentions m JOIN {source}raw_captures c USING (capture_id)"""
# A mention gained where one of the same kind was lost is one that changed.
_CHANGES = f"""
    CREATE OR REPLACE TEMP TABLE reading_changes AS
    WITH placed AS (
        SELECT coalesce(a.capture_id, b.capture_id) AS capture_id, coalesce(a.site, b.site) AS site,
               coalesce(a.url, b.url) AS url, coalesce(a.kind, b.kind) AS kind,
               coalesce(a.field, b.field) AS field, coalesce(a.node, b.node) AS node,
               coalesce(a.start, b.start) AS start, coalesce(a."end", b."end") AS "end",
               a.value AS before, b.value AS after,
               CASE WHEN a.capture_id IS NULL THEN 'gained' WHEN b.capture_id IS NULL THEN 'lost'
                    WHEN a.value = b.value AND a."end" = b."end" THEN 'same' ELSE 'changed' END AS what
        FROM ({_MENTIONS.format(source="")}) a FULL JOIN ({_MENTIONS.format(source="other.")}) b
          ON a.capture_id = b.capture_id AND a.kind = b.kind AND a.field = b.field AND a.node = b.node
             AND a.start = b.start AND a.n = b.n),
    moved AS (
        SELECT l.capture_id, l.kind, l.field, l.node, l.start, min(g.start) AS gained_start, min(g.after) AS after
        FROM placed l JOIN placed g USING (capture_id, kind, field, node)
        WHERE l.what = 'lost' AND g.what = 'gained' AND l.start < g."end" AND g.start < l."end"
        GROUP BY ALL)
    SELECT p.capture_id, p.site, p.url, p.kind, p.before, coalesce(p.after, m.after) AS after,
           CASE WHEN m.capture_id IS NOT NULL THEN 'changed' ELSE p.what END AS what
    FROM placed p
    LEFT JOIN moved m ON p.what = 'lost' AND p.capture_id = m.capture_id AND p.kind = m.kind AND p.field = m.field
                         AND p.node = m.node AND p.start = m.start
    WHERE NOT EXISTS (SELECT 1 FROM moved x WHERE p.what = 'gained' AND p.capture_id = x.capture_id
                      AND p.kind = x.kind AND p.field = x.field AND p.node = x.node AND p.start = x.gained_start)"""
_PAGES = """
    SELECT c.site, count(*) AS pages,
           count(*) FILTER ((a.page_kind, a.ads, a.items, a.held, a.problem) IS DISTINCT FROM
                           (b.page_kind, b.ads, b.items, b.held, b.problem)) AS differ
    FROM raw_captures c LEFT JOIN core_extractions a USING (capture_id)
    LEFT JOIN other.core_extractions b USING (capture_id) GROUP BY c.site ORDER BY c.site"""


def compare_readings(store: Store, other: Path, listed: Path) -> dict[str, list[dict[str, Any]]]:
    """What the reading in `other` says differently from the one in force. Every difference goes to the CSV `listed`.

    {pages: site, pages, differ}, {mentions: site, kind, same, gained, lost, changed} and {examples: site, kind, what,
    capture_id, url, before, after}; protected spans have no values and so show none.
    """
    with _attached(store, other):
        store.connection.execute(_CHANGES)
        pages = store.rows(_PAGES)
    counted = ", ".join(f"count(*) FILTER (what = '{w}') AS {w}" for w in ("same", "gained", "lost", "changed"))
    mentions = store.rows(f"SELECT site, kind, {counted} FROM reading_changes GROUP BY ALL ORDER BY site, kind")
    examples = store.rows(
        """SELECT site, kind, what, capture_id, url, before, after FROM reading_changes WHERE what <> 'same'
           QUALIFY row_number() OVER (PARTITION BY site, kind, what ORDER BY capture_id, before, after) <= ?
           ORDER BY site, kind, what, capture_id, before, after""",
        [EXAMPLES],
    )
    store.connection.execute(
        f"""COPY (SELECT site, kind, what, capture_id, url, {_cell("before")}, {_cell("after")} FROM reading_changes
                  WHERE what <> 'same' ORDER BY ALL) TO '{_quoted(listed)}' (HEADER)"""
    )
    store.connection.execute("DROP TABLE reading_changes")
    return {"pages": pages, "mentions": mentions, "examples": examples}


def put_in_force(store: Store, other: Path, keep: Path) -> None:
    """The reading in `other` replaces the one in force, which moves to `keep`; all or nothing for the former."""
    with _attached(store, keep):
        for table in (*READ_TABLES, "raw_captures"):
            store.connection.execute(f"DELETE FROM other.{table}")
            store.connection.execute(f"INSERT INTO other.{table} BY NAME SELECT * FROM {table}")
    with _attached(store, other), store.transaction():
        for table in READ_TABLES:
            store.connection.execute(f"DELETE FROM {table}")
            store.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM other.{table}")


@contextmanager
def _attached(store: Store, path: Path) -> Iterator[None]:
    store.connection.execute(f"ATTACH '{_quoted(path)}' AS other")
    try:
        yield
    finally:
        store.connection.execute("DETACH other")


def _quoted(path: Path) -> str:
    """For a statement that takes no parameters."""
    return str(path).replace("'", "''")


def _cell(column: str) -> str:
    """The column as text that no spreadsheet executes: a page can write a formula. Numbers such as +1417… stay."""
    formula = f"regexp_matches({column}, '^[=+@|%\\s-]') AND NOT regexp_full_match({column}, '[+-]?[0-9]+')"
    return f"CASE WHEN {formula} THEN chr(39) || {column} ELSE {column} END AS {column}"
