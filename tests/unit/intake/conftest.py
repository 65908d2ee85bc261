"""What tests of intake share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.store.db import Database


@pytest.fixture
def other(database: Database, database_url: str) -> Iterator[Database]:
    """Another process's way to the database."""
    opened = Database(database_url)
    yield opened
    opened.close()
