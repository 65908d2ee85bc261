"""The schema's version: bring it up to date, and tell when it is not."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, column, inspect, select, table
from sqlalchemy.orm import Session

from bot import clock
from bot.network import Network
from bot.store.db import Database, insert_into
from bot.store.network import save_network
from bot.store.sources import Source
from bot.store.workplace import Installation

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION = table("alembic_version", column("version_num"))


def _config() -> Config:
    from alembic.config import Config  # nine megabytes that a process which only serves does without

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def migrate(database: Database, network: Network) -> None:
    """Bring the schema to its newest version and load the network. Running it twice changes nothing."""
    from alembic import command

    config = _config()
    with database.engine.connect() as connection, _referring_later(database, connection):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    with database.writing() as session:
        make_installation(session)
        save_network(session, network)


@contextmanager
def _referring_later(database: Database, connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables that others refer to (https://www.sqlite.org/lang_altertable.html, 7)."""
    if not database.sqlite:
        yield
        return
    pragma: Any = connection.connection.driver_connection
    pragma.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
        broken = pragma.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left {len(broken)} rows that refer to nothing")
    finally:
        pragma.execute("PRAGMA foreign_keys=ON").close()


def make_installation(session: Session) -> None:
    """Make the rows that every installation has: its key, and the webhook source. Those there stay."""
    row = {"id": 1, "key": secrets.token_hex(6)}
    session.execute(insert_into(session, Installation).values(row).on_conflict_do_nothing())
    webhook = {
        "name": "webhook", "kind": "webhook", "options": {}, "defaults": {}, "publish": "at_once",
        "may_be_urgent": True, "first_poll": "announce", "flood_limit": 20, "every": 900, "paused": False, "cursor": {},
        "failures": 0, "created_at": clock.now(),
    }  # fmt: skip
    session.execute(insert_into(session, Source).values(webhook).on_conflict_do_nothing())


def newest_version() -> str:
    """The schema that this code works with: each migration's file begins with its number."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def schema_fault(engine: Engine) -> str | None:
    """Why the code cannot work with the schema it finds, with the remedy; None when they fit."""
    newest = newest_version()
    with engine.connect() as connection:
        kept = inspect(connection).has_table(_VERSION.name)
        found = connection.scalar(select(_VERSION.c.version_num)) if kept else None
    if found == newest:
        return None
    if found is None:
        return "The database has no schema yet: run `python -m bot migrate`."
    return f"The database has schema {found}, the code wants {newest}: run `python -m bot migrate`."
