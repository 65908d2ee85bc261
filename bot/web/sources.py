"""`/sources`: how each source is, what it brought, what is wrong and what to try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Capabilities, Integration, SourceFault
from bot.intake.removal import removed, removed_at
from bot.intake.setup import silent_next
from bot.intake.trial import KEPT, being_read
from bot.intake.watch.remedies import OTHER, REMEDIES
from bot.intake.watch.troubles import APART
from bot.store.sources import HOUSE_KIND, Source, source_named, there
from bot.store.watch import SourceRun, SourceTrial, SourceTrouble
from bot.web import prose
from bot.web.house import house
from bot.web.pages import page

MOST_RUNS, MOST_TROUBLES = 30, 20
WEEK, MONTH = timedelta(days=7), timedelta(days=30)

STATES = {
    "fault": ("failed", "✗ Cannot be read"),
    "silence": ("doubtful", "! Silent"),
    "certificate": ("doubtful", "! Certificate ends soon"),
    "partly": ("doubtful", "! Some entries left out"),
    "closed": ("failed", "✗ Not set up"),
    "unasked": ("queued", "… Not asked yet"),
    "paused": ("paused", "‖ Paused"),
    "well": ("sent", "✓ Well"),
}
"""How a source is, what needs somebody first: the look of its mark, and its words."""

COUNTED = {"well": "well", "closed": "not set up", "unasked": "not asked yet", "paused": "paused"}
"""The states that nobody needs to look at, as they are counted."""

ABLE = {
    "read": "is asked for news",
    "webhook": "sends by itself",
    "mail": "is recognised in the mailbox",
    "publish": "can be written to",
    "people": "says who its people are",
}

sources = Blueprint("sources", __name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble in a sentence of now. It is `grave` when the source cannot be read."""

    kind: str
    said: str
    grave: bool
    began_at: datetime
    told_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One source at a glance. `fault` is what is wrong beside its troubles; `week` and `month` are how many new things
    came in 7 and 30 days, `usual` how often something usually comes."""

    source: Source
    title: str
    able: tuple[str, ...]
    state: str
    troubles: Sequence[Trouble]
    fault: str | None
    week: int
    month: int
    usual: str
    has_sample: bool
    has_exports: bool


@sources.get("/sources")
def show() -> Response:
    """All sources."""
    with house().database.reading() as session:
        mine = select(Source).where(Source.kind != HOUSE_KIND, there()).order_by(Source.name)
        lines = lines_of(session, session.scalars(mine).all())
        gone = [(each, removed_at(each)) for each in removed(session)]
        return page("sources.html", lines=lines, looks=STATES, counts=tally(lines), gone=gone)


def tally(lines: Sequence[Line]) -> str:
    """How many sources are how, in words."""
    count = Counter(COUNTED.get(line.state, "to look at") for line in lines)
    return ", ".join(f"{count[said]} {said}" for said in ("to look at", *COUNTED.values()) if count[said])


@sources.get("/sources/<name>")
def one(name: str) -> Response:
    """One source, with its runs and its troubles."""
    with house().database.reading() as session:
        source = named(session, name)
        mine = select(SourceRun).where(SourceRun.source_id == source.id)
        past = (
            select(SourceTrouble)
            .where(SourceTrouble.source_id == source.id)
            .order_by(SourceTrouble.id.desc())
        )
        trial = session.get(SourceTrial, source.id)
        return page(
            "source.html",
            line=lines_of(session, [source])[0],
            looks=STATES,
            runs=session.scalars(mine.order_by(SourceRun.id.desc()).limit(MOST_RUNS)).all(),
            troubles=[told(source, each) for each in session.scalars(past.limit(MOST_TROUBLES))],
            trial=trial if trial and trial.asked_at > clock.now() - KEPT else None,
            silent=silent_next(source),
            being_read=trial is not None and being_read(trial),
            remedies=REMEDIES,
            other=OTHER,
        )


def lines_of(session: Session, rows: Sequence[Source]) -> list[Line]:
    """How these sources are, those first that somebody should look at."""
    ids = [source.id for source in rows]
    week, month = (_came(session, ids, span) for span in (WEEK, MONTH))
    mine = (SourceTrouble.source_id.in_(ids), SourceTrouble.ended_at.is_(None))
    troubles = session.scalars(select(SourceTrouble).where(*mine).order_by(SourceTrouble.id)).all()
    lines = []
    for source in rows:
        wrong = [told(source, each) for each in troubles if each.source_id == source.id]
        kind, closed = kind_of(source), _closed(source)
        able = _able(kind, source)
        if kind and kind.webhook and not able and not closed:  # its secret stands in the environment
            able = (ABLE["webhook"],)
        lines.append(
            Line(
                source, kind.title if kind else source.kind, able,
                "closed" if closed else state_of(source, wrong), wrong,
                closed or (None if any(each.grave for each in wrong) else source.fault),
                week.get(source.id, 0), month.get(source.id, 0),
                _usual(source.usual_gap) if source.usual_gap else "",
                bool(kind and kind.sample), house().exports(source) is not None,
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: list(STATES).index(line.state))


def told(source: Source, trouble: SourceTrouble) -> Trouble:
    """A trouble as it is now: what is silent has been so for longer than when it was noted."""
    said = trouble.said.strip().rstrip(".")
    if trouble.ended_at is None and trouble.kind == "silence" and source.brought_at:
        said = f"Nothing for {_days((clock.now() - source.brought_at).days)}"
        if source.usual_gap:
            said += f"; usually something every {_usual(source.usual_gap)}"
    elif trouble.kind == "certificate" and source.certificate_ends:
        ends = prose.moment(source.certificate_ends, house().settings.zone)
        said = f"The certificate of its server ends on {ends}"
    said = f"{said[:1].upper()}{said[1:]}."
    return Trouble(
        trouble.kind, said, trouble.kind not in APART, trouble.began_at, trouble.told_at, trouble.ended_at
    )


def _usual(seconds: int) -> str:
    """How often something usually comes, after "every"."""
    if seconds < 36 * 3600:
        hours = round(seconds / 3600)
        return "day" if hours in range(20, 30) else f"{hours} hours" if hours > 1 else "hour"
    return f"{round(seconds / 86_400)} days"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _closed(source: Source) -> str | None:
    """Why a source that sends by itself would not be let in: its options are not right."""
    if source.next_at is not None or source.paused:
        return None
    try:
        house().open_webhook(source)
    except SourceFault as fault:
        return fault.reason
    return None


def state_of(source: Source, troubles: Sequence[Trouble]) -> str:
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
