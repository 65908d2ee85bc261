"""Draft, approve, undo, release: one thing each, however often and by however many."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from bot import approval
from bot.approval import Refused, announcements
from bot.approval.release import spoken_note
from bot.store.audit import Audit
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, Fanout, MessageRow
from bot.store.sources import Source
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.approval.desk import WORDS, Desk


def test_what_one_wrote_another_approves_and_it_goes_out_after_the_undo_window(
    desk: Desk, frozen: FrozenClock
) -> None:
    draft = desk.put_forward(desk.alice)
    assert desk.approve(draft, desk.bob) == "approved"
    assert desk.turn() == 0
    frozen.advance(59)
    assert desk.turn() == 0
    frozen.advance(1)
    assert desk.turn() == 1
    assert desk.turn() == 0
    (item,) = desk.items()
    assert (item.kind, item.state, item.urgent) == ("announcement", "published", True)
    assert desk.draft(draft).state == "released"
    assert desk.draft(draft).subject_id == item.id
    assert desk.acts(draft) == [
        (desk.alice, "made"), (desk.alice, "submitted"), (desk.bob, "approved"), ("silta", "released")
    ]  # fmt: skip


def test_everybody_it_fits_is_told_of_an_announcement(desk: Desk, frozen: FrozenClock) -> None:
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    frozen.advance(60)
    desk.turn()
    factories.plan(desk.database, desk.network)
    told = [each for each in factories.deliveries(desk.database) if each.purpose == "notice"]
    assert len(told) == 3


def test_nobody_approves_their_own(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    with pytest.raises(Refused, match="somebody else must approve it"):
        desk.approve(draft, desk.alice)
    assert desk.draft(draft).state == "waiting"
    assert desk.approve(draft, desk.alice, four_eyes=False) == "approved"


def test_an_edit_voids_the_approval_and_makes_its_writer_the_author(desk: Desk, frozen: FrozenClock) -> None:
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    changed = {**WORDS, "title": {"fi": "Tervetuloa kaikille"}}
    desk.database.write(lambda session: approval.edit(session, draft, changed, desk.bob))
    frozen.advance(hours=1)
    assert desk.turn() == 0
    after = desk.draft(draft)
    assert (after.state, after.version, after.approver) == ("waiting", 2, None)
    assert after.approved_content == WORDS
    for by, version, why in ((desk.alice, 1, "changed since"), (desk.bob, 2, "somebody else")):
        with pytest.raises(Refused, match=why):
            desk.approve(draft, by, version)
    assert desk.approve(draft, desk.alice, 2) == "approved"


def test_an_edit_that_changes_nothing_is_none(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    desk.database.write(lambda session: approval.edit(session, draft, WORDS, desk.alice))
    assert desk.draft(draft).state == "approved"
    assert len(desk.acts(draft)) == 3


def test_a_double_click_approves_once(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    before = desk.approve(draft, desk.bob)
    assert desk.approve(draft, desk.bob) == before
    assert [act for _, act in desk.acts(draft)] == ["made", "submitted", "approved"]


def test_of_two_who_approve_at_once_one_does(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    start, came = Barrier(2), []

    def press(by: str) -> None:
        start.wait()
        try:
            came.append(desk.approve(draft, by))
        except Refused as fault:
            came.append(str(fault))

    presses = [Thread(target=press, args=(by,)) for by in (desk.bob, "token")]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    assert sorted(came) == ["Somebody has approved it already.", "approved"]
    assert [act for _, act in desk.acts(draft)].count("approved") == 1


def test_an_approval_is_undone_within_a_minute_and_not_after(desk: Desk, frozen: FrozenClock) -> None:
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    assert desk.undo(draft, desk.bob) == "waiting"
    frozen.advance(hours=1)
    assert desk.turn() == 0
    desk.approve(draft, desk.bob)
    frozen.advance(60)
    desk.turn()
    with pytest.raises(Refused, match="too late"):
        desk.undo(draft, desk.bob)
    assert len(desk.items()) == 1


def test_two_workers_release_once(desk: Desk, frozen: FrozenClock) -> None:
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    frozen.advance(60)
    workers = [Thread(target=desk.turn) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len(desk.items()) == 1
    assert [act for _, act in desk.acts(draft)].count("released") == 1


def test_what_has_a_time_goes_out_then(desk: Desk, frozen: FrozenClock) -> None:
    draft = desk.put_forward(desk.alice, {**WORDS, "send_at": "2026-11-25T09:00:00+02:00"})
    desk.approve(draft, desk.bob)
    frozen.advance(hours=20, minutes=59)
    assert desk.turn() == 0
    frozen.advance(minutes=1)
    assert desk.turn() == 1


def test_what_waits_a_week_goes_back_and_can_be_put_forward_again(desk: Desk, frozen: FrozenClock) -> None:
    draft = desk.put_forward(desk.alice)
    frozen.advance(days=7)
    assert desk.turn() == 1
    assert (desk.draft(draft).state, desk.draft(draft).note) == (
        "returned",
        "Nobody approved it within 7 days.",
    )
    with pytest.raises(Refused, match="given back"):
        desk.approve(draft, desk.bob)
    desk.database.write(lambda session: approval.submit(session, desk.network, draft, desk.alice))
    assert desk.approve(draft, desk.bob) == "approved"


def test_it_is_given_back_with_a_note_or_dropped(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    with pytest.raises(Refused, match="few words"):
        desk.database.write(lambda session: approval.give_back(session, desk.network, draft, "  ", desk.bob))
    note = "Väärä päivä " * 90
    desk.database.write(lambda session: approval.give_back(session, desk.network, draft, note, desk.bob))
    assert desk.draft(draft).state == "returned"
    assert len(desk.draft(draft).note) == 500
    desk.database.write(lambda session: approval.drop(session, draft, desk.alice))
    with pytest.raises(Refused, match="dropped"):
        desk.database.write(lambda session: approval.edit(session, draft, {"title": "x"}, desk.alice))


@pytest.mark.parametrize("late", [False, True])
def test_its_author_alone_is_told_that_it_was_given_back(desk: Desk, frozen: FrozenClock, late: bool) -> None:
    draft = desk.put_forward(desk.alice)
    if late:
        frozen.advance(days=7)
        desk.turn()
    else:
        desk.database.write(
            lambda session: approval.give_back(session, desk.network, draft, "Väärä päivä {x}", desk.bob)
        )
    with desk.database.reading() as session:
        alerts = select(Delivery.recipient, MessageRow.content).join(
            MessageRow, MessageRow.id == Delivery.message_id
        )
        rows = session.execute(alerts.where(Delivery.dedupe_key.startswith("alert:draft-back:"))).all()
    ((who, said),) = rows
    assert who == desk.alice
    assert ("7 päivän" if late else "Väärä päivä {x}") in str(said)
    assert f"open:draft:{draft}" in str(said)


def test_a_draft_that_does_not_exist_says_so(desk: Desk) -> None:
    with pytest.raises(Refused, match="no such draft"):
        desk.approve(99, desk.bob)


def test_one_that_cannot_be_released_does_not_hold_the_others(desk: Desk, frozen: FrozenClock) -> None:
    broken = desk.put_forward(desk.alice, {"title": "Rikki", "details": {"kind": "nonsense"}})
    well = desk.put_forward(desk.alice)
    for each in (broken, well):
        desk.approve(each, desk.bob)
    frozen.advance(60)
    assert desk.turn() == 2
    assert desk.draft(broken).state == "returned"
    assert "could not be sent" in desk.draft(broken).note
    assert spoken_note(desk.draft(broken).note, "fi").startswith("Sitä ei voitu lähettää")
    assert spoken_note("Muuta {otsikko}", "fi") == "Muuta {otsikko}"
    with desk.database.reading() as session:
        alerts = session.scalars(select(MessageRow).where(MessageRow.content_key.like("alert:draft-failed%")))
        said = str([row.content for row in alerts])
    assert "Det kunde inte skickas" in said
    assert "could not be sent" not in said
    assert desk.draft(well).state == "released"
    assert len(desk.items()) == 1


def test_a_source_that_took_the_name_is_not_spoken_for(desk: Desk, frozen: FrozenClock) -> None:
    with desk.database.writing() as session:
        factories.source(session, "announcements")
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    frozen.advance(60)
    desk.turn()
    assert "the house's own" in desk.draft(draft).note
    assert desk.items() == []


def test_the_others_are_told_once_and_the_author_is_not(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    desk.database.write(lambda session: approval.submit(session, desk.network, draft, desk.alice))
    alerts = [each for each in factories.deliveries(desk.database) if each.purpose == "alert"]
    assert [each.recipient for each in alerts] == [desk.bob]


def test_the_built_in_source_is_made_once(desk: Desk, frozen: FrozenClock) -> None:
    for _ in range(2):
        desk.approve(desk.put_forward(desk.alice), desk.bob)
    frozen.advance(60)
    assert desk.turn() == 2
    with desk.database.reading() as session:
        assert session.scalars(select(Source.name).where(Source.kind == "house")).all() == ["announcements"]
        assert len(session.scalars(select(Fanout)).all()) == 2
        assert not session.scalars(select(Delivery.id).where(Delivery.purpose == "notice")).all()


def test_what_has_gone_out_is_corrected_through_another_approval(desk: Desk, frozen: FrozenClock) -> None:
    draft = released(desk, frozen)
    changed = {**WORDS, "details": {**WORDS["details"], "body": {"fi": "Huomenna"}}}
    desk.database.write(lambda session: announcements.correct(session, draft, changed, desk.bob))
    assert [item.revision for item in desk.items()] == [1]
    desk.database.write(lambda session: approval.submit(session, desk.network, draft, desk.bob))
    assert desk.draft(draft).approved_content == WORDS
    desk.approve(draft, desk.alice, 2)
    frozen.advance(60)
    desk.turn()
    (item,) = desk.items()
    assert (item.revision, item.details["body"]) == (2, {"fi": "Huomenna"})
    assert (desk.draft(draft).state, desk.draft(draft).subject_id) == ("released", item.id)


def test_a_withdrawal_is_told_once_and_drops_the_correction_that_waits(
    desk: Desk, frozen: FrozenClock
) -> None:
    draft = released(desk, frozen)
    changed = {**WORDS, "title": {"fi": "Uusi"}}
    desk.database.write(lambda session: announcements.correct(session, draft, changed, desk.bob))
    for _ in range(2):
        desk.database.write(
            lambda session: announcements.withdraw(session, draft, factories.ZONE, desk.alice)
        )
    (item,) = desk.items()
    assert (item.state, desk.draft(draft).state) == ("withdrawn", "dropped")
    assert [act for _, act in desk.acts(draft)].count("corrected") == 1
    with desk.database.reading() as session:
        withdrawn = session.scalars(select(Audit).where(Audit.action == "announcement.withdrawn")).all()
    assert [(row.actor, row.subject) for row in withdrawn] == [(desk.alice, f"item {item.id}")]
    with pytest.raises(Refused, match="withdrawn meanwhile"):
        desk.database.write(lambda session: announcements.correct(session, draft, changed, desk.bob))


def test_what_has_not_gone_out_is_dropped_and_not_withdrawn(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    with pytest.raises(Refused, match="drop it instead"):
        desk.database.write(lambda session: announcements.withdraw(session, draft, factories.ZONE, desk.bob))


def test_nothing_is_approved_that_somebody_wrote_who_coordinates_no_more(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    with desk.database.writing() as session:
        session.execute(update(Contact).where(Contact.pseudonym == desk.alice).values(role="contact"))
    with pytest.raises(Refused, match="author may not write"):
        desk.approve(draft, desk.bob)
    assert desk.draft(draft).state == "waiting"
    desk.database.write(
        lambda session: approval.edit(session, draft, {**WORDS, "title": {"fi": "Hei"}}, desk.bob)
    )
    assert desk.approve(draft, "token", 2) == "approved"


def released(desk: Desk, frozen: FrozenClock) -> int:
    """An announcement of Alice's that Bob approved and that has gone out."""
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    frozen.advance(60)
    desk.turn()
    return draft
