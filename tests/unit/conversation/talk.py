"""Alice of Tampere, Bob who coordinates and Charlie who leads Tampere, talking to a house in a chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.app import House
from bot.contracts import Action, Message
from bot.conversation.speaker import Speaker
from bot.conversation.speaking import press, say
from bot.store.contacts import Contact, contact_by_email
from tests import factories


@dataclass
class Talk:
    """What people say, and what the house says back."""

    house: House

    def begin(self) -> None:
        with self.house.database.writing() as session:
            factories.person(session, "Alice", language="en")
            factories.person(session, "Bob", language="sv", role="coordinator", cities=())
            factories.person(
                session, "Charlie", language="fi", role="city_lead", cities=("tampere", "turku", "oulu")
            )

    def tell(self, *titles: str, **more: Any) -> list[int]:
        """Calls with these titles; returns their ids."""
        said = [factories.details(**{"title": {"en": title}, **more}) for title in titles]
        name = f"paper-{'-'.join(titles)[:40]}"
        return [each.item_id or 0 for each in factories.tell(self.house.database, *said, name=name)]

    def say(
        self, text: str, name: str = "alice", item_id: int | None = None, *, share: bool = False
    ) -> Message:
        return self._ask(
            name, item_id, lambda session, who: say(
                session, self.house.network, factories.ZONE, who, text, share=share, links=self.house.links
            ),
        )  # fmt: skip

    def press(self, does: str, name: str = "alice") -> Message:
        return self._ask(
            name, None, lambda session, who: press(
                session, self.house.network, factories.ZONE, who, does, links=self.house.links
            ),
        )  # fmt: skip

    def undo(self, message: Message, name: str = "alice") -> Message:
        """Press the button that takes back what was done."""
        (back,) = [each for each in message.actions if each.label in {"Undo", "Kumoa", "Ångra"}]
        return self.press(back.does, name)

    def contact(self, name: str = "alice") -> Contact:
        with self.house.database.reading() as session:
            found = contact_by_email(session, f"{name}@example.org")
            assert found is not None
            return found

    def look(self, what: Callable[[Session], Any]) -> Any:
        with self.house.database.reading() as session:
            return what(session)

    def _ask(self, name: str, item_id: int | None, ask: Callable[[Session, Speaker], Message]) -> Message:
        def work(session: Session) -> Message:
            contact = contact_by_email(session, f"{name}@example.org")
            assert contact is not None
            return ask(session, Speaker(contact, item_id, "slack", "slack T1"))

        return self.house.database.write(work)


def titles(message: Message) -> list[str]:
    """The titles of a list, in its order."""
    return [entry.title for section in message.sections for entry in section.entries]


def buttons(message: Message) -> list[Action]:
    """All that can be pressed in a message."""
    within = [each for section in message.sections for entry in section.entries for each in entry.actions]
    more = [section.more for section in message.sections if section.more]
    return [each for each in (*message.actions, *within, *more) if each.does]


def pressed(message: Message, label: str) -> str:
    """What the first button of that label does."""
    return next(each.does for each in buttons(message) if each.label == label)
