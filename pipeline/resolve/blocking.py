"""Which refs meet at all: SQL over a table of keys. Nothing else can be corroborated, so nothing else is compared.

A keys table has one row per ref: `ref_id`, a number, and the columns of declaration.COLUMNS. A `said` table has a
row (ref_id, value) for each value of BLOCKS that a ref bears. A block is such a value; for operators a value and the
two letters that begin a part of the name; or license number and date of birth; or a number of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.resolve.declaration import BLOCKS, COLUMNS

BLOCK_LIMIT = 2_000  # refs behind one shared value; a larger block says too little to compare all pairs in it


def said_sql(keys: str, role: str) -> str:
    """The rows (ref_id, value) of a keys table; a value is a digest of its column and content."""
    return " UNION ALL ".join(
        f"SELECT ref_id, hash('{column}', value) AS value FROM "
        f"(SELECT ref_id, {_each(column, role)} AS value FROM {keys} WHERE {column} IS NOT NULL)"
        for column in BLOCKS[role]
    )


def blocks_sql(said: str, keys: str, role: str) -> str:
    """The rows (ref_id, block) of the refs in `said`."""
    if role == "business":
        return f"SELECT ref_id, value AS block FROM {said}"
    own = f"(FROM {keys} SEMI JOIN {said} USING (ref_id))"
    return f"""
        SELECT ref_id, hash(value, start) AS block FROM {said}
        JOIN (SELECT ref_id, unnest(starts) AS start FROM {own}) USING (ref_id)
        UNION ALL
        SELECT ref_id, hash(value, born) AS block FROM {said} JOIN {own} USING (ref_id)
        WHERE born IS NOT NULL AND value = hash('license', license)
        UNION ALL
        SELECT ref_id, value AS block FROM {said} JOIN {own} USING (ref_id) WHERE value = hash('own', own)"""


def fitting_steps(name: str, keys: str, role: str) -> Iterator[str]:
    """Statements that make of the table `{name}_said` the table `{name}_small`: the rows (ref_id, block) of the blocks
    whose refs are compared. One at a time, so that what one holds in memory is free for the next."""
    often = f"SELECT value FROM {name}_said GROUP BY value HAVING count(*) > 1"
    fit = f"SELECT block FROM {name}_one GROUP BY block HAVING count(*) BETWEEN 2 AND {BLOCK_LIMIT}"
    yield f"CREATE TABLE {name}_often AS FROM {name}_said SEMI JOIN ({often}) USING (value)"
    yield f"DROP TABLE {name}_said"
    yield f"CREATE TABLE {name}_one AS {blocks_sql(f'{name}_often', keys, role)}"
    yield f"DROP TABLE {name}_often"
    yield f"CREATE TABLE {name}_small AS SELECT ref_id, block FROM {name}_one SEMI JOIN ({fit}) USING (block)"
    yield f"DROP TABLE {name}_one"


def pairs_sql(blocks: str, first: int, last: int) -> str:
    """All pairs of refs that share one of the blocks, each once, lower number first; of those whose lower number lies
    between two (inclusive)."""
    return f"""
        SELECT DISTINCT l.ref_id AS a, r.ref_id AS b FROM (FROM {blocks} WHERE ref_id BETWEEN {first} AND {last}) l
        JOIN {blocks} r ON l.block = r.block AND l.ref_id < r.ref_id"""


def pairs_among_sql(said: str, keys: str, role: str, among: str) -> str:
    """All pairs of refs that share a block, each once, lower number first, with a ref of `among`, a table of ref_ids.

    `said` must hold every row of every value that these refs bear.
    """
    often = f"(FROM {said} SEMI JOIN (SELECT value FROM {said} GROUP BY value HAVING count(*) > 1) USING (value))"
    fit = f"SELECT block FROM one SEMI JOIN (SELECT block FROM one SEMI JOIN {among} USING (ref_id)) USING (block) "
    fit += f"GROUP BY block HAVING count(*) BETWEEN 2 AND {BLOCK_LIMIT}"
    small = "SELECT ref_id, block FROM one SEMI JOIN fit USING (block)"
    return f"""
        WITH often AS {often}, one AS ({blocks_sql("often", keys, role)}), fit AS ({fit}), small AS ({small})
        SELECT DISTINCT least(l.ref_id, r.ref_id) AS a, greatest(l.ref_id, r.ref_id) AS b
        FROM (FROM small SEMI JOIN {among} USING (ref_id)) l
        JOIN small r ON l.block = r.block AND l.ref_id <> r.ref_id"""


def _each(column: str, role: str) -> str:
    return f"unnest({column})" if COLUMNS[role][column].endswith("[]") else column
