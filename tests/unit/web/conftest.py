"""The web of a test's house."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bot.app import House, open_house
from bot.web import build
from tests.conftest import FrozenClock, test_settings
from tests.unit.web.browser import Browser


@pytest.fixture
def app(frozen: FrozenClock, house: House) -> Flask:
    """The application of a house in preview mode, on Tuesday at noon."""
    return build(house)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A coordinator's browser on the machine itself."""
    return Browser.of(app)


@pytest.fixture
def open_plain_house(_sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Opens a house on SQLite: for what is the same on every database."""
    opened: list[House] = []

    def build(**settings: Any) -> House:
        path = tmp_path / f"plain-{len(opened)}.db"
        shutil.copy(_sqlite_template, path)
        opened.append(open_house(test_settings(f"sqlite:///{path}", tmp_path, **settings)))
        return opened[-1]

    yield build
    for house in opened:
        house.database.close()
