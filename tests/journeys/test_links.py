"""The links in a mail work, and following one changes nothing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tests.town import Town, text_of


def test_one_click_unsubscribes_and_looking_does_not(town: Town) -> None:
    town.publish()
    (mail,) = town.mails("alice@example.org")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = _path(str(mail["List-Unsubscribe"]).strip("<>"))
    for _ in range(3):  # mail scanners follow every link
        assert town.client.get(link).status_code == 200
        assert town.client.head(link).status_code == 200
    town.publish(external_id="second")
    assert len(town.mails("alice@example.org")) == 2
    answer = town.client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert town.client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    town.publish(external_id="third", urgent=True)
    assert len(town.mails("alice@example.org")) == 2
    assert len(town.posts("C0TAMPERE")) == 3


def test_who_stops_gets_nothing_that_still_waited(town: Town) -> None:
    town.publish()
    link = _path(str(town.mails("alice@example.org")[0]["List-Unsubscribe"]).strip("<>"))
    town.smtp.answer("MAIL", "421 4.3.2 shutting down")
    town.publish(external_id="second")
    town.client.post(link)
    town.smtp.answer("MAIL", "250 back", times=0)
    town.hand.advance(minutes=10)
    town.settle()
    assert len(town.mails("alice@example.org")) == 1


def test_a_forged_link_opens_nothing(town: Town) -> None:
    town.publish()
    link = _path(str(town.mails("alice@example.org")[0]["List-Unsubscribe"]).strip("<>"))
    assert town.client.post(link[:-3] + "abc").status_code == 404
    town.publish(external_id="second")
    assert len(town.mails("alice@example.org")) == 2


def test_the_readers_own_page_chooses_rhythm_and_language(town: Town) -> None:
    town.publish()
    (page,) = re.findall(r"http://\S+/m/[^/\s]+(?=\s)", text_of(town.mails("alice@example.org")[0]))
    assert "Alice" in town.client.get(_path(page)).text
    assert town.client.post(_path(page), data={"language": "en"}).status_code == 303
    town.publish(external_id="second")
    assert town.mails("alice@example.org")[1]["Content-Language"] == "en"
    town.client.post(_path(page), data={"rhythm": "weekly"})
    town.publish(external_id="third")
    assert len(town.mails("alice@example.org")) == 2


def _path(link: str) -> str:
    return urlsplit(link).path
