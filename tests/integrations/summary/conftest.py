"""A model for the tests of summaries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.model import FakeModel


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel() as fake:
        yield fake
