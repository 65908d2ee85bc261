"""Items follow their reports: what several sources say is put together anew, and a revision made where it shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.intake.conflicts import tell_conflict
from bot.intake.fingerprint import fingerprint
from bot.intake.keys import keys
from bot.intake.merged import Part, merge
from bot.intake.records import Change, keep_own_word, revise_items
from bot.intake.relevance.keeping import filled, judgements
from bot.store.items import Item, ReportRow
from bot.store.sources import Source


@dataclass(frozen=True, slots=True)
class Cause:
    """Which report changed an item, and the state it would have: `waiting`, or `published` as before.

    `fresh`: the report is new to the item, which is told if so far it lay aside.
    """

    report_id: int
    state: str = "published"
    fresh: bool = False


def renew(session: Session, causes: Mapping[int, Cause], zone: str, now: datetime) -> list[int]:
    """Put these items together anew; returns those that got a new revision, in order of id.

    An item without a report that stands is withdrawn. What changes nothing that is seen makes no revision.
    """
    if not causes:
        return []
    locked = select(Item).where(Item.id.in_(causes)).order_by(Item.id).with_for_update()
    items = session.scalars(locked.execution_options(populate_existing=True)).all()
    parts = _parts(session, items, zone)
    before = {item.id: item.content() for item in items}
    changes = [
        change
        for item in items
        if (change := _change(item, before[item.id], parts[item.id], causes[item.id], zone))
    ]
    revise_items(session, changes, zone, now)
    for each in changes:
        if each.details and each.details.stated_deadlines != before[each.item_id].stated_deadlines:
            tell_conflict(session, each.item_id, each.details, zone)
    return [each.item_id for each in changes]


def _change(item: Item, before: Details, parts: Sequence[Part], cause: Cause, zone: str) -> Change | None:
    if not parts:
        if item.state in {"withdrawn", "aside"}:  # readers never saw it: there is nothing to take back
            return None
        return Change(item.id, cause.report_id, None, "withdrawn")
    after = merge(parts, zone)
    state = _state(item.state, cause)
    seen = fingerprint(before) != fingerprint(after)
    stands = state == item.state or (state == "waiting" and item.state != "aside")
    if item.state != "withdrawn" and not seen and stands:
        return None  # what no reader sees needs neither a revision nor anybody's approval
    return Change(item.id, cause.report_id, after, state)


def _state(before: str, cause: Cause) -> str:
    if before == "aside" and not cause.fresh:
        return "aside"
    # What needs approval needs it for a change too; what still waits keeps waiting.
    return "waiting" if "waiting" in {before, cause.state} else cause.state


def _parts(session: Session, items: Sequence[Item], zone: str) -> dict[int, list[Part]]:
    """What stands of each item's reports, the oldest first."""
    rows = session.execute(
        select(ReportRow.id, ReportRow.item_id, ReportRow.details, Source.name)
        .join(Source, Source.id == ReportRow.source_id)
        .where(ReportRow.item_id.in_([item.id for item in items]), ReportRow.withdrawn.is_(False))
        .order_by(ReportRow.id)
    ).all()
    judged = judgements(session, [row.id for row in rows])
    content = {item.id: item.content() for item in items}
    parts: dict[int, list[Part]] = defaultdict(list)
    for report_id, item_id, details, source in rows:
        if details is None:  # taken in before reports kept their own word: it is its item's, alone
            keep_own_word(session, report_id, content[item_id], keys(content[item_id], zone))
        said = content[item_id] if details is None else Details.model_validate(details)
        parts[item_id].append(Part(source, filled(judged.get(report_id), said)))
    return parts
