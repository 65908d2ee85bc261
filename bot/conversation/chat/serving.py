"""The step that answers a chat: take a request in hand, do it once, show what came of it.

No transaction is open while the chat is asked or spoken to. A crash after the effect shows the answer again,
which does no harm; the effect is committed together with the answer, so it is there once.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot.contracts import InDoubt, Outcome, Sent, TryLater
from bot.contracts.chat import Chat, Profile, ShowHome, Showing
from bot.conversation.chat import doing, giving_up, requests
from bot.conversation.chat.doing import Desk
from bot.conversation.chat.requests import Claimed
from bot.log import logger
from bot.people.identities import bound
from bot.store.db import Database

ASK_TRIES = 3
"""Tries to ask the chat who somebody is; then they are answered as a stranger."""

FAULTS = 3
"""Faults of ours after which somebody is told so, instead of an answer."""

STALE = "hash_conflict"
"""How a chat says that a page shows another version than the one that was to be replaced."""

_log = logger("chat")


class _Lost(Exception):
    """Another worker has the request now."""


@dataclass
class ChatServing:
    """Answers one chat, such as `slack`. Thread-safe: each thread brings its own `Chat`."""

    database: Database
    desk: Desk
    chat: str
    _open: set[str] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, chat: Chat) -> bool:
        """See to the request that is due longest; returns whether there was one."""
        name = uuid.uuid4().hex
        claimed = self.database.write(lambda session: requests.claim(session, self.chat, name))
        if claimed is None:
            return False
        with self._guard:
            self._open.add(name)
        try:
            self._see_to(chat, claimed)
        except _Lost:
            pass
        except (OperationalError, InterfaceError, PoolTimeout) as fault:
            # Counted and put off: a query that fails each time must not stand before everybody else's for ever.
            self._put_off(claimed, type(fault).__name__, None)
            raise
        except Exception as fault:  # of the chat's own side: who it says somebody is, how it draws an answer
            _log.exception("a chat broke", key=claimed.request.key, kind=claimed.request.kind)
            self._put_off(claimed, f"{type(fault).__name__}: {fault}"[:500], None)
        finally:
            with self._guard:
                self._open.discard(name)
        return True

    def renew(self, session: Session) -> None:
        """Prolong the leases of what this process has in hand."""
        with self._guard:
            names = list(self._open)
        requests.renew(session, names)

    def due(self, within: float = 0.0) -> ColumnElement[bool]:
        """Whether there is anything to see to, now or when so many seconds have passed."""
        return requests.due(self.chat, within)

    def _see_to(self, chat: Chat, claimed: Claimed) -> None:
        showings = claimed.showings
        if showings is None:
            profile = self._who(chat, claimed)
            if profile is None and claimed.attempts < ASK_TRIES and self._unknown(claimed):
                self._put_off(claimed, "the chat does not say who this is", None)
                return
            showings = self._do(claimed, profile)
        if showings:
            self._show(chat, claimed, showings)

    def _who(self, chat: Chat, claimed: Claimed) -> Profile | None:
        """Who asks, from the chat, where the house does not know them."""
        request = claimed.request
        return chat.profile(request.person, request.team) if self._unknown(claimed) else None

    def _unknown(self, claimed: Claimed) -> bool:
        request = claimed.request
        if request.kind not in doing.NEEDS_PERSON or not request.person.user:
            return False
        with self.database.reading() as session:
            return bound(session, request.person) is None

    def _do(self, claimed: Claimed, profile: Profile | None) -> list[Showing]:
        def work(session: Session) -> list[Showing]:
            showings = doing.do(session, self.desk, claimed.request, profile)
            if not requests.keep_done(session, claimed, showings):
                raise _Lost
            return showings

        try:
            return self.database.write(work)
        except (_Lost, OperationalError, InterfaceError, PoolTimeout):
            raise
        except Exception as fault:
            _log.exception("a request in a chat broke", key=claimed.request.key, kind=claimed.request.kind)
            return self._broken(claimed, f"{type(fault).__name__}: {fault}"[:500])

    def _broken(self, claimed: Claimed, fault: str) -> list[Showing]:
        """A fault of ours: try again, and at last say that it cannot be done."""
        if claimed.attempts + 1 < FAULTS:
            self._put_off(claimed, fault, 1.0)
            return []

        def give_up(session: Session) -> list[Showing]:
            contact = bound(session, claimed.request.person)
            showings = doing.sorry(
                self.desk, claimed.request, contact.language if contact else self.desk.language
            )
            requests.keep_done(session, claimed, showings, fault)
            return showings

        return self.database.write(give_up)

    def _show(self, chat: Chat, claimed: Claimed, showings: list[Showing]) -> None:
        for at, showing in enumerate(showings):
            outcome = self._show_one(chat, claimed, showing, f"chat-{claimed.id}-{len(showings) - at}")
            match outcome:
                case Sent():
                    continue
                case TryLater(reason=reason, after=after):
                    self._put_off(claimed, reason, after, showings[at:])
                    return
                case InDoubt(reason=reason):  # shown twice does less harm than never
                    self._put_off(claimed, reason, None, showings[at:])
                    return
                case _ if isinstance(showing, ShowHome) and claimed.request.kind != "home":
                    continue  # what was asked is answered; the page shows it when they open it
                case _:
                    _log.warning("a chat refuses an answer", key=claimed.request.key, why=outcome.reason)
                    self._fail(claimed, outcome.reason)
                    return
        self._settle(claimed, "answered")

    def _show_one(self, chat: Chat, claimed: Claimed, showing: Showing, key: str) -> Outcome:
        outcome = chat.show(showing, key)
        if not isinstance(showing, ShowHome) or STALE not in getattr(outcome, "reason", ""):
            return outcome
        if claimed.request.kind == "home":
            return Sent({})  # a newer version is shown already
        # What was pressed changed something that the newer version may not know: show all of it as it is now.
        with self.database.reading() as session:
            contact = bound(session, claimed.request.person)
            if contact is None:
                return Sent({})
            fresh = doing.page(session, self.desk, claimed.request, contact)
        return chat.show(fresh.model_copy(update={"view_hash": ""}), key)

    def _settle(self, claimed: Claimed, state: str, fault: str | None = None) -> None:
        self.database.write(lambda session: requests.settle(session, claimed, state, fault))

    def _fail(self, claimed: Claimed, fault: str) -> None:
        def work(session: Session) -> None:
            if requests.settle(session, claimed, "failed", fault):
                giving_up.tell(session, self.desk.network, claimed, done=True)

        self.database.write(work)

    def _put_off(
        self, claimed: Claimed, fault: str, after: float | None, left: list[Showing] | None = None
    ) -> None:
        done = left is not None or claimed.showings is not None

        def work(session: Session) -> None:
            if requests.put_off(session, claimed, fault, after, left):
                giving_up.tell(session, self.desk.network, claimed, done=done)

        self.database.write(work)
