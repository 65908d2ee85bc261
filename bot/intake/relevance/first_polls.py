"""What came silently: a coordinator chooses what of it is announced, and small changes of it stay quiet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Details
from bot.planning.changes import material
from bot.planning.fitting import open_at, published
from bot.planning.notices import QUIET, UNCORRECTED, announce
from bot.store import audit
from bot.store.deliveries import Delivery, Fanout
from bot.store.items import Item, Revision
from bot.store.sources import Source

LOUD = ("notice", "once")
"""The fan-outs that tell people who were not told before."""

MOST = 100
KEPT = timedelta(days=60)
"""How long what came silently is offered."""


def untold(session: Session) -> list[tuple[Item, str]]:
    """Items that came silently, stand and are not over, each with its source's name, the newest first."""
    return [(item, source) for item, source in session.execute(_untold().limit(MOST)).all()]


def choose(session: Session, wanted: Collection[int], actor: str, origin: str = "") -> int:
    """Announce those of them that are wanted, each source's together; returns how many that were."""
    now_ones: dict[int, list[int]] = {}
    for item, source_id in session.execute(_untold().with_only_columns(Item.id, Source.id)):
        if item in wanted:
            now_ones.setdefault(source_id, []).append(item)
    for source_id, items in now_ones.items():
        announce(session, items, "notice", source_id)
    _note(session, now_ones, "first_poll.announced", actor, origin)
    return sum(map(len, now_ones.values()))


def leave(session: Session, unwanted: Collection[int], actor: str, origin: str = "") -> int:
    """Never offer these again; returns how many there were. Reminders of them come as they would."""
    left: dict[int, list[int]] = {}
    for item, source_id in session.execute(_untold().with_only_columns(Item.id, Source.id)):
        if item in unwanted:
            left.setdefault(source_id, []).append(item)
    for items in left.values():  # a silent fan-out of no source is one that nobody is asked about
        session.execute(
            update(Fanout)
            .where(Fanout.item_id.in_(items), Fanout.purpose.in_(QUIET))
            .values(source_id=None)
            .execution_options(synchronize_session=False)
        )
    _note(session, left, "first_poll.left", actor, origin)
    return sum(map(len, left.values()))


def silent(session: Session, item_ids: Collection[int]) -> list[int]:
    """Which of these items came silently, or were last told of so, and were announced to nobody."""
    spoken = (Fanout.item_id.in_(item_ids), Fanout.purpose.in_((*QUIET, *LOUD)))
    newest = select(func.max(Fanout.id)).where(*spoken).group_by(Fanout.item_id)
    told = exists().where(
        Delivery.item_id == Fanout.item_id, Delivery.purpose == "notice", Delivery.state != "cancelled"
    )
    quiet = select(Fanout.item_id).where(Fanout.id.in_(newest), Fanout.purpose.in_(QUIET), ~told)
    return [item_id for item_id in session.scalars(quiet) if item_id is not None]


def tell_changed(
    session: Session, item_ids: Sequence[int], how: str = "notice", source_id: int | None = None
) -> None:
    """Announce items at their new revisions. What nobody was told stays quiet, unless it changed so that it matters.

    A full stop in twelve old calls that a coordinator left untold is no news; another deadline is.
    """
    still = _still_quiet(session, item_ids)
    announce(session, [item_id for item_id in item_ids if item_id not in still], how, source_id)
    quietly = "silent" if how in UNCORRECTED else "quiet"
    announce(session, still, quietly)  # of no source: who was asked about it before is not asked again


def _still_quiet(session: Session, item_ids: Sequence[int]) -> set[int]:
    found = silent(session, item_ids) if item_ids else []
    if not found:
        return set()
    # The revision before says nothing where it was a withdrawal; the one before that does.
    said = select(Revision.item_id, Revision.details).join(Item, Item.id == Revision.item_id)
    lately = (Revision.revision < Item.revision, Revision.revision >= Item.revision - 2)
    rows = session.execute(said.where(Item.id.in_(found), *lately).order_by(Revision.revision))
    before = {item_id: Details.model_validate(details) for item_id, details in rows if details is not None}
    items = session.scalars(select(Item).where(Item.id.in_(before)).execution_options(populate_existing=True))
    return {item.id for item in items if not material(before[item.id], item.content())}


def _untold() -> Select[Item, str]:
    """Each with one source, though several may have brought it silently: it is one delivery."""
    mine = Fanout.item_id == Item.id
    first = select(func.min(Fanout.source_id)).where(mine, Fanout.purpose.in_(QUIET)).scalar_subquery()
    told = exists().where(mine, Fanout.purpose.in_(LOUD))
    now = clock.now()
    return (
        select(Item, Source.name)
        .join(Source, Source.id == first)
        .where(published(), open_at(now), Item.created_at > now - KEPT, ~told)
        .order_by(Item.id.desc())
    )


def _note(session: Session, items: dict[int, list[int]], act: str, actor: str, origin: str) -> None:
    for source_id, ids in items.items():
        audit.record(session, actor, act, f"source {source_id}", origin, items=ids)
