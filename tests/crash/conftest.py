"""Crash tests: real processes that are killed, on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Programs, environment
from tests.town import open_town
from tests.webhooks import SECRET

__all__ = ["open_town"]


@pytest.fixture
def programs(database_url: str, tmp_path: Path) -> Iterator[Programs]:
    """Starts the programs of an installation in live mode; the media's addresses are still to be given."""
    environ = environment(
        database_url=database_url, secret_key="k" * 40, state_dir=tmp_path / "state", delivery_mode="live",
        worker="separate", webhook_secret=SECRET, mail_from="Silta <silta@example.org>", smtp_host="127.0.0.1",
        smtp_security="none", slack_bot_token="xoxb-alice", log_level="WARNING",
    )  # fmt: skip
    with Programs(environ, tmp_path / "programs") as started:
        yield started


@pytest.fixture
def tell(record_property: Callable[[str, Any], None]) -> Callable[[str], None]:
    """Puts a line under the test run's summary."""
    return lambda line: record_property("figures", line)
