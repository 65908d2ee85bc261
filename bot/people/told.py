"""Who was told of an item, when, in which language, by what, and who answered: the proof for a funder's file.

Read a few thousand rows at a time, each time in a session of its own, so that a hundred thousand neither fill
the memory nor hold a transaction open while somebody downloads them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from bot.store.answers import AnswerRow
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow
from bot.store.destinations import Destination

CHUNK = 2_000
ANSWERED_ONLY = "answer"
"""The purpose of a row of somebody who answered without having been told personally."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message about an item to one recipient, or an answer without one. Moments are UTC.

    `recipient` is a pseudonym, or `place-<id>` for a conversation; `name` and `address` are empty for who was
    erased. What a digest told has the state, the moment and the reference of that digest (`digest` is its id).
    """

    delivery: int | None
    recipient: str
    name: str
    address: str
    city: str
    language: str
    medium: str
    purpose: str
    digest: int | None
    state: str
    at: datetime | None
    reference: str
    error: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Totals:
    """How many recipients an item has by what became of their messages, each counted once, the best first."""

    told: int
    waiting: int
    failed: int
    other: int

    @property
    def all(self) -> int:
        """All recipients."""
        return self.told + self.waiting + self.failed + self.other


_RANKS: dict[str, int] = {
    "sent": 0, "digested": 0, "queued": 1, "held": 1, "sending": 1, "doubtful": 1, "failed": 2,
    "previewed": 3, "expired": 3, "cancelled": 3,
}  # fmt: skip
_CARRIER, _CARRIED = aliased(Delivery), aliased(MessageRow)


def totals(session: Session, item_id: int) -> Totals:
    """Count the recipients of an item; what waits in an unsent digest is not told yet."""
    state = func.coalesce(_CARRIER.state, Delivery.state)
    rows = session.execute(
        select(Delivery.recipient, state)
        .outerjoin(_CARRIER, _CARRIER.id == Delivery.carrier_id)
        .where(Delivery.item_id == item_id)
        .distinct()
        .order_by(Delivery.recipient)
        .execution_options(yield_per=CHUNK)
    )
    counts: Counter[int] = Counter()
    whose, best = None, 3
    for recipient, found in rows:
        if recipient != whose:
            counts[best] += whose is not None
            whose, best = recipient, 3
        best = min(best, _RANKS.get(found, 3))
    counts[best] += whose is not None
    return Totals(counts[0], counts[1], counts[2], counts[3])


def told(database: Database, item_id: int, chunk: int = CHUNK) -> Iterator[Told]:
    """Everybody who was told, or should have been, in the order in which it was planned; then who only answered."""
    after = 0
    while True:
        with database.reading() as session:
            rows = session.execute(_deliveries(item_id, after).limit(chunk)).all()
        if not rows:
            break
        yield from (_told(row) for row in rows)
        after = rows[-1].Delivery.id
    with database.reading() as session:
        answers = session.execute(_only_answered(item_id)).all()
    yield from (_answered(answer, contact) for answer, contact in answers)


def page_of(session: Session, item_id: int, after: int, most: int) -> list[Told]:
    """Some of them, from a delivery on, for a page."""
    return [_told(row) for row in session.execute(_deliveries(item_id, after).limit(most))]


def only_answered(session: Session, item_id: int) -> list[Told]:
    """Who answered without having been told personally."""
    return [_answered(answer, contact) for answer, contact in session.execute(_only_answered(item_id))]


def _deliveries(item_id: int, after: int) -> Select[*tuple[Any, ...]]:
    mine = AnswerRow.item_id == item_id, AnswerRow.contact_id == Contact.id
    return (
        select(Delivery, Destination, Contact, _CARRIER, AnswerRow)
        .add_columns(func.coalesce(_CARRIED.languages, MessageRow.languages).label("languages"))
        .join(Destination, Destination.id == Delivery.destination_id)
        .join(MessageRow, MessageRow.id == Delivery.message_id)
        .outerjoin(Contact, Contact.pseudonym == Delivery.recipient)
        .outerjoin(_CARRIER, _CARRIER.id == Delivery.carrier_id)
        .outerjoin(_CARRIED, _CARRIED.id == _CARRIER.message_id)
        .outerjoin(AnswerRow, (mine[0]) & (mine[1]))
        .where(Delivery.item_id == item_id, Delivery.id > after)
        .order_by(Delivery.id)
    )


def _only_answered(item_id: int) -> Select[AnswerRow, Contact]:
    heard = exists().where(Delivery.item_id == item_id, Delivery.recipient == Contact.pseudonym)
    return (
        select(AnswerRow, Contact)
        .join(Contact, Contact.id == AnswerRow.contact_id)
        .where(AnswerRow.item_id == item_id, ~heard)
        .order_by(AnswerRow.answered_at, Contact.id)
    )


def _told(row: Any) -> Told:
    delivery, place, contact, carrier, answer, languages = row
    last: Delivery = carrier or delivery
    known = contact is not None and contact.erased_at is None
    conversation = delivery.recipient.startswith("place-")
    return Told(
        delivery=delivery.id,
        recipient=delivery.recipient,
        name=contact.name if known else place.address if conversation else "",
        address=place.address if known or conversation else "",
        city=";".join(contact.cities) if known else "",
        language=languages,
        medium=last.sender,
        purpose=delivery.purpose,
        digest=carrier.id if carrier else None,
        state=last.state,
        at=last.settled_at,
        reference=" ".join(str(value) for value in (last.ref or {}).values()),
        error=last.error or "",
        answer=answer.answer if answer else "",
        answered_at=answer.answered_at if answer else None,
    )


def _answered(answer: AnswerRow, contact: Contact) -> Told:
    known = contact.erased_at is None
    return Told(
        delivery=None, recipient=contact.pseudonym, name=contact.name if known else "",
        address=(contact.email or "") if known else "", city=";".join(contact.cities) if known else "",
        language=contact.language if known else "", medium="", purpose=ANSWERED_ONLY, digest=None, state="", at=None,
        reference="", error="", answer=answer.answer, answered_at=answer.answered_at,
    )  # fmt: skip
