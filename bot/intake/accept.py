"""Take reports in: dedupe, revise, withdraw, and hand on to planning, all in the caller's transaction.

A report is unique by (source, external id). Many are taken at once, because a poll brings many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Accepted, Details, Report, Verdict
from bot.intake.fingerprint import fingerprint
from bot.intake.records import (
    Content,
    Known,
    insert_items,
    item_state,
    known_reports,
    revise_item,
    withdraw_item,
)
from bot.log import logger
from bot.planning.calls import disagrees, state_of
from bot.planning.notices import announce, over_at

_log = logger("intake")


@dataclass(frozen=True, slots=True)
class Rights:
    """What a source may do with what it brings. `tell` is off for a first poll that stays silent."""

    publish: str = "at_once"
    may_be_urgent: bool = False
    tell: bool = True


def accept(
    session: Session, source_id: int, reports: Sequence[Report], rights: Rights, zone: str
) -> list[Accepted]:
    """Take in what one source says, one answer for each report, in their order.

    The same external id twice is taken in the order given, as if in two calls.
    """
    answers: dict[int, Accepted] = {}
    waiting = dict(enumerate(reports))
    while waiting:
        firsts: dict[str, int] = {}
        for at, report in waiting.items():
            firsts.setdefault(report.external_id, at)
        now_ones = [waiting.pop(at) for at in firsts.values()]
        found = _accept_distinct(session, source_id, now_ones, rights, zone)
        answers.update(zip(firsts.values(), found, strict=True))
    return [answers[at] for at in range(len(reports))]


def _accept_distinct(
    session: Session, source_id: int, reports: Sequence[Report], rights: Rights, zone: str
) -> list[Accepted]:
    known = known_reports(session, source_id, [report.external_id for report in reports])
    now = clock.now()
    answers: dict[str, Accepted] = {}
    new: list[Content] = []
    changed: list[int] = []
    for report in reports:
        before = known.get(report.external_id)
        content = _content(report, rights)
        if content and disagrees(content.details, now, zone):
            dates = state_of(content.details, now, zone)
            stated = content.details.stated_state
            _log.warning(
                "state_disagrees", source_id=source_id, external_id=report.external_id, stated=stated, dates=dates
            )  # fmt: skip
        verdict = _verdict(before, content)
        if content and not before:
            new.append(content)
            continue
        answers[report.external_id] = Accepted(verdict, before.item_id if before else None)
        if before and content and verdict == "updated":
            state = _state_after(session, before, rights)
            changed.append(revise_item(session, before, content, state, zone, now))
        elif before and verdict == "withdrawn" and not before.withdrawn:
            changed.append(withdraw_item(session, before, now))
    state = "published" if rights.publish == "at_once" else "waiting"
    made = insert_items(session, source_id, new, state, zone, now)
    for content, item_id in zip(new, made, strict=True):
        answers[content.external_id] = Accepted("accepted", item_id)
    living = [
        item_id
        for content, item_id in zip(new, made, strict=True)
        if state == "published" and not _over(content.details, zone, now)
    ]
    announce(session, living, "notice" if rights.tell else "quiet", source_id)
    announce(session, changed, "notice", source_id)
    return [answers[report.external_id] for report in reports]


def _content(report: Report, rights: Rights) -> Content | None:
    details = report.details
    if details is None:
        return None
    if details.urgent and not rights.may_be_urgent:
        details = details.model_copy(update={"urgent": False})
    return Content(report.external_id, details, fingerprint(details))


def _verdict(before: Known | None, content: Content | None) -> Verdict:
    if content is None:
        return "withdrawn" if before else "unknown"
    if before is None:
        return "accepted"
    same = before.fingerprint == content.fingerprint and not before.withdrawn
    return "duplicate" if same else "updated"


def _state_after(session: Session, before: Known, rights: Rights) -> str:
    # What needs approval needs it for a change too; what still waits keeps waiting.
    if rights.publish != "at_once":
        return "waiting"
    return "waiting" if item_state(session, before.item_id) == "waiting" else "published"


def _over(details: Details, zone: str, now: datetime) -> bool:
    """A call already closed, or an event already over, becomes an item without a notice."""
    over = over_at(details, zone)
    return over is not None and over <= now
