"""Which items new reports tell of: those that are found by their keys, compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.intake.candidates import Known, Said
from bot.intake.keys import identifier, link_keys
from bot.intake.likeness import Alike, compare
from bot.intake.records import Content
from bot.store.items import ReportRow
from bot.store.joining import Likeness

MOST_OFFERS = 3


@dataclass(frozen=True, slots=True)
class Match:
    """An item that a report surely or perhaps tells of."""

    item_id: int
    state: str
    alike: Alike


def match(
    known: Known, at: int, source_id: int, content: Content, zone: str, own_item: int = 0
) -> list[Match]:
    """The items that the content at this place tells of beside its own, the likeliest first.

    A source tells of nothing twice, unless under the same number. What it says at once is all compared.
    """
    found: dict[int, Match] = {}
    own_link = all(_alone(known, key, own_item) for key in link_keys(content.details))
    number = identifier(content.details)
    for each, said in known.found[at]:
        if each.item_id == own_item:
            continue
        twice = source_id in known.sources[each.item_id] and each.item_id not in known.beside.promised
        if twice and not (number and number == identifier(said.own)):
            continue
        alike = _compared(Said(content.details, content.told), said, zone, own_link)
        before = found.get(each.item_id)
        if alike and (before is None or _rank(alike) > _rank(before.alike)):
            found[each.item_id] = Match(each.item_id, each.state, alike)
    return sorted(found.values(), key=lambda each: (*(-part for part in _rank(each.alike)), each.item_id))


def undecided(session: Session, report_id: int, own_item: int, matches: Sequence[Match]) -> list[Match]:
    """Those of which nobody has decided, or been asked, whether a known report of `own_item` tells of them."""
    if not matches:
        return []
    theirs = [each.item_id for each in matches]
    reports = select(ReportRow.id, ReportRow.item_id).where(ReportRow.item_id.in_([own_item, *theirs]))
    item_of: dict[int, int] = dict(session.execute(reports).all())
    asked: ColumnElement[bool] = or_(
        and_(Likeness.report_id.in_(item_of), Likeness.item_id == own_item),
        and_(Likeness.report_id == report_id, Likeness.item_id.in_(theirs)),
    )
    rows = session.execute(select(Likeness.report_id, Likeness.item_id).where(asked)).all()
    decided = {item_of[row.report_id] if row.item_id == own_item else row.item_id for row in rows}
    return [each for each in matches if each.item_id not in decided]


def _compared(one: Said, other: Said, zone: str, own_link: bool) -> Alike | None:
    """How alike two are by their own words, or by what was judged of them: a source of one city says which, and one
    of the whole country leaves it to the rules."""
    alike = compare(one.own, other.own, zone, own_link=own_link)
    if (alike and alike.sure) or (one.own is one.filled and other.own is other.filled):
        return alike
    judged = compare(one.filled, other.filled, zone, own_link=own_link)
    return judged if judged and (alike is None or judged.sure) else alike


def _alone(known: Known, key: str, own_item: int) -> bool:
    """Whether a link is one thing's own: a page that lists several calls is none's."""
    items = known.items.get(key, set()) - {own_item}
    return known.beside.brought[key] <= 1 and len(items) <= 1


def _rank(alike: Alike) -> tuple[float, float]:
    return (float(alike.sure), alike.score)
