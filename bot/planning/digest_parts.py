"""What a turn of digests writes: the run, each reader's part, what the part takes, and when the next one is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast as typed

from sqlalchemy import Integer, Select, String, Table, bindparam, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from bot import clock
from bot.contracts import Rhythm
from bot.planning.digest_rows import Reader
from bot.store.db import insert_into
from bot.store.deliveries import Delivery
from bot.store.destinations import Subscription
from bot.store.digests import DigestPart, DigestRun

_DELIVERIES, _PARTS = (typed(Table, row.__table__) for row in (Delivery, DigestPart))
SPAN = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "now": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Part:
    """What one reader gets: their digest's message, and the ids of the deliveries that it takes, split by
    commas."""

    reader: Reader
    message_id: int
    reason: str
    due_at: datetime
    taken: str


def run_of(session: Session, rhythm: Rhythm, closes: date) -> int:
    """The id of the run of a rhythm that closes on a local day; it is made when it does not exist yet."""
    one = select(DigestRun.id).where(DigestRun.rhythm == rhythm, DigestRun.closes == closes)
    known = session.scalar(one)
    if known is not None:
        return known
    last = select(func.max(DigestRun.closes)).where(DigestRun.rhythm == rhythm, DigestRun.closes < closes)
    opens = session.scalar(last) or closes - SPAN[rhythm]
    row = {"rhythm": rhythm, "opens": opens, "closes": closes, "created_at": clock.now()}
    session.execute(insert_into(session, DigestRun).values(row).on_conflict_do_nothing())
    return session.scalars(one).one()


def already_written(session: Session, run_id: int, recipients: Collection[str]) -> set[str]:
    """Which of these recipients have their part of a run."""
    mine = DigestPart.run_id == run_id, DigestPart.recipient.in_(recipients)
    return set(session.scalars(select(DigestPart.recipient).where(*mine)))


def write_parts(session: Session, run_id: int, parts: Sequence[Part]) -> None:
    """Queue the parts of a run, and let each carry what it tells."""
    if not parts:
        return
    now, key = clock.now(), f"digest:{run_id}:"
    connection = session.connection()
    same = {
        "revision": 0, "purpose": "digest", "urgent": False, "state": "queued", "attempts": 0, "doubts": 0,
        "created_at": now,
    }  # fmt: skip
    each = ("message_id", "destination_id", "sender", "recipient", "rhythm", "reason", "due_at", "dedupe_key")
    new = insert(_DELIVERIES).values(
        {name: literal(value, _DELIVERIES.c[name].type) for name, value in same.items()}
        | {name: bindparam(name, type_=_DELIVERIES.c[name].type) for name in each}
    )
    connection.execute(
        new,
        [
            {
                "message_id": part.message_id, "destination_id": part.reader.destination_id,
                "sender": part.reader.sender, "recipient": part.reader.recipient,
                "rhythm": part.reader.rhythm, "reason": part.reason, "due_at": part.due_at,
                "dedupe_key": key + part.reader.recipient,
            }
            for part in parts
        ],
    )  # fmt: skip
    keys = [key + part.reader.recipient for part in parts]
    carriers = session.execute(
        select(Delivery.recipient, Delivery.id).where(Delivery.dedupe_key.in_(keys))
    ).all()
    connection.execute(
        insert(_PARTS),
        [{"run_id": run_id, "recipient": who, "delivery_id": row, "made_at": now} for who, row in carriers],
    )
    _take(session, key, ",".join(part.taken for part in parts), now)


def _take(session: Session, key: str, ids: str, now: datetime) -> None:
    """Let the deliveries with these ids, split by commas, be told by their readers' digests of a run."""
    carrier = aliased(Delivery)
    mine = select(carrier.id).where(carrier.dedupe_key == literal(key) + Delivery.recipient)
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(_listed(session, ids)))
        .values(state="digested", settled_at=now, carrier_id=mine.scalar_subquery())
        .execution_options(synchronize_session=False)
    )


def _listed(session: Session, ids: str) -> Select[int]:
    """Ids as rows, from one parameter: there may be more of them than a statement may have parameters."""
    text = f"[{ids}]"
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(text).table_valued("value").c.value)
    return select(cast(func.jsonb_array_elements_text(cast(literal(text, String), JSONB)), Integer))


def move_on(session: Session, following: Mapping[int, datetime | None]) -> None:
    """Let the next digest of each subscription (by id) be due at that instant, None for never."""
    by_instant: dict[datetime | None, list[int]] = defaultdict(list)
    for row_id, at in following.items():
        by_instant[at].append(row_id)
    for at, ids in by_instant.items():
        session.execute(
            update(Subscription)
            .where(Subscription.id.in_(ids))
            .values(digest_at=at)
            .execution_options(synchronize_session=False)
        )
