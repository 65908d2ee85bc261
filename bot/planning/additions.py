"""What is no news to those who were told of an item: what another source added by joining, or another address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.store.items import ReportRow, Revision
from bot.store.joining import Likeness
from bot.store.sources import Source

_ADDED = (
    "url", "location", "fund", "authority", "contact_role", "identifier", "opens_at", "amount_eur",
    "support_percent", "objectives", "councils", "links",
)  # fmt: skip
"""What a join adds in silence, where nothing was said before. A deadline that comes to be known is told."""


def with_additions(session: Session, item_id: int, told: Mapping[int, Details]) -> dict[int, Details]:
    """What people were told at some revisions, each with what came to it since and is no news.

    One call is one notice, however many sources tell of it: whoever was told by the first hears nothing more when
    the others say the same with more words. What contradicts is not added, and told. Nor is it news that a site
    which is polled has moved its page.
    """
    if not told:
        return {}
    joined_at = or_(Revision.made_at == Likeness.made_at, Revision.made_at == Likeness.decided_at)
    joined = exists().where(
        Likeness.report_id == Revision.report_id,
        Likeness.item_id == item_id,
        Likeness.state == "joined",
        joined_at,
    )
    rows = (
        select(
            Revision.revision,
            Revision.details,
            joined.label("joined"),
            Source.next_at.is_not(None).label("polled"),
        )
        .join(ReportRow, ReportRow.id == Revision.report_id)
        .join(Source, Source.id == ReportRow.source_id)
        .where(Revision.item_id == item_id, Revision.revision >= min(told))
        .order_by(Revision.revision)
    )
    said = dict(told)
    last: Details | None = None
    for row in session.execute(rows):
        if row.details is None:
            last = None
            continue
        details = Details.model_validate(row.details)
        moved = row.polled and last is not None and _of_no_page(last) == _of_no_page(details)
        for revision in told if row.joined or moved else ():
            if revision < row.revision:
                said[revision] = (
                    _added(said[revision], details) if row.joined else _moved(said[revision], details)
                )
        last = details
    return said


def _of_no_page(details: Details) -> Details:
    return _moved(details, Details(kind=details.kind, title=details.title))


def _moved(before: Details, details: Details) -> Details:
    return before.model_copy(
        update={"url": details.url, "links": details.links, "identifier": details.identifier}
    )


def _added(before: Details, joined: Details) -> Details:
    update: dict[str, Any] = {name: getattr(joined, name) for name in _ADDED if not getattr(before, name)}
    for name in ("title", "body"):
        update[name] = {**getattr(joined, name), **{k: v for k, v in getattr(before, name).items() if v}}
    for name in ("cities", "topics"):
        if getattr(before, name):
            update[name] = tuple(dict.fromkeys((*getattr(before, name), *getattr(joined, name))))
    return before.model_copy(update=update)
