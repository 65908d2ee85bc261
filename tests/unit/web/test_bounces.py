"""`POST /in/bounce`: the signed key is the proof."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.app import House
from bot.delivery.settlement import NEVER
from bot.store.contacts import contact_by_email
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.mailbox import MailSeen
from tests import factories
from tests.integrations.mailbox.samples import arf, dsn, reply
from tests.unit.web.browser import Browser

TYPE = {"Content-Type": "message/rfc822"}


@pytest.fixture
def key(house: House) -> str:
    """The key of a mail that Alice got."""
    with house.database.writing() as session:
        factories.person(session, "Alice")
    factories.tell(house.database, factories.details())
    factories.plan(house.database, house.network)
    with house.database.writing() as session:
        row = session.scalars(select(Delivery)).one()
        row.state = "sent"
        return house.stationery.key(row.id)


def paused(house: House) -> bool:
    with house.database.reading() as session:
        return session.scalars(select(Destination.paused_until)).one() == NEVER


def test_a_bounce_is_taken_once(browser: Browser, house: House, key: str) -> None:
    answer = browser.client.post("/in/bounce", data=dsn(key=key), headers=TYPE)
    assert (answer.status_code, answer.json) == (
        200,
        {"status": "accepted", "kind": "bounce", "done": "lasting"},
    )
    assert paused(house)
    again = browser.client.post("/in/bounce", data=dsn(key=key), headers=TYPE)
    assert (again.status_code, again.json) == (200, {"status": "duplicate"})


def test_a_complaint_is_taken_too(browser: Browser, house: House, key: str) -> None:
    answer = browser.client.post("/in/bounce", data=arf(key=key), headers=TYPE)
    assert answer.json == {"status": "accepted", "kind": "complaint", "done": "complained"}
    with house.database.reading() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        assert alice.rhythm == "off"


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        (dsn(key="silta-1-0123456789abcdef"), 403),
        (dsn(key="x"), 403),
        (b"", 422),
        (b"\x00\xff" * 1000, 422),
        (reply(), 422),
    ],
)
def test_what_is_no_bounce_of_ours_does_nothing(
    browser: Browser, house: House, key: str, letter: bytes, status: int
) -> None:
    answer = browser.client.post("/in/bounce", data=letter, headers=TYPE)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert not paused(house)
    with house.database.reading() as session:
        assert not session.scalars(select(MailSeen)).all()


def test_a_bounce_for_someone_elses_mail_does_nothing(browser: Browser, house: House, key: str) -> None:
    answer = browser.client.post("/in/bounce", data=dsn(key=key, recipient="bob@example.org"), headers=TYPE)
    assert answer.status_code == 403
    assert not paused(house)


@pytest.fixture
def long_letters(key: str) -> Iterator[tuple[bytes, int]]:
    letter = dsn(key=key)
    return iter([(letter + b"x" * (1024 * 1024 - len(letter)), 200), (letter + b"x" * 1024 * 1024, 413)])


def test_a_letter_may_have_a_mebibyte_and_not_a_byte_more(
    browser: Browser, long_letters: Iterator[tuple[bytes, int]]
) -> None:
    for letter, status in long_letters:
        assert browser.client.post("/in/bounce", data=letter, headers=TYPE).status_code == status


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", ""])
def test_another_type_is_refused(browser: Browser, kind: str, key: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    assert browser.client.post("/in/bounce", data=dsn(key=key), headers=headers).status_code == 415


def test_only_post_is_taken(browser: Browser) -> None:
    assert browser.client.get("/in/bounce").status_code == 405


def test_guessing_is_slowed_down_and_a_true_bounce_never(browser: Browser, house: House, key: str) -> None:
    answers = [
        browser.client.post("/in/bounce", data=dsn(key=f"x-{number}-0"), headers=TYPE) for number in range(40)
    ]
    assert [answer.status_code for answer in answers][:30] == [403] * 30
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert browser.client.post("/in/bounce", data=dsn(key=key), headers=TYPE).status_code == 200
