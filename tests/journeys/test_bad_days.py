"""Slack and the mail server on their bad days: everything arrives all the same, once."""

from __future__ import annotations

import pytest

from tests.fakes.slack_faults import How
from tests.town import BOB, CALL, COMMON, TAMPERE, OpenTown, Town
from tests.webhooks import saying

TOLD = {TAMPERE: 1, COMMON: 1, "alice@example.org": 1}
FOR_ALL: dict[str, list[str]] = {"cities": [], "topics": []}
FOR_ALL_CALL = CALL | FOR_ALL


def test_when_a_slack_account_is_switched_off_mail_takes_over_and_later_items_go_there_at_once(
    town: Town,
) -> None:
    town.slack.fail_next("user_disabled")  # Bob's is the first post of each item for all
    town.publish(**FOR_ALL)
    assert town.told() == TOLD | {"bob@example.org": 1}
    town.publish(external_id="second", **FOR_ALL)
    assert len(town.mails("bob@example.org")) == 2


def test_a_mail_server_that_is_down_for_an_hour_delays_the_mails_and_loses_none(town: Town) -> None:
    town.smtp.answer("greeting", "421 4.3.2 shutting down")
    town.publish(**FOR_ALL)
    for number in range(6):
        town.hand.advance(minutes=10)
        town.publish(external_id=f"meanwhile-{number}", **FOR_ALL)
    assert town.mails("alice@example.org") == []
    assert len(town.posts(BOB)) == 7
    assert "Email is" in town.client.get("/").text
    town.smtp.answer("greeting", "220 back", times=0)
    town.hand.advance(minutes=6)
    town.settle()
    assert len(town.mails("alice@example.org")) == 7
    assert len({mail["Message-ID"] for mail in town.mails("alice@example.org")}) == 7
    assert "Email is" not in town.client.get("/").text


@pytest.mark.parametrize("reply", ["450 4.2.1 busy", "451 4.7.1 greylisted, come back", "452 4.2.2 full"])
def test_a_mailbox_that_takes_nothing_just_now_is_asked_again(town: Town, reply: str) -> None:
    town.smtp.answer("alice@example.org", reply, times=2)
    town.publish()
    town.hand.advance(hours=13)
    town.settle()
    assert town.told() == TOLD


def test_a_mailbox_that_is_gone_is_not_tried_again_for_the_next_item(town: Town) -> None:
    town.smtp.answer("alice@example.org", "550 5.1.1 no such user")
    town.publish()
    town.publish(external_id="second")
    assert town.smtp.commands["RCPT"] == 1
    page = town.client.get("/").text
    assert "Alice takes nothing over Email" in page
    assert "no such user" in page


def test_a_mail_whose_line_broke_after_the_dot_comes_again_under_the_same_message_id(town: Town) -> None:
    town.smtp.drop("committed")
    town.publish()
    first, second = town.mails("alice@example.org")
    assert first["Message-ID"] == second["Message-ID"]
    assert str(first["Subject"]) == str(second["Subject"])


def test_a_revoked_slack_token_stops_slack_only_and_a_new_one_sends_what_waited(open_town: OpenTown) -> None:
    town = open_town()
    town.slack.revoke()
    town.publish(**FOR_ALL)
    town.publish(external_id="second", **FOR_ALL)
    assert town.told() == {"alice@example.org": 2}
    assert town.slack.requests["chat.postMessage"] < 5
    page = town.client.get("/").text
    assert "Slack is stopped" in page
    assert "the token was revoked" in page
    town.slack.add_token("xoxb-bob")
    again = open_town(slack_bot_token="xoxb-bob")
    again.hand.advance(minutes=6)
    again.settle()
    assert again.told() == {"alice@example.org": 2, TAMPERE: 2, COMMON: 2, "D0BOB": 2}
    assert "Slack is stopped" not in again.client.get("/").text


def test_slack_is_left_alone_for_as_long_as_it_asks(town: Town) -> None:
    town.slack.limit_next(20)
    town.post(saying("published", **FOR_ALL_CALL))
    town.plan()
    town.turn()
    asked = town.slack.requests["chat.postMessage"]
    town.hand.advance(seconds=19)
    town.turn()
    assert town.slack.requests["chat.postMessage"] == asked
    town.settle()
    assert town.told() == TOLD | {"D0BOB": 1}


def test_a_bursting_source_never_makes_slack_say_that_we_are_too_fast(town: Town) -> None:
    town.slack.limits.on = True
    for number in range(12):
        town.post(saying("published", **FOR_ALL_CALL | {"external_id": f"burst-{number}"}))
    town.settle()
    assert {place: len(town.posts(place)) for place in (TAMPERE, COMMON, BOB)} == {
        TAMPERE: 12,
        COMMON: 12,
        BOB: 12,
    }
    assert town.slack.limited == 0
    titles = [post.text for post in town.posts(COMMON)]
    assert len(titles) == 12


@pytest.mark.parametrize(
    "how", ["500-html", "500-html-after-commit", "html-after-commit", "reset", "reset-after-commit"]
)
def test_a_post_in_doubt_is_asked_about_and_stands_there_once(town: Town, how: How) -> None:
    town.slack.break_next(how=how)
    town.publish()
    assert town.told() == TOLD
    assert town.slack.requests["conversations.history"] == 1


def test_a_post_in_doubt_that_slack_cannot_tell_of_waits_for_a_person(town: Town) -> None:
    town.slack.add_token(town.slack.token, scopes=frozenset({"chat:write"}))
    town.slack.break_next(how="reset")
    town.publish()
    town.hand.advance(minutes=40)
    town.settle()
    assert sum(town.told().values()) == 2
    assert "1 delivery is in doubt" in town.client.get("/").text


def test_a_change_while_a_post_is_in_doubt_does_not_strand_it(town: Town) -> None:
    town.slack.break_next(how="reset")
    town.post(saying("published", **FOR_ALL_CALL))
    town.plan()
    town.turn()
    town.update(**FOR_ALL, title="Korjattu otsikko")
    assert town.told() == TOLD | {"D0BOB": 1}


def test_a_change_while_the_other_way_waits_still_reaches_the_person(town: Town) -> None:
    town.slack.fail_next("user_disabled")
    town.smtp.answer("greeting", "421 4.3.2 shutting down")
    town.publish(**FOR_ALL)
    town.update(**FOR_ALL, title={"sv": "Rättad rubrik", "fi": "Korjattu otsikko"})
    town.smtp.answer("greeting", "220 back", times=0)
    town.hand.advance(minutes=6)
    town.settle()
    (mail,) = town.mails("bob@example.org")
    assert "Rättad rubrik" in str(mail["Subject"])
