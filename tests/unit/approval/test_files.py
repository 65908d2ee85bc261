"""Files that no draft shows yet, and keys that a form makes up."""

from __future__ import annotations

from bot.approval.files import known, looked_at, take_in
from bot.store.db import Database
from tests.conftest import FrozenClock

HELLO = looked_at("a.txt", b"hello")


def _address(key: str) -> str:
    return f"https://silta.example.org/files/{key}"


def test_a_file_that_is_chosen_again_is_kept_for_another_week(
    database: Database, frozen: FrozenClock
) -> None:
    """Another form may have left it unused for days: its draft must not lose it a day after it was chosen."""
    keys = set()
    for files in ((HELLO,), (HELLO,), ()):
        with database.writing() as session:
            keys |= {each.key for each in take_in(session, _address, files)}
        frozen.advance(days=6)
    with database.reading() as session:
        assert [each.name for each in known(session, _address, keys)] == ["a.txt"]
    frozen.advance(days=2)
    with database.writing() as session:
        take_in(session, _address, ())
        assert known(session, _address, keys) == []


def test_keys_that_are_none_find_nothing(database: Database) -> None:
    with database.reading() as session:
        assert known(session, _address, ["", "\x00", "a\x00b", "' OR 1=1", "0" * 32]) == []
