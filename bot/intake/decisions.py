"""What coordinators decide about likenesses: the same thing, different things, or that a join was wrong.

Every decision is remembered, so that the same pair is neither joined nor offered again, and leaves an audit row.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Details
from bot.intake.candidates import STANDING
from bot.intake.fingerprint import fingerprint
from bot.intake.moving import move_people, move_told
from bot.intake.records import Change, Content, first_revisions, insert_items, revise_items
from bot.intake.relevance.first_polls import silent, tell_changed
from bot.intake.relevance.keeping import filled
from bot.intake.renewal import Cause, renew
from bot.planning.notices import announce
from bot.store import audit
from bot.store.db import insert_into
from bot.store.items import Item, ReportRow
from bot.store.joining import Judgement, Likeness


class Undecidable(Exception):
    """Why nothing was done, for the coordinator."""


def same(session: Session, report_id: int, item_id: int, zone: str, actor: str, origin: str = "") -> int:
    """A report tells of that item: the two items become one; returns its id. Raises Undecidable.

    The older one stays, with its threads and reminders. What was answered to the other counts for it too.
    """
    mine = _report(session, report_id).item_id
    if mine == item_id:
        return mine
    kept, gone = _lock(session, mine, item_id)
    for item in (kept, gone):
        if item.state == "waiting":
            raise Undecidable("One of them waits for approval. Approve it first.")
        if item.state not in STANDING:
            raise Undecidable("One of them was withdrawn or joined meanwhile.")
    now = clock.now()
    moved = select(ReportRow.id).where(ReportRow.item_id == gone.id).order_by(ReportRow.id)
    reports = session.scalars(moved).all()
    for each in reports:
        _remember(session, each, kept.id, "joined", actor, now, own=gone.id)
    session.execute(update(ReportRow).where(ReportRow.id.in_(reports)).values(item_id=kept.id))
    _settle_offers(session, kept.id, gone.id, actor, now)
    revise_items(session, [Change(gone.id, reports[0], gone.content(), "joined")], zone, now)
    session.execute(
        update(Item).where((Item.id == gone.id) | (Item.joined_into == gone.id)).values(joined_into=kept.id)
    )
    revised = renew(session, {kept.id: Cause(reports[0], fresh=True)}, zone, now)
    move_people(session, gone.id, kept.id)
    move_told(session, gone.id, kept.id)
    tell_changed(session, revised)
    announce(session, [gone.id], "quiet")
    audit.record(
        session, actor, "items.joined", f"item {kept.id}", origin, gone=gone.id, reports=list(reports)
    )
    return kept.id


def different(session: Session, report_id: int, item_id: int, actor: str, origin: str = "") -> None:
    """A report tells of another thing than that item: it is not offered again."""
    _remember(session, report_id, item_id, "refused", actor, clock.now())
    audit.record(session, actor, "likeness.refused", f"item {item_id}", origin, report=report_id)


def part(session: Session, report_id: int, item_id: int, zone: str, actor: str, origin: str = "") -> int:
    """Take a report out of an item that it does not tell of; returns the item it has now. Raises Undecidable.

    That is the one it had before, if it had one. Answers, threads and reminders stay where they were.
    """
    item = session.get(Item, item_id, with_for_update=True, populate_existing=True)
    report = _report(session, report_id)
    if item is None or report.item_id != item_id or report.withdrawn:
        raise Undecidable("It is not one of this item's reports any more.")
    others = (ReportRow.item_id == item_id, ReportRow.id != report_id, ReportRow.withdrawn.is_(False))
    if not session.scalar(select(exists().where(*others))):
        raise Undecidable("It is the only report of this item.")
    if item.state == "waiting":
        raise Undecidable("The item waits for approval. Approve it first.")
    now = clock.now()
    before = session.get(Likeness, (report_id, item_id))
    own = (
        session.get(Item, before.own_item_id, with_for_update=True) if before and before.own_item_id else None
    )
    _remember(session, report_id, item_id, "parted", actor, now)
    if own is not None and (own.state in STANDING or own.joined_into == item_id):
        theirs = own.id
        report.item_id, own.joined_into = theirs, None
        session.flush()
        made = renew(session, {theirs: Cause(report_id, fresh=True)}, zone, now)
    else:
        made = [theirs] = _new_item(session, report, item, zone, now)
    # Of what nobody was told, a part is told nobody either.
    announce(session, made, "quiet" if silent(session, [item_id]) else "notice")
    tell_changed(session, renew(session, {item_id: Cause(report_id)}, zone, now))
    audit.record(session, actor, "report.parted", f"item {item_id}", origin, report=report_id, item=theirs)
    return theirs


def _new_item(session: Session, report: ReportRow, item: Item, zone: str, now: datetime) -> list[int]:
    details = Details.model_validate(report.details) if report.details else item.content()
    details = filled(session.get(Judgement, report.id), details)
    content = [Content(report.external_id, details, fingerprint(details))]
    made = insert_items(session, content, "published", zone, now)
    first_revisions(session, content, made, [report.id], now)
    report.item_id = made[0]
    session.flush()
    return made


def _report(session: Session, report_id: int) -> ReportRow:
    report = session.get(ReportRow, report_id, with_for_update=True, populate_existing=True)
    if report is None:
        raise Undecidable("There is no such report any more.")
    return report


def _lock(session: Session, one: int, other: int) -> tuple[Item, Item]:
    """Both items, the one that stays first: the older of those that are published."""
    locked = select(Item).where(Item.id.in_((one, other))).order_by(Item.id).with_for_update()
    items = session.scalars(locked.execution_options(populate_existing=True)).all()
    if len(items) != 2:
        raise Undecidable("There is no such item any more.")
    kept, gone = sorted(items, key=lambda item: (item.state != "published", item.id))
    return kept, gone


def _settle_offers(session: Session, kept: int, gone: int, actor: str, now: datetime) -> None:
    """Offers of the item that goes are those of the one that stays; what is now one needs no deciding."""
    offers = select(Likeness).where(Likeness.item_id.in_((kept, gone)), Likeness.state == "offered")
    for offer in session.scalars(offers).all():
        own = session.scalar(select(ReportRow.item_id).where(ReportRow.id == offer.report_id))
        if own == kept:
            offer.state, offer.decided_by, offer.decided_at = "joined", actor, now
        elif offer.item_id == gone and session.get(Likeness, (offer.report_id, kept)) is None:
            offer.item_id = kept
    session.flush()


def _remember(
    session: Session,
    report_id: int,
    item_id: int,
    state: str,
    actor: str,
    now: datetime,
    own: int | None = None,
) -> None:
    said = {"state": state, "decided_by": actor, "decided_at": now}
    said_of_own = {"own_item_id": own} if own else {}
    new = insert_into(session, Likeness).values(
        report_id=report_id, item_id=item_id, score=0.0, why=[], made_at=now, **said, **said_of_own
    )  # fmt: skip
    session.execute(
        new.on_conflict_do_update(index_elements=["report_id", "item_id"], set_=said | said_of_own)
    )
