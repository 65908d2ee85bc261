"""Announcements that coordinators write themselves: once approved they come in like any other news."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import clock
from bot.approval.drafts import Refused
from bot.contracts import Details, Report
from bot.intake.accept import Rights, accept
from bot.store.db import insert_into
from bot.store.drafts import Draft
from bot.store.sources import HOUSE_KIND, Source, source_named

SOURCE = "announcements"
"""The built-in source that they come from; made when the first is sent."""


def tell(session: Session, draft: Draft, zone: str) -> None:
    """The effect of an approved announcement: it becomes an item, and is told. Twice tells nothing twice.

    Raises Refused when somebody gave the built-in source's name to another.
    """
    source = _source(session)
    report = Report(f"draft-{draft.id}", Details.model_validate(draft.content["details"]))
    (taken,) = accept(session, source.id, [report], Rights("at_once", may_be_urgent=True), zone)
    draft.subject_id = taken.item_id


def _source(session: Session) -> Source:
    made = {
        "name": SOURCE, "kind": HOUSE_KIND, "options": {}, "defaults": {}, "cursor": {}, "publish": "at_once",
        "may_be_urgent": True, "flood_limit": 0, "created_at": clock.now(),
    }  # fmt: skip
    session.execute(insert_into(session, Source).values(made).on_conflict_do_nothing())
    source = source_named(session, SOURCE)
    if source is None or source.kind != HOUSE_KIND:
        raise Refused(f"A source is called {SOURCE}: that name is the house's own. Give it another.")
    return source
