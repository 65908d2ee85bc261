"""Requests of a chat on either database: kept once, taken in order, by one worker each; and what happens to places."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.app import House
from bot.contracts import ChatPerson, ChatRequest, Outcome, Sent
from bot.contracts.chat import Profile, Showing
from bot.conversation.chat import places, requests
from bot.conversation.chat.counter import ChatCounter
from bot.conversation.chat.doing import Desk
from bot.conversation.chat.serving import ChatServing
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


def test_what_another_version_kept_stands_before_nobody(house: House, counter: ChatCounter) -> None:
    counter.take(asked("1"))
    counter.take(asked("2", "UBOB"))
    with house.database.writing() as session:
        session.scalars(select(ChatRequestRow).where(ChatRequestRow.key == "1")).one().data = {"kind": "old"}
    taken = house.database.write(lambda session: requests.claim(session, "slack", "w1"))
    assert taken is not None
    assert taken.request.key == "2"


class _Breaks:
    """A chat that cannot say who somebody is, for a fault of its own, and answers everybody else."""

    def __init__(self, fault: Exception) -> None:
        self.fault, self.shown = fault, 0

    def profile(self, person: ChatPerson, team: str = "") -> Profile:
        if person.user == "UALICE":
            raise self.fault
        return Profile(person=person, zone="no/zone")

    def show(self, showing: Showing, key: str) -> Outcome:
        self.shown += 1
        return Sent({})

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "fault", [KeyError("user"), OperationalError("SELECT", {}, Exception("too complex"))]
)
def test_a_request_that_breaks_each_time_stands_before_nobody_and_ends(
    house: House, counter: ChatCounter, frozen: FrozenClock, fault: Exception
) -> None:
    counter.take(asked("1"))
    counter.take(asked("2", "UBOB"))
    serving = ChatServing(house.database, Desk(house.network, "Europe/Helsinki", house.links), "slack")
    chat = _Breaks(fault)
    for _ in range(requests.TRIES + 1):
        with suppress(OperationalError):
            while serving.serve(chat):
                pass
        frozen.advance(hours=1)
    with house.database.reading() as session:
        states = session.scalars(select(ChatRequestRow.state).order_by(ChatRequestRow.key)).all()
    assert (states, chat.shown) == (["failed", "answered"], 1)


def test_of_people_whom_nobody_knows_no_address_is_kept(house: House, counter: ChatCounter) -> None:
    who = ChatPerson(team="T1", user="UMALLORY")
    profile = Profile(person=who, name="Mallory", email="mallory@example.org")
    counter.take(asked("1").model_copy(update={"kind": "person", "person": who, "profile": profile}))
    serving = ChatServing(house.database, Desk(house.network, "Europe/Helsinki", house.links), "slack")
    assert serving.serve(_Breaks(KeyError()))
    with house.database.reading() as session:
        row = session.scalars(select(ChatRequestRow)).one()
    assert row.state == "answered"
    assert "mallory" not in str(row.data)


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
