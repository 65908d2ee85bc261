"""The rows of an accepted report: item, report, revision and what the item concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from bot.clock import When
from bot.contracts import Details
from bot.intake.relevance.judge import Judged
from bot.intake.relevance.keeping import keep_judged
from bot.planning.calls import door
from bot.store.items import Item, ItemCity, ItemTopic, ReportRow, Revision
from bot.store.joining import ReportKey

_ITEMS, _REPORTS, _REVISIONS, _CITIES, _TOPICS, _KEYS = (
    cast(Table, row.__table__) for row in (Item, ReportRow, Revision, ItemCity, ItemTopic, ReportKey)
)


@dataclass(frozen=True, slots=True)
class Known:
    """A report that was taken in before."""

    report_id: int
    item_id: int
    fingerprint: str
    withdrawn: bool
    worded: bool
    """Whether its own word is kept: it is not for reports older than the joining of them."""
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A report's content with its fingerprint and what it is recognised by, ready to be written."""

    external_id: str
    details: Details
    fingerprint: str
    keys: frozenset[str] = frozenset()
    as_of: datetime | None = None
    judged: Judged | None = None

    @property
    def told(self) -> Details:
        """What its item says: with the cities and topics that were judged, where the source names none."""
        return self.judged.fill(self.details) if self.judged else self.details


def known_reports(session: Session, source_id: int, external_ids: Sequence[str]) -> Mapping[str, Known]:
    """The reports that the source made before under these ids, locked in order of id."""
    rows = session.execute(
        select(_REPORTS)
        .where(_REPORTS.c.source_id == source_id, _REPORTS.c.external_id.in_(external_ids))
        .order_by(_REPORTS.c.id)
        .with_for_update()
    )
    return {
        row.external_id: Known(
            row.id, row.item_id, row.fingerprint, row.withdrawn, row.details is not None, row.as_of
        )
        for row in rows
    }


def insert_items(
    session: Session, contents: Sequence[Content], state: str, zone: str, now: datetime
) -> list[int]:
    """Make an item of each content, yet without its report; returns the items' ids in the same order."""
    if not contents:
        return []
    rows = [
        {
            **_columns(content.told, zone),
            "state": state,
            "revision": 1,
            "created_at": now,
            "updated_at": now,
        }
        for content in contents
    ]
    ids = list(session.scalars(insert(_ITEMS).returning(_ITEMS.c.id, sort_by_parameter_order=True), rows))
    _link(session, list(zip(ids, (content.told for content in contents), strict=True)))
    return ids


def insert_reports(
    session: Session, source_id: int, contents: Sequence[Content], item_ids: Sequence[int], now: datetime
) -> list[int]:
    """Make the reports of items that are there; returns the reports' ids in the same order."""
    if not contents:
        return []
    rows = [
        {
            "source_id": source_id, "external_id": content.external_id, "item_id": item_id,
            "fingerprint": content.fingerprint, "revision": 1, "withdrawn": False, "seen_at": now,
            "details": dump(content.details), "as_of": content.as_of,
        }
        for content, item_id in zip(contents, item_ids, strict=True)
    ]  # fmt: skip
    made = insert(_REPORTS).returning(_REPORTS.c.id, sort_by_parameter_order=True)
    ids = list(session.scalars(made, rows))
    _insert_keys(session, zip(ids, (content.keys for content in contents), strict=True))
    keep_judged(session, zip(ids, (content.judged for content in contents), strict=True), now)
    return ids


def first_revisions(
    session: Session,
    contents: Sequence[Content],
    item_ids: Sequence[int],
    report_ids: Sequence[int],
    now: datetime,
) -> None:
    """What new items say first, and by which report."""
    rows = [
        {
            "item_id": item_id, "revision": 1, "report_id": report_id,
            "details": dump(content.told), "made_at": now,
        }
        for content, item_id, report_id in zip(contents, item_ids, report_ids, strict=True)
    ]  # fmt: skip
    if rows:
        session.execute(insert(_REVISIONS), rows)


def keep_word(session: Session, before: Known, content: Content, now: datetime) -> None:
    """Keep what a known report says now."""
    _touch_report(
        session, before, now,
        fingerprint=content.fingerprint, withdrawn=False, details=dump(content.details), as_of=content.as_of,
    )  # fmt: skip
    session.execute(delete(_KEYS).where(_KEYS.c.report_id == before.report_id))
    _insert_keys(session, [(before.report_id, content.keys)])
    keep_judged(session, [(before.report_id, content.judged)], now)


def keep_own_word(session: Session, report_id: int, details: Details, known_by: Iterable[str]) -> None:
    """Keep the word of a report that is older than the joining of them; it says what it said."""
    session.execute(update(_REPORTS).where(_REPORTS.c.id == report_id).values(details=dump(details)))
    _insert_keys(session, [(report_id, known_by)])


def take_back(session: Session, before: Known, as_of: datetime | None, now: datetime) -> None:
    """Keep that a report is withdrawn."""
    _touch_report(session, before, now, withdrawn=True, as_of=as_of or before.as_of)


@dataclass(frozen=True, slots=True)
class Change:
    """What an item says next, by which report; without details it is withdrawn."""

    item_id: int
    report_id: int
    details: Details | None
    state: str


def revise_items(session: Session, changes: Sequence[Change], zone: str, now: datetime) -> None:
    """Give items, each once, their next revisions."""
    for said in (True, False):
        rows = [
            {
                "of": each.item_id,
                "state": each.state,
                **(_columns(each.details, zone) if each.details else {}),
            }
            for each in changes
            if (each.details is not None) == said
        ]
        if rows:
            columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "of"}
            next_one = update(_ITEMS).where(_ITEMS.c.id == bindparam("of"))
            columns |= {"revision": _ITEMS.c.revision + 1, "updated_at": now}
            session.execute(next_one.values(**columns), rows)
    ids = [each.item_id for each in changes]
    revisions = dict(
        session.execute(select(_ITEMS.c.id, _ITEMS.c.revision).where(_ITEMS.c.id.in_(ids))).all()
    )
    made = [
        {
            "item_id": each.item_id, "revision": revisions[each.item_id], "report_id": each.report_id,
            "details": dump(each.details) if each.details else None, "made_at": now,
        }
        for each in changes
    ]  # fmt: skip
    if made:
        session.execute(insert(_REVISIONS), made)
    pairs = [(each.item_id, each.details) for each in changes if each.details]
    for links in (_CITIES, _TOPICS):
        session.execute(delete(links).where(links.c.item_id.in_([item for item, _ in pairs])))
    _link(session, pairs)


def dump(details: Details) -> dict[str, Any]:
    """Details as the JSON column keeps them."""
    return details.model_dump(mode="json", exclude_defaults=True)


def _columns(details: Details, zone: str) -> dict[str, Any]:
    def begins(moment: When | None) -> datetime | None:
        return moment.begins(zone) if moment else None

    def ends(moment: When | None) -> datetime | None:
        return moment.ends(zone) if moment else None

    return {
        "kind": details.kind, "visibility": "network" if details.roles else details.visibility,
        "urgent": details.urgent, "roles": f",{','.join(details.roles)}," if details.roles else "",
        "details": dump(details),
        "opens_at": begins(details.opens_at), "closes_at": ends(door(details)),
        "starts_at": begins(details.starts_at), "ends_at": ends(details.ends_at),
    }  # fmt: skip


def _link(session: Session, pairs: Sequence[tuple[int, Details]]) -> None:
    cities = [{"item_id": item, "city": city} for item, details in pairs for city in set(details.cities)]
    topics = [{"item_id": item, "topic": topic} for item, details in pairs for topic in set(details.topics)]
    if cities:
        session.execute(insert(_CITIES), cities)
    if topics:
        session.execute(insert(_TOPICS), topics)


def _insert_keys(session: Session, reports: Iterable[tuple[int, Iterable[str]]]) -> None:
    rows = [{"report_id": report_id, "key": key} for report_id, known_by in reports for key in known_by]
    if rows:
        session.execute(insert(_KEYS), rows)


def _touch_report(session: Session, before: Known, now: datetime, **columns: Any) -> None:
    session.execute(
        update(_REPORTS)
        .where(_REPORTS.c.id == before.report_id)
        .values(revision=_REPORTS.c.revision + 1, seen_at=now, **columns)
    )
