"""A PostgreSQL database of a row's own, where a server answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from bench.figures import Missing

LOCAL = ("postgresql+psycopg:///postgres", "postgresql+psycopg://localhost/postgres")


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a new database, dropped at the end. Raises Missing when no server answers."""
    admin = _server()
    name = f"silta_bench_{os.getpid()}"
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(admin).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()


def _server() -> str:
    named = os.environ.get("TEST_DATABASE_URL")
    for url in [named] if named else LOCAL:
        engine = create_engine(url, connect_args={"connect_timeout": 2})
        try:
            engine.connect().close()
        except OperationalError:
            continue
        finally:
            engine.dispose()
        return url
    raise Missing("no PostgreSQL answers (TEST_DATABASE_URL names one)")
