"""Workers die, get stuck, or lose their leases: what they left is settled, once."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot import clock
from bot.contracts import Absent, Found, InDoubt, Pace, Sent, Unknown
from bot.delivery import doubts, outbox, recovery
from bot.delivery.journal import Journal, is_dead, read_journal
from bot.planning.notices import announce
from tests.conftest import FrozenClock
from tests.fakes.sender import ScriptedSender
from tests.unit.delivery.conftest import Bench

OpenBench = Callable[..., Bench]


def claim(bench: Bench) -> tuple[str, list[outbox.Claimed]]:
    name = bench.lanes.journal.claim()
    with bench.database.writing() as session:
        claimed, _ = outbox.claim(session, "email", Pace(), name, bench.lanes.stationery, bench.lanes.allowed)
    return name, claimed


def die(bench: Bench) -> None:
    """As by SIGKILL: the kernel drops the lock on the journal, the file stays."""
    os.close(bench.lanes.journal._file)
    bench.lanes.journal._file = os.open(os.devnull, os.O_RDONLY)


def recover(bench: Bench) -> int:
    return recovery.recover(bench.database, bench.folder, {"email": Pace()}, announce)


@pytest.fixture
def two(open_bench: OpenBench) -> tuple[Bench, Bench]:
    victim, heir = open_bench(), open_bench()
    victim.readers("Alice", "Bob", "Charlie")
    victim.item()
    return victim, heir


def test_a_dead_workers_journal_tells_sent_from_doubtful_from_never_begun(two: tuple[Bench, Bench]) -> None:
    victim, heir = two
    name, (alice, bob, charlie) = claim(victim)
    victim.lanes.journal.begin(name, alice.delivery_id)
    victim.lanes.journal.end(name, alice.delivery_id, Sent({"ts": "7"}))
    victim.lanes.journal.begin(name, bob.delivery_id)
    die(victim)
    assert recover(heir) == 1
    rows = {row.id: row for row in heir.rows()}
    assert [rows[each.delivery_id].state for each in (alice, bob, charlie)] == ["sent", "doubtful", "queued"]
    assert rows[alice.delivery_id].ref == {"ts": "7"}
    assert [rows[each.delivery_id].attempts for each in (alice, bob, charlie)] == [1, 1, 0]
    assert heir.serve(ScriptedSender()) == 1, "the lanes move again at once"


def test_recovery_twice_changes_nothing_and_the_journal_is_gone(two: tuple[Bench, Bench]) -> None:
    victim, heir = two
    claim(victim)
    die(victim)
    assert (recover(heir), recover(heir)) == (1, 0)
    assert not (heir.folder / "worker0.jsonl").exists()


def test_a_half_written_last_line_is_passed_over(two: tuple[Bench, Bench]) -> None:
    victim, heir = two
    name, (alice, *_) = claim(victim)
    victim.lanes.journal.begin(name, alice.delivery_id)
    os.write(victim.lanes.journal._file, b'["worker0:1",1,"Se')
    die(victim)
    recover(heir)
    assert {row.state for row in heir.rows()} == {"doubtful", "queued"}


def test_a_living_workers_claims_are_left_alone(two: tuple[Bench, Bench]) -> None:
    victim, heir = two
    claim(victim)
    assert (recover(heir), len(heir.rows("sending")), heir.serve(ScriptedSender())) == (0, 3, 0)


def test_a_stuck_workers_lanes_are_taken_over_when_its_lease_ran_out(
    two: tuple[Bench, Bench], frozen: FrozenClock
) -> None:
    victim, heir = two
    name, (alice, bob, _) = claim(victim)
    victim.lanes.journal.begin(name, alice.delivery_id)
    frozen.advance(16)
    assert recover(heir) == 1
    assert sorted(row.state for row in heir.rows()) == ["doubtful", "queued", "queued"]
    # It wakes up and settles what it believes is its own: nothing changes any more.
    results = [recovery.Result(bob.delivery_id, bob.destination_id, Sent({}))]
    with victim.database.writing() as session:
        recovery.settle(session, "email", Pace(), name, results, announce)
    assert not victim.rows("sent")


@pytest.mark.parametrize("renewing", [False, True], ids=["asleep", "renewing when it wakes"])
def test_a_worker_that_lost_its_lease_sends_nothing_more(bench: Bench, renewing: bool) -> None:
    bench.readers("Alice", "Bob")
    bench.item()
    sender = ScriptedSender()

    def stall(_: object) -> None:
        bench.lanes.lease.renewed -= 60
        if renewing:
            bench.lanes.renew()

    sender.before = stall
    bench.serve(sender)
    assert (len(sender.sent), sorted(row.state for row in bench.rows())) == (1, ["queued", "sent"])


def test_leases_that_are_renewed_do_not_run_out(two: tuple[Bench, Bench], frozen: FrozenClock) -> None:
    victim, heir = two
    claim(victim)
    for _ in range(5):
        frozen.advance(10)
        victim.lanes.renew()
        assert recover(heir) == 0


def test_a_machine_that_took_its_journal_along_leaves_doubts_after_a_minute(
    two: tuple[Bench, Bench], frozen: FrozenClock
) -> None:
    victim, heir = two
    claim(victim)
    (victim.folder / "worker0.jsonl").unlink()
    frozen.advance(30)
    assert recover(heir) == 0
    frozen.advance(60)
    assert recover(heir) == 1
    assert {row.state for row in heir.rows()} == {"doubtful"}


def test_stopping_in_the_middle_of_a_batch_gives_the_rest_back(bench: Bench) -> None:
    bench.readers("Alice", "Bob", "Charlie")
    bench.item()
    sender = ScriptedSender()
    sender.before = lambda _: bench.lanes.stopping.set()
    bench.serve(sender)
    assert sorted(row.state for row in bench.rows()) == ["queued", "queued", "sent"]
    assert {row.attempts for row in bench.rows("queued")} == {0}


def test_a_journal_says_whether_its_worker_lives(bench: Bench) -> None:
    assert not is_dead(bench.folder, "worker0")
    assert not is_dead(bench.folder, "somebody-else"), "of another machine nothing is known"
    die(bench)
    assert is_dead(bench.folder, "worker0")


def test_a_long_journal_is_emptied_when_nothing_in_it_is_open(bench: Bench) -> None:
    journal: Journal = bench.lanes.journal
    name = journal.claim()
    for number in range(9000):
        journal.begin(name, number)
        journal.end(name, number, Sent({}))
    journal.settled(name)
    will = read_journal(bench.folder, "worker0")
    assert will is not None
    assert will.begun == {}


@pytest.mark.parametrize(
    ("answer", "state", "ref"),
    [
        (Found({"channel": "C1", "ts": "9"}), "sent", {"channel": "C1", "ts": "9"}),
        (Absent(), "queued", None),
        (Unknown("not_in_channel"), "doubtful", None),
    ],
)
def test_a_doubt_is_asked_about_after_a_rest(
    bench: Bench, frozen: FrozenClock, answer: object, state: str, ref: object
) -> None:
    bench.readers("Alice")
    bench.item()
    bench.serve(ScriptedSender(InDoubt("no answer")))
    sender = ScriptedSender()
    sender.found = answer  # type: ignore[assignment]
    assert doubts.resolve(bench.database, "email", sender, bench.lanes.stationery, bench.lanes.replan) == 0, (
        "too early"
    )
    frozen.advance(10)
    assert doubts.resolve(bench.database, "email", sender, bench.lanes.stationery, bench.lanes.replan) == 1
    (row,) = bench.rows()
    assert (row.state, row.ref, row.doubts) == (state, ref, 1)
    ((address, key, since),) = sender.asked
    assert (address, key) == ("alice@example.org", bench.lanes.stationery.key(1))
    assert since < clock.now() - timedelta(seconds=5)


def test_an_unknown_doubt_holds_only_itself_and_is_given_up_after_half_an_hour(
    bench: Bench, frozen: FrozenClock
) -> None:
    bench.readers("Alice")
    bench.item()
    bench.serve(ScriptedSender(InDoubt("no answer")))
    bench.item(title={"fi": "Toinen"})
    sender = ScriptedSender()
    sender.found = Unknown("missing_scope")
    assert bench.serve(sender) == 1, "the next message goes"
    for _ in range(40):
        frozen.advance(60)
        doubts.resolve(bench.database, "email", sender, bench.lanes.stationery, bench.lanes.replan)
    assert 25 <= len(sender.asked) <= 30
    assert [row.error for row in bench.rows("doubtful")] == ["missing_scope"]


def test_what_was_found_absent_goes_again_under_the_same_key(bench: Bench, frozen: FrozenClock) -> None:
    bench.readers("Alice")
    bench.item()
    sender = ScriptedSender(InDoubt("no answer"))
    bench.serve(sender)
    frozen.advance(10)
    doubts.resolve(bench.database, "email", sender, bench.lanes.stationery, bench.lanes.replan)
    bench.serve(sender)
    key = bench.lanes.stationery.key(1)
    assert [out.key for out in sender.sent] == [key, key]
    assert bench.rows("sent")[0].doubts == 1
