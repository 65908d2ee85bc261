"""A week's letter, from the button to the readers: one each, in their language, on Friday morning."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage

from bot.people.enrolment import Person
from tests.conftest import FrozenClock
from tests.town import BOB, CALL, OpenTown, Town, html_of, text_of, words_of

DESK = "/letters/2026-48"
OPENING = {"opening-fi": "Hyvä **lukija**!", "opening-sv": "Bästa läsare!", "opening-en": "Dear reader!"}


def letters(town: Town) -> dict[str, EmailMessage]:
    """The newest mail of each reader that is a letter or a digest with its opening."""
    return {
        mail.recipient: mail.message
        for mail in town.smtp.mails
        if any(word in text_of(mail.message) for word in ("lukija", "läsare", "reader!"))
    }


def post(town: Town, page: str, action: str, **form: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', town.client.get(page).text)
    assert token
    assert town.client.post(action, data={**form, "csrf_token": token[1]}).status_code == 303


def make_letter(town: Town) -> None:
    """Begin it, write its openings, put it forward, approve it."""
    post(town, "/letters", "/letters")
    version = re.search(r'name="version" value="(\d+)"', town.client.get(DESK).text)
    assert version
    post(town, DESK, DESK, version=version[1], do="submit", **OPENING)
    draft = re.search(r"/approvals/(\d+)", town.client.get(DESK).text)
    assert draft
    page = f"/approvals/{draft[1]}"
    seen = re.search(r'name="version" value="(\d+)"', town.client.get(page).text)
    assert seen
    post(town, page, f"{page}/approve", version=seen[1])


def test_one_letter_each_on_friday_morning(open_town: OpenTown, frozen: FrozenClock) -> None:
    town = open_town(four_eyes=False)
    town.enrol(Person("Dora", "dora@example.org", ("tampere",), language="fi", rhythm="weekly"))
    town.publish()
    make_letter(town)
    town.settle()
    assert letters(town) == {}
    assert town.client.get("/archive/2026-48").status_code == 404

    frozen.instant = datetime(2026, 11, 27, 5, 1, tzinfo=UTC)
    town.settle()
    assert letters(town) == {}
    assert "Hyvä" in town.client.get("/archive/2026-48?language=fi").text

    frozen.instant = datetime(2026, 11, 27, 6, 11, tzinfo=UTC)
    town.settle()
    got = letters(town)
    assert sorted(got) == ["alice@example.org", "charlie@example.org", "dora@example.org"]
    alice = got["alice@example.org"]
    assert alice["Subject"].endswith("Innokaupungit: viikko 48")
    assert CALL["title"]["fi"] in text_of(alice)
    assert "<strong>lukija</strong>" in html_of(alice)
    assert "List-Unsubscribe" in alice
    assert len(alice.as_bytes()) < 100_000
    assert CALL["title"]["en"] in text_of(got["charlie@example.org"])
    assert "Bästa läsare" in words_of(town.posts(BOB)) + str([post.blocks for post in town.posts(BOB)])
    assert "Innokaupungit: viikko 48" not in got["dora@example.org"]["Subject"]

    before = town.smtp.mails[:]
    town.settle()
    frozen.advance(hours=2)
    town.settle()
    assert town.smtp.mails == before


def test_a_town_that_is_opened_again_after_the_approval_sends_it_all_the_same(
    open_town: OpenTown, frozen: FrozenClock
) -> None:
    town = open_town(four_eyes=False)
    town.publish()
    make_letter(town)
    frozen.instant = datetime(2026, 11, 27, 5, 1, tzinfo=UTC)
    while town.steps.tick():  # released, and not planned yet: then the process dies
        pass
    frozen.instant = datetime(2026, 11, 27, 6, 11, tzinfo=UTC)
    again = open_town(four_eyes=False)
    again.settle()
    town.settle()
    assert sorted(
        mail.recipient for mail in again.smtp.mails if "viikko 48" in str(mail.message["Subject"])
    ) == ["alice@example.org"]


def test_on_thursday_the_letter_begins_by_itself_and_the_coordinator_hears_of_it_once(
    open_town: OpenTown, frozen: FrozenClock
) -> None:
    town = open_town()
    town.enrol(Person("Carol", "carol@example.org", ("tampere",), language="en", role="coordinator"))
    town.publish()
    town.steps.enlist()
    for hour in (6, 7, 8):
        frozen.instant = datetime(2026, 11, 26, hour, 1, tzinfo=UTC)
        town.settle()
    told = [mail for mail in town.smtp.mails if "weekly letter waits" in str(mail.message["Subject"])]
    assert [mail.recipient for mail in told] == ["carol@example.org"]
    assert "http://127.0.0.1:8000/letters/2026-48" in text_of(told[0].message)
    assert "Low-carbon Tampere" in town.client.get(f"{DESK}/preview?language=en").text


def test_every_copy_of_a_letter_is_seen_by_the_coordinators(open_town: OpenTown, frozen: FrozenClock) -> None:
    town = open_town(four_eyes=False)
    town.publish()
    make_letter(town)
    frozen.instant = datetime(2026, 11, 27, 6, 11, tzinfo=UTC)
    town.settle()
    for path in ("/deliveries", "/preview?left=1"):
        assert "Innokaupungit: viikko 48" in town.client.get(path).text, path
    assert "Its public page" in town.client.get(DESK).text
