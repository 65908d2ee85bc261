"""What came with a silent first poll: a coordinator chooses what of it is announced."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.planning.fitting import open_at, published
from bot.planning.notices import announce
from bot.store import audit
from bot.store.deliveries import Fanout
from bot.store.items import Item, ReportRow
from bot.store.sources import Source

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
            .where(Fanout.item_id.in_(items), Fanout.purpose == "quiet")
            .values(source_id=None)
            .execution_options(synchronize_session=False)
        )
    _note(session, left, "first_poll.left", actor, origin)
    return sum(map(len, left.values()))


def _untold() -> Select[Item, str]:
    mine = Fanout.item_id == Item.id
    silent = exists().where(mine, Fanout.purpose == "quiet", Fanout.source_id == Source.id)
    told = exists().where(mine, Fanout.purpose == "notice")
    of_source = exists().where(ReportRow.item_id == Item.id, ReportRow.source_id == Source.id)
    now = clock.now()
    return (
        select(Item, Source.name)
        .join(Source, of_source)
        .where(published(), open_at(now), Item.created_at > now - KEPT, silent, ~told)
        .order_by(Item.id.desc())
    )


def _note(session: Session, items: dict[int, list[int]], act: str, actor: str, origin: str) -> None:
    for source_id, ids in items.items():
        audit.record(session, actor, act, f"source {source_id}", origin, items=ids)
