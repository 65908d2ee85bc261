"""Posts in Slack when their item changes: edited in place at once, told in the thread later, struck when withdrawn."""

from __future__ import annotations

from typing import Any

from bot.store.destinations import Destination
from tests.town import BOB, COMMON, TAMPERE, OpenTown, Town

FOR_ALL: dict[str, Any] = {"cities": [], "topics": []}
NEW_TITLE = {"fi": "Uusi nimi", "sv": "Nytt namn", "en": "A new name"}


def test_a_change_is_shown_in_every_post_at_once_at_night_too_and_told_in_its_thread_in_the_morning(
    town: Town,
) -> None:
    town.publish(**FOR_ALL)
    before = {post.channel: post for post in town.slack.messages}
    town.hand.advance(hours=11)
    town.update(**FOR_ALL, title=NEW_TITLE)
    after = {post.channel: post for post in town.slack.messages}
    assert len(town.slack.messages) == len(before) == 3
    for place, title in ((TAMPERE, "Uusi nimi"), (COMMON, "Uusi nimi"), ("D0BOB", "Nytt namn")):
        assert title in after[place].words
        assert title in after[place].text
        assert after[place].ts == before[place].ts
        assert after[place].metadata == before[place].metadata
    town.hand.advance(hours=12)
    town.settle()
    for place in (TAMPERE, COMMON, BOB):
        first, note = town.posts(place)
        assert note.thread_ts == first.ts
        assert not note.broadcast


def test_a_withdrawn_item_is_struck_through_in_place_and_its_thread_says_so(town: Town) -> None:
    town.publish()
    town.withdraw()
    (post,) = town.posts(TAMPERE)
    assert "~Vähähiilinen Tampere~" in post.words
    assert "~Haettavana on tukea.~" in post.words
    assert post.words.startswith("Peruutettu")
    assert post.text.startswith("Peruutettu: Vähähiilinen Tampere")
    assert not [block for block in post.blocks if block["type"] == "actions"]
    town.hand.advance(minutes=11)
    town.settle()
    first, note = town.posts(TAMPERE)
    assert note.thread_ts == first.ts
    town.publish()
    assert "~" not in town.posts(TAMPERE)[0].words


def test_what_a_person_deleted_is_not_missed_and_the_correction_comes_outside_its_thread(town: Town) -> None:
    town.publish()
    first = town.posts(TAMPERE)[0]
    town.slack._workspace.remove(first)
    town.update(title=NEW_TITLE)
    town.hand.advance(minutes=11)
    town.settle()
    gone, correction = town.posts(TAMPERE)
    assert gone.deleted
    assert correction.thread_ts is None
    assert "Uusi nimi" in correction.text
    assert "no longer true" not in town.client.get("/").text


def test_a_thread_that_vanished_unseen_does_not_swallow_what_belonged_there(town: Town) -> None:
    town.publish()
    town.slack.fail_next("edit_window_closed", method="chat.update", times=2)
    town.update(title=NEW_TITLE)
    assert "1 post shows what is no longer true" not in town.client.get("/").text
    assert "2 posts show what is no longer true" in town.client.get("/").text
    town.slack._workspace.remove(town.posts(TAMPERE)[0])
    town.hand.advance(minutes=11)
    town.settle()
    assert [post.thread_ts is None for post in town.posts(TAMPERE)] == [True, True]
    assert town.posts(COMMON)[1].thread_ts == town.posts(COMMON)[0].ts


def test_slacks_limit_on_edits_is_kept_to_as_long_as_it_asks(town: Town) -> None:
    town.publish()
    town.slack.limit_next(25, method="chat.update")
    posts = len(town.slack.messages)
    town.update(title=NEW_TITLE)
    assert [post for post in town.slack.messages[:posts] if "Uusi nimi" not in post.text] == []
    assert town.slack.requests["chat.update"] == 3


def test_a_broken_line_is_no_reason_to_leave_a_post_as_it_was(town: Town) -> None:
    town.publish()
    town.slack.break_next(how="reset-after-commit", method="chat.update")
    town.slack.break_next(how="500-html", method="chat.update")
    town.update(title=NEW_TITLE)
    assert all("Uusi nimi" in post.text for post in town.slack.messages)
    assert len(town.slack.messages) == 2


def test_what_was_posted_while_live_is_not_edited_in_preview(open_town: OpenTown) -> None:
    open_town().publish()
    town = open_town(delivery_mode="preview")
    town.update(title=NEW_TITLE)
    assert town.slack.requests["chat.update"] == 0
    assert "no longer true" not in town.client.get("/").text


def test_the_reminder_of_a_deadline_goes_into_the_thread_and_into_the_channel_where_it_is_asked_for(
    town: Town,
) -> None:
    town.publish(closes_at="2026-12-01T16:15:00+02:00")
    with town.house.database.writing() as session:
        for place in session.query(Destination).where(Destination.address == COMMON):
            place.broadcast = True
    town.hand.advance(days=3)
    town.settle()
    for address, shown in ((TAMPERE, False), (COMMON, True)):
        first, reminder = town.posts(address)
        assert reminder.thread_ts == first.ts
        assert reminder.broadcast is shown
