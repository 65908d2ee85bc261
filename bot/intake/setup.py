"""A source is set up: its name, its options, and what may be done with what it brings."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Integration
from bot.intake.first_look import is_first
from bot.intake.poll import begin_anew, let_go
from bot.store.sources import USUAL_FLOOD_LIMIT, Source

TAKEN = frozenset({"bounce"})
"""Names at /in that are no source's."""


def name_fault(name: str) -> str | None:
    """Why a source cannot be called so; None when it can."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        return f"{name!r}: a name has small letters, digits, - and _, at most 64"
    if name in TAKEN:
        return f"{name!r} is the house's own name at /in: choose another"
    return None


CHANGED = ("options", "defaults", "publish", "may_be_urgent", "first_poll", "every", "sifted")
"""What of a source a form can change."""


def change_source(session: Session, source: Source, changed: Source, secrets: Collection[str]) -> bool:
    """Make a source, whose row is locked, as `changed` has it; `secrets` are options by which it is only let in.

    One that is asked is asked at once when its options changed. When what is read changed, or whom it concerns, its
    next look is a first one: from the beginning, and silent unless it says announce. So it is when its options make a
    source one that is asked, and they can make it one that is not. Returns whether its next look is a first one.
    """
    before, options = _what_is_read(source, secrets), source.options
    for field in CHANGED:
        setattr(source, field, getattr(changed, field))
    anew = before != _what_is_read(source, secrets)
    if changed.next_at is None:
        let_go(source)
        source.next_at, source.failures, source.fault = None, 0, None
    anew |= source.next_at is None
    if changed.next_at is None or not (anew or options != source.options):
        return False
    cursor = source.cursor
    begin_anew(session, source)
    if anew:
        source.well_at = None
    else:
        source.cursor = cursor
    return anew


def silent_next(source: Source) -> bool:
    """Whether nobody will be told of what a source's next look brings."""
    return source.next_at is not None and is_first(source)


def _what_is_read(source: Source, secrets: Collection[str]) -> tuple[object, ...]:
    return {name: value for name, value in source.options.items() if name not in secrets}, source.defaults


def new_source(kind: Integration, name: str, options: Mapping[str, Any], stated: Mapping[str, Any]) -> Source:
    """The row of a new source. `stated` is as `sources add` takes it; what is None is as the kind usually has it."""
    defaults = {
        "kind": stated["item_kind"], "visibility": stated["visibility"], "language": stated["language"],
        "cities": list(stated["cities"]), "topics": list(stated["topics"]),
    }  # fmt: skip
    limit = stated["flood_limit"]
    if limit is None:
        limit = 0 if "example" in options else USUAL_FLOOD_LIMIT
    return Source(
        name=name, kind=kind.name, options=dict(options), defaults=defaults, publish=stated["publish"],
        may_be_urgent=stated["urgent"], first_poll=stated["first_poll"], flood_limit=limit,
        every=stated["every"] or kind.every,
        sifted=kind.sifted if stated["sifted"] is None else stated["sifted"],
        cursor={}, next_at=clock.now() if kind.polls(options) else None, created_at=clock.now(),
    )  # fmt: skip
