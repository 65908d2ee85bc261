"""The rules of the house that a test can hold: layers, file sizes, words."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.store import metadata
from bot.store.db import Database

CODE = sorted([*Path("bot").rglob("*.py"), *Path("integrations").rglob("*.py")])


def test_rooms_import_only_from_rooms_to_their_right() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [path for path in CODE if path.parent.name != "versions"], ids=str)
def test_no_file_outgrows_its_room(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 250


@pytest.mark.parametrize("path", CODE, ids=str)
def test_only_the_clock_asks_the_machine_for_the_time(path: Path) -> None:
    asked = re.findall(
        r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|time\.time\(", path.read_text("utf-8")
    )
    assert not asked or path == Path("bot/clock.py")


@pytest.mark.parametrize("path", CODE, ids=str)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    reads = re.findall(r"os\.environ|os\.getenv", path.read_text("utf-8"))
    assert not reads or path in {Path("bot/app/house.py"), Path("bot/serve.py")}


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_audit_trail_only_grows(database: Database) -> None:
    from bot.store.audit import record

    with database.writing() as session:
        record(session, "alice", "looked", "item 1")
    for statement in ("UPDATE audit SET actor = 'bob'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="append-only"), database.engine.begin() as connection:
            connection.exec_driver_sql(statement)
