"""Slack on its bad days: everything arrives all the same, once, and whoever can mend it is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import BOB, CALL, COMMON, TAMPERE, OpenTown, Town
from tests.webhooks import saying

FOR_ALL: dict[str, Any] = {"cities": [], "topics": []}
EVERYWHERE = {TAMPERE: 1, COMMON: 1, "D0BOB": 1, "alice@example.org": 1}
NEW_TITLE = {"fi": "Uusi nimi", "sv": "Nytt namn", "en": "A new name"}


def hour(town: Town) -> None:
    """An hour goes by, and the workers try now and then."""
    for _ in range(6):
        town.hand.advance(minutes=10)
        town.settle()


def alter(town: Town, **change: Any) -> None:
    """Somebody changes Tampere's channel, and no event tells of it."""
    town.slack.subscribed = frozenset()
    town.slack.alter(TAMPERE, **change)


@pytest.mark.of_sqlite
def test_when_nobody_answers_at_slack_for_an_hour_posts_and_edits_wait_and_mail_does_not(
    open_town: OpenTown,
) -> None:
    open_town().publish(**FOR_ALL)
    town = open_town(slack_api_url="http://127.0.0.1:9/api/")
    town.update(**FOR_ALL, title=NEW_TITLE)
    town.publish(**FOR_ALL, external_id="meanwhile")
    hour(town)
    assert len(town.slack.messages) == 3
    assert len(town.mails("alice@example.org")) == 3, "two notices and a correction"
    page = town.client.get("/").text
    assert "Slack is" in page
    assert "Editing posts in Slack is" in page
    back = open_town()
    back.hand.advance(minutes=6)
    back.settle()
    assert [len(back.posts(place)) for place in (TAMPERE, COMMON, BOB)] == [3, 3, 3]
    assert all("Uusi nimi" in back.posts(place)[0].text for place in (TAMPERE, COMMON))
    assert "Slack is" not in back.client.get("/").text


def test_slack_that_breaks_at_every_post_for_an_hour_doubles_none(town: Town) -> None:
    town.slack.random_faults(1.0, seed=3, hows=("500-html", "500-html-after-commit", "reset-after-commit"))
    town.publish(**FOR_ALL)
    hour(town)
    town.slack.random_faults(0.0)
    hour(town)
    assert town.told() == EVERYWHERE


def test_a_limit_met_in_every_method_is_waited_out_and_everything_arrives_once(town: Town) -> None:
    for method in ("chat.postMessage", "conversations.history", "conversations.open", "chat.update"):
        town.slack.limit_next(20, method=method)
    town.slack.pass_next()
    town.slack.break_next(how="reset-after-commit")
    town.publish(**FOR_ALL)
    town.update(**FOR_ALL, title=NEW_TITLE)
    town.hand.advance(minutes=3)
    town.settle()
    assert town.told() == EVERYWHERE
    assert all("Uusi" in post.text or "Nytt" in post.text for post in town.slack.messages)
    assert town.slack.limited >= 3


@pytest.mark.of_sqlite
def test_a_token_revoked_in_the_middle_of_a_batch_loses_nothing_of_it(town: Town) -> None:
    town.slack.pass_next(1)
    town.slack.fail_next("token_revoked")
    town.publish(**FOR_ALL)
    assert len(town.slack.messages) == 1
    assert "the token was revoked" in town.client.get("/").text
    town.hand.advance(minutes=6)
    town.settle()
    assert town.told() == EVERYWHERE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"archived": True}, "The conversation is archived"),
        ({"member": False}, "The app is not in this conversation"),
        ({"private": True, "member": False}, "No such conversation, or a private one without the app"),
    ],
)
@pytest.mark.of_sqlite
def test_a_channel_that_takes_nothing_any_more_is_told_of_and_the_others_hear_on(
    town: Town, change: dict[str, bool], said: str
) -> None:
    town.publish(**FOR_ALL)
    alter(town, **change)
    town.publish(**FOR_ALL, external_id="second")
    town.update(**FOR_ALL, title=NEW_TITLE)
    assert len(town.posts(TAMPERE)) == 1
    assert [len(town.posts(place)) for place in (COMMON, BOB)] == [2, 2]
    assert "Uusi nimi" in town.posts(COMMON)[0].text
    page = town.client.get("/").text
    assert f"{TAMPERE} takes nothing over Slack" in page
    assert said.lower() in page.lower()


@pytest.mark.parametrize("change", [{"name": "another-name"}, {"private": True}])
@pytest.mark.of_sqlite
def test_a_channel_that_was_renamed_or_made_private_hears_on(town: Town, change: dict[str, Any]) -> None:
    town.publish()
    alter(town, **change)
    town.update(title=NEW_TITLE)
    town.publish(external_id="second")
    first, second = town.posts(TAMPERE)
    assert "Uusi nimi" in first.text
    assert second.thread_ts is None


def test_a_post_in_a_thread_in_doubt_is_looked_for_there_and_stands_once(town: Town) -> None:
    town.publish()
    town.post(saying("updated", **CALL | {"title": NEW_TITLE}))
    town.settle()
    town.slack.break_next(how="reset-after-commit")
    town.hand.advance(minutes=11)
    town.settle()
    first, note = town.posts(TAMPERE)
    assert note.thread_ts == first.ts
    assert town.slack.requests["conversations.replies"] == 1
    assert town.slack.requests["conversations.history"] == 0
