"""What every test may use: a frozen clock, a fresh database of either kind, and a house built on it."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from bot import clock
from bot.app import House, open_house
from bot.network import Network, load_network
from bot.settings import Settings
from bot.store import metadata
from bot.store.db import Database
from bot.store.schema import make_installation, migrate
from tests.remembered import remember

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""A Tuesday at noon in Helsinki."""

_NETWORK = {"network", "cities", "topics", "authorities"}
"""Tables that stay from test to test."""

_TOLD = ("passed", "failed", "skipped")

gc.set_threshold(100_000, 50, 10)  # houses come and go: looking for garbage at every 700 objects took a fifth

_LOCAL = ("postgresql+psycopg:///postgres", "postgresql+psycopg://localhost/postgres")


@dataclass
class FrozenClock:
    """A clock that stands still until it is advanced."""

    instant: datetime

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, seconds: float = 0.0, **more: float) -> None:
        """Move on by seconds, or by `minutes=`, `hours=`, `days=`."""
        self.instant += timedelta(seconds=seconds, **more)


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    """The house's clock, standing at Tuesday noon."""
    hand = FrozenClock(NOON)
    clock.use(hand)
    yield hand
    clock.use(None)


@pytest.fixture(autouse=True)
def _clock_put_right() -> Iterator[None]:
    yield
    clock.use(None)
    clock.set_clock(None)


def postgresql() -> str | None:
    """The URL of a PostgreSQL server where databases may be made; None when there is none."""
    for url in [os.environ["TEST_DATABASE_URL"]] if os.environ.get("TEST_DATABASE_URL") else _LOCAL:
        engine = create_engine(url, connect_args={"connect_timeout": 2})
        try:
            engine.connect().close()
        except OperationalError:
            continue
        finally:
            engine.dispose()
        return url
    return None


def pytest_configure() -> None:
    """Let the libraries remember, and refuse to run without PostgreSQL where it is required."""
    remember()
    if os.environ.get("REQUIRE_POSTGRESQL") and not postgresql():
        raise pytest.UsageError("REQUIRE_POSTGRESQL is set and no PostgreSQL answers")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show the figures that crash runs recorded, and say what did not run: the PostgreSQL half, `emulate`."""
    if not postgresql():
        said = "PostgreSQL: no server answers (TEST_DATABASE_URL names one); only the SQLite half ran"
        terminalreporter.write_line(said)
    said = {}
    for report in (each for kind in _TOLD for each in terminalreporter.getreports(kind)):
        for name, value in report.user_properties:
            if name == "figures" and (report.when == "call" or report.skipped):
                said[value] = None
    for value in said:
        terminalreporter.write_line(value)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the clock stand still before anything else is made: what is made earlier lies in its future."""
    for item in items:
        names = getattr(item, "fixturenames", [])
        if "frozen" in names:
            names.insert(0, names.pop(names.index("frozen")))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that uses a database on each kind there is; what only SQLite has (`of_sqlite`) on that."""
    if "database_url" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("of_sqlite")
        kinds = ["sqlite", "postgresql"] if postgresql() and not only else ["sqlite"]
        metafunc.parametrize("database_url", kinds, indirect=True)


@pytest.fixture(scope="session")
def network() -> Network:
    """The shipped network."""
    return load_network(None)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory, network: Network) -> Path:
    path = tmp_path_factory.mktemp("template") / "silta.db"
    database = Database(f"sqlite:///{path}")
    migrate(database, network)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
    database.close()
    return path


@pytest.fixture(scope="session")
def _postgresql_database(network: Network) -> Iterator[str]:
    admin = postgresql()
    assert admin is not None
    name = f"silta_test_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}_{os.getpid()}"
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        # Our processes are killed, the server's machine is not: a commit need not wait for its disk.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    url = make_url(admin).set(database=name).render_as_string(hide_password=False)
    database = Database(url)
    migrate(database, network)
    database.close()
    yield url
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database with the network loaded."""
    if request.param == "sqlite":
        path = tmp_path / "silta.db"
        shutil.copy(request.getfixturevalue("_sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("_postgresql_database")
    _empty(url)
    return url


def _empty(url: str) -> None:
    # Not TRUNCATE: that makes a new file for each table and index, fifty times as slow where most are empty.
    # The audit trail refuses anything else.
    emptied = [table.name for table in reversed(metadata.sorted_tables) if table.name not in _NETWORK]
    rows = ["TRUNCATE audit", *(f'DELETE FROM "{name}"' for name in emptied if name != "audit")]
    database = Database(url)
    with database.engine.begin() as connection:
        numbers = connection.execute(
            text("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        )
        first = [f"SELECT setval('{name}', 1, false)" for (name,) in numbers]
        connection.exec_driver_sql("; ".join([*rows, *first])).close()
    with database.writing() as session:
        make_installation(session)
    database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, open."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def open_test_house(database_url: str, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Opens a house on the test's database with the settings given."""
    opened: list[House] = []

    def build(**settings: Any) -> House:
        house = open_house(test_settings(database_url, tmp_path, **settings))
        opened.append(house)
        return house

    yield build
    for house in opened:
        house.database.close()


def test_settings(database_url: str, folder: Path, **settings: Any) -> Settings:
    """Settings of a test installation."""
    return Settings(
        **{"database_url": database_url, "secret_key": "k" * 40, "state_dir": folder / "state", **settings}
    )


test_settings.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def house(open_test_house: Callable[..., House]) -> House:
    """A house in preview mode."""
    return open_test_house()
