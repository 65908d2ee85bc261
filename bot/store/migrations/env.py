"""Alembic's way into the database: the connection is handed in by `bot.store.schema`."""

from alembic import context

from bot.store import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
