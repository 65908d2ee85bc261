"""The room of four eyes as its users see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import approval
from bot.network import Network
from bot.store.audit import Audit
from bot.store.db import Database
from bot.store.drafts import Draft
from bot.store.items import Item
from tests import factories

WORDS: dict[str, Any] = {
    "title": {"fi": "Tervetuloa", "sv": "Välkommen"},
    "details": {
        "kind": "announcement",
        "title": {"fi": "Tervetuloa", "sv": "Välkommen"},
        "cities": ["tampere"],
        "urgent": True,
    },
}


class Desk:
    """The room as its users see it: acts by name, each in a transaction of its own."""

    def __init__(self, database: Database, network: Network, alice: str, bob: str) -> None:
        self.database, self.network, self.alice, self.bob = database, network, alice, bob

    def put_forward(self, by: str, content: dict[str, Any] = WORDS) -> int:
        def work(session: Session) -> int:
            draft = approval.create(session, "announcement", content, by)
            return approval.submit(session, self.network, draft.id, by).id

        return self.database.write(work)

    def approve(self, draft: int, by: str, version: int = 1, **more: Any) -> str:
        return self.database.write(
            lambda session: approval.approve(session, draft, version, by, **more).state
        )

    def undo(self, draft: int, by: str) -> str:
        return self.database.write(lambda session: approval.undo(session, draft, by).state)

    def turn(self) -> int:
        effects = approval.usual_effects(factories.ZONE)
        return self.database.write(lambda session: approval.turn(session, self.network, effects))

    def draft(self, draft: int) -> Draft:
        with self.database.reading() as session:
            return session.get_one(Draft, draft)

    def acts(self, draft: int) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            rows = session.execute(
                select(Audit.actor, Audit.action).where(Audit.subject == f"draft {draft}").order_by(Audit.id)
            )
            return [(actor, act.removeprefix("draft.")) for actor, act in rows]

    def items(self) -> list[Item]:
        with self.database.reading() as session:
            return list(session.scalars(select(Item).order_by(Item.id)))
