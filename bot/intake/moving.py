"""What people said and heard of an item that is joined to another counts for that one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot import clock
from bot.delivery.edits import wish_redraw
from bot.planning.corrections import TOLD
from bot.planning.queueing import UNTOLD
from bot.store.answers import AnswerRow, Mute
from bot.store.db import insert_into
from bot.store.deliveries import Delivery
from bot.store.items import Item
from bot.store.plans import Reminder
from bot.store.types import Instant


def move_people(session: Session, gone: int, kept: int) -> None:
    """Answers are copied, each contact's newest; mutes and the reminders that people asked for go along."""
    columns = ("answer", "remind", "by", "answered_at")
    rows = select(literal(kept), AnswerRow.contact_id, *(getattr(AnswerRow, name) for name in columns))
    copied = insert_into(session, AnswerRow).from_select(
        ["item_id", "contact_id", *columns], rows.where(AnswerRow.item_id == gone)
    )
    session.execute(
        copied.on_conflict_do_update(
            index_elements=["item_id", "contact_id"],
            set_={name: copied.excluded[name] for name in columns},
            where=AnswerRow.answered_at < copied.excluded.answered_at,
        )
    )
    there = aliased(Mute)
    same = or_(
        and_(there.contact_id.is_not(None), there.contact_id == Mute.contact_id),
        and_(there.city.is_not(None), there.city == Mute.city),
    )
    mutes = update(Mute).where(Mute.item_id == gone, ~exists().where(there.item_id == kept, same))
    session.execute(mutes.values(item_id=kept).execution_options(synchronize_session=False))
    asked = (Reminder.item_id == gone, Reminder.contact_id.is_not(None), Reminder.state == "planned")
    session.execute(update(Reminder).where(*asked).values(item_id=kept))
    wish_redraw(session, kept)


def move_told(session: Session, gone: int, kept: int) -> None:
    """Whoever was told of the item that goes was told of the one that stays, by that delivery."""
    revision = select(Item.revision).where(Item.id == kept).scalar_subquery()
    now = literal(clock.now(), Instant())
    columns: dict[str, Any] = {
        "item_id": literal(kept), "revision": revision, "message_id": Delivery.message_id,
        "destination_id": Delivery.destination_id, "sender": Delivery.sender, "recipient": Delivery.recipient,
        "purpose": literal("notice"), "rhythm": Delivery.rhythm, "reason": Delivery.reason,
        "urgent": Delivery.urgent, "state": literal("digested"), "due_at": now, "attempts": literal(0),
        "doubts": literal(0), "settled_at": now, "carrier_id": Delivery.id,
        "dedupe_key": literal(f"notice:{kept}:") + Delivery.recipient, "created_at": now,
    }  # fmt: skip
    told = (Delivery.item_id == gone, Delivery.purpose == "notice", Delivery.state.in_(TOLD))
    rows = select(*columns.values()).where(
        *told, Delivery.dedupe_key == literal(f"notice:{gone}:") + Delivery.recipient
    )
    new = insert_into(session, Delivery).from_select(
        list(columns), rows.order_by(Delivery.id), include_defaults=False
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=["dedupe_key"],
            set_={
                "state": "digested", "carrier_id": new.excluded.carrier_id, "revision": new.excluded.revision,
                "settled_at": new.excluded.settled_at,
            },
            where=Delivery.state.in_((*UNTOLD, "cancelled")),
        )
    )  # fmt: skip
