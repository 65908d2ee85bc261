"""`/sources`: how each source is, what it brought, what is wrong and what to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, abort
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Capabilities, Integration, SourceFault
from bot.intake.removal import removed, removed_at
from bot.intake.setup import silent_next
from bot.intake.trial import KEPT, being_read
from bot.intake.watch.remedies import OTHER, REMEDIES
from bot.store.sources import HOUSE_KIND, Source, source_named, there
from bot.store.watch import SourceRun, SourceTrial, SourceTrouble
from bot.web.house import house
from bot.web.pages import page

MOST_RUNS, MOST_TROUBLES = 30, 20
WEEK, MONTH = timedelta(days=7), timedelta(days=30)

STATES = {
    "well": ("sent", "✓ Well"),
    "unasked": ("queued", "… Not asked yet"),
    "partly": ("doubtful", "! Some entries left out"),
    "silence": ("doubtful", "! Silent"),
    "certificate": ("doubtful", "! Certificate ends soon"),
    "paused": ("paused", "‖ Paused"),
    "fault": ("failed", "✗ Cannot be read"),
    "closed": ("failed", "✗ Not set up"),
}
"""How a source is: the look of its mark, and its words."""

ABLE = {
    "read": "is asked for news",
    "webhook": "sends by itself",
    "mail": "is recognised in the mailbox",
    "publish": "can be written to",
    "people": "says who its people are",
}

sources = Blueprint("sources", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One source at a glance. `week` and `month` are how many new things came in 7 and 30 days."""

    source: Source
    title: str
    able: tuple[str, ...]
    state: str
    troubles: Sequence[SourceTrouble]
    week: int
    month: int
    has_sample: bool
    has_exports: bool


@sources.get("/sources")
def show() -> Response:
    """All sources."""
    with house().database.reading() as session:
        mine = select(Source).where(Source.kind != HOUSE_KIND, there()).order_by(Source.name)
        lines = _lines(session, session.scalars(mine).all())
        gone = [(each, removed_at(each)) for each in removed(session)]
        return page("sources.html", lines=lines, looks=STATES, gone=gone)


@sources.get("/sources/<name>")
def one(name: str) -> Response:
    """One source, with its runs and its troubles."""
    with house().database.reading() as session:
        source = named(session, name)
        mine = select(SourceRun).where(SourceRun.source_id == source.id)
        past = select(SourceTrouble).where(SourceTrouble.source_id == source.id)
        trial = session.get(SourceTrial, source.id)
        return page(
            "source.html",
            line=_lines(session, [source])[0],
            looks=STATES,
            runs=session.scalars(mine.order_by(SourceRun.id.desc()).limit(MOST_RUNS)).all(),
            troubles=session.scalars(past.order_by(SourceTrouble.id.desc()).limit(MOST_TROUBLES)).all(),
            trial=trial if trial and trial.asked_at > clock.now() - KEPT else None,
            silent=silent_next(source),
            being_read=trial is not None and being_read(trial),
            remedies=REMEDIES,
            other=OTHER,
        )


def _lines(session: Session, rows: Sequence[Source]) -> list[Line]:
    ids = [source.id for source in rows]
    week, month = (_came(session, ids, span) for span in (WEEK, MONTH))
    mine = (SourceTrouble.source_id.in_(ids), SourceTrouble.ended_at.is_(None))
    troubles = session.scalars(select(SourceTrouble).where(*mine).order_by(SourceTrouble.id)).all()
    lines = []
    for source in rows:
        wrong = [each for each in troubles if each.source_id == source.id]
        kind = kind_of(source)
        lines.append(
            Line(
                source, kind.title if kind else source.kind, _able(kind, source),
                "closed" if _closed(source) else state_of(source, wrong), wrong,
                week.get(source.id, 0), month.get(source.id, 0), bool(kind and kind.sample),
                house().exports(source) is not None,
            )
        )  # fmt: skip
    return lines


def _closed(source: Source) -> bool:
    """Whether a source that sends by itself would not be let in, as its options are not right."""
    if source.next_at is not None or source.paused:
        return False
    try:
        house().open_webhook(source)
    except SourceFault:
        return True
    return False


def state_of(source: Source, troubles: Sequence[SourceTrouble]) -> str:
    """How a source is, in one word."""
    if source.paused:
        return "paused"
    if source.failures:
        return "fault"
    kinds = {each.kind for each in troubles}
    for kind in ("silence", "certificate"):
        if kind in kinds:
            return kind
    if source.fault:
        return "partly"
    return "unasked" if source.next_at and not source.asked_at else "well"


def _came(session: Session, ids: Sequence[int], span: timedelta) -> dict[int, int]:
    since = (SourceRun.source_id.in_(ids), SourceRun.started_at > clock.now() - span)
    counted = select(SourceRun.source_id, func.sum(SourceRun.new + SourceRun.joined)).where(*since)
    return {
        source_id: int(count) for source_id, count in session.execute(counted.group_by(SourceRun.source_id))
    }


def kind_of(source: Source) -> Integration | None:
    """The integration of a source; None when there is none of that name any more."""
    return house().source_kinds().get(source.kind)


def _able(kind: Integration | None, source: Source) -> tuple[str, ...]:
    if kind is None:
        return ()
    try:
        can: Callable[[object], Capabilities] = kind.can
        found = can(kind.options.model_validate(source.options))
    except ValueError:  # its options are not right: what it could do is not known
        return ()
    return tuple(said for name, said in ABLE.items() if getattr(found, name))


def named(session: Session, name: str, *, lock: bool = False) -> Source:
    """The source of that name. 404 for one that there is not, or not any more, and for the house's own."""
    source = source_named(session, name) if "\x00" not in name else None
    if source is None or source.kind == HOUSE_KIND:
        abort(404)
    if lock:
        session.refresh(source, with_for_update=True)
    return source
