"""Edits of posts: wished for in the transaction that changed the truth, carried out once, never lost."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from sqlalchemy import insert, select

from bot import clock
from bot.contracts import InDoubt, Misconfigured, Outcome, Outgoing, Pace, Rejected, Report, TryLater
from bot.delivery import editing, edits, recovery
from bot.people.conversations import add_conversation
from bot.planning.notices import announce
from bot.store.chats import PostEdit
from bot.store.deliveries import Delivery
from bot.store.destinations import ERASED, Destination
from tests.conftest import FrozenClock
from tests.factories import details, person, plan, tell
from tests.fakes.sender import ScriptedSender
from tests.unit.delivery.conftest import Bench

pytestmark = pytest.mark.usefixtures("frozen")
PLACES = ("C0ONE", "C0TWO")


@pytest.fixture
def stage(bench: Bench) -> Bench:
    """A bench whose item stands in two conversations."""
    with bench.database.writing() as session:
        for place in PLACES:
            add_conversation(session, place, city="tampere", team="T2", hours="always")
    say(bench, "First")
    sender = ScriptedSender()
    while bench.serve(sender, "slack"):
        pass
    assert len(sender.sent) == 2
    return bench


def say(bench: Bench, title: str | None, **more: object) -> None:
    """The item is published, changed, or (None) withdrawn."""
    told = details(title={"fi": title}, **more) if title else None
    tell(bench.database, Report("a", told))
    plan(bench.database, bench.network)


def edit(bench: Bench, sender: ScriptedSender) -> int:
    return editing.edit(bench.lanes, "slack", sender)


def wishes(bench: Bench) -> list[PostEdit]:
    with bench.database.reading() as session:
        return list(session.query(PostEdit).order_by(PostEdit.delivery_id))


def test_a_change_is_one_edit_a_post_with_the_newest_message_and_where_it_stands(stage: Bench) -> None:
    say(stage, "Second")
    say(stage, "Third")
    sender = ScriptedSender()
    assert edit(stage, sender) == 2
    assert edit(stage, sender) == 0
    assert [(ref, each.messages[0].title) for ref, each in sender.revised] == [
        ({"ts": "0"}, "Third"),
        ({"ts": "1"}, "Third"),
    ]
    assert {(each.team, each.struck) for _, each in sender.revised} == {("T2", False)}
    assert [wish.done_version for wish in wishes(stage)] == [2, 2]


def test_withdrawal_strikes_and_publishing_again_puts_it_right(stage: Bench) -> None:
    say(stage, None)
    sender = ScriptedSender()
    edit(stage, sender)
    say(stage, "First")
    edit(stage, sender)
    assert [each.struck for _, each in sender.revised] == [True, True, False, False]
    assert all(each.messages[0].actions == () for _, each in sender.revised[:2])


def test_a_wish_that_comes_while_the_edit_is_under_way_is_not_lost(stage: Bench) -> None:
    say(stage, "Second")
    sender = ScriptedSender()

    def meanwhile(_: Outgoing) -> None:
        sender.before = lambda _: None
        say(stage, "Third")

    sender.before = meanwhile
    while edit(stage, sender):
        pass
    assert [each.messages[0].title for _, each in sender.revised] == ["Second", "Second", "Third", "Third"]
    assert all(wish.due_at is None for wish in wishes(stage))


def test_an_edit_that_another_took_over_is_done_once_more(stage: Bench, frozen: FrozenClock) -> None:
    """A worker stood still with an old edit in its hands: what it did last may be what shows now."""
    say(stage, "Second")
    slow, quick = ScriptedSender(), ScriptedSender()

    def stand_still(_: Outgoing) -> None:
        slow.before = lambda _: None
        frozen.advance(editing.LEASE.total_seconds() + 1)
        say(stage, "Third")
        assert edit(stage, quick) == 2

    slow.before = stand_still
    edit(stage, slow)
    last = ScriptedSender()
    edit(stage, last)
    assert [each.messages[0].title for _, each in last.revised] == ["Third", "Third"]
    assert edit(stage, last) == 0


def test_the_edits_of_a_worker_that_died_are_done_at_once(
    open_bench: Callable[..., Bench], stage: Bench
) -> None:
    heir = open_bench()
    say(stage, "Second")

    def die(_: Outgoing) -> None:
        os.close(stage.lanes.journal._file)
        stage.lanes.journal._file = os.open(os.devnull, os.O_RDONLY)
        raise KeyboardInterrupt

    dying = ScriptedSender()
    dying.before = die
    with pytest.raises(KeyboardInterrupt):
        edit(stage, dying)
    sender = ScriptedSender()
    assert edit(heir, sender) == 0, "they are in other hands"
    recovery.recover(heir.database, heir.folder, {"slack": Pace()}, announce)
    assert edit(heir, sender) == 2


@pytest.mark.parametrize(
    ("outcome", "again", "left"),
    [
        (TryLater("busy", after=5.0), 6, 1),
        (TryLater("limited", after=5.0, account=True), 6, 2),
        (InDoubt("the line broke"), 6, 1),
        (Misconfigured("token_revoked"), 301, 2),
        (Rejected("edit_window_closed"), None, 0),
    ],
)
def test_what_is_passing_is_tried_again_and_what_is_final_is_told(
    stage: Bench, frozen: FrozenClock, outcome: Outcome, again: float | None, left: int
) -> None:
    say(stage, "Second")
    sender = ScriptedSender()
    sender.edits.append(outcome)
    edit(stage, sender)
    sender.revised.clear()
    assert edit(stage, sender) == 0
    frozen.advance(again or 3600)
    assert edit(stage, sender) == left
    with stage.database.reading() as session:
        assert edits.unedited(session) == ((1, "edit_window_closed") if again is None else (0, ""))


def test_a_workspace_whose_token_is_gone_waits_and_the_others_do_not(stage: Bench) -> None:
    with stage.database.writing() as session:
        add_conversation(session, "C0THREE", city="tampere", team="T3", hours="always")
    say(stage, "Second")
    while stage.serve(ScriptedSender(), "slack"):
        pass
    say(stage, "Third")
    sender = ScriptedSender()
    sender.edits.append(Misconfigured("token_revoked", team="T2"))
    while edit(stage, sender):
        pass
    assert [each.team for _, each in sender.revised] == ["T2", "T3"], "the second of T2 is not tried any more"
    assert [wish.due_at is None for wish in wishes(stage)].count(True) == 1


def test_answers_are_gathered_into_one_edit_of_the_post_as_it_is(stage: Bench, frozen: FrozenClock) -> None:
    sender = ScriptedSender()
    for _ in range(5):
        stage.database.write(lambda session: edits.wish_redraw(session, 1))
        assert edit(stage, sender) == 0
        frozen.advance(0.5)
    frozen.advance(3)
    assert edit(stage, sender) == 2
    assert [each.messages[0].title for _, each in sender.revised] == ["First", "First"]


def test_an_answer_to_what_stands_in_very_many_places_draws_conversations_and_the_first_people_anew(
    stage: Bench,
) -> None:
    with stage.database.writing() as session:
        alice = person(session, "Alice", slack_user_id="U0ALICE")
        place = session.scalars(select(Destination.id).where(Destination.contact_id == alice.id)).first()
        one = session.scalars(select(Delivery)).first()
        assert one is not None
        columns = {column.name: getattr(one, column.name) for column in Delivery.__table__.columns}
        session.execute(
            insert(Delivery),
            [
                columns | {"id": 1000 + number, "destination_id": place, "dedupe_key": f"copy:{number}"}
                for number in range(edits.MOST_REDRAWN)
            ],
        )
        edits.wish_redraw(session, 1)
    rows = wishes(stage)
    assert len(rows) == edits.MOST_REDRAWN
    assert {1, 2} <= {row.delivery_id for row in rows}, "the conversations"


def test_what_is_no_longer_true_is_edited_before_what_is_only_drawn_again(
    stage: Bench, frozen: FrozenClock
) -> None:
    stage.database.write(lambda session: edits.wish_redraw(session, 1))
    frozen.advance(60)
    say(stage, "Second")
    with stage.database.writing() as session:
        session.query(PostEdit).filter(PostEdit.delivery_id == 1).update({"message_id": None})
    sender = ScriptedSender(pace=Pace(edit_rate=0.5, edit_burst=1))
    edit(stage, sender)
    assert [each.messages[0].title for _, each in sender.revised] == ["Second"]


def test_a_roster_stands_in_the_post_that_is_edited(stage: Bench, frozen: FrozenClock) -> None:
    asked = []

    def roster(_: object, item_id: int, languages: object) -> tuple[str, ...]:
        asked.append((item_id, languages))
        return ("Interested: Tampere",)

    object.__setattr__(stage.lanes.stationery, "roster", roster)
    stage.database.write(lambda session: edits.wish_redraw(session, 1))
    frozen.advance(3)
    sender = ScriptedSender()
    edit(stage, sender)
    assert {each.roster for _, each in sender.revised} == {("Interested: Tampere",)}
    assert asked == [(1, ["fi"])], "asked once for both posts"


def test_a_post_on_its_way_out_while_the_item_changes_is_edited_when_it_stands(bench: Bench) -> None:
    with bench.database.writing() as session:
        add_conversation(session, "C0ONE", city="tampere", hours="always")
    say(bench, "First")
    sender = ScriptedSender()
    sender.before = lambda _: say(bench, "Second") if not sender.sent else None
    bench.serve(sender, "slack")
    assert edit(bench, sender) == 1
    assert [each.messages[0].title for each in sender.sent] == ["First"]
    assert [each.messages[0].title for _, each in sender.revised] == ["Second"]


def test_what_comes_to_no_post_is_forgotten(stage: Bench) -> None:
    with stage.database.writing() as session:
        session.query(Delivery).update({"state": "doubtful"})
    say(stage, "Second")
    sender = ScriptedSender()
    assert edit(stage, sender) == 0, "nobody knows yet whether they are there"
    with stage.database.writing() as session:
        session.query(Delivery).update({"state": "failed"})
        edits.drop_idle(session)
    assert [wish.due_at for wish in wishes(stage)] == [None, None]


def test_edits_keep_to_their_own_pace(stage: Bench, frozen: FrozenClock) -> None:
    say(stage, "Second")
    sender = ScriptedSender(pace=Pace(edit_rate=0.5, edit_burst=1))
    assert edit(stage, sender) == 1
    assert edit(stage, sender) == 0
    frozen.advance(2)
    assert edit(stage, sender) == 1


def test_without_a_sender_what_the_mode_keeps_in_is_settled_and_the_rest_waits(
    open_bench: Callable[..., Bench], stage: Bench
) -> None:
    """Else `work --until-idle` would wait for ever for edits that nobody makes."""
    say(stage, "Second")
    keeps_one_in = open_bench(allowed=lambda address: address == "C0ONE").lanes
    assert editing.edit(keeps_one_in, "slack", None) == 1
    assert [wish.due_at is None for wish in wishes(stage)] == [False, True]
    with stage.database.reading() as session:
        assert not session.scalar(select(edits.edit_due(clock.now())))


def test_whoever_was_erased_is_no_post_that_could_not_be_edited(stage: Bench) -> None:
    say(stage, "Second")
    with stage.database.writing() as session:
        session.query(Delivery).update({"ref": None})
        session.query(Destination).update({"address": ERASED + Destination.address_key})
    sender = ScriptedSender()
    assert edit(stage, sender) == 2
    with stage.database.reading() as session:
        assert (edits.unedited(session), sender.revised) == ((0, ""), [])


def test_what_the_mode_keeps_in_takes_nothing_of_the_pace(
    open_bench: Callable[..., Bench], stage: Bench
) -> None:
    keeps_one_in = open_bench(allowed=lambda address: address == "C0TWO")
    sender = ScriptedSender(pace=Pace(edit_rate=0.001, edit_burst=2))
    for title in ("Second", "Third"):
        say(stage, title)
        while edit(keeps_one_in, sender):
            pass
    assert [each.messages[0].title for _, each in sender.revised] == ["Second", "Third"]
