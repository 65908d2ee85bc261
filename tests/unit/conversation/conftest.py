"""Mails that went out to Alice and Bob, and letters that come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.app import House
from bot.contracts import Bounce, Complaint, Letter, MailReply
from bot.conversation.mail import Taken, take_in
from bot.store.contacts import Contact, contact_by_email
from bot.store.deliveries import Delivery, MessageRow
from bot.store.destinations import Destination
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.conversation.talk import Talk


@dataclass
class Post:
    """A house whose mails arrived, and what comes back for them."""

    house: House
    item_id: int = 0
    letters: int = 0

    def begin(self) -> None:
        """Alice and Bob of Tampere were told of a call by mail."""
        with self.house.database.writing() as session:
            factories.person(session, "Alice", language="fi")
            factories.person(session, "Bob", language="sv", slack_user_id="U0BOB", channel="email")
        (accepted,) = factories.tell(self.house.database, factories.details())
        factories.plan(self.house.database, self.house.network)
        self.item_id = accepted.item_id or 0
        self.arrive()

    def arrive(self) -> None:
        """Let all that is queued by mail have arrived."""
        with self.house.database.writing() as session:
            for row in session.scalars(select(Delivery).where(Delivery.state == "queued")):
                row.state, row.settled_at = "sent", clock.now()

    def key(self, name: str = "alice", **which: Any) -> str:
        """The key of the newest mail to somebody."""
        with self.house.database.reading() as session:
            mine = select(Delivery).join(Destination).where(Destination.address == f"{name}@example.org")
            row = session.scalars(mine.filter_by(**which).order_by(Delivery.id.desc()).limit(1)).one()
            return self.house.stationery.key(row.id)

    def more_mail(self, name: str = "alice", **more: Any) -> str:
        """One more mail to somebody that arrived; returns its key."""
        with self.house.database.writing() as session:
            mine = select(Delivery).join(Destination).where(Destination.address == f"{name}@example.org")
            first = session.scalars(mine.order_by(Delivery.id).limit(1)).one()
            copied = {c.key: getattr(first, c.key) for c in Delivery.__table__.c if c.key != "id"}
            count = len(session.scalars(select(Delivery.id)).all())
            said = {"dedupe_key": f"more:{count}", "created_at": clock.now(), "settled_at": clock.now()}
            row = Delivery(**{**copied, **said, "state": "sent", "error": None, **more})
            session.add(row)
            session.flush()
            return self.house.stationery.key(row.id)

    def take(self, about: Any, digest: str | None = None) -> Taken:
        """Let a letter come back."""
        self.letters += 1
        letter = Letter(digest or f"{self.letters:064}", about)
        return self.house.database.write(lambda session: take_in(session, self.house.stationery, letter))

    def reply(self, text: str, name: str = "alice", key: str | None = None, **more: Any) -> Taken:
        stated = {"sender": f"{name}@example.org", **more}
        return self.take(MailReply((key or self.key(name),), text=text, **stated))

    def bounce(self, name: str = "alice", key: str | None = None, **more: Any) -> Taken:
        stated = {"recipients": (f"{name}@example.org",), "lasting": True, "diagnostic": "550 no", **more}
        return self.take(Bounce((key or self.key(name),), **stated))

    def complaint(self, name: str = "alice", **more: Any) -> Taken:
        stated = {"recipients": (f"{name}@example.org",), "kind": "abuse", **more}
        return self.take(Complaint((self.key(name),), **stated))

    def look(self, what: Callable[[Session], Any]) -> Any:
        with self.house.database.reading() as session:
            return what(session)

    def contact(self, name: str = "alice") -> Contact:
        found = self.look(lambda session: contact_by_email(session, f"{name}@example.org"))
        assert isinstance(found, Contact)
        return found

    def place(self, name: str = "alice") -> Destination:
        query = select(Destination).where(Destination.address == f"{name}@example.org")
        found = self.look(lambda session: session.scalars(query).one())
        assert isinstance(found, Destination)
        return found

    def confirmations(self) -> list[dict[str, Any]]:
        """The confirmations that are queued or sent, as messages."""
        query = (
            select(MessageRow.content)
            .join(Delivery, Delivery.message_id == MessageRow.id)
            .where(Delivery.purpose == "confirmation")
            .order_by(Delivery.id)
        )
        return [content[0] for content in self.look(lambda session: session.scalars(query).all())]


@pytest.fixture
def post(frozen: FrozenClock, house: House) -> Post:
    made = Post(house)
    made.begin()
    return made


@pytest.fixture
def talk(frozen: FrozenClock, house: House) -> Talk:
    made = Talk(house)
    made.begin()
    return made
