"""The client as Creamailer's server sees it: signed, paged, and told why it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot import clock
from bot.contracts.newsletter import ListFault, Newcomer
from integrations.creamailer import Creamailer, CreamailerOptions
from tests.conftest import FrozenClock
from tests.fakes.creamailer import FakeCreamailer


@pytest.fixture
def service() -> Iterator[FakeCreamailer]:
    with FakeCreamailer() as fake:
        yield fake


def client(fake: FakeCreamailer, **more: str) -> Creamailer:
    stated = {"token": fake.token, "secret": fake.secret, "list_id": fake.list_id, "url": fake.url, **more}
    return Creamailer(CreamailerOptions.model_validate(stated))


@pytest.fixture
def listed(service: FakeCreamailer) -> Iterator[Creamailer]:
    made = client(service)
    yield made
    made.close()


def test_every_request_is_signed_over_its_whole_address_and_body(
    service: FakeCreamailer, listed: Creamailer
) -> None:
    service.subscribe("alice+tag@example.org", "bob@example.org", status="unsubscribed")
    leaf = listed.subscribers(1)
    assert [(each.email, each.standing) for each in leaf.listed] == [
        ("alice+tag@example.org", "unsubscribed"),
        ("bob@example.org", "unsubscribed"),
    ]
    listed.suppress("åsa@example.org")
    listed.take([Newcomer("charlie@example.org", "Charlie Åberg", "sv")])
    assert service.suppressed == {"åsa@example.org": "manual"}
    assert service.requests[-1].body["subscribers"][0]["name"] == "Charlie Åberg"


def test_a_long_list_comes_in_pages_of_a_thousand(service: FakeCreamailer, listed: Creamailer) -> None:
    service.subscribe(*(f"reader{number}@example.org" for number in range(1001)))
    first, second = listed.subscribers(1), listed.subscribers(2)
    assert ([len(each.listed) for each in (first, second)], first.last, second.last) == (
        [1000, 1],
        False,
        True,
    )
    assert listed.suppressions(1).last


@pytest.mark.parametrize("wrong", [{"token": "another"}, {"secret": "another"}])
def test_wrong_credentials_are_a_fault_to_be_mended(service: FakeCreamailer, wrong: dict[str, str]) -> None:
    made = client(service, **wrong)
    with pytest.raises(ListFault, match="CREAMAILER_SECRET") as fault:
        made.subscribers(1)
    made.close()
    assert fault.value.retry_after is None
    assert "secret-of-the-fake" not in str(fault.value)


def test_a_clock_that_is_wrong_is_refused(
    service: FakeCreamailer, listed: Creamailer, frozen: FrozenClock
) -> None:
    service.now = lambda: clock.real_now() + timedelta(minutes=6)
    with pytest.raises(ListFault, match="HTTP 401"):
        listed.subscribers(1)
    service.now = lambda: clock.real_now() + timedelta(minutes=4)
    assert listed.subscribers(1).last


def test_a_key_that_may_only_read_cannot_suppress(service: FakeCreamailer, listed: Creamailer) -> None:
    service.rights = {"read"}
    assert listed.suppressions(1).last
    with pytest.raises(ListFault, match="HTTP 403"):
        listed.suppress("alice@example.org")


def test_the_hundred_and_first_request_of_an_hour_is_told_to_wait(
    service: FakeCreamailer, listed: Creamailer
) -> None:
    for _ in range(100):
        listed.suppressions(1)
    with pytest.raises(ListFault, match="wait") as fault:
        listed.suppressions(1)
    assert fault.value.retry_after == 1200


@pytest.mark.parametrize(
    ("status", "body", "wait"),
    [
        (500, b"", 600.0),
        (503, b"<html>", 600.0),
        (404, b"{}", None),
        (302, b"", None),
        (200, b"not json", 600.0),
        (200, b'{"data": 3}', 600.0),
        (200, b'["x"]', 600.0),
        (200, b'{"data": [{"address": "x"}]}', 600.0),
        (429, b"{}", 3600.0),
    ],
)
def test_what_is_no_page_is_a_fault_with_the_wait(
    service: FakeCreamailer, listed: Creamailer, status: int, body: bytes, wait: float | None
) -> None:
    service.answer_with(status, body)
    with pytest.raises(ListFault) as fault:
        listed.subscribers(1)
    assert fault.value.retry_after == wait


def test_an_address_it_does_not_take_is_no_fault(service: FakeCreamailer, listed: Creamailer) -> None:
    listed.suppress("no address")
    assert service.suppressed == {}


def test_nobody_at_the_other_end_is_a_fault_with_a_wait() -> None:
    with FakeCreamailer() as gone:
        made = client(gone)
    with pytest.raises(ListFault, match="does not answer") as fault:
        made.subscribers(1)
    made.close()
    assert fault.value.retry_after == 600.0


def test_more_than_five_hundred_at_once_are_never_sent(service: FakeCreamailer, listed: Creamailer) -> None:
    people = [Newcomer(f"reader{number}@example.org", "Reader", "fi") for number in range(501)]
    with pytest.raises(ValueError, match="500"):
        listed.take(people)
    assert service.requests == []
