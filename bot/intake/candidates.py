"""Reports that may tell of the same thing as new ones: found by their keys, and never by two pollers at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.intake.keys import day_key, keys, near_day_keys, strong_keys
from bot.intake.likeness import DOUBT, SURE, like_titled
from bot.intake.relevance.keeping import filled, judgements
from bot.store.items import Item, ReportRow
from bot.store.joining import ReportKey

STANDING = ("published", "waiting", "aside")
"""States of items that a report may be of. What was withdrawn is told anew when another source brings it."""

MOST_COMPARED = 300
"""Reports that one is compared with, the newest: a day on which more things close tells nothing."""

_LOCKS = 50119
_BUCKETS = 64
_TOGETHER = 500

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Beside:
    """What else comes with some reports of a source: how many of all have each key, which item is promised to
    which of them, by external id, because that one is the likeliest."""

    brought: Counter[str] = field(default_factory=Counter)
    promised: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A report of an item that stands."""

    report_id: int
    item_id: int
    source_id: int
    state: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a report says, and the same with the cities and topics that were judged where it names none."""

    own: Details
    filled: Details


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some contents: for each, in their order, the reports it may tell the same as, with what they
    say; the items known under each key; the sources that tell of each item; and what comes beside."""

    found: Sequence[Sequence[tuple[Candidate, Said]]]
    items: Mapping[str, set[int]]
    sources: Mapping[int, set[int]]
    beside: Beside


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


def look_up(
    session: Session,
    source_id: int,
    contents: Sequence[Details],
    zone: str,
    beside: Beside | None = None,
    *,
    near: bool = True,
) -> Known:
    """All that is known of these contents, in a few statements however many they are.

    What the source itself said matters only under the same number or link. Without `near` what closes on another
    day, and has not the very same title, is not looked for: it could only be offered.
    """
    brought: Counter[str] = Counter(key for details in contents for key in keys(details, zone))
    days = [near_day_keys(details, zone) if near else set() for details in contents]
    strong = {key for details in contents for key in strong_keys(details)}
    by_key = _by_key(session, source_id, [*brought, *(set().union(*days) - brought.keys())], strong)
    found = _found(session, by_key, contents, days, zone)
    said = _said(session, {each.report_id for those in found for each in those})
    promised = beside.promised if beside else {}
    return Known(
        [[(each, said[each.report_id]) for each in those] for those in found],
        {key: {each.item_id for each in those} for key, those in by_key.items()},
        _sources(session, {each.item_id for those in found for each in those}),
        Beside(brought | beside.brought if beside else brought, promised),
    )


def batches(things: Iterable[_T], size: int = _TOGETHER) -> Iterator[Sequence[_T]]:
    """Things in lists of at most `size`."""
    left = iter(things)
    while some := list(islice(left, size)):
        yield some


def _by_key(
    session: Session, source_id: int, wanted: Iterable[str], strong: set[str]
) -> Mapping[str, Sequence[Candidate]]:
    """The newest reports under each key, the newest first."""
    by_key: dict[str, list[Candidate]] = defaultdict(list)
    newest = func.row_number().over(partition_by=ReportKey.key, order_by=ReportKey.report_id.desc())
    columns = (ReportKey.key, ReportRow.id, ReportRow.item_id, ReportRow.source_id, Item.state)
    for some in batches(wanted):
        ranked = (
            select(*columns, newest.label("newest"))
            .join(ReportRow, ReportRow.id == ReportKey.report_id)
            .join(Item, Item.id == ReportRow.item_id)
            .where(ReportKey.key.in_(some), ReportRow.withdrawn.is_(False), Item.state.in_(STANDING))
            .where(or_(ReportRow.source_id != source_id, ReportKey.key.in_(strong.intersection(some))))
            .subquery()
        )
        rows = select(ranked).where(ranked.c.newest <= MOST_COMPARED).order_by(ranked.c.id.desc())
        for key, *candidate, _ in session.execute(rows):
            by_key[key].append(Candidate(*candidate))
    return by_key


def _found(
    session: Session,
    by_key: Mapping[str, Sequence[Candidate]],
    contents: Sequence[Details],
    days: Sequence[set[str]],
    zone: str,
) -> list[list[Candidate]]:
    """Reports to compare each content with. Of those that share only the day, which are many, those with a like
    title; of those of another of these days, the newest with the same one or nearly so."""
    same_day = [by_key.get(day_key(details, zone), ()) for details in contents]
    near = [
        _newest([by_key[key] for key in around - {day_key(details, zone)} if key in by_key])
        for details, around in zip(contents, days, strict=True)
    ]
    titles = _titles(session, {each.report_id for those in (*same_day, *near) for each in those})
    found = []
    for details, this_day, other_days in zip(contents, same_day, near, strict=True):
        sharing = keys(details, zone) - {day_key(details, zone)}
        mine = {each.report_id: each for key in sharing for each in by_key.get(key, ())}
        for those, least in ((this_day, DOUBT), (other_days, SURE)):
            alike = like_titled(details.title, [titles[each.report_id] for each in those], least)
            mine |= {those[at].report_id: those[at] for at in alike}
        found.append(list(mine.values()))
    return found


def _newest(lists: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """The newest of those in several lists, each of which begins with its newest."""
    return list(islice(merge(*lists, key=attrgetter("report_id"), reverse=True), MOST_COMPARED))


def _titles(session: Session, report_ids: set[int]) -> dict[int, Mapping[Any, str]]:
    titles: dict[int, Mapping[Any, str]] = {}
    for some in batches(sorted(report_ids)):
        rows = select(ReportRow.id, ReportRow.details["title"]).where(ReportRow.id.in_(some))
        titles |= dict(session.execute(rows).all())
    return titles


def _said(session: Session, report_ids: set[int]) -> dict[int, Said]:
    said: dict[int, Said] = {}
    for some in batches(sorted(report_ids)):
        judged = judgements(session, some)
        for row in session.execute(select(ReportRow.id, ReportRow.details).where(ReportRow.id.in_(some))):
            own = Details.model_validate(row.details)
            said[row.id] = Said(own, filled(judged.get(row.id), own))
    return said


def _sources(session: Session, item_ids: set[int]) -> Mapping[int, set[int]]:
    sources: dict[int, set[int]] = defaultdict(set)
    for some in batches(sorted(item_ids)):
        told = select(ReportRow.item_id, ReportRow.source_id).where(ReportRow.item_id.in_(some))
        for item_id, told_by in session.execute(told):
            sources[item_id].add(told_by)
    return sources
