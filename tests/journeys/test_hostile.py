"""What is hostile is not invalid: it is neutralised, and arrives."""

from __future__ import annotations

from html.parser import HTMLParser

from bot.people.enrolment import Person
from tests.town import COMMON, TAMPERE, Town, html_of, text_of, words_of

TOLD = {TAMPERE: 1, COMMON: 1, "alice@example.org": 1}


class Tags(HTMLParser):
    """The elements and event handlers that a mail program would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.handlers: set[str] = set()
        self.targets: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.handlers |= {name for name, _ in attrs if name.startswith("on")}
        self.targets |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}


def test_nothing_that_comes_in_can_ping_anybody(town: Town) -> None:
    pings = "<!channel> <!here> <!everyone> <@U0BOB> <!subteam^S1> @channel @here"
    town.publish(
        title=f"Haku {pings}", body=f"{pings} **{pings}** [{pings}](https://example.org)", location=pings
    )
    assert town.told() == TOLD
    for post in town.slack.messages:
        assert post.pings == []
        assert "channel" in post.text


def test_markup_in_a_title_is_text_in_the_mail_and_scripts_are_gone_from_the_body(town: Town) -> None:
    attack = '<script>alert(1)</script><img src=x onerror="alert(1)"><a href="javascript:alert(1)">x</a>'
    town.publish(
        title=f"Haku {attack}", body=f"Kuvaus {attack} [napsauta](javascript:alert(1))", authority=attack
    )
    (mail,) = town.mails("alice@example.org")
    seen = Tags(html_of(mail))
    assert not seen.names & {"script", "img", "iframe", "form", "object"}
    assert seen.handlers == set()
    assert not [target for target in seen.targets if not target.startswith(("http://", "https://"))]
    assert "<script>alert(1)</script>" in str(mail["Subject"])
    assert "Kuvaus" in text_of(mail)


def test_line_breaks_in_a_title_do_not_make_header_fields(town: Town) -> None:
    town.publish(title="Haku\r\nBcc: mallory@example.org\r\n\r\nUusi runko\u2028rivi\x0bx\x85y")
    assert town.told() == TOLD
    (mail,) = town.mails("alice@example.org")
    assert mail["Bcc"] is None
    assert "Bcc: mallory@example.org" in str(mail["Subject"])
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]


def test_a_reader_whose_name_is_an_attack_gets_a_mail_of_their_own_and_nobody_elses(town: Town) -> None:
    name = '<b>Charlie</b>, "Mallory" <mallory@example.org>'
    town.enrol(Person(name, "charlie@example.org", ("tampere",)))
    town.publish()
    assert town.told() == TOLD | {"charlie@example.org": 1}
    (mail,) = town.mails("charlie@example.org")
    (reader,) = mail["To"].addresses
    assert reader.addr_spec == "charlie@example.org"
    assert "<b>Charlie</b>" not in html_of(mail)


def test_emoji_floods_right_to_left_text_and_broken_characters_arrive(town: Town) -> None:
    strange = "🎉" * 200 + " \u202eוהק\u202c ‎مناقصة \ud83d \u0007 \ufeff"
    town.publish(title=strange[:400], body=strange * 20)
    assert town.told() == TOLD
    assert "🎉" in words_of(town.posts(TAMPERE))
    assert "🎉" in str(town.mails("alice@example.org")[0]["Subject"])


def test_the_longest_texts_that_are_allowed_arrive_within_the_media_limits(town: Town) -> None:
    assert town.publish(title="ä" * 500, body="Sana & <tagi> *tähti* " * 2200) == "accepted"
    assert town.told() == TOLD


def test_pages_show_hostile_text_as_text(town: Town) -> None:
    town.publish(title='<script>alert("x")</script>', body="<script>alert(2)</script>")
    for page in ("/", "/items", "/deliveries", "/preview"):
        assert "script" not in Tags(town.client.get(page).text).names
