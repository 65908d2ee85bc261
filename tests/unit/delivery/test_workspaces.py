"""Every workspace has a pace of its own: one that is limited, or has a long queue, holds up no other."""

from __future__ import annotations

from bot.contracts import Outcome, Pace, TryLater
from bot.people.conversations import add_conversation
from tests.conftest import FrozenClock
from tests.fakes.sender import ScriptedSender
from tests.unit.delivery.conftest import Bench

LIMITED = TryLater("Slack asks to slow down", after=30.0, account=True)


def places(bench: Bench, **counts: int) -> None:
    """So many conversations in each workspace."""
    with bench.database.writing() as session:
        for team, count in counts.items():
            for number in range(count):
                add_conversation(session, f"C{team}{number}", team=team, hours="always")


def sent(bench: Bench, *script: Outcome, pace: Pace | None = None) -> list[str]:
    """Serve one batch; returns in which workspaces a message was tried."""
    sender = ScriptedSender(*script, pace=pace)
    bench.serve(sender, "slack")
    return [message.team for message in sender.sent]


def test_of_a_limited_workspace_nothing_more_is_tried_and_the_others_go_on(
    bench: Bench, frozen: FrozenClock
) -> None:
    places(bench, T2=3, T3=3)
    bench.item()
    assert sent(bench, LIMITED) == ["T2", "T3", "T3", "T3"]
    bench.item(title={"fi": "Toinen"})
    assert sent(bench) == ["T3", "T3", "T3"], "T2 waits for half a minute"
    frozen.advance(31)
    assert sent(bench) == ["T2", "T2", "T2"]


def test_the_long_queue_of_a_workspace_is_no_other_s(bench: Bench, frozen: FrozenClock) -> None:
    places(bench, T2=9, T3=2)
    bench.item()
    pace = Pace(account_rate=1.0, account_burst=2, batch=4)
    assert sent(bench, pace=pace) == ["T2", "T2", "T3", "T3"]
    assert sent(bench, pace=pace) == []
    frozen.advance(1)
    assert sent(bench, pace=pace) == ["T2"]
