"""Alembic's entry: runs on the connection that the casework hands over."""

from alembic import context

from pipeline.store.casework_tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
