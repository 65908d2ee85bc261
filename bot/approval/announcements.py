"""Announcements that coordinators write themselves: once approved they come in like any other news."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.approval.drafts import OPEN, Refused, edit, locked
from bot.approval.files import cite
from bot.approval.standing import forget, remember
from bot.contracts import Details, Report
from bot.intake.accept import Rights, accept
from bot.store import audit
from bot.store.db import insert_into
from bot.store.drafts import Draft
from bot.store.items import Item
from bot.store.sources import HOUSE_KIND, Source, source_named

SOURCE = "announcements"
"""The built-in source that they come from; made when the first is sent."""


def tell(session: Session, draft: Draft, zone: str) -> None:
    """The effect of an approved announcement: it becomes an item, and is told. Twice tells nothing twice.

    A correction revises the item that it became. Raises Refused when that was withdrawn, and when somebody
    gave the built-in source's name to another.
    """
    source = _source(session)
    if gone_out(session, draft) == "withdrawn":
        raise Refused("It was withdrawn meanwhile.")
    report = Report(f"draft-{draft.id}", Details.model_validate(draft.content["details"]))
    (taken,) = accept(session, source.id, [report], Rights(may_be_urgent=True, join=False), zone)
    draft.subject_id = taken.item_id
    remember(session, draft, zone)


def gone_out(session: Session, draft: Draft) -> str:
    """The state of the item that an announcement became, empty when it did not."""
    if draft.kind != "announcement" or draft.subject_id is None:
        return ""
    return session.scalar(select(Item.state).where(Item.id == draft.subject_id)) or ""


def of_item(session: Session, item_id: int) -> Draft:
    """The announcement that became this item. Raises Refused for what comes from elsewhere."""
    draft = session.scalar(select(Draft).where(Draft.kind == "announcement", Draft.subject_id == item_id))
    if draft is None:
        raise Refused("It comes from a source: it is changed there.")
    return draft


def correct(
    session: Session, draft_id: int, content: Mapping[str, Any], actor: str, origin: str = ""
) -> Draft:
    """Say an announcement that has gone out differently: its draft is written anew, to be put forward and approved.

    Until then everybody sees what was approved last. What has not gone out is edited. The same content
    changes nothing. Raises Refused when the announcement was withdrawn.
    """
    draft = locked(session, draft_id)
    if draft.kind != "announcement":
        raise Refused("It comes from a source: it is changed there.")
    if gone_out(session, draft) == "withdrawn":
        raise Refused("It was withdrawn meanwhile.")
    if draft.subject_id is None or draft.state in OPEN:
        return edit(session, draft_id, content, actor, origin)
    if draft.content == dict(content):
        return draft
    draft.content, draft.version, draft.author = dict(content), draft.version + 1, actor
    draft.state, draft.approver, draft.release_at, draft.updated_at = "draft", None, None, clock.now()
    cite(session, draft)
    facts = {"kind": draft.kind, "version": draft.version}
    audit.record(session, actor, "draft.corrected", f"draft {draft.id}", origin, **facts)
    return draft


def withdraw(session: Session, draft_id: int, zone: str, actor: str, origin: str = "") -> Draft:
    """Withdraw an announcement that has gone out: whoever was told of it hears so, and its draft is dropped.

    One coordinator may, so that what should not stand is gone at once. Twice does it once. Raises Refused for
    what has not gone out: that is dropped.
    """
    draft = locked(session, draft_id)
    if draft.kind != "announcement":
        raise Refused("It comes from a source: it is changed there.")
    if draft.subject_id is None:
        raise Refused("It has not gone out: drop it instead.")
    if gone_out(session, draft) == "withdrawn":
        return draft
    accept(session, _source(session).id, [Report(f"draft-{draft.id}", None)], Rights(join=False), zone)
    draft.state, draft.release_at, draft.expires_at, draft.updated_at = "dropped", None, None, clock.now()
    forget(session, draft)
    audit.record(session, actor, "announcement.withdrawn", f"item {draft.subject_id}", origin, draft=draft.id)
    return draft


def _source(session: Session) -> Source:
    made = {
        "name": SOURCE, "kind": HOUSE_KIND, "options": {}, "defaults": {}, "cursor": {}, "publish": "at_once",
        "may_be_urgent": True, "flood_limit": 0, "created_at": clock.now(),
    }  # fmt: skip
    session.execute(insert_into(session, Source).values(made).on_conflict_do_nothing())
    source = source_named(session, SOURCE)
    if source is None or source.kind != HOUSE_KIND:
        raise Refused("A source is called announcements: that name is the house's own. Give it another.")
    return source
