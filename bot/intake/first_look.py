"""A source's first look, if it is a silent one, goes on until all was read: what it left is no news a day later.

What is still to come stands in the source's cursor, beside what the source itself keeps there. A source that never can
read all of what it lists is not silent for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot import clock
from bot.contracts import Cursor, Fetched
from bot.store.sources import Source

_KEY = "first look"

NAMED = timedelta(days=14)
"""How long what a first look left is taken in silently whenever it comes, where the source said what that is."""

UNNAMED = timedelta(days=3)
"""How long everything is taken in silently of a source that could not say what it left, unless it reads all before."""


def is_first(source: Source) -> bool:
    """Whether nobody is told of what comes at a source's next look, because it was never read before."""
    return source.well_at is None and source.first_poll == "silent"


def own_cursor(source: Source) -> Cursor:
    """The cursor as the source itself knows it."""
    return {name: value for name, value in source.cursor.items() if name != _KEY}


def left_of(source: Source, names: Collection[str]) -> frozenset[str]:
    """Which of the ids that come now its silent first look had left unread."""
    kept = _kept(source)
    if kept is None:
        return frozenset()
    return frozenset(names) if not kept["whole"] else frozenset(names) & frozenset(kept["left"])


def cursor_after(source: Source, fetched: Fetched) -> Mapping[str, Any]:
    """The cursor of a source, whose row is as it was before this look, with what its first look has left by now."""
    cursor = {name: value for name, value in fetched.cursor.items() if name != _KEY}
    if is_first(source):
        kept = {"began": clock.now().isoformat(), "whole": fetched.whole, "left": sorted(fetched.left)}
    else:
        before = _kept(source)
        if before is None:
            return cursor
        # What came later than the first look is news, also where it waits for its own page.
        left = sorted(fetched.left.intersection(before["left"]) if before["whole"] else fetched.left)
        kept = {**before, "whole": before["whole"] or fetched.whole, "left": left}
    return cursor if kept["whole"] and not kept["left"] else {**cursor, _KEY: kept}


def cursor_kept(source: Source, cursor: Cursor) -> Mapping[str, Any]:
    """The cursor of a source that could not be read and yet gives another one."""
    return {**cursor, **{name: value for name, value in source.cursor.items() if name == _KEY}}


def _kept(source: Source) -> dict[str, Any] | None:
    """What its first look has left; None when all was read, or that is too long ago."""
    kept: dict[str, Any] | None = source.cursor.get(_KEY)
    if kept is None:
        return None
    age = clock.now() - datetime.fromisoformat(kept["began"])
    if age > NAMED:
        return None
    return {**kept, "whole": kept["whole"] or age > UNNAMED}
