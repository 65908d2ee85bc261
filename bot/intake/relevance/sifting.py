"""Judge anew what was judged before, when the rules are others: `python -m bot sift`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Details
from bot.intake.accept import Rights
from bot.intake.relevance.judge import Judged, Sieve
from bot.intake.relevance.keeping import keep_judged
from bot.intake.renewal import Cause, renew
from bot.planning.fitting import open_at, published
from bot.planning.notices import announce
from bot.store.items import Item, ReportRow
from bot.store.joining import Judgement
from bot.store.sources import Source


@dataclass(frozen=True, slots=True)
class Difference:
    """A report of which other rules say something else; `state` is its item's before."""

    report_id: int
    item_id: int
    state: str
    title: str
    before: Judged
    after: Judged

    @property
    def stays(self) -> bool:
        """Whether it stays as it is: what is published is not put aside by a rule."""
        return self.state == "published" and not self.after.concerns


def differences(session: Session, sieve: Sieve, only: Sequence[int] | None = None) -> list[Difference]:
    """What the rules say otherwise now of what lies aside or is open, and nobody has corrected."""
    rows = (
        select(Judgement, ReportRow, Item.state)
        .join(ReportRow, ReportRow.id == Judgement.report_id)
        .join(Item, Item.id == ReportRow.item_id)
        .where(Judgement.corrected_at.is_(None), ReportRow.withdrawn.is_(False))
        .where(or_(Item.state == "aside", published() & open_at(clock.now())))
        .order_by(ReportRow.id)
    )
    if only is not None:
        rows = rows.where(ReportRow.id.in_(only))
    found = []
    for row, report, state in session.execute(rows):
        details = Details.model_validate(report.details)
        after = sieve.judge(details, clock.now().date())
        before = Judged(
            row.concerns, tuple(row.cities), tuple(row.topics), tuple(row.councils), version=row.rules
        )
        if _what(before) != _what(after):
            title = next(iter(details.title.values()))
            found.append(Difference(report.id, report.item_id, state, title, before, after))
    return found


def apply(session: Session, found: Sequence[Difference], zone: str) -> None:
    """Keep what the rules say now. What lay aside and concerns us is told, or waits for approval where its source
    says so; what is published stays so."""
    now = clock.now()
    changed = [each for each in found if not each.stays]
    states = state_of(session, [each.report_id for each in changed])
    keep_judged(session, [(each.report_id, each.after) for each in changed], now)
    session.flush()
    causes = {
        each.item_id: Cause(each.report_id, states[each.report_id], fresh=each.after.concerns)
        for each in changed
    }
    announce(session, renew(session, causes, zone, now))


def state_of(session: Session, report_ids: Iterable[int]) -> dict[int, str]:
    """The state that what each of these reports tells gets: `waiting` where its source publishes after approval."""
    asked = select(ReportRow.id, Source.publish).join(Source, Source.id == ReportRow.source_id)
    found = session.execute(asked.where(ReportRow.id.in_(list(report_ids))))
    return {report_id: Rights(publish).state for report_id, publish in found}


def _what(judged: Judged) -> tuple[object, ...]:
    return (judged.concerns, sorted(judged.cities), sorted(judged.topics), sorted(judged.councils))
