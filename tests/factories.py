"""People, places and items for tests, made through the house's own functions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Accepted, Details, Report
from bot.intake.accept import Rights, accept
from bot.network import Network
from bot.people.enrolment import Person, enrol
from bot.planning.notices import plan_chunk
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.sources import Source

ZONE = "Europe/Helsinki"


def details(**more: Any) -> Details:
    """A funding call for Tampere about carbon neutrality, unless told otherwise."""
    stated: dict[str, Any] = {
        "kind": "call",
        "title": {"fi": "Haku", "sv": "Ansökan", "en": "Call"},
        "cities": ("tampere",),
        "topics": ("vahahiilisyys",),
        "closes_at": "2027-01-15T16:15:00+02:00",
        "visibility": "public",
    }
    return Details.model_validate({**stated, **more})


def person(session: Session, name: str = "Alice", **more: Any) -> Contact:
    """A contact called `name`, of Tampere unless told otherwise."""
    stated: dict[str, Any] = {"email": f"{name.lower()}@example.org", "cities": ("tampere",)}
    return enrol(session, Person(name, **{**stated, **more}))[0]


def source(session: Session, name: str = "paper", **more: Any) -> Source:
    """A source that sends by itself."""
    stated: dict[str, Any] = {"kind": "webhook", "options": {}, "defaults": {}, "cursor": {}}
    row = Source(name=name, created_at=clock.now(), **{**stated, **more})
    session.add(row)
    session.flush()
    return row


def tell(
    database: Database, *said: Report | Details, rights: Rights | None = None, name: str = "paper"
) -> list[Accepted]:
    """Take reports in, from a source that may be urgent; details alone get an external id of their own."""
    reports = [each if isinstance(each, Report) else Report(f"id-{at}", each) for at, each in enumerate(said)]

    def work(session: Session) -> list[Accepted]:
        row = session.scalar(select(Source).where(Source.name == name)) or source(session, name)
        return accept(session, row.id, reports, rights or Rights(may_be_urgent=True), ZONE)

    return database.write(work)


def plan(database: Database, network: Network, size: int = 2000) -> int:
    """Plan all that is open; returns how many chunks that took."""
    chunks = 0
    while database.write(lambda session: plan_chunk(session, network, ZONE, size)):
        chunks += 1
    return chunks


def deliveries(database: Database, *states: str) -> list[Delivery]:
    """All deliveries, or those in these states, in order of id."""
    with database.reading() as session:
        query = select(Delivery).order_by(Delivery.id)
        return list(session.scalars(query.where(Delivery.state.in_(states)) if states else query))
