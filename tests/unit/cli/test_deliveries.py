"""`replay` and `why` through the real entry."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.delivery.settlement import NEVER
from bot.network import Network
from bot.store.audit import Audit
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from tests.factories import deliveries, details, plan, tell
from tests.unit.cli.conftest import Shell
from tests.unit.people.lists import a_file

PEOPLE = (
    "Alice,alice@example.org,,tampere,,,,,now,,",
    "Bob,bob@example.org,,tampere,,,,,now,,",
)


@pytest.fixture
def failed(shell: Shell, database: Database, network: Network, tmp_path: Path) -> Shell:
    """Alice and Bob were told of two items, and every delivery failed; Bob's lane is shut."""
    shell("contacts", "import", str(a_file(tmp_path, *PEOPLE)))
    tell(database, details(), details(title={"en": "Another"}))
    plan(database, network)
    with database.writing() as session:
        session.execute(update(Delivery).values(state="failed", error="no such mailbox", attempts=9))
        session.execute(
            update(Destination)
            .where(Destination.address == "bob@example.org")
            .values(paused_until=NEVER, fault="no such mailbox", failures=3)
        )
    return shell


def place(database: Database, address: str) -> Destination:
    with database.reading() as session:
        return session.scalars(select(Destination).filter_by(address=address)).one()


def test_what_failed_is_queued_again_and_its_lanes_are_opened(failed: Shell, database: Database) -> None:
    said = failed("replay", "--failed")
    assert (said.code, said.out) == (0, "queued 4\n")
    assert {(row.state, row.attempts, row.error) for row in deliveries(database)} == {("queued", 0, None)}
    bob = place(database, "bob@example.org")
    assert (bob.paused_until, bob.failures, bob.fault) == (None, 0, None)
    with database.reading() as session:
        acts = session.scalars(select(Audit.action).where(Audit.actor == "command")).all()
    assert acts.count("delivery.sent_again") == 4
    assert failed("replay", "--failed").out == "queued 0\n"


def test_one_destination_is_replayed_and_the_others_stay(failed: Shell, database: Database) -> None:
    bob = place(database, "bob@example.org").id
    assert failed("replay", "--failed", "--destination", str(bob)).out == "queued 2\n"
    assert {row.destination_id for row in deliveries(database, "queued")} == {bob}
    assert len(deliveries(database, "failed")) == 2


def test_a_shut_destination_is_opened_even_when_nothing_failed(failed: Shell, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Delivery).values(state="queued"))
    bob = place(database, "bob@example.org").id
    assert failed("replay", "--failed", "--destination", str(bob)).out == "queued 0\n"
    assert place(database, "bob@example.org").paused_until is None


def test_what_cannot_go_out_again_is_counted_with_the_reason(failed: Shell) -> None:
    failed("contacts", "erase", "bob@example.org")
    assert failed("replay", "--failed").lines == ["queued 2", "left out 2: the contact was erased"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["replay"], 2, "Missing option '--failed'"),
        (["replay", "--failed", "--destination", "99"], 1, "there is no destination 99"),
        (
            ["why", "--contact", "charlie@example.org", "--item", "1"],
            1,
            "there is no contact charlie@example.org",
        ),
        (
            ["why", "--contact", "alice@example.org", "--item", "99"],
            1,
            "there is no item 99: /items shows them",
        ),
        (["why", "--contact", "alice@example.org"], 2, "Missing option '--item'"),
    ],
)
def test_what_cannot_be_done_is_said(failed: Shell, arguments: list[str], code: int, said: str) -> None:
    found = failed(*arguments)
    assert (found.code, found.out) == (code, "")
    assert said in found.err


def test_why_says_every_decision_one_a_line(failed: Shell) -> None:
    said = failed("why", "--contact", "Alice@example.org", "--item", "1")
    assert said.code == 0
    first = [line.partition(":")[0] for line in said.lines]
    assert [word for word in first if "reminder" not in word] == [
        "item 1", "contact", "cities", "topics", "roles", "kinds", "rhythm", "hours", "mute", "answer", "ladder",
        "channel", "result", "delivery 1",
    ]  # fmt: skip
    assert "You get this because Tampere follows carbon neutrality." in said.out
    assert "error: no such mailbox" in said.out
