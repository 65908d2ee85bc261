"""Whom an item fits, and why: the subscriptions that match, chunk by chunk.

*Fits* is (the item's cities are empty, or overlap mine) and (the item's topics are empty, or mine are
empty, or they overlap) and kind; docs/model.md has the rule. A conversation without a city hears of every
city (`everywhere`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from bot.contracts import Details, Language, Rhythm
from bot.network import Network
from bot.reasons import personal_reason, place_reason
from bot.store.contacts import Contact
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic


@dataclass(frozen=True, slots=True)
class Match:
    """One subscription that an item fits. `recipient` is a pseudonym, or a place's key."""

    subscription_id: int
    destination_id: int
    sender: str
    recipient: str
    languages: str
    rhythm: Rhythm
    reason: str


def matches(
    session: Session, network: Network, details: Details, after: int, upto: int, limit: int
) -> tuple[list[Match], int | None]:
    """The matching subscriptions with `after < id <= upto`, in order of id, at most `limit` of them.

    Returns them with the id to go on after, or None when there are no more.
    """
    rows = session.execute(_audience(details, after, upto, limit)).all()
    found = [_match(network, details, row) for row in rows if not row.kinds or details.kind in row.kinds]
    return found, (rows[-1].id if len(rows) == limit else None)


def _audience(details: Details, after: int, upto: int, limit: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Subscription.id,
            Subscription.rhythm,
            Subscription.kinds,
            Destination.id.label("destination_id"),
            Destination.sender,
            Destination.languages,
            Contact.pseudonym,
            Contact.language,
            _matched_city(details).label("city"),
            _matched_topic(details).label("topic"),
        )
        .join(Destination, Destination.id == Subscription.destination_id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
        .where(
            Subscription.id > after,
            Subscription.id <= upto,
            Subscription.rhythm != "off",
            _cities_fit(details.cities),
            _topics_fit(details.topics),
        )
        .order_by(Subscription.id)
        .limit(limit)
    )


def _cities_fit(cities: Sequence[str]) -> ColumnElement[bool]:
    if not cities:
        return literal(True)
    # One list of ids, so that a city nobody follows costs an index look-up and not a scan of everyone.
    return Subscription.id.in_(
        union_all(
            select(SubscriptionCity.subscription_id).where(SubscriptionCity.city.in_(cities)),
            select(Subscription.id).where(Subscription.everywhere),
        )
    )


def _topics_fit(topics: Sequence[str]) -> ColumnElement[bool]:
    if not topics:
        return literal(True)
    mine = SubscriptionTopic.subscription_id == Subscription.id
    return or_(~exists().where(mine), exists().where(and_(mine, SubscriptionTopic.topic.in_(topics))))


def _matched_city(details: Details) -> ColumnElement[str | None]:
    mine = select(func.min(SubscriptionCity.city)).where(SubscriptionCity.subscription_id == Subscription.id)
    if details.cities:
        mine = mine.where(SubscriptionCity.city.in_(details.cities))
    return mine.scalar_subquery()


def _matched_topic(details: Details) -> ColumnElement[str | None]:
    mine = select(func.min(SubscriptionTopic.topic)).where(
        SubscriptionTopic.subscription_id == Subscription.id
    )
    if details.topics:
        return mine.where(SubscriptionTopic.topic.in_(details.topics)).scalar_subquery()
    # Only a conversation's own rule is told when the item has no topic.
    return func.coalesce(null(), mine.where(Subscription.contact_id.is_(None)).scalar_subquery())


def _match(network: Network, details: Details, row: Row[Any]) -> Match:
    if row.pseudonym is None:
        recipient, languages = f"place-{row.destination_id}", row.languages
        reason = place_reason(row.city, row.topic)
    else:
        language: Language = row.language
        recipient, languages = row.pseudonym, language
        reason = personal_reason(network, details.cities, details.topics, row.city, row.topic)
    return Match(row.id, row.destination_id, row.sender, recipient, languages, row.rhythm, reason)


def last_subscription(session: Session) -> int:
    """The newest subscription's id: where an audience is frozen."""
    return session.scalar(select(func.max(Subscription.id))) or 0
