"""What another source added to an item when it joined it: that is no news to those who were told of the item."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.store.items import Revision
from bot.store.joining import Likeness

_ADDED = (
    "url", "location", "fund", "authority", "contact_role", "identifier", "opens_at", "amount_eur",
    "support_percent", "objectives", "councils", "links",
)  # fmt: skip
"""What a join adds in silence, where nothing was said before. A deadline that comes to be known is told."""


def with_additions(session: Session, item_id: int, told: Mapping[int, Details]) -> dict[int, Details]:
    """What people were told at some revisions, each with what later joins added to it.

    One call is one notice, however many sources tell of it: whoever was told by the first hears nothing more when
    the others say the same with more words. What contradicts is not added, and told.
    """
    if not told:
        return {}
    joined_at = or_(Revision.made_at == Likeness.made_at, Revision.made_at == Likeness.decided_at)
    rows = (
        select(Revision.revision, Revision.details)
        .join(Likeness, and_(Likeness.report_id == Revision.report_id, Likeness.item_id == Revision.item_id))
        .where(Revision.item_id == item_id, Revision.details.is_not(None))
        .where(Likeness.state == "joined", joined_at)
        .order_by(Revision.revision)
    )
    joins = [(revision, Details.model_validate(details)) for revision, details in session.execute(rows)]
    return {
        revision: reduce(_added, (details for joined, details in joins if joined > revision), before)
        for revision, before in told.items()
    }


def _added(before: Details, joined: Details) -> Details:
    update: dict[str, Any] = {name: getattr(joined, name) for name in _ADDED if not getattr(before, name)}
    for name in ("title", "body"):
        update[name] = {**getattr(joined, name), **{k: v for k, v in getattr(before, name).items() if v}}
    for name in ("cities", "topics"):
        if getattr(before, name):
            update[name] = tuple(dict.fromkeys((*getattr(before, name), *getattr(joined, name))))
    return before.model_copy(update=update)
