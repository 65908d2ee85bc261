"""`/`: what is going on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.contracts import SourceFault
from bot.planning.notices import open_fanouts
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.items import Item, ReportRow
from bot.store.sources import Source, there
from bot.web.faults import find_faults
from bot.web.house import house
from bot.web.items import Entry, entries
from bot.web.likenesses import offered
from bot.web.lines import Line, lines
from bot.web.pages import page
from bot.web.tallies import totals

LAST_ITEMS = 10
NEXT_DELIVERIES = 10

overview = Blueprint("overview", __name__)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source, when it last brought something, and what is wrong with it."""

    source: Source
    brought_at: datetime | None
    fault: str | None


@overview.get("/")
def show() -> Response:
    """Faults, counts, the last items, the next deliveries, the sources."""
    with house().database.reading() as session:
        counts = totals(session)
        return page(
            "overview.html",
            totals=counts,
            faults=find_faults(session, house(), counts.failed_lately),
            items=_last_items(session),
            planning=open_fanouts(session),
            next=_next_deliveries(session),
            sources=_sources(session),
            alike=offered(session),
            anybody=session.scalar(select(exists().where(Contact.erased_at.is_(None)))),
        )


def _last_items(session: Session) -> list[Entry]:
    newest = session.scalars(select(Item).order_by(Item.id.desc()).limit(LAST_ITEMS))
    return entries(session, house(), newest.all())


def _next_deliveries(session: Session) -> list[Line]:
    """The queued ones that are due first, then the newest that wait for a digest."""
    due: list[tuple[datetime, int]] = []
    for sender in house().renderers:  # sender by sender, as the index of what is due is ordered
        queued = select(Delivery.due_at, Delivery.id).where(Delivery.sender == sender, in_state("queued"))
        rows = session.execute(queued.order_by(Delivery.due_at, Delivery.id).limit(NEXT_DELIVERIES))
        due += [(due_at, delivery_id) for due_at, delivery_id in rows]
    first = [delivery_id for _, delivery_id in sorted(due)][:NEXT_DELIVERIES]
    if len(first) < NEXT_DELIVERIES:
        held = select(Delivery.id).where(in_state("held")).order_by(Delivery.id.desc())
        first += session.scalars(held.limit(NEXT_DELIVERIES - len(first)))
    by_id = {line.id: line for line in lines(session, house(), Delivery.id.in_(first), most=NEXT_DELIVERIES)}
    return [by_id[delivery_id] for delivery_id in first if delivery_id in by_id]


def _sources(session: Session) -> list[SourceLine]:
    return [
        SourceLine(
            source, source.brought_at or _last_report(session, source), source.fault or _closed(source)
        )
        for source in session.scalars(select(Source).where(there()).order_by(Source.name))
    ]


def _closed(source: Source) -> str | None:
    """Why a source that sends by itself would not be let in."""
    if source.next_at is not None:
        return None
    try:
        house().open_webhook(source)
    except SourceFault as fault:
        return fault.reason
    return None


def _last_report(session: Session, source: Source) -> datetime | None:
    """When a source that is never asked (a webhook) last said something."""
    if source.next_at is not None:
        return None
    newest = select(ReportRow.seen_at).where(ReportRow.source_id == source.id)
    return session.scalar(newest.order_by(ReportRow.id.desc()).limit(1))
