"""What people are told of an item, and when: the fan-outs that turn an item into deliveries.

An accepted item commits with a fan-out row (its frozen audience); `plan_chunk` turns that row into
deliveries, a chunk a transaction, so that a kill between two chunks loses and doubles nothing
(docs/adr/0002 says why even small audiences go this way). Reminders, corrections and letters fan out the
same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Details
from bot.network import Network
from bot.planning import corrections, floods, letter_fanout, reminders
from bot.planning.audiences import Whom, audience, chunk_end, groups, next_match
from bot.planning.calls import door
from bot.planning.messages import keep_messages
from bot.planning.posts import edit_posts
from bot.planning.queueing import UNTOLD, Telling, queue
from bot.planning.reminder_rows import keep_reminders
from bot.planning.silence import not_muted
from bot.planning.wording import compose
from bot.store.db import ring
from bot.store.deliveries import Delivery, Fanout
from bot.store.destinations import Subscription
from bot.store.items import Item
from bot.store.types import Instant

CHUNK = 5_000
"""Subscriptions planned in one transaction: SQLite's one writer is held well under 100 ms."""

QUIET, UNCORRECTED = frozenset({"quiet", "silent"}), frozenset({"once", "silent"})
"""Purposes of fan-outs that tell nobody new, and of those after which nobody hears that it is different now."""

AT_ONCE = 25
"""Small fan-outs planned in one transaction."""


def announce(
    session: Session, item_ids: Iterable[int], purpose: str = "notice", source_id: int | None = None
) -> None:
    """Have these items' newest revisions told to whom they fit: freeze the audience as it is now.

    With the purpose `quiet` nobody new is told: who waits to hear of it gets this revision, and reminders are planned.
    With `silent` nobody who was told hears of the change either; with `once` only they hear nothing of it.
    """
    ids = list(item_ids)
    if not ids:
        return
    frozen: dict[str, Any] = {
        "item_id": Item.id, "revision": Item.revision, "purpose": literal(purpose),
        "source_id": literal(source_id), "gathered": literal(False), "cursor": literal(0),
        "upto": select(func.coalesce(func.max(Subscription.id), 0)).scalar_subquery(),
        "planned": literal(0), "created_at": literal(clock.now(), Instant()),
    }  # fmt: skip
    rows = select(*frozen.values()).where(Item.id.in_(ids)).order_by(Item.id)
    session.execute(insert(Fanout).from_select(list(frozen), rows, include_defaults=False))
    ring(session, "plan")


def plan_chunk(session: Session, network: Network, zone: str, size: int = CHUNK) -> bool:
    """Plan the oldest open fan-outs, as far as one transaction should go; returns whether there was any.

    That is one chunk of a large audience, or several small audiences whole.
    """
    room = size
    opened = select(Fanout).where(Fanout.done_at.is_(None)).order_by(Fanout.id).limit(AT_ONCE)
    fanouts = session.scalars(opened.with_for_update(skip_locked=True)).all()
    ids = {fanout.item_id for fanout in fanouts if fanout.item_id}
    items = select(Item).where(Item.id.in_(ids)).order_by(Item.id).with_for_update(read=True)
    by_id = {item.id: item for item in session.scalars(items)} if ids else {}
    floods.gather(session, network, fanouts)
    for fanout in fanouts:
        if fanout.item_id is None:
            room -= letter_fanout.plan_letter(session, network, fanout, room)
        else:
            room -= _go_on(session, network, zone, fanout, by_id[fanout.item_id], room)
        if room <= 0:
            break
    return bool(fanouts)


def _go_on(session: Session, network: Network, zone: str, fanout: Fanout, item: Item, size: int) -> int:
    """Plan a fan-out further; returns how much of the transaction's room that took."""
    current = item.revision == fanout.revision
    if not current:
        fanout.done_at = clock.now()
        return 0
    if fanout.purpose == "reminder":
        return reminders.plan(session, network, zone, fanout, item, size)
    if fanout.purpose in {"correction", "withdrawal"}:
        return corrections.plan(session, network, fanout, item, size)
    if fanout.cursor == 0:
        _begin(session, network, item, zone, corrected=fanout.purpose not in UNCORRECTED)
    planned = fanout.purpose in {"notice", "once"} or (fanout.purpose in QUIET and item.revision > 1)
    if item.state == "published" and fanout.cursor < fanout.upto and planned:
        return _plan(session, network, zone, fanout, item, size)
    # Of a first revision nothing older can be left over.
    first = item.revision == 1 and item.state == "published"
    cancelled = 0 if first else _cancel_stale(session, item, size)
    if cancelled < size:
        fanout.done_at = clock.now()
    return cancelled


def _begin(session: Session, network: Network, item: Item, zone: str, *, corrected: bool) -> None:
    """What follows from a new revision beside the notice: its reminders, edits of its posts, a correction."""
    keep_reminders(session, item, zone)
    if item.revision > 1:
        edit_posts(session, network, item)
        if corrected and item.state != "joined":  # what was joined is spoken of by the other item
            corrections.schedule(session, item)


def _plan(session: Session, network: Network, zone: str, fanout: Fanout, item: Item, size: int) -> int:
    details = item.content()
    over = over_at(details, zone)
    after, end = fanout.cursor, chunk_end(session, fanout.cursor, fanout.upto, size)
    late = over is not None and over <= clock.now()
    # Of a first revision nobody can have muted anything.
    but: tuple[ColumnElement[bool], ...] = (not_muted(item.id),) if item.revision > 1 else ()
    if fanout.purpose in QUIET:
        but += (_waiting(item.id),)
    whom = Whom(details, after, end, but)
    found = [] if late else groups(session, whom)
    if found:
        told = audience(network, whom)
        ensure_messages(session, network, item, details, {languages for languages, _, _ in found})
        telling = Telling(
            item=item,
            key=f"notice:{item.id}",
            content=literal(f"notice:{item.id}:{item.revision}"),
            purpose=literal("notice"),
            state=literal("queued") if item.urgent else _waits(told, fanout, over, hours_of(found)),
            over=over,
        )
        fanout.planned += queue(session, telling, told, hours_of(found))
        if fanout.gathered:
            floods.digest_soon(session, whom)
    # Straight to the next one it fits: in a large network most items concern few.
    following = None if late else next_match(session, Whom(details, end, fanout.upto, but))
    fanout.cursor = fanout.upto if following is None else following - 1
    if fanout.cursor == fanout.upto and item.revision == 1:
        fanout.done_at = clock.now()
    return end - after


def _waiting(item_id: int) -> ColumnElement[bool]:
    """Who waits to be told of an older revision: they get the newest instead, also when it is a quiet one."""
    theirs = Delivery.destination_id == Subscription.destination_id
    return exists().where(Delivery.item_id == item_id, theirs, Delivery.state.in_(UNTOLD))


def _waits(told: Subquery, fanout: Fanout, over: datetime | None, hours: Iterable[str]) -> ColumnElement[str]:
    """Who waits for a digest, and who is told singly: a digest that would come too late is no reason to wait."""
    now = told.c.rhythm == "now"
    singly: list[ColumnElement[bool]] = [] if fanout.gathered else [now]
    if over is not None:
        singly.append(told.c.digest_at >= literal(over, Instant()))
        if fanout.gathered:
            late = [text for text in hours if floods.digest_time(text) >= over]
            singly.append(now & told.c.hours.in_(late))
    return case((or_(*singly), "queued"), else_="held") if singly else literal("held")


def hours_of(found: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """How many readers have each sending hours, from `groups`."""
    counted: dict[str, int] = {}
    for _, hours, count in found:
        counted[hours] = counted.get(hours, 0) + count
    return counted


def over_at(details: Details, zone: str) -> datetime | None:
    """When there is no sense in telling any more: the call has closed, the event is over. UTC."""
    last = door(details) if details.kind == "call" else (details.ends_at or details.starts_at)
    return last.ends(zone) if last and details.kind in {"call", "event"} else None


def ensure_messages(
    session: Session, network: Network, item: Item, details: Details, languages: set[str]
) -> dict[str, int]:
    """The id of the item's notice for each set of languages; those that do not exist yet are composed."""
    return keep_messages(
        session, f"notice:{item.id}:{item.revision}", "notice", languages,
        lambda language: compose(
            details, language, network, item_id=item.id, revision=item.revision, changed_at=item.updated_at
        ),
        item,
    )  # fmt: skip


_WHY_STALE = {"withdrawn": "withdrawn before it was sent", "joined": "told as another item"}


def _cancel_stale(session: Session, item: Item, size: int) -> int:
    """Whoever was planned for an older revision and does not fit the newest one is not told at all.

    Takes at most `size` at a time; returns how many there were.
    """
    stale = select(Delivery.id).where(Delivery.item_id == item.id, Delivery.state.in_(UNTOLD))
    if item.state == "published":
        stale = stale.where(Delivery.revision < item.revision)
    else:
        stale = stale.where(Delivery.purpose != "withdrawal")
    ids = session.scalars(stale.limit(size)).all()
    why = _WHY_STALE.get(item.state, "no longer fits after a change")
    if ids:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.state.in_(UNTOLD))
            .values(state="cancelled", settled_at=clock.now(), error=why)
        )
    return len(ids)


def open_fanouts(session: Session) -> int:
    """How many items wait to be planned further."""
    return session.scalar(select(func.count()).select_from(Fanout).where(Fanout.done_at.is_(None))) or 0
