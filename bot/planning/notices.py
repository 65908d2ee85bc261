"""Notices: who is told of an item now, and who later.

An accepted item commits with a fan-out row (its frozen audience); `plan_chunk` turns that row into
deliveries, a chunk a transaction, so that a kill between two chunks loses and doubles nothing
(docs/adr/0002 says why even small audiences go this way).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Details, Language
from bot.network import Network
from bot.planning.audiences import Match, last_subscription, matches
from bot.planning.wording import compose
from bot.store.db import insert_into, ring
from bot.store.deliveries import Delivery, Fanout, MessageRow
from bot.store.items import Item

CHUNK = 2_000
"""Subscriptions planned in one transaction: SQLite's one writer is held well under 100 ms."""

_UNTOLD = ("held", "queued")
_REPLANNED = ("revision", "message_id", "reason", "state", "urgent", "expires_at", "settled_at", "error")


def announce(session: Session, item_ids: Iterable[int], purpose: str = "notice") -> None:
    """Have these items' newest revisions told to whom they fit: freeze the audience as it is now."""
    ids = list(item_ids)
    if not ids:
        return
    upto = last_subscription(session)
    revisions = session.execute(select(Item.id, Item.revision).where(Item.id.in_(ids))).all()
    rows = [
        {
            "item_id": item_id, "revision": revision, "purpose": purpose, "upto": upto,
            "cursor": 0, "planned": 0, "created_at": clock.now(),
        }
        for item_id, revision in revisions
    ]  # fmt: skip
    session.execute(cast(Table, Fanout.__table__).insert(), rows)
    ring(session)


def plan_chunk(session: Session, network: Network, public_url: str, zone: str, size: int = CHUNK) -> bool:
    """Plan the next chunk of the oldest open fan-out. Returns whether there was one."""
    fanout = session.scalar(
        select(Fanout)
        .where(Fanout.done_at.is_(None))
        .order_by(Fanout.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if fanout is None:
        return False
    item = session.get_one(Item, fanout.item_id, with_for_update={"read": True})
    superseded = item.revision != fanout.revision
    if not superseded and item.state == "published" and fanout.cursor < fanout.upto:
        _plan(session, network, public_url, zone, fanout, item, size)
        return True
    if superseded or _cancel_stale(session, item, size) < size:
        fanout.done_at = clock.now()
    return True


def _plan(
    session: Session, network: Network, public_url: str, zone: str, fanout: Fanout, item: Item, size: int
) -> None:
    details = item.content()
    over = over_at(details, zone)
    found, onward = matches(session, network, details, fanout.cursor, fanout.upto, size)
    if over is None or over > clock.now():
        page = f"{public_url}/items/{item.id}"
        messages = ensure_messages(
            session, network, item, details, {match.languages for match in found}, page
        )
        fanout.planned += _queue(session, item, fanout, found, messages, over)
    fanout.cursor = fanout.upto if onward is None else onward
    if onward is None and item.revision == 1:
        fanout.done_at = clock.now()  # nothing older can be left over
    ring(session)


def over_at(details: Details, zone: str) -> datetime | None:
    """When there is no sense in telling any more: the call has closed, the event is over. UTC."""
    last = details.closes_at if details.kind == "call" else (details.ends_at or details.starts_at)
    return last.ends(zone) if last and details.kind in {"call", "event"} else None


def ensure_messages(
    session: Session, network: Network, item: Item, details: Details, languages: set[str], page: str
) -> dict[str, int]:
    """The message row's id for each set of languages, composing those that do not exist yet."""
    if not languages:
        return {}
    same = (
        MessageRow.item_id == item.id,
        MessageRow.revision == item.revision,
        MessageRow.purpose == "notice",
    )
    known = dict(session.execute(select(MessageRow.languages, MessageRow.id).where(*same)).all())
    for missing in sorted(languages - known.keys()):
        spoken = cast(Sequence[Language], missing.split(","))
        content = [compose(details, language, network, page).model_dump(mode="json") for language in spoken]
        row = MessageRow(
            item_id=item.id, revision=item.revision, purpose="notice", languages=missing,
            content=content, made_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        known[missing] = row.id
    return known


def _queue(
    session: Session,
    item: Item,
    fanout: Fanout,
    found: Sequence[Match],
    messages: dict[str, int],
    over: datetime | None,
) -> int:
    if not found:
        return 0
    now = clock.now()
    same: dict[str, Any] = {
        "item_id": item.id, "revision": item.revision, "purpose": fanout.purpose, "urgent": item.urgent,
        "due_at": now, "expires_at": over, "attempts": 0, "doubts": 0,
        "settled_at": None, "error": None, "created_at": now,
    }  # fmt: skip
    rows = [
        {
            **same,
            "message_id": messages[match.languages],
            "destination_id": match.destination_id,
            "sender": match.sender,
            "recipient": match.recipient,
            "rhythm": match.rhythm,
            "reason": match.reason,
            "state": "queued" if match.rhythm == "now" or item.urgent else "held",
            "dedupe_key": f"{fanout.purpose}:{item.id}:{match.recipient}",
        }
        for match in found
    ]
    statement = insert_into(session, Delivery)
    # Who was planned for an older revision and not told yet, or told nothing because it was withdrawn
    # meanwhile, gets the newest one instead.
    untold = or_(*(Delivery.state == state for state in (*_UNTOLD, "cancelled")))
    statement = statement.on_conflict_do_update(
        index_elements=[Delivery.dedupe_key],
        set_={name: statement.excluded[name] for name in _REPLANNED},
        where=and_(untold, Delivery.revision < statement.excluded.revision),
    )
    session.connection().execute(statement, rows)
    return len(rows)


def _cancel_stale(session: Session, item: Item, size: int) -> int:
    """Whoever was planned for an older revision and does not fit the newest one is not told at all.

    Takes at most `size` at a time; returns how many there were.
    """
    stale = select(Delivery.id).where(Delivery.item_id == item.id, Delivery.state.in_(_UNTOLD))
    if item.state == "published":
        stale = stale.where(Delivery.revision < item.revision)
    ids = session.scalars(stale.limit(size)).all()
    why = "withdrawn before it was sent" if item.state == "withdrawn" else "no longer fits after a change"
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state.in_(_UNTOLD))
        .values(state="cancelled", settled_at=clock.now(), error=why)
    )
    return len(ids)


def open_fanouts(session: Session) -> int:
    """How many items wait to be planned further."""
    return session.scalar(select(func.count()).select_from(Fanout).where(Fanout.done_at.is_(None))) or 0
