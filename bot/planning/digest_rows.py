"""What a turn of digests reads: the readers who are due, and what is held for them.

Rows are read in bulk, as plain values: a reader costs some microseconds, however many there are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, String, Table, case, func, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from bot.contracts import Rhythm
from bot.planning.audiences import RECIPIENT
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic
from bot.store.items import Item

_DELIVERIES = cast(Table, Delivery.__table__)


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscription whose digest is due. `recipient` is a pseudonym, or `place-<id>` for a conversation."""

    subscription_id: int
    rhythm: Rhythm
    hours: str
    day: int | None
    hour: int | None
    due_at: datetime | None
    destination_id: int
    sender: str
    languages: str
    recipient: str
    person: bool
    cities: tuple[str, ...]
    topics: tuple[str, ...]

    @property
    def zone(self) -> str:
        """The zone in which they live, or in which the conversation's people do."""
        return self.hours.partition(" ")[0]


class Held(NamedTuple):
    """Something held for a digest: an item at a revision, and the message that says what changed, or 0."""

    item_id: int
    revision: int
    purpose: str
    message_id: int


def due_readers(session: Session, now: datetime, size: int) -> list[Reader]:
    """Claim up to `size` readers whose digest is due, the longest due first; other workers pass over them."""
    query = _readers().where(Subscription.digest_at <= now)
    query = query.order_by(Subscription.digest_at, Subscription.id).limit(size)
    return _read(session, query.with_for_update(of=Subscription, skip_locked=True))


def reader_of(session: Session, contact_id: int) -> Reader | None:
    """A contact as a reader, whether or not a digest is due; None for who has no subscription."""
    found = _read(session, _readers().where(Subscription.contact_id == contact_id))
    return found[0] if found else None


def _readers() -> Any:
    return (
        select(
            Subscription.id,
            Subscription.rhythm,
            Subscription.hours,
            Subscription.digest_day,
            Subscription.digest_hour,
            Subscription.digest_at,
            Destination.id.label("destination_id"),
            Destination.sender,
            Destination.languages,
            RECIPIENT.label("recipient"),
            _text(Contact.cities).label("cities"),
            _text(Contact.topics).label("topics"),
        )
        .select_from(Subscription)
        .join(Destination, Destination.id == Subscription.destination_id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
    )


def _read(session: Session, query: Any) -> list[Reader]:
    rows = session.connection().execute(query).all()
    places = [row.id for row in rows if row.cities is None]
    cities = _followed(session, SubscriptionCity.subscription_id, SubscriptionCity.city, places)
    topics = _followed(session, SubscriptionTopic.subscription_id, SubscriptionTopic.topic, places)
    return [
        Reader(
            row.id,
            row.rhythm,
            row.hours,
            row.digest_day,
            row.digest_hour,
            row.digest_at,
            row.destination_id,
            row.sender,
            row.languages,
            row.recipient,
            row.cities is not None,
            tuple(sorted(cities[row.id])) if row.cities is None else _slugs(row.cities),
            tuple(sorted(topics[row.id])) if row.topics is None else _slugs(row.topics),
        )
        for row in rows
    ]


def _followed(session: Session, key: Any, slug: Any, ids: Collection[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if ids:
        for row_id, each in session.execute(select(key, slug).where(key.in_(ids))):
            found[row_id].append(each)
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is held for one reader: the deliveries' ids, split by commas, and what they say, in order."""

    ids: str
    held: tuple[Held, ...]


def held_for(
    session: Session, recipients: Collection[str], now: datetime, *, claim: bool = True
) -> dict[str, Waiting]:
    """What is held for these recipients and may be told now.

    What is over, withdrawn, or about a revision that is not the newest stays where it is. With `claim` nobody
    else changes them before the commit. The database joins each reader's rows into one: readers of the same
    items then have the same text, which is read once.
    """
    mine = _DELIVERIES.c
    about = case((mine.purpose == "change", mine.message_id), else_=0)
    said = _text(mine.item_id) + "." + _text(mine.revision) + "." + mine.purpose + "." + _text(about)
    rows = (
        select(mine.recipient, _text(mine.id).label("id"), said.label("said"))
        .join(Item, Item.id == mine.item_id)
        .where(
            mine.recipient.in_(recipients),
            in_state("held"),
            mine.due_at <= now,
            or_(mine.expires_at.is_(None), mine.expires_at > now),
            Item.state == "published",
            Item.revision == mine.revision,
        )
    )
    if claim:  # what is taken is what was read, whoever plans meanwhile
        rows = rows.with_for_update(of=_DELIVERIES)
    each = rows.subquery()
    joined = select(
        each.c.recipient, func.aggregate_strings(each.c.id, ","), func.aggregate_strings(each.c.said, ",")
    ).group_by(each.c.recipient)
    found = session.connection().execute(joined).all()
    return {recipient: Waiting(ids, _read_held(told)) for recipient, ids, told in found}


def _text(column: Any) -> ColumnElement[str]:
    return sql_cast(column, String)


@lru_cache(maxsize=5_000)
def _read_held(told: str) -> tuple[Held, ...]:
    """From `item.revision.purpose.message,…` to values, in order."""
    parts = (each.split(".") for each in told.split(","))
    return tuple(sorted(Held(int(item), int(rev), purpose, int(row)) for item, rev, purpose, row in parts))


@lru_cache(maxsize=5_000)
def _slugs(text: str) -> tuple[str, ...]:
    """From a JSON list to a tuple, in order; one for all readers with the same."""
    return tuple(sorted(json.loads(text)))
