"""The web of a test's house."""

from __future__ import annotations

import pytest
from flask import Flask

from bot.app import House
from bot.web import build
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser


@pytest.fixture
def app(frozen: FrozenClock, house: House) -> Flask:
    """The application of a house in preview mode, on Tuesday at noon."""
    return build(house)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A coordinator's browser on the machine itself."""
    return Browser.of(app)
