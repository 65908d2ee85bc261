"""Conversations and workspace walls as destinations: one for a city, one for a topic, one for all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import DEFAULT_ZONE
from bot.contracts import Language, Rhythm
from bot.people.subscribing import digest_after_change, ladder_of
from bot.people.waiting import cancel_waiting
from bot.planning.digest_times import next_digest
from bot.planning.hours import Hours, written
from bot.store.destinations import (
    USUAL_LADDER,
    Destination,
    Subscription,
    SubscriptionCity,
    SubscriptionTopic,
)


def add_conversation(
    session: Session,
    address: str,
    *,
    sender: str = "slack",
    city: str | None = None,
    topic: str | None = None,
    languages: Sequence[Language] = ("fi",),
    rhythm: Rhythm = "now",
    team: str = "",
    zone: str = DEFAULT_ZONE,
    hours: str | None = None,
    ladder: str | None = None,
    digest_day: int | None = None,
    digest_hour: int | None = None,
    broadcast: bool | None = None,
    bridge: str | None = None,
) -> Destination:
    """Let a conversation hear of a city, a topic, or (neither) everything.

    With another `sender` it is a workspace wall: `address` is then its source's name, and `team` too, so that it
    has an account of its own.

    Adding the same rule again changes its rhythm and languages; a second rule on the same conversation
    adds to the first, and an item still comes once. `hours` (`8-17`, `always`) are in `zone`; `ladder`
    are days before a deadline (`14,2`, `none`); `broadcast` and `bridge` are of the conversation, as
    `store.destinations.Destination` says; what is None stays as it is, or is the usual.
    """
    place = _place(session, address, team, sender)
    if place is None:
        place = Destination(
            sender=sender, team=team, address=address, address_key=address.casefold(), created_at=clock.now()
        )
        session.add(place)
    place.languages = ",".join(languages)
    if broadcast is not None:
        place.broadcast = broadcast
    if bridge is not None:
        place.bridge = bridge
    place.paused_until, place.fault, place.failures = None, None, 0
    session.flush()
    rule = _rule(session, place.id, city, topic)
    if rule is None:
        rule = Subscription(
            destination_id=place.id, everywhere=city is None, created_at=clock.now(), rhythm=rhythm,
            hours=written(zone, ""), ladder=USUAL_LADDER,
        )  # fmt: skip
        session.add(rule)
        session.flush()
        if city:
            session.add(SubscriptionCity(city=city, subscription_id=rule.id))
        if topic:
            session.add(SubscriptionTopic(topic=topic, subscription_id=rule.id))
    was, rule.rhythm = rule.rhythm, rhythm
    if hours is not None or rule.hours is None:
        rule.hours = written(zone, hours or "")
    if ladder is not None:
        rule.ladder = ladder_of(ladder)
    rule.digest_day = rule.digest_day if digest_day is None else digest_day
    rule.digest_hour = rule.digest_hour if digest_hour is None else digest_hour
    name = Hours.parse(rule.hours).zone
    now = clock.now()
    following = next_digest(rhythm, rule.digest_day, rule.digest_hour, name, now)
    rule.digest_at = digest_after_change(rhythm, was, rule.digest_at, following, now)
    session.flush()
    return place


def common_conversation(session: Session, address: str, languages: Sequence[Language]) -> None:
    """Let the network's common conversation hear of everything, unless it does already, in whatever way."""
    place = _place(session, address, "")
    if place is None or _rule(session, place.id, None, None) is None:
        add_conversation(session, address, languages=languages)


def remove_conversation(session: Session, place: Destination) -> int:
    """Take a conversation's rules away and cancel what waits for it; returns how much that was.

    The place stays, with what was sent there.
    """
    session.execute(delete(Subscription).where(Subscription.destination_id == place.id))
    return cancel_waiting(session, [place.id], "the conversation was removed")


def _place(session: Session, address: str, team: str, sender: str = "slack") -> Destination | None:
    key = address.casefold()
    return session.scalar(
        select(Destination).where(
            Destination.sender == sender, Destination.team == team, Destination.address_key == key
        )
    )


def _rule(session: Session, place_id: int, city: str | None, topic: str | None) -> Subscription | None:
    rules = (
        select(Subscription, SubscriptionCity.city, SubscriptionTopic.topic)
        .outerjoin(SubscriptionCity, SubscriptionCity.subscription_id == Subscription.id)
        .outerjoin(SubscriptionTopic, SubscriptionTopic.subscription_id == Subscription.id)
        .where(Subscription.destination_id == place_id)
    )
    return next((rule for rule, c, t in session.execute(rules) if (c, t) == (city, topic)), None)
