"""Notices: who is told of an item now, and who later.

An accepted item commits with a fan-out row (its frozen audience); `plan_chunk` turns that row into
deliveries, a chunk a transaction, so that a kill between two chunks loses and doubles nothing
(docs/adr/0002 says why even small audiences go this way).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Subquery, and_, case, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Details, Language
from bot.network import Network
from bot.planning.audiences import audience, chunk_end, languages_of, next_match
from bot.planning.wording import compose
from bot.store.db import changed_rows, insert_into, ring
from bot.store.deliveries import Delivery, Fanout, MessageRow
from bot.store.destinations import Subscription
from bot.store.items import Item
from bot.store.types import Instant

CHUNK = 5_000
"""Subscriptions planned in one transaction: SQLite's one writer is held well under 100 ms."""

AT_ONCE = 25
"""Small fan-outs planned in one transaction."""

_UNTOLD = ("held", "queued")


def announce(session: Session, item_ids: Iterable[int], purpose: str = "notice") -> None:
    """Have these items' newest revisions told to whom they fit: freeze the audience as it is now."""
    ids = list(item_ids)
    if not ids:
        return
    frozen: dict[str, Any] = {
        "item_id": Item.id, "revision": Item.revision, "purpose": literal(purpose),
        "upto": select(func.coalesce(func.max(Subscription.id), 0)).scalar_subquery(), "cursor": literal(0),
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
    items = select(Item).where(Item.id.in_({fanout.item_id for fanout in fanouts})).order_by(Item.id)
    by_id = {item.id: item for item in session.scalars(items.with_for_update(read=True))} if fanouts else {}
    for fanout in fanouts:
        room -= _go_on(session, network, zone, fanout, by_id[fanout.item_id], room)
        if room <= 0:
            break
    return bool(fanouts)


def _go_on(session: Session, network: Network, zone: str, fanout: Fanout, item: Item, size: int) -> int:
    """Plan a fan-out further; returns how much of the transaction's room that took."""
    current = item.revision == fanout.revision
    if current and item.state == "published" and fanout.cursor < fanout.upto:
        return _plan(session, network, zone, fanout, item, size)
    # Of a first revision nothing older can be left over.
    first = item.revision == 1 and item.state == "published"
    cancelled = _cancel_stale(session, item, size) if current and not first else 0
    if cancelled < size:
        fanout.done_at = clock.now()
    return cancelled


def _plan(session: Session, network: Network, zone: str, fanout: Fanout, item: Item, size: int) -> int:
    details = item.content()
    over = over_at(details, zone)
    after, end = fanout.cursor, chunk_end(session, fanout.cursor, fanout.upto, size)
    late = over is not None and over <= clock.now()
    languages = set() if late else languages_of(session, details, after, end)
    if languages:
        ensure_messages(session, network, item, details, languages)
        fanout.planned += _queue(session, item, fanout, audience(network, details, after, end), over)
        ring(session, "send")
    # Straight to the next one it fits: in a large network most items concern few.
    following = None if late else next_match(session, details, end, fanout.upto)
    fanout.cursor = fanout.upto if following is None else following - 1
    if fanout.cursor == fanout.upto and item.revision == 1:
        fanout.done_at = clock.now()
    return end - after


def over_at(details: Details, zone: str) -> datetime | None:
    """When there is no sense in telling any more: the call has closed, the event is over. UTC."""
    last = details.closes_at if details.kind == "call" else (details.ends_at or details.starts_at)
    return last.ends(zone) if last and details.kind in {"call", "event"} else None


def ensure_messages(
    session: Session, network: Network, item: Item, details: Details, languages: set[str]
) -> dict[str, int]:
    """The id of the item's message for each set of languages; those that do not exist yet are composed."""
    known = dict(session.execute(select(MessageRow.languages, MessageRow.id).where(*_same(item))).all())
    for missing in sorted(languages - known.keys()):
        spoken = cast(Sequence[Language], missing.split(","))
        content = [compose(details, language, network).model_dump(mode="json") for language in spoken]
        row = MessageRow(
            item_id=item.id, revision=item.revision, purpose="notice", languages=missing,
            content=content, made_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        known[missing] = row.id
    return known


def _same(item: Item) -> tuple[ColumnElement[bool], ...]:
    return (
        MessageRow.item_id == item.id,
        MessageRow.revision == item.revision,
        MessageRow.purpose == "notice",
    )


def _queue(session: Session, item: Item, fanout: Fanout, audience: Subquery, over: datetime | None) -> int:
    """Queue the audience's deliveries; returns how many were new or planned anew."""
    now = clock.now()
    key = literal(f"{fanout.purpose}:{item.id}:") + audience.c.recipient
    state = literal("queued") if item.urgent else case((audience.c.rhythm == "now", "queued"), else_="held")
    message = and_(*_same(item), MessageRow.languages == audience.c.languages)
    anew = 0
    if item.revision > 1:
        # Who was planned for an older revision and not told yet, or told nothing because it was withdrawn
        # meanwhile, gets the newest one instead.
        untold = or_(*(Delivery.state == each for each in (*_UNTOLD, "cancelled")))
        keys = Delivery.dedupe_key.in_([key, key + literal(":other")])  # also on its way by `failover`
        anew = changed_rows(
            session.execute(
                update(Delivery)
                .where(keys, untold, Delivery.revision < item.revision, message)
                .values(
                    revision=item.revision, message_id=MessageRow.id, reason=audience.c.reason, state=state,
                    urgent=item.urgent, expires_at=over, settled_at=None, error=None,
                )
                .execution_options(synchronize_session=False)
            )
        )  # fmt: skip
    columns: dict[str, Any] = {
        "item_id": literal(item.id), "revision": literal(item.revision), "message_id": MessageRow.id,
        "destination_id": audience.c.destination_id, "sender": audience.c.sender,
        "recipient": audience.c.recipient, "purpose": literal(fanout.purpose), "rhythm": audience.c.rhythm,
        "reason": audience.c.reason, "urgent": literal(item.urgent), "state": state,
        "due_at": literal(now, Instant()), "expires_at": literal(over, Instant()), "attempts": literal(0),
        "doubts": literal(0), "dedupe_key": key, "created_at": literal(now, Instant()),
    }  # fmt: skip
    rows = select(*columns.values()).select_from(audience).join(MessageRow, message).order_by(audience.c.id)
    new = insert_into(session, Delivery).from_select(list(columns), rows, include_defaults=False)
    return anew + changed_rows(session.execute(new.on_conflict_do_nothing()))


def _cancel_stale(session: Session, item: Item, size: int) -> int:
    """Whoever was planned for an older revision and does not fit the newest one is not told at all.

    Takes at most `size` at a time; returns how many there were.
    """
    stale = select(Delivery.id).where(Delivery.item_id == item.id, Delivery.state.in_(_UNTOLD))
    if item.state == "published":
        stale = stale.where(Delivery.revision < item.revision)
    ids = session.scalars(stale.limit(size)).all()
    why = "withdrawn before it was sent" if item.state == "withdrawn" else "no longer fits after a change"
    if ids:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.state.in_(_UNTOLD))
            .values(state="cancelled", settled_at=clock.now(), error=why)
        )
    return len(ids)


def open_fanouts(session: Session) -> int:
    """How many items wait to be planned further."""
    return session.scalar(select(func.count()).select_from(Fanout).where(Fanout.done_at.is_(None))) or 0
