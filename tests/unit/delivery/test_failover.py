"""What goes the other way takes along what it told."""

from __future__ import annotations

from sqlalchemy import select

from bot.delivery.failover import go_the_other_way
from bot.network import Network
from bot.store.db import Database
from bot.store.deliveries import Delivery
from tests.factories import deliveries, details, person, plan, tell


def test_what_a_digest_told_is_told_by_the_one_that_goes_the_other_way(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session, slack_user_id="U1", rhythm="weekly")
    tell(database, details())
    plan(database, network)
    with database.writing() as session:
        held = session.scalars(select(Delivery)).one()
        same = {name: getattr(held, name) for name in ("message_id", "destination_id", "sender", "recipient")}
        digest = Delivery(
            **same, item_id=None, revision=0, purpose="digest", rhythm="weekly", reason="digest_weekly",
            state="failed", due_at=held.due_at, dedupe_key="digest:1:x", created_at=held.created_at,
        )  # fmt: skip
        session.add(digest)
        session.flush()
        held.state, held.carrier_id = "digested", digest.id
    with database.writing() as session:
        go_the_other_way(session, [session.get_one(Delivery, 2)])
    told, _, other = deliveries(database)
    assert (other.purpose, other.sender, other.state) == ("digest", "email", "queued")
    assert told.carrier_id == other.id
