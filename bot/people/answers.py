"""Answers: what contacts say to an item. Their newest counts and silences only them (docs/model.md, *Answers*).

Every act leaves a line in the audit trail. `by` is how it was said (page, mail, slack), `origin` from where.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import When
from bot.contracts import AnswerKind
from bot.delivery.edits import wish_redraw
from bot.planning.alerts import WATCHERS
from bot.store import audit
from bot.store.answers import AnswerRow
from bot.store.contacts import Contact
from bot.store.db import insert_into
from bot.store.deliveries import Delivery, in_state
from bot.store.items import Item

By = Literal["page", "mail", "slack"]
Why = Literal["unknown", "withdrawn", "past", "late", "far", "many", "lead"]

ASKED = "asked"
"""The reason of a reminder that a contact asked for: answering does not silence it."""


class Refused(Exception):
    """What a contact asks cannot be done: `why`, and `when`, the moment that belongs to it.

    unknown: there is no such item, or not for them. withdrawn: it is no more. past: that moment is over.
    late: it lies after the deadline, `when`. far: it is years away. many: they have enough reminders of it.
    lead: only the lead of that city may do it.
    """

    def __init__(self, why: Why, when: When | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.when = when


def known_item(session: Session, item_id: int, contact: Contact | None = None) -> Item:
    """The item, published or withdrawn. Raises Refused (unknown), also while it waits for approval.

    What is not for a contact's role is as unknown to them, save to coordinators, who look after all.
    """
    item = session.get(Item, item_id) if 0 < item_id < 2**31 else None
    if item is None or item.state == "waiting":
        raise Refused("unknown")
    if contact is not None and contact.role not in WATCHERS and not item.is_for(contact.role):
        raise Refused("unknown")
    return item


def open_item(session: Session, item_id: int, contact: Contact | None = None) -> Item:
    """The item, if it can be answered. Raises Refused (unknown, withdrawn)."""
    item = known_item(session, item_id, contact)
    if item.state != "published":
        raise Refused("withdrawn")
    return item


def answer(
    session: Session,
    contact: Contact,
    item_id: int,
    kind: AnswerKind,
    by: By,
    origin: str,
    *,
    remind: bool | None = None,
) -> AnswerRow:
    """Keep a contact's answer to an item in place of an earlier one. Raises Refused.

    `remind`: they want the reminders all the same; None leaves that as it is. Without it, the reminders
    that wait for them are cancelled, save those they asked for themselves.
    """
    open_item(session, item_id, contact)
    before = answer_of(session, contact, item_id)
    wanted = remind if remind is not None else bool(before and before.remind)
    said = {"answer": kind, "remind": wanted, "by": by, "answered_at": clock.now()}
    insert = insert_into(session, AnswerRow).values(item_id=item_id, contact_id=contact.id, **said)
    session.execute(insert.on_conflict_do_update(index_elements=["item_id", "contact_id"], set_=said))
    audit.record(
        session, "contact", "item.answered", contact.pseudonym, origin,
        item=item_id, answer=kind, remind=wanted, by=by,
    )  # fmt: skip
    if not wanted:
        usual = (Delivery.purpose == "reminder", Delivery.reason != ASKED)
        cancel_waiting_about(session, item_id, [contact.pseudonym], "they answered", *usual)
    wish_redraw(session, item_id)
    kept = answer_of(session, contact, item_id)
    if kept is None:
        raise LookupError("an answer that was just kept is gone")
    return kept


def take_back(session: Session, contact: Contact, item_id: int, by: By, origin: str) -> bool:
    """Forget a contact's answer; returns whether there was one. Reminders still to be fired reach them again."""
    known = answer_of(session, contact, item_id)
    if known is None:
        return False
    session.delete(known)
    session.flush()
    audit.record(session, "contact", "item.answer.undone", contact.pseudonym, origin, item=item_id, by=by)
    wish_redraw(session, item_id)
    return True


def answer_of(session: Session, contact: Contact, item_id: int) -> AnswerRow | None:
    """A contact's answer to an item, None while they are silent."""
    query = select(AnswerRow).where(AnswerRow.item_id == item_id, AnswerRow.contact_id == contact.id)
    return session.scalar(query.execution_options(populate_existing=True))


def cancel_waiting_about(
    session: Session, item_id: int, recipients: Collection[str], why: str, *also: ColumnElement[bool]
) -> int:
    """Cancel what waits for these recipients about an item, confirmations excepted; returns how much that was."""
    waiting = update(Delivery).where(
        Delivery.item_id == item_id,
        Delivery.recipient.in_(recipients),
        in_state("queued", "held"),
        Delivery.purpose != "confirmation",
        *also,
    )
    stop = waiting.values(state="cancelled", settled_at=clock.now(), error=why).returning(Delivery.id)
    return len(session.scalars(stop.execution_options(synchronize_session=False)).all())
