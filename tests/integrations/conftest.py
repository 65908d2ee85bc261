"""A fake site for every source that reads one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.feeds import FakeFeeds


@pytest.fixture
def feeds(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFeeds]:
    monkeypatch.setenv("no_proxy", "*")
    with FakeFeeds() as feeds:
        yield feeds
