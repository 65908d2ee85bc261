"""Destinations and subscriptions follow from a contact: one personal copy, by the way they prefer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Channel, Language, Rhythm, Role
from bot.store.contacts import Contact, email_key
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as a coordinator states it."""

    name: str
    email: str
    cities: tuple[str, ...] = ()
    role: Role = "contact"
    language: Language = "fi"
    timezone: str = "Europe/Helsinki"
    topics: tuple[str, ...] = ()
    rhythm: Rhythm = "now"
    channel: Channel | None = None
    slack_user_id: str | None = None
    slack_team_id: str | None = None


def enrol(session: Session, person: Person) -> tuple[Contact, bool]:
    """Make or change the contact with that address; returns it and whether it is new."""
    key = email_key(person.email)
    contact = session.scalar(select(Contact).where(Contact.email_key == key))
    new = contact is None
    if contact is None:
        contact = Contact(email_key=key, created_at=clock.now())
        session.add(contact)
    contact.name, contact.email, contact.language = person.name, person.email, person.language
    contact.timezone, contact.role, contact.rhythm = person.timezone, person.role, person.rhythm
    contact.channel, contact.cities, contact.topics = person.channel, list(person.cities), list(person.topics)
    contact.slack_user_id, contact.slack_team_id = person.slack_user_id, person.slack_team_id
    _take_over_slack(session, contact)
    session.flush()
    settle_ways(session, contact)
    return contact, new


def _take_over_slack(session: Session, contact: Contact) -> None:
    """A Slack identity is one person's: the newest statement wins, and who had it before hears by mail."""
    if not contact.slack_user_id:
        return
    with session.no_autoflush:
        others = select(Contact).where(
            Contact.slack_user_id == contact.slack_user_id,
            Contact.slack_team_id.is_not_distinct_from(contact.slack_team_id),
            Contact.email_key != contact.email_key,
        )
        for other in session.scalars(others).all():
            other.slack_user_id = other.slack_team_id = None
            session.flush([other])
            settle_ways(session, other)


def settle_ways(session: Session, contact: Contact) -> None:
    """Make the contact's destinations and subscription say what the contact's row says."""
    ways = {
        way.sender: way
        for way in session.scalars(select(Destination).where(Destination.contact_id == contact.id))
    }
    mail = _way(session, contact, ways.get("email"), "email", "", contact.email)
    slack = _way(
        session, contact, ways.get("slack"), "slack", contact.slack_team_id or "", contact.slack_user_id
    )
    preferred = mail if contact.channel == "email" or slack is None else slack
    subscription = session.scalar(select(Subscription).where(Subscription.contact_id == contact.id))
    if preferred is None or contact.channel == "conversation-only":
        if subscription:
            subscription.rhythm = "off"
        return
    if subscription is None:
        subscription = Subscription(contact_id=contact.id, kinds=[], everywhere=False, created_at=clock.now())
        session.add(subscription)
    subscription.destination_id, subscription.rhythm = preferred.id, contact.rhythm
    session.flush()
    _follow(session, subscription.id, contact.cities, contact.topics)


def _way(
    session: Session, contact: Contact, way: Destination | None, sender: str, team: str, address: str | None
) -> Destination | None:
    """The contact's destination at one sender, made or changed; None when they have no address there."""
    if not address:
        return None
    key = address.casefold()
    if way is None:
        # An address that another contact had before (a person renamed in the list) moves to this one.
        taken = (Destination.sender == sender, Destination.team == team, Destination.address_key == key)
        way = session.scalar(select(Destination).where(*taken))
    if way is None:
        way = Destination(sender=sender, team=team, address=address, address_key=key, created_at=clock.now())
        session.add(way)
    if (way.team, way.address_key) != (team, key):
        way.paused_until, way.fault, way.failures = None, None, 0  # a new address starts well
    way.contact_id, way.team, way.address, way.address_key = contact.id, team, address, key
    way.languages = contact.language
    session.flush()
    return way


def _follow(session: Session, subscription_id: int, cities: Iterable[str], topics: Iterable[str]) -> None:
    session.execute(delete(SubscriptionCity).where(SubscriptionCity.subscription_id == subscription_id))
    session.execute(delete(SubscriptionTopic).where(SubscriptionTopic.subscription_id == subscription_id))
    session.add_all(
        SubscriptionCity(city=city, subscription_id=subscription_id) for city in dict.fromkeys(cities)
    )
    session.add_all(
        SubscriptionTopic(topic=topic, subscription_id=subscription_id) for topic in dict.fromkeys(topics)
    )
    session.flush()


def change(
    session: Session,
    contact: Contact,
    *,
    rhythm: Rhythm | None = None,
    language: Language | None = None,
    channel: Channel | None = None,
    topics: Iterable[str] | None = None,
) -> None:
    """Change what a contact chose for themselves; what is None stays."""
    contact.rhythm = rhythm or contact.rhythm
    contact.language = language or contact.language
    contact.channel = channel or contact.channel
    contact.topics = contact.topics if topics is None else list(topics)
    settle_ways(session, contact)
