"""Files that no draft shows yet or any more, and keys that a form makes up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import approval
from bot.app import House
from bot.app.clockwork import clockwork
from bot.approval import announcements
from bot.approval.file_ends import forget_unused, given_out
from bot.approval.files import known, looked_at, take_in
from bot.contracts import Enclosure
from bot.store.audit import Audit
from bot.store.db import Database
from bot.store.drafts import Draft
from bot.store.files import FileRow
from tests import factories
from tests.conftest import FrozenClock

HELLO = looked_at("a.txt", b"hello")


def _address(key: str) -> str:
    return f"https://silta.example.org/files/{key}"


def test_a_file_that_is_chosen_again_is_kept_for_another_week(
    database: Database, frozen: FrozenClock
) -> None:
    """Another form may have left it unused for days: its draft must not lose it a day after it was chosen."""
    keys = set()
    for files in ((HELLO,), (HELLO,), ()):
        with database.writing() as session:
            keys |= {each.key for each in take_in(session, _address, files)}
            assert not forget_unused(session)
        frozen.advance(days=6)
    with database.reading() as session:
        assert [each.name for each in known(session, _address, keys)] == ["a.txt"]
    frozen.advance(days=2)
    with database.writing() as session:
        assert forget_unused(session) == 1
        assert known(session, _address, keys) == []


def test_keys_that_are_none_find_nothing(database: Database) -> None:
    with database.reading() as session:
        assert known(session, _address, ["", "\x00", "a\x00b", "' OR 1=1", "0" * 32]) == []


class Desk:
    """Announcements with files, each act in a transaction of its own."""

    def __init__(self, house: House, frozen: FrozenClock) -> None:
        self.house, self.frozen = house, frozen

    def do(self, work: Callable[[Session], Any]) -> Any:
        return self.house.database.write(work)

    def take(self, body: bytes) -> Enclosure:
        looked = looked_at("a.txt", body)
        (file,) = self.do(lambda session: take_in(session, _address, [looked]))
        return file

    def said(self, *files: Enclosure) -> dict[str, Any]:
        shown = [each.model_dump(mode="json") for each in files]
        details = {
            "kind": "announcement",
            "title": {"en": "Welcome"},
            "visibility": "network",
            "files": shown,
        }
        return {"title": {"en": "Welcome"}, "details": details}

    def put_out(self, *files: Enclosure, draft: int | None = None) -> int:
        """Written or corrected, approved, released."""
        self.say(*files, draft=draft)
        number = draft or self.do(lambda session: session.query(Draft).count())
        self.do(lambda session: approval.submit(session, self.house.network, number, "alice"))
        version = self.do(lambda session: session.get_one(Draft, number).version)
        self.do(lambda session: approval.approve(session, number, version, "bob"))
        self.frozen.advance(minutes=2)
        effects = approval.usual_effects(self.house.settings.zone)
        self.do(lambda session: approval.turn(session, self.house.network, effects))
        return number

    def say(self, *files: Enclosure, draft: int | None = None) -> None:
        if draft is None:
            self.do(lambda session: approval.create(session, "announcement", self.said(*files), "alice").id)
        else:
            self.do(lambda session: announcements.correct(session, draft, self.said(*files), "alice"))

    def withdraw(self, draft: int) -> None:
        self.do(lambda session: announcements.withdraw(session, draft, self.house.settings.zone, "bob"))

    def tidy(self) -> None:
        """What the house does once a day."""
        (duty,) = [each for each in clockwork(self.house).duties if each.name == "files"]
        duty.run({})

    def stands(self, file: Enclosure) -> bytes | str | None:
        """The bytes that are given out, or what became of them."""

        def look(session: Session) -> bytes | str | None:
            found = given_out(session, file.key)
            return found.body if isinstance(found, FileRow) else found

        return self.do(look)


@pytest.fixture
def desk(open_test_house: Callable[..., House], frozen: FrozenClock) -> Desk:
    house = open_test_house()
    with house.database.writing() as session:
        factories.person(session, "Alice", role="coordinator")
        factories.person(session, "Bob", role="admin")
    return Desk(house, frozen)


def test_a_file_stands_until_what_replaces_it_is_out(desk: Desk) -> None:
    old, new = desk.take(b"old"), desk.take(b"new")
    draft = desk.put_out(old)
    desk.say(new, draft=draft)
    assert [desk.stands(each) for each in (old, new)] == [b"old", b"new"]
    desk.put_out(new, draft=draft)
    assert [desk.stands(each) for each in (old, new)] == ["replaced", b"new"]
    desk.put_out(old, draft=draft)
    assert [desk.stands(each) for each in (old, new)] == [b"old", "replaced"]


def test_a_file_that_two_announcements_show_stands_for_the_other(desk: Desk) -> None:
    shared, new = desk.take(b"shared"), desk.take(b"new")
    one, other = desk.put_out(shared), desk.put_out(shared)
    desk.put_out(new, draft=one)
    assert desk.stands(shared) == b"shared"
    desk.withdraw(other)
    assert desk.stands(shared) in {"replaced", "withdrawn"}


def test_the_bytes_go_a_month_after_it_was_given_out_last_and_what_it_was_stays(desk: Desk) -> None:
    standing, replaced, withdrawn, dropped = (desk.take(each) for each in (b"1", b"2", b"3", b"4"))
    draft = desk.put_out(standing, replaced)
    desk.put_out(standing, draft=draft)
    desk.withdraw(desk.put_out(withdrawn))
    desk.say(dropped)
    desk.do(lambda session: approval.drop(session, 3, "alice"))

    def left() -> list[int]:
        rows = desk.do(lambda session: {row.key: len(row.body) for row in session.query(FileRow)})
        return [rows[each.key] for each in (standing, replaced, withdrawn, dropped)]

    desk.frozen.advance(days=29)
    desk.tidy()
    assert left() == [1, 1, 1, 1]
    desk.frozen.advance(days=2)
    desk.tidy()
    desk.tidy()
    assert left() == [1, 0, 0, 0]
    assert [desk.stands(each) for each in (replaced, withdrawn, dropped)] == [
        "replaced",
        "withdrawn",
        "withdrawn",
    ]
    with desk.house.database.reading() as session:
        row = session.get_one(FileRow, replaced.key)
        assert (row.name, row.size, row.digest) == ("a.txt", 1, hashlib.sha256(b"2").hexdigest())
        acts = session.query(Audit).filter_by(action="file.deleted").all()
        assert {act.facts["digest"]: act.facts["why"] for act in acts}[row.digest] == "replaced"
        assert len(acts) == 3


def test_a_file_whose_bytes_went_cannot_be_shown_by_its_key_but_by_being_handed_in_anew(desk: Desk) -> None:
    gone = desk.take(b"again")
    desk.withdraw(desk.put_out(gone))
    desk.frozen.advance(days=31)
    desk.tidy()
    assert desk.do(lambda session: known(session, _address, [gone.key])) == []
    again = desk.take(b"again")
    desk.put_out(again)
    assert desk.stands(again) == b"again"
