"""One person and one item, with all that came of it: the facts that explain why somebody was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from bot.contracts import Details, Role
from bot.store.answers import AnswerRow, Mute
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, Fanout
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic
from bot.store.digests import DigestPart, DigestRun
from bot.store.drafts import Draft
from bot.store.items import Item, ReportRow
from bot.store.joining import Judgement
from bot.store.plans import Correction, Reminder
from bot.store.sources import Source


@dataclass(frozen=True, slots=True)
class Reader:
    """One person as planning sees them. `kinds` is empty for any; `rhythm` is that of their subscription."""

    subscription_id: int
    cities: frozenset[str]
    topics: frozenset[str]
    kinds: str
    rhythm: str
    hours: str = "Europe/Helsinki 8-17"
    ladder: str = ""
    digest_at: datetime | None = None
    role: Role = "contact"


@dataclass(frozen=True, slots=True)
class Case:
    """One person and one item, with all that came of it. `copies` are conversations' deliveries by address.

    `carriers` are the digests that told it, by the id of the delivery that was held for them, each with its
    run; `reminders` are those of the item and the person's own; `judged` is why it lies aside.
    """

    item: Item
    details: Details
    contact: Contact
    reader: Reader | None
    way: Destination | None
    fanouts: Sequence[Fanout] = ()
    deliveries: Sequence[Delivery] = ()
    copies: Sequence[tuple[str, Delivery]] = ()
    carriers: Mapping[int, tuple[Delivery, DigestRun | None]] = field(default_factory=dict)
    answer: AnswerRow | None = None
    mute: Mute | None = None
    reminders: Sequence[Reminder] = ()
    correction: Correction | None = None
    drafts: Sequence[Draft] = ()
    sources: Sequence[str] = ()
    judged: Judgement | None = None


def look(session: Session, contact: Contact, item_id: int) -> Case | None:
    """The facts about a person and an item; None when there is no such item."""
    item = session.get(Item, item_id)
    if item is None:
        return None
    subscription = session.scalar(select(Subscription).where(Subscription.contact_id == contact.id))
    mine = select(Delivery).where(Delivery.item_id == item_id, Delivery.recipient == contact.pseudonym)
    deliveries = session.scalars(mine.order_by(Delivery.id)).all()
    fanouts = select(Fanout).where(Fanout.item_id == item_id).order_by(Fanout.id)
    theirs = or_(Reminder.contact_id.is_(None), Reminder.contact_id == contact.id)
    reminders = select(Reminder).where(Reminder.item_id == item_id, theirs)
    drafts = select(Draft).where(Draft.kind == "item", Draft.subject_id == item_id).order_by(Draft.id)
    return Case(
        item=item,
        details=item.content(),
        contact=contact,
        reader=_reader(session, subscription, contact.role) if subscription else None,
        way=session.get(Destination, subscription.destination_id) if subscription else None,
        fanouts=session.scalars(fanouts).all(),
        deliveries=deliveries,
        copies=_copies(session, item_id, contact.cities),
        carriers=_carriers(session, deliveries),
        answer=session.get(AnswerRow, (item_id, contact.id)),
        mute=_mute(session, contact, item_id),
        reminders=session.scalars(reminders.order_by(Reminder.due_at, Reminder.id)).all(),
        correction=session.get(Correction, item_id),
        drafts=session.scalars(drafts).all(),
        sources=session.scalars(_sources(item_id)).all(),
        judged=session.scalar(_judged(item_id)) if item.state == "aside" else None,
    )


def _judged(item_id: int) -> Select[Judgement]:
    """What was last said of whether an item concerns the network."""
    mine = select(Judgement).join(ReportRow, ReportRow.id == Judgement.report_id)
    return mine.where(ReportRow.item_id == item_id).order_by(Judgement.report_id.desc()).limit(1)


def _sources(item_id: int) -> Select[str]:
    """The names of the sources that tell of an item, the first one first."""
    told = (ReportRow.item_id == item_id, ReportRow.withdrawn.is_(False))
    named = select(Source.name).join(ReportRow, ReportRow.source_id == Source.id).where(*told)
    return named.group_by(Source.name).order_by(func.min(ReportRow.id))


def _reader(session: Session, row: Subscription, role: Role) -> Reader:
    cities = select(SubscriptionCity.city).where(SubscriptionCity.subscription_id == row.id)
    topics = select(SubscriptionTopic.topic).where(SubscriptionTopic.subscription_id == row.id)
    return Reader(
        row.id,
        frozenset(session.scalars(cities)),
        frozenset(session.scalars(topics)),
        row.kinds,
        row.rhythm,
        row.hours,
        row.ladder,
        row.digest_at,
        role,
    )


def _mute(session: Session, contact: Contact, item_id: int) -> Mute | None:
    """What silences the item for a contact: their own word, else that of their city's lead."""
    theirs = or_(Mute.contact_id == contact.id, Mute.city.in_(contact.cities))
    mutes = session.scalars(select(Mute).where(Mute.item_id == item_id, theirs).order_by(Mute.id)).all()
    return next(iter(sorted(mutes, key=lambda each: each.contact_id is None)), None)


def _carriers(
    session: Session, deliveries: Sequence[Delivery]
) -> dict[int, tuple[Delivery, DigestRun | None]]:
    ids = {row.carrier_id for row in deliveries if row.carrier_id is not None}
    rows = session.execute(
        select(Delivery, DigestRun)
        .outerjoin(DigestPart, DigestPart.delivery_id == Delivery.id)
        .outerjoin(DigestRun, DigestRun.id == DigestPart.run_id)
        .where(Delivery.id.in_(ids))
    )
    carriers = {carrier.id: (carrier, run) for carrier, run in rows}
    return {row.id: carriers[row.carrier_id] for row in deliveries if row.carrier_id in carriers}


def _copies(session: Session, item_id: int, cities: Collection[str]) -> list[tuple[str, Delivery]]:
    """The item's deliveries to conversations that are for all, or for one of these cities."""
    theirs = (
        select(Subscription.destination_id)
        .outerjoin(SubscriptionCity, SubscriptionCity.subscription_id == Subscription.id)
        .where(or_(Subscription.everywhere, SubscriptionCity.city.in_(cities)))
    )
    rows = session.execute(
        select(Destination.address, Delivery)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(
            Delivery.item_id == item_id,
            Delivery.recipient.startswith("place-"),
            or_(
                Destination.id.in_(theirs),
                Delivery.reason == "place_all",
                Delivery.reason.in_([f"place_city:{slug}" for slug in cities]),
            ),
        )
        .order_by(Delivery.id)
    )
    return [(address, delivery) for address, delivery in rows]
