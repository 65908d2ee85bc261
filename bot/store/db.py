"""The database: sessions that read, sessions that write, and what a commit wakes.

SQLite runs in WAL with foreign keys. Every writer opens with BEGIN IMMEDIATE, because a transaction that
reads first and then wants to write fails at once when another wrote meanwhile, whatever the busy timeout
(https://www.sqlite.org/isolation.html). Inside one process writers queue on a lock, so that none starves.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from sqlalchemy import Connection, CursorResult, Engine, Result, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.store.types import Row

BUSY_TIMEOUT = 10_000  # milliseconds that SQLite waits for another process's writer
_WRITE = "silta_write"

Work = Literal["plan", "send", "poll", "time", "chat"]
"""What a commit may have made to do: each kind has a bell of its own, so that it wakes no one in vain."""

Outcome = TypeVar("Outcome")


class Bell:
    """Rung by a commit that made work; whoever waits for work listens."""

    def __init__(self) -> None:
        self._rings = 0
        self._changed = threading.Condition()

    def ring(self) -> None:
        """Wake all who listen."""
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def listen(self, heard: int, timeout: float) -> int:
        """Wait up to `timeout` seconds for a ring after the `heard`-th; returns how many there were."""
        with self._changed:
            self._changed.wait_for(lambda: self._rings != heard, timeout)
            return self._rings


class Database:
    """One database, SQLite or PostgreSQL. Thread-safe; open one a process."""

    def __init__(self, url: str, synchronous: str = "NORMAL") -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.bells: dict[Work, Bell] = {kind: Bell() for kind in get_args(Work)}
        self.engine = self._open(synchronous)
        self._writer = self.engine.execution_options(**{_WRITE: True})
        self._turn: AbstractContextManager[Any] = threading.Lock() if self.sqlite else nullcontext()

    @property
    def writer(self) -> Engine:
        """An engine whose every transaction may write, for libraries that bring their own statements."""
        return self._writer

    def _open(self, synchronous: str) -> Engine:
        if not self.sqlite:
            engine = create_engine(self.url, pool_size=20, max_overflow=20, pool_pre_ping=True)
            event.listen(engine, "connect", _plan_each)
            return engine
        Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url, pool_size=20, max_overflow=20, connect_args={"timeout": BUSY_TIMEOUT / 1000}
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _record: object) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves
            for pragma in (
                f"busy_timeout={BUSY_TIMEOUT}",
                "journal_mode=WAL",
                f"synchronous={synchronous}",
                "foreign_keys=ON",
                "wal_autocheckpoint=8000",  # pages: a checkpoint waits for the disk, webhooks with it
                "cache_size=-16000",
                "temp_store=MEMORY",
            ):
                connection.execute(f"PRAGMA {pragma}").close()

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            write = connection.get_execution_options().get(_WRITE)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

        return engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: nothing is committed, and what it read may be used after it."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits when the block ends, or rolls back when it raises. Keep it short."""
        with self._turn, Session(self._writer, expire_on_commit=False) as session:
            yield session
            session.commit()
        for work in session.info.get("ring", ()):
            self.bells[work].ring()

    def write(self, work: Callable[[Session], Outcome]) -> Outcome:
        """Run one write transaction, again if another transaction's timing spoiled it.

        A lost race shows as a broken unique index, a deadlock or a serialisation failure: the second
        run then sees what the winner committed.
        """
        for last in (False, False, True):
            try:
                with self.writing() as session:
                    return work(session)
            except DBAPIError as fault:
                if last or not _spoiled(fault):
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _plan_each(connection: Any, _record: object) -> None:
    """Have PostgreSQL plan each statement for its own values.

    psycopg prepares what is said often, and after some times PostgreSQL would plan it for any values: finding
    200 readers among 3,000 then took five seconds instead of ten milliseconds.
    https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-PLAN-CACHE-MODE
    """
    connection.execute("SET plan_cache_mode = force_custom_plan").close()
    connection.commit()


def insert_into(session: Session, table: type[Row]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do on conflict, in this database's words (they are the same)."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def changed_rows(result: Result[Any]) -> int:
    """How many rows a statement changed."""
    return cast(CursorResult[Any], result).rowcount


def ring(session: Session, work: Work) -> None:
    """Ask that a bell be rung when this session commits: it made work of that kind."""
    session.info.setdefault("ring", set()).add(work)


def _spoiled(fault: DBAPIError) -> bool:
    # 23505 unique violation, 40001 serialisation failure, 40P01 deadlock
    # (https://www.postgresql.org/docs/current/errcodes-appendix.html)
    state = getattr(fault.orig, "sqlstate", None)
    if state is not None:
        return state in {"23505", "40001", "40P01"}
    return isinstance(fault.orig, sqlite3.IntegrityError) and "UNIQUE" in str(fault.orig)
