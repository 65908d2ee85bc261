"""The flood guard: of more new items an hour than a source should bring, people hear in one digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import zone as zone_of
from bot.network import Network
from bot.planning.alerts import alert
from bot.planning.audiences import Whom
from bot.planning.hours import Hours
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, Fanout
from bot.store.destinations import Destination, Subscription
from bot.store.sources import Source

WINDOW = timedelta(hours=1)
GATHER_FOR = timedelta(minutes=10)
"""How long after a flood its digest is made, so that what still comes in is part of it."""


def gather(session: Session, network: Network, fanouts: Sequence[Fanout]) -> None:
    """Mark the new items of sources that bring too many; coordinators are told once an hour for each."""
    fresh = [
        fanout for fanout in fanouts if fanout.source_id and fanout.purpose == "notice" and fanout.cursor == 0
    ]
    for source_id in {fanout.source_id for fanout in fresh}:
        source = session.get(Source, source_id)
        count = _count(session, source) if source else 0
        if source is None or not count:
            continue
        for fanout in fresh:
            if fanout.source_id == source_id:
                fanout.gathered = True
        hour = clock.now().astimezone(zone_of("UTC"))
        alert(
            session, network, f"flood:{source.id}:{hour:%Y%m%d%H}",
            "{source} brought {count} new items within an hour",
            "They go out as one digest for each reader, not as {count} notices. If that is wrong, pause the "
            "source and withdraw what should not be told.",
            source=source.name, count=count,
        )  # fmt: skip


def _count(session: Session, source: Source) -> int:
    """How many new items a source brought lately when that is more than it may, else 0."""
    if not source.flood_limit:
        return 0
    lately = (
        Fanout.source_id == source.id,
        Fanout.created_at > clock.now() - WINDOW,
        Fanout.purpose == "notice",
        # New items, and those that a silent first poll took in and that nobody has heard of yet.
        or_(Fanout.revision == 1, Fanout.gathered, ~exists().where(Delivery.item_id == Fanout.item_id)),
    )
    # A look at one row decides; only a flood is worth counting.
    if session.scalar(select(Fanout.id).where(*lately).offset(source.flood_limit).limit(1)) is None:
        return 0
    return session.scalar(select(func.count()).select_from(Fanout).where(*lately)) or 0


def digest_time(hours: str) -> datetime:
    """When readers of *now* with these sending hours get what was gathered just now."""
    return Hours.parse(hours).opens(clock.now() + GATHER_FOR)


def digest_soon(session: Session, whom: Whom) -> None:
    """Let readers who hear of things at once have a digest of what was gathered, in their sending hours."""
    mine = [*whom.conditions(), Subscription.rhythm == "now", Subscription.digest_at.is_(None)]
    chosen = (
        select(Subscription.id)
        .join(Destination, Destination.id == Subscription.destination_id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
        .where(*mine)
    )
    for text in session.scalars(
        select(Subscription.hours).where(Subscription.id.in_(chosen)).distinct()
    ).all():
        at = digest_time(text)
        session.execute(
            update(Subscription)
            .where(Subscription.id.in_(chosen), Subscription.hours == text)
            .values(digest_at=at)
            .execution_options(synchronize_session=False)
        )
