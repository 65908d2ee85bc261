"""What coordinators say of a judgement: it stands against later words of the source and against other rules."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.intake.relevance.keeping import concerns, judgements
from bot.intake.relevance.sifting import state_of
from bot.intake.renewal import Cause, renew
from bot.planning.notices import announce
from bot.store import audit
from bot.store.items import Item, ReportRow
from bot.store.joining import Judgement
from bot.store.plans import Reminder


class Uncorrectable(Exception):
    """It cannot be corrected now; the message says why, to a coordinator."""


def take_in(
    session: Session,
    report_id: int,
    cities: Sequence[str],
    topics: Sequence[str],
    tell: bool,
    zone: str,
    actor: str,
    origin: str = "",
) -> Item:
    """A report concerns these cities and topics (empty: all); returns its item. Raises Uncorrectable.

    Whom it now fits and has not heard of it is told, unless it is done silently. What lay aside waits for approval
    first where its source publishes so; then nobody is told before.
    """
    row, _, item = _locked(session, report_id)
    if item.state not in {"published", "aside"}:
        raise Uncorrectable("It waits for approval, or is withdrawn.")
    chosen = {"concerns": True, "cities": list(cities), "topics": list(topics), "councils": row.councils}
    _correct(row, chosen, actor)
    session.flush()
    _show(session, item, report_id, "notice" if tell else "quiet", zone)
    audit.record(session, actor, "judgement.concerns", f"item {item.id}", origin, report=report_id, tell=tell)
    session.refresh(item)
    return item


def put_aside(session: Session, report_id: int, actor: str, origin: str = "") -> int:
    """A report does not concern the network; returns its item. Raises Uncorrectable.

    Nobody is told of it any more and no reminder comes. Who was told keeps what they have, without a word.
    """
    row, report, item = _locked(session, report_id)
    _correct(row, {"concerns": False, "cities": [], "topics": [], "councils": []}, actor)
    _hide(session, report, item)
    audit.record(session, actor, "judgement.aside", f"item {item.id}", origin, report=report_id)
    return item.id


def undo(session: Session, report_id: int, zone: str, actor: str, origin: str = "") -> int:
    """What the rules say counts again, silently; returns the item. Raises Uncorrectable."""
    row, report, item = _locked(session, report_id)
    if row.corrected is None:
        raise Uncorrectable("Nobody has corrected it.")
    row.corrected = row.corrected_by = row.corrected_at = None
    session.flush()
    if row.concerns:
        _show(session, item, report_id, "quiet", zone)
    else:
        _hide(session, report, item)
    audit.record(session, actor, "judgement.undone", f"item {item.id}", origin, report=report_id)
    return item.id


def _locked(session: Session, report_id: int) -> tuple[Judgement, ReportRow, Item]:
    report = session.get(ReportRow, report_id, with_for_update=True, populate_existing=True)
    row = judgements(session, [report_id]).get(report_id)
    if report is None or row is None:
        raise Uncorrectable("The rules have not judged it.")
    item = session.get_one(Item, report.item_id, with_for_update=True, populate_existing=True)
    if report.withdrawn:
        raise Uncorrectable("Its source withdrew it.")
    return row, report, item


def _correct(row: Judgement, said: dict[str, object], actor: str) -> None:
    row.corrected, row.corrected_by, row.corrected_at = said, actor, clock.now()


def _show(session: Session, item: Item, report_id: int, how: str, zone: str) -> None:
    state = state_of(session, [report_id])[report_id] if item.state == "aside" else item.state
    announce(session, renew(session, {item.id: Cause(report_id, state, fresh=True)}, zone, clock.now()), how)


def _hide(session: Session, report: ReportRow, item: Item) -> None:
    told_too = (ReportRow.item_id == item.id, ReportRow.id != report.id, ReportRow.withdrawn.is_(False))
    others = session.scalars(select(ReportRow.id).where(*told_too)).all()
    judged = judgements(session, others)
    if any(other not in judged or concerns(judged[other]) for other in others):
        raise Uncorrectable("Other sources tell of it too: part this one on the item's page first.")
    if item.state == "waiting":
        raise Uncorrectable("It waits for approval: give it back there.")
    if item.state == "published":
        item.state = "aside"
        session.flush()
        planned = (Reminder.item_id == item.id, Reminder.state == "planned")
        session.execute(update(Reminder).where(*planned).values(state="dropped"))
        announce(session, [item.id], "quiet")  # cancels what nobody has been told yet
