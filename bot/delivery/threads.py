"""Threads: what is said later about an item goes below the first notice of it, where that stands.

Found when a message is about to leave and not when it is planned: by then the notice has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session

from bot.delivery.edits import THREADED
from bot.store.deliveries import Delivery, in_state

LATER = frozenset({"reminder", "correction", "withdrawal"})
"""Purposes that go into the notice's thread."""

GONE = "gone"
"""Marks, in a delivery's `ref`, a post that a person deleted."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a notice stands: the delivery, and what the medium calls its post."""

    delivery_id: int
    ts: str


def find_threads(session: Session, rows: Sequence[Row[Any]]) -> dict[int, Thread]:
    """The thread of each delivery that belongs in one, by the delivery's id; `addressed()` rows come in.

    A conversation that had no notice, or whose notice was deleted there, gets the message outside a thread.
    """
    later = [
        row for row in rows
        if row.purpose in LATER and row.sender in THREADED and row.item_id is not None
    ]  # fmt: skip
    if not later:
        return {}
    firsts: dict[tuple[int, int], Thread] = {}
    found = session.execute(
        select(Delivery.id, Delivery.item_id, Delivery.destination_id, Delivery.ref)
        .where(
            Delivery.destination_id.in_({row.destination_id for row in later}),
            Delivery.item_id.in_({row.item_id for row in later}),
            Delivery.purpose == "notice",
            in_state("sent"),
        )
        .order_by(Delivery.id)
    )
    for delivery_id, item_id, destination_id, ref in found:
        if ref and ref.get("ts") and GONE not in ref:
            firsts.setdefault((item_id, destination_id), Thread(delivery_id, str(ref["ts"])))
    places = {row.id: firsts.get((row.item_id, row.destination_id)) for row in later}
    return {row_id: thread for row_id, thread in places.items() if thread}


def keep_threads(session: Session, threads: Mapping[int, Thread]) -> None:
    """Write down where these deliveries go, so that a doubt is looked for there."""
    if threads:
        rows = [{"row": row_id, "first": thread.delivery_id} for row_id, thread in threads.items()]
        table = cast(Table, Delivery.__table__)
        session.connection().execute(
            update(table).where(table.c.id == bindparam("row")).values(thread_of=bindparam("first")), rows
        )


def shown_in_conversation(row: Row[Any]) -> bool:
    """Whether a message in a thread is shown in the conversation too: the reminder of a deadline, where asked.

    A person's own conversation is no different: a thread is enough unless they ask for more.
    """
    about = row.dedupe_key.split(":")[2:3] if row.purpose == "reminder" else []
    return bool(row.broadcast) and about == ["closes"]
