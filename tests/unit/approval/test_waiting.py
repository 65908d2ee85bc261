"""Items of sources that publish after approval wait in the room of four eyes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot import approval
from bot.contracts import Report
from bot.intake.accept import Rights
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.approval.desk import Desk

RIGHTS = Rights("after_approval")


def say(desk: Desk, **details: Any) -> int:
    (taken,) = factories.tell(desk.database, Report("one", factories.details(**details)), rights=RIGHTS)
    assert taken.item_id
    return taken.item_id


def test_each_waits_in_the_room_and_is_told_when_it_is_approved(desk: Desk, frozen: FrozenClock) -> None:
    item = say(desk)
    assert desk.turn() == 1
    assert desk.turn() == 0
    draft = desk.draft(1)
    assert (draft.state, draft.subject_id, draft.author) == ("waiting", item, "source:paper")
    factories.plan(desk.database, desk.network)
    assert [each.purpose for each in factories.deliveries(desk.database)] == ["alert", "alert"]
    desk.approve(1, desk.alice)
    frozen.advance(60)
    desk.turn()
    factories.plan(desk.database, desk.network)
    told = [each for each in factories.deliveries(desk.database) if each.purpose == "notice"]
    assert len(told) == 3
    assert desk.items()[0].state == "published"


def test_a_later_revision_voids_the_approval(desk: Desk, frozen: FrozenClock) -> None:
    say(desk)
    desk.turn()
    desk.approve(1, desk.alice)
    say(desk, title={"fi": "Toinen haku"})
    frozen.advance(60)
    desk.turn()
    draft = desk.draft(1)
    assert (draft.state, draft.version, draft.content["revision"]) == ("waiting", 2, 2)
    assert draft.approved_content
    assert draft.approved_content["title"]["fi"] == "Haku"
    assert desk.items()[0].state == "waiting"


def test_a_change_after_publication_waits_again_in_the_same_draft(desk: Desk, frozen: FrozenClock) -> None:
    say(desk)
    desk.turn()
    desk.approve(1, desk.alice)
    frozen.advance(60)
    desk.turn()
    say(desk, closes_at="2027-01-29")
    assert desk.turn() == 1
    assert desk.draft(1).state == "waiting"
    desk.approve(1, desk.alice, 2)
    frozen.advance(60)
    desk.turn()
    assert (desk.items()[0].state, desk.items()[0].revision) == ("published", 2)


def test_a_withdrawal_takes_it_out_of_the_room(desk: Desk, frozen: FrozenClock) -> None:
    say(desk)
    desk.turn()
    desk.approve(1, desk.alice)
    factories.tell(desk.database, Report("one", None), rights=RIGHTS)
    frozen.advance(60)
    desk.turn()
    assert desk.draft(1).state == "dropped"
    assert desk.turn() == 0
    say(desk)
    desk.turn()
    assert desk.draft(1).state == "waiting"


def test_a_dropped_one_stays_dropped_until_it_changes(desk: Desk) -> None:
    say(desk)
    desk.turn()
    desk.database.write(lambda session: approval.drop(session, 1, desk.alice))
    assert desk.turn() == 0
    say(desk, title={"fi": "Toinen haku"})
    assert desk.turn() == 1
    assert desk.draft(1).state == "waiting"


def test_many_at_once_are_one_word_to_the_coordinators(desk: Desk) -> None:
    factories.tell(desk.database, *[factories.details()] * 40, rights=RIGHTS)
    assert desk.turn() == 40
    alerts = factories.deliveries(desk.database)
    assert [each.purpose for each in alerts] == ["alert", "alert"]


def test_whether_there_is_something_to_do_is_known_beforehand(desk: Desk, frozen: FrozenClock) -> None:
    def due() -> bool:
        with desk.database.reading() as session:
            return bool(session.scalar(select(approval.due(frozen.instant))))

    assert not due()
    say(desk)
    assert due()
    desk.turn()
    assert not due()
    desk.approve(1, desk.alice)
    assert not due()
    frozen.advance(60)
    assert due()
    desk.turn()
    assert not due()
