"""Edit posts in place: claim what is due, edit it with no session open, settle it.

An edit twice over does no harm, so nothing is kept in the journal: what a dead worker had in hand is done
again. A wish that is made while an edit is under way has a higher version, and is seen to next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import (
    InDoubt,
    Misconfigured,
    Outcome,
    Outgoing,
    Pace,
    Rejected,
    Sender,
    Sent,
    TryLater,
    Undeliverable,
)
from bot.delivery import accounts, teams
from bot.delivery.backoff import TRIES, wait
from bot.delivery.edits import free, moves, urgency
from bot.delivery.envelopes import addressed, seal
from bot.delivery.lanes import Lanes, of_account
from bot.delivery.outbox import SETTINGS, Allowed
from bot.delivery.threads import GONE
from bot.log import logger
from bot.store.chats import PostEdit
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import ERASED, Destination

LEASE = timedelta(seconds=30)
"""How long a batch of edits is one worker's."""

LONGEST = 15.0
"""Seconds after which a worker begins no further edit of its batch: the last one ends within the lease."""

MOST = 10

_log = logger("delivery")


@dataclass(frozen=True, slots=True)
class Edit:
    """One post to edit. `ref` is where it stands, empty where nobody knows."""

    delivery_id: int
    version: int
    ref: Mapping[str, str]
    outgoing: Outgoing


def edit(lanes: Lanes, medium: str, sender: Sender | None) -> int:
    """Edit a batch of one medium's posts; returns how many were seen to.

    Without a sender (nothing is configured) only what the delivery mode keeps in is settled.
    """
    name = lanes.journal.claim()
    try:
        paced = sender.pace if sender else Pace()
        pace = Pace(account_rate=paced.edit_rate, account_burst=paced.edit_burst)
        able = sender is not None
        claim = partial(_claim, medium=medium, pace=pace, name=name, lanes=lanes, able=able)
        edits, count = lanes.database.write(claim)
        started, resting = clock.monotonic(), set[str]()
        for each in edits:
            team = each.outgoing.team
            late = lanes.stopping.is_set() or clock.monotonic() - started > LONGEST
            outcome = None if late or team in resting or sender is None else _revise(sender, each)
            if of_account(outcome):
                resting.add(team)
            lanes.database.write(partial(_settle, medium=medium, name=name, this=each, outcome=outcome))
        return count
    finally:
        lanes.journal.settled(name)


def _revise(sender: Sender, this: Edit) -> Outcome:
    if not this.ref:
        return Rejected("nobody knows where it stands")
    try:
        return sender.revise(this.ref, this.outgoing)
    except Exception as fault:
        _log.exception("sender broke")
        return InDoubt(f"the sender broke: {type(fault).__name__}")


def _claim(
    session: Session, medium: str, pace: Pace, name: str, lanes: Lanes, able: bool
) -> tuple[list[Edit], int]:
    """Take what is due; returns it, and how many rows were seen to with those settled on the spot."""
    now = clock.now()
    taken: list[Row[Any]] = []
    seen_to = 0
    for team, account in accounts.all_of(session, medium, accounts.EDITS).items():
        if len(taken) == MOST or accounts.blocked(account, now):
            continue
        # The tokens first: to look through a long queue for nothing, again and again, would keep all writers waiting.
        may = accounts.draw(account, pace, MOST - len(taken), now)
        rows = _due(session, medium, team, now, may) if may else []
        mine = [row for row in rows if not _settled_on_the_spot(row, lanes.allowed, now)]
        accounts.give_back(account, pace, may - len(mine))
        seen_to += len(rows)
        if mine and not able:
            reason = f"{medium} is not configured: {SETTINGS}"
            accounts.rest(account, reason, accounts.STOPPED.total_seconds())
            mine, seen_to = [], seen_to - len(mine)
        taken += mine
    shown = lanes.stationery.messages(session, {_message(row) for row in taken})
    edits = []
    for row, outgoing in zip(taken, seal(session, lanes.stationery, taken), strict=True):
        wish = row.PostEdit
        wish.claim, wish.lease_until = name, clock.real_now() + LEASE
        revised = replace(outgoing, messages=shown[_message(row)], struck=wish.struck)
        edits.append(Edit(row.id, wish.version, row.ref or {}, revised))
    return edits, seen_to


def _due(session: Session, medium: str, team: str, now: datetime, most: int) -> Sequence[Row[Any]]:
    return session.execute(
        addressed()
        .add_columns(Delivery.ref, Delivery.revision.label("told"), PostEdit)
        .join(PostEdit, PostEdit.delivery_id == Delivery.id)
        .where(PostEdit.due_at <= now, free(), moves(), in_state("sent"))
        .where(Delivery.sender == medium, Destination.team == team)
        .order_by(*urgency(), Delivery.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=PostEdit)
    ).all()


def _message(row: Row[Any]) -> int:
    """The message that the post shall show: the one wished for, unless it was sent with as new a one."""
    wish: PostEdit = row.PostEdit
    newer = wish.message_id is not None and (wish.struck or wish.revision > row.told)
    return wish.message_id if newer and wish.message_id is not None else row.message_id


def _settled_on_the_spot(row: Row[Any], allowed: Allowed, now: datetime) -> bool:
    """Settle an edit that is not to leave: the delivery mode keeps it in, or its reader was erased."""
    erased = row.address.startswith(ERASED)
    if allowed(row.address) and not erased:
        return False
    wish: PostEdit = row.PostEdit
    wish.due_at, wish.done_at = None, now
    wish.fault = "the contact was erased" if erased else "the delivery mode keeps it in"
    return True


def _settle(session: Session, medium: str, name: str, this: Edit, outcome: Outcome | None) -> None:
    now = clock.now()
    wish = session.get(PostEdit, this.delivery_id, with_for_update=True)
    if wish is None:
        return
    if wish.claim != name:
        # Another has taken it over, and this edit may have come after theirs: once more, to be sure.
        wish.version, wish.due_at = wish.version + 1, now
        return
    wish.claim, wish.lease_until = None, None
    account = accounts.account(session, medium + accounts.EDITS, this.outgoing.team)
    match outcome:
        case None:
            pass
        case Sent(ref=ref):
            accounts.well(account)
            _done(session, wish, this, ref, now)
        case TryLater(reason=reason, after=after, account=True):
            accounts.rest(account, reason, after)
        case Misconfigured(reason=reason, team=team):
            accounts.stop(account, reason)
            if team:
                teams.stop(session, team, reason)
        case TryLater(reason=reason, after=after):
            _put_off(wish, reason, after, now)
        case InDoubt(reason=reason):
            _put_off(wish, reason, None, now)
        case Rejected() | Undeliverable():
            _give_up(session, wish, this, outcome, now)


def _done(session: Session, wish: PostEdit, this: Edit, ref: Mapping[str, str], now: datetime) -> None:
    wish.done_version, wish.done_at, wish.failures, wish.fault = this.version, now, 0, None
    if wish.version == this.version:
        wish.due_at = None
    if dict(ref) != dict(this.ref):
        session.execute(update(Delivery).where(Delivery.id == this.delivery_id).values(ref=dict(ref)))


def _put_off(wish: PostEdit, reason: str, after: float | None, now: datetime) -> None:
    wish.failures, wish.fault = wish.failures + 1, reason
    wish.due_at = None if wish.failures >= TRIES else now + wait(wish.failures, after)
    wish.done_at = now if wish.due_at is None else wish.done_at


def _give_up(
    session: Session, wish: PostEdit, this: Edit, outcome: Rejected | Undeliverable, now: datetime
) -> None:
    """It stays as it is. What a person has deleted is known to be gone: nothing more goes into its thread."""
    gone = isinstance(outcome, Rejected) and outcome.gone
    wish.failures, wish.fault, wish.done_at = 0 if gone else wish.failures + 1, outcome.reason, now
    if gone:
        ref = {**this.ref, GONE: "yes"}
        session.execute(update(Delivery).where(Delivery.id == this.delivery_id).values(ref=ref))
    if gone or wish.version == this.version:
        wish.due_at = None
