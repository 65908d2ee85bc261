"""A town for each journey: Alice (fi, mail) and Charlie (en, daily) of Tampere, Bob (sv, Slack) of Oulu."""

from __future__ import annotations

import pytest

from tests.town import OpenTown, Town, open_town

__all__ = ["open_town"]


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """A town in live mode."""
    return open_town()
