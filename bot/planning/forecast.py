"""The forecast: to whom something would go, and when, before anybody presses a button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.clock import DEFAULT_ZONE
from bot.contracts import Details, Language
from bot.planning.audiences import Whom
from bot.planning.hours import Hours
from bot.planning.notices import over_at
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.destinations import USUAL_HOURS, Destination, Subscription


@dataclass(frozen=True, slots=True)
class Group:
    """Readers who are told alike: their rhythm, hours, sender and languages, whether they are conversations."""

    rhythm: str
    hours: str
    sender: str
    languages: str
    place: bool
    count: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many hear of something, when and how.

    `now` go out at once and `later` when their sending hours open, by instant (UTC), in order; `daily` and
    `weekly` in a digest. `people`, `conversations` and `senders` count all of them. `missing` are those whose
    language has no text, by language; each hears in another. `over` when it is too late for anybody.
    """

    now: int = 0
    later: tuple[tuple[datetime, int], ...] = ()
    daily: int = 0
    weekly: int = 0
    people: int = 0
    conversations: int = 0
    senders: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    over: bool = False

    @property
    def total(self) -> int:
        """Everybody who hears of it."""
        return self.people + self.conversations


def forecast(
    session: Session,
    details: Details,
    now: datetime,
    zone: str = DEFAULT_ZONE,
    also: tuple[ColumnElement[bool], ...] = (),
) -> Forecast:
    """To whom an item with these details would go if it were released at `now`, of those of whom `also` holds.

    Counted by the database through the audience's own conditions; what is held for a reader is due as
    `Hours` says, without the minutes over which a release is spread.
    """
    over = over_at(details, zone)
    if over is not None and over <= now:
        return Forecast(over=True)
    everybody = session.scalar(select(func.coalesce(func.max(Subscription.id), 0))) or 0
    return count_up(
        grouped(session, Whom(details, 0, everybody, also)), now, complete_in(details), over, details.urgent
    )


def complete_in(details: Details) -> set[Language]:
    """The languages in which an item says all that it says in any: a title, and a text if there is one."""
    return {language for language in details.title if not details.body or language in details.body}


def when_again(session: Session, deliveries: Iterable[Delivery], now: datetime) -> dict[int, datetime]:
    """When each of these would go out if it were sent again now, by its id: in its reader's sending hours."""
    rows = list(deliveries)
    theirs = (Subscription.contact_id == Destination.contact_id) | (
        Subscription.contact_id.is_(None) & (Subscription.destination_id == Destination.id)
    )
    hours = dict(
        session.execute(
            select(Destination.id, func.min(Subscription.hours))
            .join(Subscription, theirs)
            .where(Destination.id.in_({row.destination_id for row in rows}))
            .group_by(Destination.id)
        ).all()
    )
    return {
        row.id: Hours.parse(hours.get(row.destination_id, USUAL_HOURS)).due(
            now, now, row.expires_at if row.expires_at and row.expires_at > now else None, urgent=row.urgent
        )
        for row in rows
    }


def grouped(session: Session, whom: Whom) -> list[Group]:
    """The readers in question, counted by what decides when and how they are told."""
    alike = (Subscription.rhythm, Subscription.hours, Destination.sender, Destination.languages)
    place = Contact.id.is_(None)
    query = (
        select(*alike, place.label("place"), func.count().label("readers"))
        .select_from(Subscription)
        .join(Destination, Destination.id == Subscription.destination_id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
        .where(*whom.conditions())
        .group_by(*alike, place)
    )
    return [
        Group(row.rhythm, row.hours, row.sender, row.languages, bool(row.place), row.readers)
        for row in session.execute(query)
    ]


def count_up(
    groups: Iterable[Group],
    now: datetime,
    texts: Collection[Language],
    over: datetime | None = None,
    urgent: bool = False,
) -> Forecast:
    """The forecast for these readers of something that is said in the languages `texts`."""
    due: Counter[datetime] = Counter()
    digests: Counter[str] = Counter()
    senders: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    people = conversations = 0
    for group in groups:
        conversations += group.count if group.place else 0
        people += 0 if group.place else group.count
        senders[group.sender] += group.count
        for language in group.languages.split(","):
            missing[language] += 0 if language in texts else group.count
        if group.rhythm == "now" or urgent:
            due[Hours.parse(group.hours).due(now, now, over, urgent=urgent)] += group.count
        else:
            digests[group.rhythm] += group.count
    return Forecast(
        now=sum(count for at, count in due.items() if at <= now),
        later=tuple(sorted((at, count) for at, count in due.items() if at > now)),
        daily=digests["daily"],
        weekly=digests["weekly"],
        people=people,
        conversations=conversations,
        senders=dict(sorted(senders.items())),
        missing={language: count for language, count in sorted(missing.items()) if count},
    )
