"""Which refs meet at all: SQL over a table of keys. Nothing else can be corroborated, so nothing else is compared.

A keys table has one row per ref: `ref_id`, a number, and the columns of declaration.COLUMNS. A `said` table has a
row (ref_id, value) for each value of BLOCKS that a ref bears. A block is such a value; for operators a value and the
two letters that begin a part of the name; or license number and date of birth; or a number of their own.
"""

from __future__ import annotations

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


def pairs_sql(said: str, keys: str, role: str, among: str = "") -> str:
    """All pairs of refs that share a block, each once, lower number first; with a ref of `among` if that is given.

    `among`: a table of ref_ids. `said` must then hold every row of every value that these refs bear.
    """
    often = f"(FROM {said} SEMI JOIN (SELECT value FROM {said} GROUP BY value HAVING count(*) > 1) USING (value))"
    fit = f"SELECT block FROM one GROUP BY block HAVING count(*) BETWEEN 2 AND {BLOCK_LIMIT}"
    small = "SELECT ref_id, block FROM one SEMI JOIN fit USING (block)"
    ends = "l.ref_id AS a, r.ref_id AS b FROM small l JOIN small r ON l.block = r.block AND l.ref_id < r.ref_id"
    if among:
        fit = f"SELECT block FROM one SEMI JOIN (SELECT block FROM one SEMI JOIN {among} USING (ref_id)) USING (block) "
        fit += f"GROUP BY block HAVING count(*) BETWEEN 2 AND {BLOCK_LIMIT}"
        mine = f"(FROM small SEMI JOIN {among} USING (ref_id))"
        ends = f"least(l.ref_id, r.ref_id) AS a, greatest(l.ref_id, r.ref_id) AS b FROM {mine} l "
        ends += "JOIN small r ON l.block = r.block AND l.ref_id <> r.ref_id"
    return f"""
        WITH often AS {often}, one AS ({blocks_sql("often", keys, role)}), fit AS ({fit}), small AS ({small})
        SELECT DISTINCT {ends}"""


def _each(column: str, role: str) -> str:
    return f"unnest({column})" if COLUMNS[role][column].endswith("[]") else column
