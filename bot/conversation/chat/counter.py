"""The counter: where what people do in a chat is kept, before the chat is told that it was heard.

Those who come at the same time share one commit (`bot.intake.gather`). The unique key of a row is what makes the
same event, sent ten times, one request.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import ChatPerson, ChatRequest
from bot.contracts.chat import Known, NotKept
from bot.conversation.chat.bridge import root
from bot.intake.gather import Gatherer
from bot.log import logger
from bot.people.identities import bound
from bot.store.chats import ChatRequestRow
from bot.store.db import Database, insert_into, ring

_log = logger("chat")


class ChatCounter:
    """A `bot.contracts.Counter` of one chat, such as `slack`. Thread-safe; one serves a whole process."""

    def __init__(self, database: Database, chat: str) -> None:
        self._database = database
        self._chat = chat
        self._gatherer: Gatherer[ChatRequest, bool] = Gatherer(self._write)

    def take(self, request: ChatRequest) -> bool:
        """Keep a request; returns, after the commit, whether it was new. Raises NotKept.

        What people write to each other, in no thread of ours that wants to be carried on, is not kept at all.
        """
        try:
            if request.kind in {"wrote", "unwrote"} and not self._concerns(request):
                return False
            return self._gatherer.submit(request)
        except (OperationalError, InterfaceError, PoolTimeout) as fault:
            _log.warning("a chat waits for the database", chat=self._chat, fault=type(fault).__name__)
            raise NotKept from fault

    def known(self, person: ChatPerson) -> Known | None:
        """Who a person is to the house; None when nobody is bound to them."""
        with self._database.reading() as session:
            contact = bound(session, person)
            if contact is None:
                return None
            return Known(
                contact.pseudonym, contact.language, contact.timezone, contact.role,
                tuple(contact.cities),
            )  # fmt: skip

    def _concerns(self, request: ChatRequest) -> bool:
        with self._database.reading() as session:
            return root(session, request) is not None

    def _write(self, requests: Sequence[ChatRequest]) -> Sequence[bool]:
        return self._database.write(lambda session: self._keep(session, requests))

    def _keep(self, session: Session, requests: Sequence[ChatRequest]) -> list[bool]:
        now = clock.now()
        rows = [
            {
                "chat": self._chat, "key": request.key, "person": f"{request.person.team}:{request.person.user}"[:80],
                "data": request.model_dump(mode="json", exclude_defaults=True), "state": "waiting",
                "due_at": now, "attempts": 0, "created_at": now,
            }
            for request in requests
        ]  # fmt: skip
        kept = insert_into(session, ChatRequestRow).values(rows).on_conflict_do_nothing()
        fresh = set(session.scalars(kept.returning(ChatRequestRow.key)))
        if fresh:
            ring(session, "chat")
        answers = []
        for request in requests:
            answers.append(request.key in fresh)
            fresh.discard(request.key)  # a second one in this very batch is not new
        return answers
