"""A town, for letters that go the whole way."""

from __future__ import annotations

from tests.town import open_town

__all__ = ["open_town"]
