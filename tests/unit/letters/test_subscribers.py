"""The list at Creamailer and our readers in step, over a real HTTP server and within its limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import House
from bot.contracts.newsletter import ListFault
from bot.letters.subscribers import Budget, newcomers, push, sync
from bot.people.erasure import erase
from bot.people.suppression import address_digest, suppress
from bot.store.contacts import Contact, contact_by_email
from bot.store.mailbox import ListSubscriber, Suppression
from integrations.creamailer import Creamailer, CreamailerOptions
from tests import factories
from tests.conftest import FrozenClock
from tests.fakes.creamailer import FakeCreamailer


@pytest.fixture
def service() -> Iterator[FakeCreamailer]:
    with FakeCreamailer() as fake:
        yield fake


@pytest.fixture
def client(service: FakeCreamailer) -> Iterator[Creamailer]:
    options = {"token": service.token, "secret": service.secret, "list_id": "7", "url": service.url}
    made = Creamailer(CreamailerOptions.model_validate(options))
    yield made
    made.close()


@pytest.fixture
def people(house: House, frozen: FrozenClock) -> House:
    with house.database.writing() as session:
        for name in ("Alice", "Bob", "Charlie"):
            factories.person(session, name)
    return house


def contact(house: House, name: str) -> Contact:
    with house.database.reading() as session:
        found = contact_by_email(session, f"{name}@example.org")
    assert found
    return found


def standings(house: House) -> dict[str, str]:
    with house.database.reading() as session:
        rows = session.execute(select(ListSubscriber.address, ListSubscriber.status)).all()
    names = {address_digest(f"{name}@example.org"): name for name in ("alice", "bob", "charlie", "dora")}
    return {names.get(address, address): status for address, status in rows}


def suppressed(house: House) -> set[str]:
    with house.database.reading() as session:
        return set(session.scalars(select(Suppression.address)))


def stop_letter(house: House, name: str, wanted: bool = False) -> None:
    with house.database.writing() as session:
        found = contact_by_email(session, f"{name}@example.org")
        assert found
        found.letter = wanted


def test_who_left_there_gets_no_letter_here_and_other_news_all_the_same(
    people: House, service: FakeCreamailer, client: Creamailer
) -> None:
    service.subscribe("Alice@Example.org")
    service.subscribe("bob@example.org", status="unsubscribed")
    memory = sync(people.database, client, {})
    assert standings(people) == {"alice": "active", "bob": "unsubscribed"}
    assert [contact(people, name).letter for name in ("alice", "bob", "charlie")] == [True, False, True]
    assert suppressed(people) == set()
    assert memory["done_at"]
    assert (memory["step"], memory["page"]) == ("subscribers", 1)


def test_a_reader_who_takes_the_letter_again_here_is_not_overruled_by_an_old_standing(
    people: House, service: FakeCreamailer, client: Creamailer
) -> None:
    service.subscribe("bob@example.org", status="unsubscribed")
    memory = sync(people.database, client, {})
    stop_letter(people, "bob", wanted=True)
    sync(people.database, client, memory)
    assert contact(people, "bob").letter


@pytest.mark.parametrize("standing", ["bounced", "spamreport"])
def test_an_address_that_is_dead_or_complained_there_takes_no_mail_here(
    people: House, service: FakeCreamailer, client: Creamailer, standing: str
) -> None:
    service.subscribe("alice@example.org", status=standing)
    sync(people.database, client, {})
    assert suppressed(people) == {address_digest("alice@example.org")}


def test_suppressed_there_for_no_stated_reason_stops_the_letter_only(
    people: House, service: FakeCreamailer, client: Creamailer
) -> None:
    service.suppress("alice@example.org")
    service.suppress("bob@example.org", "Hard bounce")
    sync(people.database, client, {})
    assert not contact(people, "alice").letter
    assert suppressed(people) == {address_digest("bob@example.org")}


def test_who_left_here_is_suppressed_there_once_and_still_gets_other_mail(
    people: House, service: FakeCreamailer, client: Creamailer
) -> None:
    service.subscribe("alice@example.org", "bob@example.org", "charlie@example.org")
    stop_letter(people, "alice")
    with people.database.writing() as session:
        suppress(session, "bob@example.org", "bounced")
    memory: Any = {}
    for _ in range(3):
        memory = sync(people.database, client, memory)
    posted = [request.body["email"] for request in service.requests if request.method == "POST"]
    assert sorted(posted) == ["alice@example.org", "bob@example.org"]
    assert suppressed(people) == {address_digest("bob@example.org")}


def test_who_was_erased_here_is_taken_off_the_list_there(
    people: House, service: FakeCreamailer, client: Creamailer
) -> None:
    service.subscribe("alice@example.org")
    memory: Any = sync(people.database, client, {})
    with people.database.writing() as session:
        erase(session, session.get_one(Contact, contact(people, "alice").id), "test")
    for _ in range(3):
        memory = sync(people.database, client, memory)
    posted = [request.body["email"] for request in service.requests if request.method == "POST"]
    assert posted == ["alice@example.org"]


def test_out_of_live_mode_it_is_only_read(people: House, service: FakeCreamailer, client: Creamailer) -> None:
    service.subscribe("alice@example.org")
    stop_letter(people, "alice")
    memory = sync(people.database, client, {}, tell=False)
    assert service.suppressed == {}
    sync(people.database, client, memory)
    assert list(service.suppressed) == ["alice@example.org"]


def test_a_list_longer_than_an_hours_requests_is_read_on_in_the_next(
    people: House, service: FakeCreamailer, client: Creamailer, frozen: FrozenClock
) -> None:
    service.subscribe(*(f"reader{number}@example.org" for number in range(4000)))
    budget = Budget([])
    for _ in range(88):
        budget.take()
    memory = sync(people.database, client, {"asked": budget.kept()})
    assert (memory["page"], len(standings(people))) == (3, 2000)
    assert sync(people.database, client, memory) == memory
    assert len(service.requests) == 2
    frozen.advance(hours=1, seconds=1)
    memory = sync(people.database, client, memory)
    assert len(standings(people)) == 4000
    assert memory["done_at"]
    assert [request.query["page"] for request in service.requests] == ["1", "2", "3", "4", "1"]


def test_told_to_wait_it_asks_nothing_until_then(
    people: House, service: FakeCreamailer, client: Creamailer, frozen: FrozenClock
) -> None:
    service.answer_with(429, Retry_After="1800")
    memory = sync(people.database, client, {})
    frozen.advance(minutes=29)
    assert sync(people.database, client, memory) == memory
    frozen.advance(minutes=2)
    assert sync(people.database, client, memory)["done_at"]


def test_wrong_settings_are_raised_for_the_administrator(
    people: House, service: FakeCreamailer, client: Creamailer
) -> None:
    service.answer_with(403)
    with pytest.raises(ListFault, match="CREAMAILER_TOKEN"):
        sync(people.database, client, {})


def test_killed_in_the_middle_it_begins_again_and_ends_the_same(
    people: House, service: FakeCreamailer, client: Creamailer
) -> None:
    service.subscribe("alice@example.org", "bob@example.org")
    stop_letter(people, "alice")
    service.rights = {"read"}  # the page is kept, then the connection dies on the first suppression
    with pytest.raises(ListFault):
        sync(people.database, client, {})
    service.rights = {"read", "write"}
    sync(people.database, client, {})
    assert list(service.suppressed) == ["alice@example.org"]
    assert standings(people) == {"alice": "suppressed", "bob": "active"}


def test_who_is_not_on_the_list_any_more_gets_our_own_copy_again(
    people: House, service: FakeCreamailer, client: Creamailer, frozen: FrozenClock
) -> None:
    service.subscribe("alice@example.org", "bob@example.org")
    memory = sync(people.database, client, {})
    del service.subscribers["bob@example.org"]
    frozen.advance(hours=2)
    sync(people.database, client, memory)
    assert standings(people) == {"alice": "active"}


def test_only_who_takes_the_letter_and_was_never_there_is_put_on_the_list(
    people: House, service: FakeCreamailer, client: Creamailer
) -> None:
    service.subscribe("alice@example.org", status="deleted")
    stop_letter(people, "charlie")
    with people.database.writing() as session:
        factories.person(session, "Silent", rhythm="off")
    memory = sync(people.database, client, {})
    with people.database.reading() as session:
        found = newcomers(session)
    assert [each.email for each in found] == ["bob@example.org"]
    assert push(people.database, client, found, Budget(memory["asked"])) == 1
    assert service.subscribers["bob@example.org"] == "active"
    with people.database.reading() as session:
        assert newcomers(session) == []


def test_a_large_network_is_put_there_in_batches_of_five_hundred(
    house: House, service: FakeCreamailer, client: Creamailer, frozen: FrozenClock
) -> None:
    from bot.contracts.newsletter import Newcomer

    people = [Newcomer(f"reader{number}@example.org", "Reader", "fi") for number in range(1100)]
    assert push(house.database, client, people, Budget([])) == 1100
    assert [len(request.body["subscribers"]) for request in service.requests] == [500, 500, 100]
