"""What the house makes of each outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import clock
from bot.contracts import (
    InDoubt,
    Misconfigured,
    Outcome,
    Pace,
    Rejected,
    Report,
    Sent,
    TryLater,
    Undeliverable,
)
from bot.delivery.settlement import NEVER
from bot.people.conversations import add_conversation
from bot.store.workplace import Account
from tests.conftest import FrozenClock
from tests.factories import details, plan, tell
from tests.fakes.sender import ScriptedSender
from tests.unit.delivery.conftest import Bench


@pytest.mark.parametrize(
    ("outcome", "state", "attempts"),
    [
        (Sent({}), "sent", 1),
        (Sent({"channel": "C1", "ts": "1.2"}), "sent", 1),
        (TryLater("busy"), "queued", 1),
        (TryLater("the server is down", account=True), "queued", 0),
        (Undeliverable("no such mailbox"), "failed", 1),
        (Rejected("too long"), "failed", 1),
        (Misconfigured("token revoked"), "queued", 0),
        (InDoubt("no answer"), "doubtful", 1),
        (ValueError("a broken sender"), "doubtful", 1),
    ],
)
def test_each_outcome_settles_the_delivery(bench: Bench, outcome: Outcome, state: str, attempts: int) -> None:
    bench.readers("Alice")
    bench.item()
    bench.serve(ScriptedSender(outcome))
    (row,) = bench.rows()
    assert (row.state, row.attempts, row.claim) == (state, attempts, None)
    assert (row.settled_at is not None) == (state in {"sent", "failed"})
    assert bench.lane().claim is None


def test_what_was_sent_keeps_what_the_medium_calls_it(bench: Bench) -> None:
    bench.readers("Alice")
    bench.item()
    bench.serve(ScriptedSender(Sent({"channel": "C1", "ts": "1.2"})))
    assert bench.rows()[0].ref == {"channel": "C1", "ts": "1.2"}


def test_a_reader_gets_their_name_reason_and_links(bench: Bench) -> None:
    bench.readers("Alice", timezone="Europe/Stockholm", language="en")
    bench.item()
    sender = ScriptedSender()
    bench.serve(sender)
    (out,) = sender.sent
    assert (out.name, out.address, out.zone) == ("Alice", "alice@example.org", "Europe/Stockholm")
    assert out.reason == "You get this because Tampere follows carbon neutrality."
    assert set(out.links) == {"page", "unsubscribe"}
    assert bench.lanes.stationery.read_key(out.key) == 1


def test_a_busy_destination_is_tried_again_after_a_growing_wait_and_then_given_up(
    bench: Bench, frozen: FrozenClock
) -> None:
    bench.readers("Alice")
    bench.item()
    sender = ScriptedSender(*[TryLater("busy")] * 30)
    waits = []
    for _ in range(14):
        assert bench.serve(sender) == 1
        if bench.rows("failed"):
            break
        assert bench.serve(sender) == 0, "not before its wait is over"
        waits.append((bench.lane().next_at - clock.now()).total_seconds())
        frozen.advance(waits[-1])
        if bench.lane().paused_until:
            frozen.instant = bench.lane().paused_until
    assert len(waits) == 13
    assert waits[0] <= 2.0
    assert all(1800 <= wait <= 3600 for wait in waits[-2:])
    assert bench.rows("failed")[0].error == "busy"


def test_a_wait_that_the_medium_names_is_honoured_and_is_no_failure(
    bench: Bench, frozen: FrozenClock
) -> None:
    bench.readers("Alice")
    bench.item()
    sender = ScriptedSender(TryLater("limited", after=30))
    bench.serve(sender)
    assert 30 <= (bench.lane().next_at - clock.now()).total_seconds() <= 30.25
    assert bench.lane().failures == 0
    frozen.advance(29)
    assert bench.serve(sender) == 0
    frozen.advance(2)
    assert bench.serve(sender) == 1


def test_a_lane_that_waits_keeps_its_order_and_does_not_hold_up_others(
    bench: Bench, frozen: FrozenClock
) -> None:
    bench.readers("Alice", "Bob")
    first, second = bench.item(), bench.item(title={"fi": "Toinen"})
    sender = ScriptedSender(TryLater("busy"))
    for _ in range(4):
        bench.serve(sender)
    frozen.advance(10)
    for _ in range(4):
        bench.serve(sender)
    rows = {row.id: row for row in bench.rows()}
    to = [(out.name, rows[int(out.key.split("-")[1])].item_id) for out in sender.sent]
    assert to == [("Alice", first), ("Bob", first), ("Bob", second), ("Alice", first), ("Alice", second)]


def test_a_paced_destination_takes_one_message_a_second(bench: Bench, frozen: FrozenClock) -> None:
    with bench.database.writing() as session:
        add_conversation(session, "C1", city="tampere")
        add_conversation(session, "C2", city="tampere")
    for at in range(3):
        bench.item(title={"fi": f"Haku {at}"})
    sender = ScriptedSender(pace=Pace(per_destination=1.0))
    counts = []
    for _ in range(3):
        counts.append((bench.serve(sender, "slack"), bench.serve(sender, "slack")))
        frozen.advance(1)
    assert counts == [(2, 0), (2, 0), (2, 0)]


def test_the_account_bucket_holds_back_what_is_over_the_rate(bench: Bench, frozen: FrozenClock) -> None:
    bench.readers(*[f"Reader{at}" for at in range(10)])
    bench.item()
    sender = ScriptedSender(pace=Pace(account_rate=2.0, account_burst=3))
    counts = []
    for _ in range(5):
        counts.append(bench.serve(sender))
        frozen.advance(1)
    assert counts == [3, 2, 2, 2, 1]


def test_the_breaker_opens_after_ten_failures_and_an_hour(bench: Bench, frozen: FrozenClock) -> None:
    bench.readers("Alice")
    bench.item()
    sender = ScriptedSender(*[TryLater("busy")] * 30)
    for _ in range(14):
        bench.serve(sender)
        if bench.lane().paused_until:
            break
        frozen.instant = bench.lane().next_at
    assert bench.lane().failures >= 10
    assert bench.lane().paused_until == clock.now() + timedelta(hours=6)
    frozen.advance(hours=5)
    assert bench.serve(sender) == 0
    frozen.advance(hours=1)
    sender.script.clear()
    assert bench.serve(sender) == 1
    assert (bench.lane().failures, bench.lane().failing_since) == (0, None)


def test_ten_quick_failures_do_not_open_the_breaker(bench: Bench, frozen: FrozenClock) -> None:
    bench.readers("Alice")
    bench.item()
    sender = ScriptedSender(*[TryLater("busy")] * 12)
    for _ in range(8):
        bench.serve(sender)
        frozen.instant = bench.lane().next_at
    assert bench.lane().paused_until is None


def test_a_sender_that_cannot_be_reached_rests_as_a_whole_and_no_try_is_spent(
    bench: Bench, frozen: FrozenClock
) -> None:
    bench.readers("Alice", "Bob", "Charlie")
    bench.item()
    down = TryLater("connection refused", account=True)
    sender = ScriptedSender(*[down] * 3 * 40)
    for _ in range(40):  # about an hour of it
        bench.serve(sender)
        frozen.advance(100)
    assert {(row.state, row.attempts) for row in bench.rows()} == {("queued", 0)}
    with bench.database.reading() as session:
        account = session.get_one(Account, ("email", ""))
        assert account.fault == "connection refused"
        assert account.blocked_until - clock.now() <= timedelta(seconds=300)
    sender.script.clear()
    frozen.advance(300)
    assert bench.serve(sender) == 3
    with bench.database.reading() as session:
        assert session.get_one(Account, ("email", "")).fault is None


def test_a_misconfigured_sender_stops_and_is_tried_again_without_losing_anything(
    bench: Bench, frozen: FrozenClock
) -> None:
    bench.readers("Alice")
    bench.item()
    sender = ScriptedSender(Misconfigured("token revoked"))
    bench.serve(sender)
    frozen.advance(minutes=4)
    assert bench.serve(sender) == 0
    frozen.advance(minutes=2)
    assert bench.serve(sender) == 1
    assert len(bench.rows("sent")) == 1


def test_without_a_sender_everything_waits_and_the_page_can_say_why(
    bench: Bench, frozen: FrozenClock
) -> None:
    bench.readers("Alice")
    bench.item()
    bench.serve(None)
    assert [row.state for row in bench.rows()] == ["queued"]
    with bench.database.reading() as session:
        assert "not configured" in session.get_one(Account, ("email", "")).fault


def test_when_the_first_way_fails_for_good_the_other_is_taken_once(bench: Bench) -> None:
    bench.readers("Alice", slack_user_id="U1")
    bench.item()
    bench.serve(ScriptedSender(Undeliverable("account_inactive")), "slack")
    assert [(row.sender, row.state) for row in bench.rows()] == [("slack", "failed"), ("email", "queued")]
    assert bench.rows()[1].recipient == bench.rows()[0].recipient
    bench.serve(ScriptedSender(Undeliverable("no such mailbox")))
    assert [row.state for row in bench.rows()] == ["failed", "failed"], "a second failure is final"


def test_a_dead_lane_is_paused_until_somebody_opens_it(bench: Bench, frozen: FrozenClock) -> None:
    bench.readers("Alice")
    bench.item()
    bench.item(title={"fi": "Toinen"})
    bench.serve(ScriptedSender(Undeliverable("no such mailbox")))
    assert (bench.lane().paused_until, bench.lane().fault) == (NEVER, "no such mailbox")
    frozen.advance(days=30)
    assert bench.serve(ScriptedSender()) == 0


def test_a_conversation_has_no_other_way(bench: Bench) -> None:
    with bench.database.writing() as session:
        add_conversation(session, "C1", city="tampere", hours="always")
    bench.item()
    bench.serve(ScriptedSender(Undeliverable("is_archived")), "slack")
    assert [row.state for row in bench.rows()] == ["failed"]


def test_what_is_too_late_expires_and_is_not_sent(bench: Bench, frozen: FrozenClock) -> None:
    bench.readers("Alice")
    bench.item(closes_at="2026-11-24T13:00:00+02:00")
    frozen.advance(hours=2)
    sender = ScriptedSender()
    bench.serve(sender)
    assert ([row.state for row in bench.rows()], sender.sent) == (["expired"], [])


def test_a_delivery_of_an_older_revision_is_not_claimed_until_planned_anew(bench: Bench) -> None:
    bench.readers("Alice")
    tell(bench.database, Report("a", details()))
    plan(bench.database, bench.network)
    tell(bench.database, Report("a", details(title={"fi": "Uusi"})))
    sender = ScriptedSender()
    assert bench.serve(sender) == 0
    plan(bench.database, bench.network)
    assert bench.serve(sender) == 1
    assert sender.sent[0].messages[0].title == "Uusi"


def test_what_comes_back_with_an_older_revision_is_planned_anew(bench: Bench, frozen: FrozenClock) -> None:
    bench.readers("Alice")
    tell(bench.database, Report("a", details()))
    plan(bench.database, bench.network)
    sender = ScriptedSender(TryLater("busy"))

    def change_meanwhile(_: object) -> None:
        sender.before = lambda _: None
        tell(bench.database, Report("a", details(title={"fi": "Uusi"})))
        plan(bench.database, bench.network)

    sender.before = change_meanwhile
    bench.serve(sender)
    plan(bench.database, bench.network)
    frozen.advance(10)
    assert bench.serve(sender) == 1
    assert sender.sent[-1].messages[0].title == "Uusi"


@pytest.mark.parametrize(
    ("allowed", "states"),
    [(set(), {"previewed"}), ({"alice@example.org"}, {"sent", "previewed"})],
)
def test_what_the_mode_keeps_in_is_previewed_for_good(
    open_bench: object, allowed: set[str], states: set[str]
) -> None:
    bench: Bench = open_bench(allowed.__contains__)
    bench.readers("Alice", "Bob")
    bench.item()
    sender = ScriptedSender()
    bench.serve(sender)
    assert {row.state for row in bench.rows()} == states
    bench.lanes.allowed = lambda _: True  # a change of mode releases nothing
    bench.serve(sender)
    assert [out.address for out in sender.sent] == sorted(allowed)


def test_no_transaction_is_open_while_a_message_is_sent(bench: Bench) -> None:
    bench.readers("Alice", "Bob")
    bench.item()
    sender = ScriptedSender()
    busy: list[int] = []
    sender.before = lambda _: busy.append(bench.database.engine.pool.checkedout())  # type: ignore[attr-defined]
    bench.serve(sender)
    assert busy == [0, 0]
