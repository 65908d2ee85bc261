"""The bridge: answers in the thread of a post of ours are kept, and carried on to the workspace by mail.

Only in a conversation that wants it (`destinations add … --bridge`), and only below a post about an item.
Each answer goes once: the transaction that queues its mail marks it. Nothing is echoed: what the house posts is
never handed in here, and a reply to such a mail is nobody's command and nobody's answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import ChatRequest
from bot.people.identities import bound
from bot.store.chats import ThreadReply
from bot.store.db import insert_into
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.workplace import own_team

THREAD_AGE = timedelta(days=180)
"""How old a post may be whose thread is still listened to; its answers are forgotten after as long."""


def keep_reply(session: Session, request: ChatRequest) -> bool:
    """Keep an answer in a thread (`wrote`), or forget what it said (`unwrote`); returns whether it was ours to.

    An answer that was edited before it was carried on is carried on as it reads then.
    """
    if not request.thread or request.thread == request.ts:
        return False
    delivery_id = root(session, request)
    if delivery_id is None or (request.kind == "wrote" and not request.said.strip()):
        return False
    gone = clock.now() if request.kind == "unwrote" else None
    author = bound(session, request.person) if gone is None else None
    row = insert_into(session, ThreadReply).values(
        delivery_id=delivery_id, team=request.team, place=request.place, ts=request.ts,
        contact_id=author.id if author else None, said="" if gone else request.said,
        written_at=_written(request.ts), gone_at=gone,
    )  # fmt: skip
    # Events overtake each other: what is gone stays gone, and what was carried on stays as it was carried.
    later = {"said": "", "gone_at": gone} if gone else {"said": request.said}
    still = ThreadReply.gone_at.is_(None) & (True if gone else ThreadReply.mailed_at.is_(None))
    name = ["team", "place", "ts"]
    session.execute(row.on_conflict_do_update(index_elements=name, set_=later, where=still))
    return True


def claim_replies(session: Session, quiet: timedelta, most: timedelta) -> dict[int, Sequence[ThreadReply]]:
    """The answers to be carried on now, by item and oldest first, marked as mailed in this transaction.

    An item's are ripe when nobody wrote for `quiet`, or the first has waited for `most`.
    """
    now = clock.now()
    waiting = (
        select(ThreadReply, Delivery.item_id)
        .join(Delivery, Delivery.id == ThreadReply.delivery_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(ThreadReply.mailed_at.is_(None), ThreadReply.gone_at.is_(None), Destination.bridge == "mail")
        .order_by(ThreadReply.written_at, ThreadReply.id)
        .with_for_update(of=ThreadReply, skip_locked=True)
    )
    by_item: dict[int, list[ThreadReply]] = {}
    for reply, item_id in session.execute(waiting):
        by_item.setdefault(item_id or 0, []).append(reply)
    ripe = {
        item_id: replies
        for item_id, replies in by_item.items()
        if replies[-1].written_at <= now - quiet or replies[0].written_at <= now - most
    }
    ids = [reply.id for replies in ripe.values() for reply in replies]
    if ids:
        session.execute(update(ThreadReply).where(ThreadReply.id.in_(ids)).values(mailed_at=now))
    return dict(ripe)


def forget_replies(session: Session) -> None:
    """Forget answers that are too old to be shown anywhere."""
    session.execute(delete(ThreadReply).where(ThreadReply.written_at < clock.now() - THREAD_AGE))


def root(session: Session, request: ChatRequest) -> int | None:
    """The delivery that is the thread's first post, in a conversation that wants its answers carried on.

    None for any other thread: what is written there is nothing for the house, and is never kept.
    """
    own = own_team(session)
    team = [request.team, ""] if own in {None, request.team} else [request.team]
    found = (
        select(Delivery.id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Destination.sender == "slack", Destination.team.in_(team))
        .where(Destination.address_key == request.place.casefold(), Destination.bridge != "")
        .where(Delivery.item_id.is_not(None), Delivery.created_at > clock.now() - THREAD_AGE)
        .where(Delivery.ref["ts"].as_string() == request.thread)
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return session.scalar(found)


def _written(ts: str) -> datetime:
    """When something was written, from its name at the chat: seconds since 1970."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return clock.now()
