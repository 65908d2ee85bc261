"""Requests of a chat on either database: kept once, taken in order, by one worker each; and what happens to places."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot.app import House
from bot.contracts import ChatPerson, ChatRequest
from bot.conversation.chat import places, requests
from bot.conversation.chat.counter import ChatCounter
from bot.people.conversations import add_conversation
from bot.store.chats import ChatRequestRow
from bot.store.destinations import Destination
from tests.conftest import FrozenClock


def asked(key: str, user: str = "UALICE") -> ChatRequest:
    return ChatRequest(key=key, kind="say", person=ChatPerson(team="T1", user=user), team="T1", said="help")


@pytest.fixture
def counter(frozen: FrozenClock, house: House) -> ChatCounter:
    return ChatCounter(house.database, "slack")


def test_the_same_request_from_many_threads_is_new_once(house: House, counter: ChatCounter) -> None:
    with ThreadPoolExecutor(20) as pool:
        new = list(pool.map(lambda number: counter.take(asked(f"event:{number % 4}")), range(40)))
    assert sum(new) == 4
    with house.database.reading() as session:
        assert len(session.scalars(select(ChatRequestRow)).all()) == 4


def test_workers_take_one_request_of_a_person_at_a_time(house: House, counter: ChatCounter) -> None:
    for key, user in (("1", "UALICE"), ("2", "UALICE"), ("3", "UBOB")):
        counter.take(asked(key, user))
    write = house.database.write
    with ThreadPoolExecutor(6) as pool:
        taken = list(
            pool.map(
                lambda number: write(lambda session: requests.claim(session, "slack", f"w{number}")), range(6)
            )
        )
    keys = sorted(each.request.key for each in taken if each)
    assert set(keys) <= {"1", "3"}
    assert len(keys) == len(set(keys))


def test_a_claim_that_was_lost_changes_nothing(
    house: House, counter: ChatCounter, frozen: FrozenClock
) -> None:
    counter.take(asked("1"))
    write = house.database.write
    first = write(lambda session: requests.claim(session, "slack", "w1"))
    assert first is not None
    assert write(lambda session: requests.claim(session, "slack", "w2")) is None
    frozen.advance(16)
    second = write(lambda session: requests.claim(session, "slack", "w2"))
    assert second is not None
    assert write(lambda session: requests.keep_done(session, first, [])) is False
    assert write(lambda session: requests.keep_done(session, second, [])) is True


@pytest.mark.parametrize(("gone", "back"), [("archived", "unarchived"), ("left", "joined")])
def test_a_conversation_rests_while_nobody_reads_it(house: House, gone: str, back: str) -> None:
    with house.database.writing() as session:
        place = add_conversation(session, "C1", city="tampere").id

    def paused() -> bool:
        with house.database.reading() as session:
            return session.get_one(Destination, place).paused_until is not None

    def happens(what: str) -> None:
        told = asked("1").model_copy(update={"kind": "place", "said": what, "place": "C1"})
        house.database.write(lambda session: places.follow(session, told))

    happens("renamed")
    assert not paused()
    happens(gone)
    assert paused()
    happens("renamed")
    assert paused()
    happens(back)
    assert not paused()
