"""Posts that shall show something else than they do: one row a post says what, and since when.

A wish is made in the transaction that changed the truth, at any hour; `bot.delivery.editing` carries it out.
Only notices are edited: a reminder or a correction stands in the notice's thread as it was said.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from bot import clock
from bot.delivery import accounts
from bot.delivery.teams import UNTIL_BACK
from bot.store.answers import AnswerRow
from bot.store.chats import PostEdit
from bot.store.db import insert_into, ring
from bot.store.deliveries import Delivery, MessageRow, State, in_state
from bot.store.destinations import Destination
from bot.store.items import Item
from bot.store.types import Instant

EDITABLE = ("slack", "discourse")
"""Media whose posts can be edited."""

THREADED = (*EDITABLE, "loomio")
"""Media where what is said later stands below the first notice."""

STANDING: tuple[State, ...] = ("queued", "sending", "sent", "doubtful")
"""Deliveries that stand in a conversation, or may yet. Of those still queued most are planned anew, and then
there is nothing to edit; but one may be on its way out at this very moment."""

OVER: tuple[State, ...] = ("failed", "expired", "cancelled", "previewed", "digested")
"""Deliveries that came to no post."""

GATHERED = timedelta(seconds=3)
"""How long answers are gathered before a post is drawn again with them."""

MOST_REDRAWN = 1_000
"""Posts that are drawn again when somebody answers, conversations before people. At Slack's pace of edits these
are done in some twenty minutes; more would never be, and planning them would keep other writers waiting."""

SHOWN = timedelta(days=7)
"""How long a post that could not be edited is told of."""


def languages_of_posts(session: Session, item_id: int) -> set[str]:
    """The languages (`fi`, `fi,sv`) in which an item's notice stands in conversations, or may."""
    found = (
        select(MessageRow.languages)
        .join(Delivery, Delivery.message_id == MessageRow.id)
        .where(*_posts(item_id))
        .distinct()
    )
    return set(session.scalars(found))


def wish(session: Session, item: Item, content: str, *, struck: bool = False) -> None:
    """Let every post of an item's notice show its newest revision, at once and also in quiet hours.

    `content` begins the keys of the messages to show (`bot.planning.messages`), one for each set of
    `languages_of_posts`. A wish made before is replaced by this one.
    """
    old, new = aliased(MessageRow), aliased(MessageRow)
    columns: dict[str, Any] = {
        "delivery_id": Delivery.id, "message_id": new.id, "revision": literal(item.revision),
        "struck": literal(struck), "version": literal(1), "done_version": literal(0),
        "due_at": literal(clock.now(), Instant()), "failures": literal(0),
    }  # fmt: skip
    older = Delivery.revision < item.revision
    rows = (
        select(*columns.values())
        .join(old, old.id == Delivery.message_id)
        .join(new, new.content_key == literal(f"{content}:") + old.languages)
        .where(*_posts(item.id), older)
        .order_by(Delivery.id)
    )
    wished = insert_into(session, PostEdit).from_select(list(columns), rows, include_defaults=False)
    session.execute(
        wished.on_conflict_do_update(
            index_elements=["delivery_id"],
            set_={
                "message_id": wished.excluded.message_id, "revision": wished.excluded.revision,
                "struck": wished.excluded.struck, "version": PostEdit.version + 1,
                "due_at": wished.excluded.due_at, "failures": 0, "fault": None, "done_at": None,
            },
        )
    )  # fmt: skip
    ring(session, "send")


def wish_redraw(session: Session, item_id: int) -> None:
    """Let every post of an item's notice be drawn again as it is: its roster changed.

    Wishes are gathered for some seconds, so that many answers make one edit. What is struck stays. Of very many
    posts the first `MOST_REDRAWN` follow; the others stay as they were sent.
    """
    _redraw(session, item_id, PostEdit.struck.is_(False))


def wish_redraw_for(session: Session, contact_id: int) -> None:
    """Let every post be drawn again whose roster tells of a contact: they may not be named there any more, or may."""
    _redraw(session, select(AnswerRow.item_id).where(AnswerRow.contact_id == contact_id))


def _redraw(session: Session, items: int | Select[int], *only: ColumnElement[bool]) -> None:
    columns: dict[str, Any] = {
        "delivery_id": Delivery.id, "revision": literal(0), "struck": literal(False), "version": literal(1),
        "done_version": literal(0), "due_at": literal(clock.now() + GATHERED, Instant()), "failures": literal(0),
    }  # fmt: skip
    rows = select(*columns.values()).where(*_posts(items)).order_by(Delivery.id)
    if isinstance(items, int):
        first = (
            select(Delivery.id)
            .join(Destination, Destination.id == Delivery.destination_id)
            .where(*_posts(items))
            .order_by(case((Destination.contact_id.is_(None), 0), else_=1), Delivery.id)
            .limit(MOST_REDRAWN)
        )
        rows = select(*columns.values()).where(Delivery.id.in_(first)).order_by(Delivery.id)
    wished = insert_into(session, PostEdit).from_select(list(columns), rows, include_defaults=False)
    session.execute(
        wished.on_conflict_do_update(
            index_elements=["delivery_id"],
            set_={
                "version": PostEdit.version + 1, "failures": 0,
                "due_at": func.coalesce(PostEdit.due_at, wished.excluded.due_at),
            },
            where=and_(true(), *only),
        )
    )  # fmt: skip


def edit_due(now: datetime) -> ColumnElement[bool]:
    """Whether some post that surely stands is to be edited by that moment, and its medium is not stopped."""
    return exists().where(
        PostEdit.due_at <= now,
        free(),
        Delivery.id == PostEdit.delivery_id,
        in_state("sent"),
        Destination.id == Delivery.destination_id,
        moves(),
        ~accounts.rests(Delivery.sender + literal(accounts.EDITS), Destination.team, now),
    )


def urgency() -> tuple[Any, ...]:
    """What is edited first: what is no longer true before what is only drawn again, conversations before people."""
    untrue = PostEdit.message_id.is_not(None) & PostEdit.done_at.is_(None)
    return case((untrue, 0), else_=1), case((Destination.contact_id.is_(None), 0), else_=1), PostEdit.due_at


def free() -> ColumnElement[bool]:
    """Nobody has the edit in hand. Leases run on real time."""
    return or_(PostEdit.lease_until.is_(None), PostEdit.lease_until < clock.real_now())


def moves() -> ColumnElement[bool]:
    """The app is in the destination's workspace: elsewhere the wish waits until it is back."""
    return or_(Destination.paused_until.is_(None), Destination.paused_until != UNTIL_BACK)


def drop_idle(session: Session) -> None:
    """Forget the wishes for deliveries that came to no post."""
    over = select(Delivery.id).where(in_state(*OVER))
    session.execute(
        update(PostEdit)
        .where(PostEdit.due_at.is_not(None), PostEdit.delivery_id.in_(over))
        .values(due_at=None)
        .execution_options(synchronize_session=False)
    )


def unedited(session: Session) -> tuple[int, str]:
    """How many posts could not be edited this week and show what is no longer true, and why the newest could not.

    One that a person deleted is none.
    """
    stuck = (
        PostEdit.failures > 0, PostEdit.due_at.is_(None), PostEdit.version > PostEdit.done_version,
        PostEdit.done_at > clock.now() - SHOWN,
    )  # fmt: skip
    count = session.scalar(select(func.count()).select_from(PostEdit).where(*stuck)) or 0
    newest = select(PostEdit.fault).where(*stuck).order_by(PostEdit.done_at.desc()).limit(1)
    return count, (session.scalar(newest) or "") if count else ""


def _posts(items: int | Select[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.item_id == items if isinstance(items, int) else Delivery.item_id.in_(items),
        Delivery.sender.in_(EDITABLE),
        Delivery.purpose == "notice",
        in_state(*STANDING),
    )
