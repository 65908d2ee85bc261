"""The rows of an accepted report: item, report, revision and what the item concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from bot.clock import When
from bot.contracts import Details
from bot.planning.calls import door
from bot.store.items import Item, ItemCity, ItemTopic, ReportRow, Revision

_ITEMS, _REPORTS, _REVISIONS, _CITIES, _TOPICS = (
    cast(Table, row.__table__) for row in (Item, ReportRow, Revision, ItemCity, ItemTopic)
)


@dataclass(frozen=True, slots=True)
class Known:
    """A report that was taken in before."""

    report_id: int
    item_id: int
    fingerprint: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Content:
    """A report's content with its fingerprint, ready to be written."""

    external_id: str
    details: Details
    fingerprint: str


def known_reports(session: Session, source_id: int, external_ids: Sequence[str]) -> Mapping[str, Known]:
    """The reports that the source made before under these ids, locked in order of id."""
    rows = session.execute(
        select(_REPORTS)
        .where(_REPORTS.c.source_id == source_id, _REPORTS.c.external_id.in_(external_ids))
        .order_by(_REPORTS.c.id)
        .with_for_update()
    )
    return {row.external_id: Known(row.id, row.item_id, row.fingerprint, row.withdrawn) for row in rows}


def insert_items(
    session: Session, source_id: int, contents: Sequence[Content], state: str, zone: str, now: datetime
) -> list[int]:
    """Make an item of each report; returns the items' ids in the same order."""
    if not contents:
        return []
    rows = [
        {
            **_columns(content.details, zone),
            "state": state,
            "revision": 1,
            "created_at": now,
            "updated_at": now,
        }
        for content in contents
    ]
    ids = list(session.scalars(insert(_ITEMS).returning(_ITEMS.c.id, sort_by_parameter_order=True), rows))
    reports = [
        {
            "source_id": source_id, "external_id": content.external_id, "item_id": item_id,
            "fingerprint": content.fingerprint, "revision": 1, "withdrawn": False, "seen_at": now,
        }
        for content, item_id in zip(contents, ids, strict=True)
    ]  # fmt: skip
    made = insert(_REPORTS).returning(_REPORTS.c.id, sort_by_parameter_order=True)
    revisions = [
        {"item_id": item_id, "revision": 1, "report_id": report_id, "details": row["details"], "made_at": now}
        for item_id, report_id, row in zip(ids, session.scalars(made, reports), rows, strict=True)
    ]
    session.execute(insert(_REVISIONS), revisions)
    _link(session, list(zip(ids, contents, strict=True)))
    return ids


def revise_item(
    session: Session, before: Known, content: Content, state: str, zone: str, now: datetime
) -> int:
    """Replace the data of a report's item whole; returns the item's id."""
    columns = _columns(content.details, zone)
    _next_revision(session, before, {**columns, "state": state}, columns["details"], now)
    _touch_report(session, before, now, fingerprint=content.fingerprint, withdrawn=False)
    for links in (_CITIES, _TOPICS):
        session.execute(delete(links).where(links.c.item_id == before.item_id))
    _link(session, [(before.item_id, content)])
    return before.item_id


def withdraw_item(session: Session, before: Known, now: datetime) -> int:
    """Withdraw the item of a report; returns the item's id."""
    _next_revision(session, before, {"state": "withdrawn"}, None, now)
    _touch_report(session, before, now, withdrawn=True)
    return before.item_id


def item_state(session: Session, item_id: int) -> str:
    """The state that an item is in."""
    return session.scalars(select(Item.state).where(Item.id == item_id)).one()


def _columns(details: Details, zone: str) -> dict[str, Any]:
    def begins(moment: When | None) -> datetime | None:
        return moment.begins(zone) if moment else None

    def ends(moment: When | None) -> datetime | None:
        return moment.ends(zone) if moment else None

    return {
        "kind": details.kind, "visibility": "network" if details.roles else details.visibility,
        "urgent": details.urgent, "roles": f",{','.join(details.roles)}," if details.roles else "",
        "details": details.model_dump(mode="json", exclude_defaults=True),
        "opens_at": begins(details.opens_at), "closes_at": ends(door(details)),
        "starts_at": begins(details.starts_at), "ends_at": ends(details.ends_at),
    }  # fmt: skip


def _link(session: Session, items: Sequence[tuple[int, Content]]) -> None:
    pairs = [(item_id, content.details) for item_id, content in items]
    cities = [{"item_id": item, "city": city} for item, details in pairs for city in set(details.cities)]
    topics = [{"item_id": item, "topic": topic} for item, details in pairs for topic in set(details.topics)]
    if cities:
        session.execute(insert(_CITIES), cities)
    if topics:
        session.execute(insert(_TOPICS), topics)


def _touch_report(session: Session, before: Known, now: datetime, **columns: Any) -> None:
    session.execute(
        update(_REPORTS)
        .where(_REPORTS.c.id == before.report_id)
        .values(revision=_REPORTS.c.revision + 1, seen_at=now, **columns)
    )


def _next_revision(
    session: Session, before: Known, columns: dict[str, Any], details: dict[str, Any] | None, now: datetime
) -> None:
    revision = session.scalar(
        update(_ITEMS)
        .where(_ITEMS.c.id == before.item_id)
        .values(revision=_ITEMS.c.revision + 1, updated_at=now, **columns)
        .returning(_ITEMS.c.revision)
    )
    session.execute(
        insert(_REVISIONS).values(
            item_id=before.item_id,
            revision=revision,
            report_id=before.report_id,
            details=details,
            made_at=now,
        )
    )
