"""`/`: what is going on."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.intake.relevance import first_polls
from bot.planning.notices import open_fanouts
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.items import Item, ReportRow
from bot.store.joining import Judgement
from bot.store.sources import HOUSE_KIND, Source, there
from bot.web.faults import find_faults
from bot.web.house import house
from bot.web.items import Entry, entries
from bot.web.likenesses import offered
from bot.web.lines import Line, lines
from bot.web.pages import page
from bot.web.sources import STATES, WEEK, lines_of
from bot.web.sources import Line as SourceLine
from bot.web.tallies import totals

LAST_ITEMS = 10
NEXT_DELIVERIES = 10

overview = Blueprint("overview", __name__)


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
            looks=STATES,
            aside=_lately_aside(session),
            first=len(first_polls.untold(session)),
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
    mine = select(Source).where(Source.kind != HOUSE_KIND, there()).order_by(Source.name)
    return lines_of(session, session.scalars(mine).all())


def _lately_aside(session: Session) -> int:
    """How many reports the rules set aside in the last days, which nobody has corrected."""
    aside = select(func.count()).select_from(Judgement).join(ReportRow, ReportRow.id == Judgement.report_id)
    theirs = aside.join(Item, Item.id == ReportRow.item_id).where(Item.state == "aside")
    lately = (Judgement.made_at > clock.now() - WEEK, Judgement.corrected_at.is_(None))
    return session.scalar(theirs.where(*lately, ReportRow.withdrawn.is_(False))) or 0
