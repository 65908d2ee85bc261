"""Whom an item fits, and why, as one SELECT: the database matches, and deliveries are inserted from it.

*Fits* is (the item's cities are empty, or overlap mine) and (the item's topics are empty, or mine are
empty, or they overlap) and role and kind; docs/model.md has the rule, `bot.planning.why` says it for one person. A
conversation without a city hears of every city (`everywhere`), and none hears what is for some roles only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Subquery,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.network import Network
from bot.reasons import city_reason
from bot.store.contacts import Contact
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic

RECIPIENT: ColumnElement[str] = func.coalesce(
    Contact.pseudonym, literal("place-") + cast(Destination.id, String)
)
"""Who a delivery is for: a contact's pseudonym, or `place-<id>` for a conversation."""


@dataclass(frozen=True, slots=True)
class Whom:
    """The readers that an item is told to: subscriptions with `after < id <= upto`.

    They must fit it, unless `fits` is off (those who were told of it before), and `also` holds for them.
    """

    details: Details
    after: int
    upto: int
    also: tuple[ColumnElement[bool], ...] = ()
    fits: bool = True

    def conditions(self) -> list[ColumnElement[bool]]:
        """What holds for their subscriptions."""
        if not self.fits:
            mine = Subscription.id > self.after, Subscription.id <= self.upto, Subscription.rhythm != "off"
            return [*mine, *self.also]
        return [*_fits(self.details, self.after, self.upto), *self.also]


def audience(network: Network, whom: Whom) -> Subquery:
    """The matching subscriptions in order of id.

    Columns: `id`, `destination_id`, `sender`, `languages`, `rhythm`, `hours`, `ladder`, `digest_at`,
    `recipient` (a pseudonym, or `place-<id>`) and `reason` (a code of `bot.reasons`).
    """
    details = whom.details
    city, topic = _my_city(details.cities), _my_topic(details.topics)
    return (
        select(
            Subscription.id,
            Subscription.rhythm,
            Subscription.hours,
            Subscription.ladder,
            Subscription.digest_at,
            Destination.id.label("destination_id"),
            Destination.sender,
            Destination.languages,
            RECIPIENT.label("recipient"),
            case(
                (Contact.id.is_(None), _place_reason(city, topic)),
                else_=_personal_reason(network, details, city, topic),
            ).label("reason"),
        )
        .join(Destination, Destination.id == Subscription.destination_id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
        .where(*whom.conditions())
        .order_by(Subscription.id)
        .subquery("audience")
    )


def groups(session: Session, whom: Whom) -> list[tuple[str, str, int]]:
    """How many readers there are of each (languages, hours): what messages and due times are made for."""
    query = (
        select(Destination.languages, Subscription.hours, func.count())
        .join(Subscription, Subscription.destination_id == Destination.id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
        .where(*whom.conditions())
        .group_by(Destination.languages, Subscription.hours)
    )
    return [(languages, hours, count) for languages, hours, count in session.execute(query)]


def chunk_end(session: Session, after: int, upto: int, size: int) -> int:
    """The id of the `size`-th subscription after one, or `upto` when there are fewer."""
    if upto - after <= size:
        return upto
    ids = select(Subscription.id).where(Subscription.id > after, Subscription.id <= upto)
    end = session.scalar(ids.order_by(Subscription.id).offset(size - 1).limit(1))
    return upto if end is None else end


def next_match(session: Session, whom: Whom) -> int | None:
    """The first subscription among them; None when there is none."""
    if whom.after >= whom.upto:
        return None
    ids = (
        select(Subscription.id)
        .join(Destination, Destination.id == Subscription.destination_id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
    )
    return session.scalar(ids.where(*whom.conditions()).order_by(Subscription.id).limit(1))


def _fits(details: Details, after: int, upto: int) -> list[ColumnElement[bool]]:
    conditions = [
        Subscription.id > after,
        Subscription.id <= upto,
        Subscription.rhythm != "off",
        or_(Subscription.kinds == "", Subscription.kinds.contains(f",{details.kind},")),
    ]
    if details.cities:
        conditions.append(_cities_fit(details.cities, after, upto))
    if details.topics:
        conditions.append(_topics_fit(details.topics))
    if details.roles:
        conditions.append(Contact.role.in_(details.roles))
    return conditions


def _cities_fit(cities: Sequence[str], after: int, upto: int) -> ColumnElement[bool]:
    followed = SubscriptionCity.subscription_id
    # A list of ids, so that a city nobody follows costs an index look-up and not a scan of everyone.
    return Subscription.id.in_(
        union_all(
            select(followed).where(SubscriptionCity.city.in_(cities), followed > after, followed <= upto),
            select(Subscription.id).where(
                Subscription.everywhere, Subscription.id > after, Subscription.id <= upto
            ),
        )
    )


def _topics_fit(topics: Sequence[str]) -> ColumnElement[bool]:
    mine = SubscriptionTopic.subscription_id == Subscription.id
    return or_(~exists().where(mine), exists().where(mine, SubscriptionTopic.topic.in_(topics)))


def _my_city(cities: Sequence[str]) -> ColumnElement[Any]:
    """The reader's city that matched, or their first one when the item is for all."""
    mine = select(func.min(SubscriptionCity.city)).where(SubscriptionCity.subscription_id == Subscription.id)
    return (mine.where(SubscriptionCity.city.in_(cities)) if cities else mine).scalar_subquery()


def _my_topic(topics: Sequence[str]) -> ColumnElement[Any]:
    """The reader's topic that matched, or their first one when the item has none."""
    mine = select(func.min(SubscriptionTopic.topic)).where(
        SubscriptionTopic.subscription_id == Subscription.id
    )
    return (mine.where(SubscriptionTopic.topic.in_(topics)) if topics else mine).scalar_subquery()


def _place_reason(city: ColumnElement[Any], topic: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(literal("place_city:") + city, literal("place_topic:") + topic, "place_all")


def _personal_reason(
    network: Network, details: Details, city: ColumnElement[Any], topic: ColumnElement[Any]
) -> ColumnElement[Any]:
    found = {each.slug: city_reason(each, details.cities, details.topics) for each in network.cities}
    known = {slug: reason for slug, reason in found.items() if reason}
    by_city = case(known, value=city, else_="all") if known else literal("all")
    if details.cities or not details.topics:
        return by_city
    return func.coalesce(literal("topic:") + topic, by_city)
