"""The first tables, and the triggers that keep them append-only."""

from __future__ import annotations

from alembic import op

from pipeline.store.casework_tables import APPEND_ONLY, METADATA

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE = "CREATE TRIGGER {t}_no_{a} BEFORE {A} ON {t} BEGIN SELECT RAISE(ABORT, '{t} is append-only'); END"
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql
"""
POSTGRES = "CREATE TRIGGER {t}_no_{a} BEFORE {A} ON {t} FOR EACH ROW EXECUTE FUNCTION refuse_change()"


def upgrade() -> None:
    connection = op.get_bind()
    METADATA.create_all(connection)
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        op.execute(POSTGRES_FUNCTION)
    for table in APPEND_ONLY:
        for action in ("update", "delete"):
            template = SQLITE if sqlite else POSTGRES
            op.execute(template.format(t=table, a=action, A=action.upper()))
