"""Triggers that refuse updates and deletions of an append-only table."""

from __future__ import annotations

from alembic import op

SQLITE = "CREATE TRIGGER {t}_no_{a} BEFORE {A} ON {t} BEGIN SELECT RAISE(ABORT, '{t} is append-only'); END"
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql
"""
POSTGRES = "CREATE TRIGGER {t}_no_{a} BEFORE {A} ON {t} FOR EACH {each} EXECUTE FUNCTION refuse_change()"


def refuse_changes(table: str) -> None:
    """Append-only from now on, for whoever opens the database with whatever program."""
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(SQLITE.format(t=table, a=action, A=action.upper()))
        return
    op.execute(POSTGRES_FUNCTION)
    for action, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
        op.execute(POSTGRES.format(t=table, a=action, A=action.upper(), each=each))
