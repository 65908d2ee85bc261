"""The rows of what people did in a chat: claimed under a lease, done once, shown, and forgotten after a week.

What one person asks is done in its order: a row waits for every older one of theirs that is still open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, delete, exists, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from bot import clock
from bot.contracts import ChatRequest
from bot.contracts.chat import Showing
from bot.delivery.backoff import wait
from bot.store.chats import ChatRequestRow
from bot.store.db import changed_rows

LEASE = timedelta(seconds=15)
KEPT = timedelta(days=7)
TRIES = 8
"""Tries before something is given up: with their waits about five minutes, a response URL's half hour apart."""

_SHOWINGS: TypeAdapter[list[Showing]] = TypeAdapter(list[Showing])


@dataclass(frozen=True, slots=True)
class Claimed:
    """A request in hand. `showings` is None until it is done; `attempts` counts what failed before."""

    id: int
    claim: str
    request: ChatRequest
    showings: list[Showing] | None
    attempts: int


def claim(session: Session, chat: str, name: str) -> Claimed | None:
    """Take the request that is due longest in hand, None when there is none."""
    free = or_(ChatRequestRow.claim.is_(None), ChatRequestRow.lease_until < clock.real_now())
    found = (
        select(ChatRequestRow)
        .where(ChatRequestRow.chat == chat, _open(ChatRequestRow.state), free, _first())
        .where(ChatRequestRow.due_at <= clock.now())
        .order_by(ChatRequestRow.due_at, ChatRequestRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalar(found)
    if row is None:
        return None
    try:
        request = ChatRequest.model_validate(row.data)
        showings = None if row.state == "waiting" else _SHOWINGS.validate_python(row.reply or [])
    except ValidationError as fault:  # kept by another version: nobody can do it, and others wait behind it
        row.state, row.settled_at = "failed", clock.now()
        row.fault = f"cannot be read: {fault.error_count()} faults"
        return claim(session, chat, name)
    row.claim, row.lease_until = name, clock.real_now() + LEASE
    return Claimed(row.id, name, request, showings, row.attempts)


def keep_done(
    session: Session, claimed: Claimed, showings: Sequence[Showing], fault: str | None = None
) -> bool:
    """In the transaction of its effect: a request is done, and what is to be shown is kept.

    Returns whether it was still this claim's to do; else nothing of that transaction may stay.
    """
    reply = _SHOWINGS.dump_python(list(showings), mode="json")
    done: dict[str, Any] = {
        "state": "done" if showings else "answered",
        "reply": reply or None,
        "fault": fault,
    }
    settled = {} if showings else {"settled_at": clock.now(), "claim": None, "lease_until": None}
    waiting = ChatRequestRow.state == "waiting"
    if claimed.request.kind in {"wrote", "person"}:
        # What was written stands among the replies now, where it can be forgotten; of people whom nobody
        # here knows, neither name nor address is kept.
        bare = claimed.request.model_copy(update={"said": "", "profile": None})
        done["data"] = bare.model_dump(mode="json", exclude_defaults=True)
    return changed_rows(session.execute(_mine(claimed).where(waiting).values(**done, **settled))) > 0


def settle(session: Session, claimed: Claimed, state: str, fault: str | None = None) -> bool:
    """A request is `answered`, or it `failed` for good. Returns whether it was still this claim's to settle."""
    stated: dict[str, Any] = {"state": state, "reply": None, "settled_at": clock.now(), **_FREE}
    stated |= {"fault": fault[:500]} if fault else {}
    return changed_rows(session.execute(_mine(claimed).values(**stated))) > 0


def put_off(
    session: Session, claimed: Claimed, fault: str, after: float | None, left: Sequence[Showing] | None = None
) -> bool:
    """Try again later; `left` is what is still to be shown of a request that is done. At last it failed.

    Returns whether it failed now.
    """
    attempts = claimed.attempts + 1
    if attempts >= TRIES:
        return settle(session, claimed, "failed", fault)
    stated: dict[str, Any] = {
        "attempts": attempts, "fault": fault[:500], "due_at": clock.now() + wait(attempts, after)
    }  # fmt: skip
    if left is not None:
        stated["reply"] = _SHOWINGS.dump_python(list(left), mode="json")
    session.execute(_mine(claimed).values(**stated, **_FREE))
    return False


def renew(session: Session, names: Sequence[str]) -> None:
    """Prolong the leases of claims that are open."""
    if names:
        lease = update(ChatRequestRow).where(ChatRequestRow.claim.in_(names), _open(ChatRequestRow.state))
        session.execute(lease.values(lease_until=clock.real_now() + LEASE))


def forget(session: Session) -> None:
    """Drop what is older than a week, done or not."""
    session.execute(delete(ChatRequestRow).where(ChatRequestRow.created_at < clock.now() - KEPT))


def due(chat: str, within: float = 0.0) -> ColumnElement[bool]:
    """Whether anything is due now, or when so many seconds have passed, and in nobody's hands."""
    soon = clock.now() + timedelta(seconds=within)
    free = or_(ChatRequestRow.claim.is_(None), ChatRequestRow.lease_until < clock.real_now())
    mine = (ChatRequestRow.chat == chat, _open(ChatRequestRow.state), ChatRequestRow.due_at <= soon)
    return exists().where(*mine, free)


def in_hand() -> ColumnElement[bool]:
    """Whether anything is in some worker's hands."""
    return exists().where(_open(ChatRequestRow.state), ChatRequestRow.lease_until > clock.real_now())


_FREE: dict[str, Any] = {"claim": None, "lease_until": None}


def _mine(claimed: Claimed) -> Any:
    mine = update(ChatRequestRow).where(
        ChatRequestRow.id == claimed.id, ChatRequestRow.claim == claimed.claim
    )
    return mine.execution_options(synchronize_session=False)


def _first() -> ColumnElement[bool]:
    """Whether no older request of the same person is still open."""
    older = aliased(ChatRequestRow)
    return ~exists().where(
        older.person == ChatRequestRow.person, older.id < ChatRequestRow.id, _open(older.state)
    )


def _open(state: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    # Written into the statement itself, so that partial indexes serve it.
    return state.in_([literal(each, literal_execute=True) for each in ("waiting", "done")])
