"""What the tests of call sources share: asking a source of a fake site."""

from __future__ import annotations

from typing import Any

from bot.contracts import Cursor, Fetched
from tests.fakes.call_sites import FakeSite
from tests.integrations import page_sources
from tests.integrations.page_sources import told

__all__ = ["asked", "told"]


def asked(kind: str, site: FakeSite, since: Cursor | None = None, **options: Any) -> Fetched:
    """What one poll of a source of that kind brings."""
    return page_sources.asked(kind, site, since, item_kind="call", site=site.url, **options)
