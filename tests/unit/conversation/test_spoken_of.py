"""In a thread, "this" is what its first post is about."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot import clock
from bot.contracts.chat import ChatPerson, ChatRequest
from bot.conversation.chat.spoken_of import item_of_thread
from bot.store.contacts import contact_by_email
from bot.store.deliveries import Delivery
from tests import factories
from tests.unit.conversation.talk import Talk

ROOT = "1700000000.000100"


def spoken_of(talk: Talk, place: str, thread: str, name: str = "alice") -> int | None:
    request = ChatRequest(
        key="E1", kind="say", person=ChatPerson(team="T1", user="U0ALICE"), said="kiinnostaa", place=place,
        ts="1700000009.000100", thread=thread,
    )  # fmt: skip

    def ask(session: object) -> int | None:
        contact = contact_by_email(session, f"{name}@example.org")  # type: ignore[arg-type]
        assert contact is not None
        return item_of_thread(session, request, contact)  # type: ignore[arg-type]

    found = talk.look(ask)
    assert found is None or isinstance(found, int)
    return found


def test_below_a_post_of_ours_its_item_is_spoken_of(talk: Talk) -> None:
    with talk.house.database.writing() as session:
        factories.person(session, "Alice", language="en", slack_user_id="U0ALICE")
    (item_id,) = talk.tell("Hydrogen")
    factories.plan(talk.house.database, talk.house.network)
    with talk.house.database.writing() as session:
        (sent,) = session.scalars(select(Delivery).where(Delivery.sender == "slack"))
        sent.state, sent.ref = "sent", {"channel": "D0ALICE", "ts": ROOT}
    assert spoken_of(talk, "D0ALICE", ROOT) == item_id
    assert spoken_of(talk, "D0ALICE", "") is None
    assert spoken_of(talk, "D0ALICE", "1700000000.000200") is None
    assert spoken_of(talk, "C0OTHER", ROOT) is None, "the same moment elsewhere is another post"
    assert spoken_of(talk, "D0ALICE", ROOT, "bob") is None, "and so is somebody else's"
    with talk.house.database.writing() as session:
        session.get_one(Delivery, sent.id).created_at = clock.now() - timedelta(days=400)
    assert spoken_of(talk, "D0ALICE", ROOT) is None
