"""Items of sources that publish after approval: a draft for each, and what releasing it does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, exists, literal, select
from sqlalchemy.orm import Session

from bot import clock
from bot.approval.drafts import WAITS, Refused, unapprove
from bot.network import Network
from bot.planning.alerts import alert
from bot.planning.notices import announce
from bot.store import audit
from bot.store.drafts import Draft
from bot.store.items import Item, ReportRow
from bot.store.sources import Source

AT_ONCE = 50


def uncollected() -> CompoundSelect[Any]:
    """Items that wait at a revision of which no draft speaks, and those whose draft lives though they were withdrawn.

    Asked at every turn, so both halves are led by an index: that of waiting items, that of drafts by state.
    """
    told = exists().where(
        Draft.kind == "item",
        Draft.subject_id == Item.id,
        Draft.content["revision"].as_integer() == Item.revision,
    )
    waiting = select(Item.id).where(Item.state == literal("waiting", literal_execute=True), ~told)
    living = Draft.state.in_(("waiting", "approved", "returned"))
    gone = select(Draft.subject_id).join(Item, Item.id == Draft.subject_id)
    gone = gone.where(Draft.kind == "item", living, Item.state == "withdrawn")
    return waiting.union_all(gone)


def collect_waiting(session: Session, network: Network, url: str = "") -> int:
    """Put every waiting item before the coordinators, at its newest revision; returns how many were new to them.

    A later revision raises the version of the item's draft and voids an approval that has not led to
    anything yet. They are told of what is new in one message. The draft of a withdrawn item is dropped.
    """
    ids = sorted(session.scalars(uncollected().limit(AT_ONCE)))
    if not ids:
        return 0
    items = session.scalars(select(Item).where(Item.id.in_(ids)).order_by(Item.id).with_for_update(read=True))
    of_items = select(Draft).where(Draft.kind == "item", Draft.subject_id.in_(ids)).order_by(Draft.id)
    drafts = {draft.subject_id: draft for draft in session.scalars(of_items.with_for_update())}
    fresh = [draft for item in items if (draft := _collect(session, item, drafts.get(item.id)))]
    session.flush()
    if fresh:
        newest = max(fresh, key=lambda draft: draft.id)
        alert(
            session, network, f"items:{newest.id}:{newest.version}",
            "{count} items wait for your approval" if len(fresh) > 1 else "An item waits for your approval",
            "Nobody hears of it before a coordinator has looked at it. It waits for seven days.",
            url=url, count=len(fresh),
        )  # fmt: skip
    return len(ids)


def publish(session: Session, draft: Draft) -> None:
    """The effect of an approved item: it is published and told. Raises Refused when it was withdrawn.

    Where the source has changed it since, the draft waits anew instead.
    """
    item = session.get(Item, draft.subject_id, with_for_update=True, populate_existing=True)
    if item is None or item.state == "withdrawn":
        raise Refused("Its source withdrew it.")
    if item.revision != draft.content.get("revision"):
        _collect(session, item, draft)
        return
    if item.state == "waiting":
        item.state = "published"
        session.flush()
        announce(session, [item.id])


def _collect(session: Session, item: Item, draft: Draft | None) -> Draft | None:
    """Bring an item's draft up to date; returns it when there is something new to look at."""
    now = clock.now()
    if item.state == "withdrawn":
        if draft is not None:
            draft.state, draft.release_at, draft.updated_at = "dropped", None, now
            _record(session, draft, "dropped")
        return None
    content = {"revision": item.revision, "title": item.details["title"], "details": item.details}
    if draft is None:
        draft = Draft(
            kind="item", subject_id=item.id, content=content, version=1, created_at=now,
            author=f"source:{_source(session, item)}",
        )  # fmt: skip
        session.add(draft)
    else:
        draft.content, draft.version = content, draft.version + 1
    unapprove(draft)
    draft.note, draft.expires_at = "", now + WAITS
    session.flush()
    _record(session, draft, "submitted")
    return draft


def _source(session: Session, item: Item) -> str:
    named = select(Source.name).join(ReportRow, ReportRow.source_id == Source.id)
    return (
        session.scalar(named.where(ReportRow.item_id == item.id).order_by(ReportRow.id).limit(1)) or "unknown"
    )


def _record(session: Session, draft: Draft, act: str) -> None:
    facts = {"kind": draft.kind, "version": draft.version}
    audit.record(session, draft.author, f"draft.{act}", f"draft {draft.id}", "", **facts)
