"""From a signed webhook to exactly the readers it fits."""

from __future__ import annotations

from bot.people.enrolment import Person
from tests.town import BOB, CALL, COMMON, TAMPERE, Town, html_of, text_of, words_of
from tests.webhooks import saying

TOLD_ONCE = {TAMPERE: 1, COMMON: 1, "alice@example.org": 1}


def test_a_call_for_tampere_reaches_its_conversation_the_common_one_and_alice_and_nobody_else(
    town: Town,
) -> None:
    assert town.publish() == "accepted"
    assert town.told() == TOLD_ONCE


def test_every_copy_says_what_by_when_where_to_and_why_in_the_readers_language(town: Town) -> None:
    town.publish()
    (mail,) = town.mails("alice@example.org")
    assert mail["Subject"] == "Rahoitushaku: Vähähiilinen Tampere"
    assert mail["Content-Language"] == "fi"
    for part in (text_of(mail), html_of(mail)):
        assert "15. tammikuuta 2027 klo 16.15 (Suomen aikaa)" in part
        assert "https://example.org/haku" in part
        assert "Saat tämän, koska Tampere seuraa teemaa vähähiilisyys." in part
    (post,) = town.posts(TAMPERE)
    assert "Vähähiilinen Tampere" in post.text
    assert "Täällä, koska tämän keskustelun alue on Tampere." in post.text


def test_a_call_for_all_reaches_bob_in_slack_and_in_swedish(town: Town) -> None:
    town.publish(cities=[], topics=[])
    assert town.told() == TOLD_ONCE | {"D0BOB": 1}
    assert "Utsläppssnålt Tammerfors" in words_of(town.posts(BOB))
    assert town.mails("bob@example.org") == []


def test_an_item_in_one_language_only_reaches_the_others_and_says_so(town: Town) -> None:
    town.publish(cities=[], topics=[], title="Vain suomeksi", body=None, language="fi")
    assert "Vain suomeksi" in words_of(town.posts(BOB))
    assert "Endast på finska." in words_of(town.posts(BOB))


def test_the_same_again_is_a_duplicate_and_tells_nobody_anything(town: Town) -> None:
    first = town.post(saying("published", **CALL)).json
    town.settle()
    again = town.post(saying("published", **CALL)).json
    town.settle()
    assert first is not None
    assert again == {"status": "duplicate", "item": first["item"]}
    assert town.told() == TOLD_ONCE


def test_the_same_request_delivered_twice_by_its_sender_counts_once(town: Town) -> None:
    request = saying("published", **CALL)
    answers = [town.post(request).json for _ in range(3)]
    town.settle()
    assert [answer and answer["status"] for answer in answers] == ["accepted", "duplicate", "duplicate"]
    assert len({answer and answer["item"] for answer in answers}) == 1
    assert town.told() == TOLD_ONCE


def test_a_change_before_anybody_was_told_is_all_that_anybody_hears(town: Town) -> None:
    town.post(saying("published", **CALL))
    assert town.update(title="Korjattu otsikko") == "updated"
    assert town.told() == TOLD_ONCE
    assert "Korjattu otsikko" in words_of(town.posts(TAMPERE))


def test_a_change_after_everybody_was_told_is_taken_in_and_does_not_tell_them_twice(town: Town) -> None:
    town.publish()
    assert town.update(title="Korjattu otsikko") == "updated"
    assert town.told() == TOLD_ONCE
    assert "Korjattu otsikko" in town.client.get("/items").text


def test_a_change_that_moves_it_to_another_city_before_it_was_sent_tells_only_that_city(town: Town) -> None:
    town.post(saying("published", **CALL))
    town.plan()
    town.update(cities=["oulu"])
    assert town.told() == {COMMON: 1, "D0BOB": 1}


def test_what_is_withdrawn_before_it_was_sent_is_told_to_nobody(town: Town) -> None:
    town.post(saying("published", **CALL))
    town.plan()
    assert town.withdraw() == "withdrawn"
    assert town.told() == {}


def test_what_is_published_again_after_a_withdrawal_is_told_once(town: Town) -> None:
    town.post(saying("published", **CALL))
    town.withdraw()
    assert town.publish() == "updated"
    assert town.told() == TOLD_ONCE


def test_the_withdrawal_of_something_unknown_is_a_404_and_does_not_stand_in_its_way(town: Town) -> None:
    answer = town.post(saying("withdrawn", external_id=CALL["external_id"]))
    assert answer.status_code == 404
    assert town.publish() == "accepted"
    assert town.told() == TOLD_ONCE


def test_who_reads_daily_is_held_for_the_digest_but_hears_at_once_what_is_urgent(town: Town) -> None:
    town.publish()
    assert town.mails("charlie@example.org") == []
    town.publish(external_id="urgent-1", urgent=True)
    (mail,) = town.mails("charlie@example.org")
    assert mail["Subject"] == "❗ Funding call: Low-carbon Tampere"
    assert len(town.mails("alice@example.org")) == 2


def test_a_person_in_several_cities_with_slack_and_mail_gets_one_copy(town: Town) -> None:
    town.enrol(Person("Charlie", "charlie@example.org", ("tampere", "oulu"), slack_user_id="U0CHARLIE"))
    town.slack.add_user("U0CHARLIE")
    town.open_conversation(TAMPERE, "oulu")
    town.publish(cities=["tampere", "oulu"])
    assert town.told() == TOLD_ONCE | {"D0BOB": 1, "D0CHARLIE": 1}


def test_a_call_that_has_closed_already_becomes_an_item_and_is_told_to_nobody(town: Town) -> None:
    assert town.publish(closes_at="2026-11-23") == "accepted"
    assert town.told() == {}
    assert "Vähähiilinen Tampere" in town.client.get("/items").text


def test_a_faulty_request_names_every_fault_and_leaves_nothing_behind(town: Town) -> None:
    answer = town.post(saying("published", **CALL | {"cities": ["tamprere"], "closes_at": "soon"}))
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert "tampere" in answer.text
    assert "closes_at" in answer.text
    town.settle()
    assert town.told() == {}
