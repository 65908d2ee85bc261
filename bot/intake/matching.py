"""Which items new reports tell of: found by their keys, compared, and never by two pollers at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.intake.keys import day_key, identifier, keys, link_keys, strong_keys
from bot.intake.likeness import Alike, compare, may_be_titled
from bot.store.items import Item, ReportRow
from bot.store.joining import Likeness, ReportKey

STANDING = ("published", "waiting", "aside")
"""States of items that a report may be of. What was withdrawn is told anew when another source brings it."""

MOST_OFFERS = 3
MOST_COMPARED = 300
"""Reports that one is compared with, the newest: a day on which more things close tells nothing."""

_LOCKS = 50119
_BUCKETS = 64
_TOGETHER = 500

_T = TypeVar("_T")


@dataclass(frozen=True)
class Candidate:
    """A report of an item that stands. `said` is what it says, as it is stored; `details` reads it when needed."""

    report_id: int
    item_id: int
    source_id: int
    state: str
    said: Mapping[str, Any]

    @cached_property
    def details(self) -> Details:
        """What it says."""
        return Details.model_validate(self.said)


@dataclass(frozen=True, slots=True)
class Match:
    """An item that a report surely or perhaps tells of."""

    item_id: int
    state: str
    alike: Alike


@dataclass(frozen=True, slots=True)
class Known:
    """What is known under some keys: reports by key, by item the sources that tell of it, and how many of the
    reports that are looked at now have each key."""

    by_key: Mapping[str, Sequence[Candidate]]
    sources: dict[int, set[int]]
    brought: Counter[str]


def lock_keys(session: Session, contents: Iterable[Details], zone: str) -> None:
    """Let nobody else take in what these may be joined with until this transaction ends.

    PostgreSQL only: on SQLite there is one writer anyhow. The locks are taken in order, so that two cannot
    wait for each other (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS).
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    buckets = sorted({int(key[:8], 16) % _BUCKETS for details in contents for key in keys(details, zone)})
    lock = text("SELECT pg_advisory_xact_lock(:lock, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket")
    session.execute(lock, {"lock": _LOCKS, "buckets": buckets})


def look_up(session: Session, source_id: int, contents: Sequence[Details], zone: str) -> Known:
    """All that is known under the keys of these contents, in a few statements however many they are.

    What the source itself said matters only under the same number or link.
    """
    wanted: Counter[str] = Counter(key for details in contents for key in keys(details, zone))
    strong = {key for details in contents for key in strong_keys(details)}
    by_key: dict[str, list[Candidate]] = defaultdict(list)
    for some in _batches(list(wanted)):
        found = (
            select(
                ReportKey.key,
                ReportRow.id,
                ReportRow.item_id,
                ReportRow.source_id,
                Item.state,
                ReportRow.details,
            )
            .join(ReportRow, ReportRow.id == ReportKey.report_id)
            .join(Item, Item.id == ReportRow.item_id)
            .where(ReportKey.key.in_(some), ReportRow.withdrawn.is_(False), Item.state.in_(STANDING))
            .where(or_(ReportRow.source_id != source_id, ReportKey.key.in_(strong.intersection(some))))
            .order_by(ReportKey.report_id.desc())
        )
        for key, *candidate in session.execute(found):
            if len(by_key[key]) < MOST_COMPARED:
                by_key[key].append(Candidate(*candidate))
    items = sorted({each.item_id for candidates in by_key.values() for each in candidates})
    sources: dict[int, set[int]] = defaultdict(set)
    for some_items in _batches(items):
        told = select(ReportRow.item_id, ReportRow.source_id).where(ReportRow.item_id.in_(some_items))
        for item_id, told_by in session.execute(told):
            sources[item_id].add(told_by)
    return Known(by_key, sources, wanted)


def match(known: Known, source_id: int, details: Details, zone: str, own_item: int = 0) -> list[Match]:
    """The items that a report tells of beside its own, the likeliest first.

    A source tells of nothing twice, unless under the same number.
    """
    found: dict[int, Match] = {}
    own_link = all(_alone(known, key, own_item) for key in link_keys(details))
    number = identifier(details)
    for each in _candidates(known, details, zone):
        if each.item_id == own_item:
            continue
        if source_id in known.sources[each.item_id] and not (number and number == identifier(each.details)):
            continue
        alike = compare(details, each.details, zone, own_link=own_link)
        before = found.get(each.item_id)
        if alike and (before is None or _rank(alike) > _rank(before.alike)):
            found[each.item_id] = Match(each.item_id, each.state, alike)
    return sorted(found.values(), key=lambda each: (*(-part for part in _rank(each.alike)), each.item_id))


def _candidates(known: Known, details: Details, zone: str) -> list[Candidate]:
    """Reports to compare with. Of those that share only the day, which are many, those with a like title."""
    day = day_key(details, zone)
    by_key = known.by_key
    found = {c.report_id: c for key in keys(details, zone) - {day} for c in by_key.get(key, ())}
    for each in by_key.get(day, ()):
        if each.report_id not in found and may_be_titled(details.title, each.said["title"]):
            found[each.report_id] = each
    return list(found.values())


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


def _alone(known: Known, key: str, own_item: int) -> bool:
    """Whether a link is one thing's own: a page that lists several calls is none's."""
    items = {each.item_id for each in known.by_key.get(key, ())} - {own_item}
    return known.brought[key] <= 1 and len(items) <= 1


def _batches(things: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for at in range(0, len(things), _TOGETHER):
        yield things[at : at + _TOGETHER]


def _rank(alike: Alike) -> tuple[float, float]:
    return (float(alike.sure), alike.score)
