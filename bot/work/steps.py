"""The steps: each claims something that is due, does it, settles it. Whatever runs them only changes when and where.

poll a source · plan a chunk of a fan-out · serve a batch of lanes · ask about doubts · edit posts · answer
a chat · see to what is due by the clock (reminders, corrections, digests, approved drafts, duties) · sweep
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Pace, Sender
from bot.contracts.chat import Chat
from bot.conversation.chat import requests
from bot.conversation.chat.serving import ChatServing
from bot.delivery import doubts, editing, edits, recovery, upkeep
from bot.delivery.lanes import Lanes
from bot.delivery.outbox import delivery_due
from bot.intake import poll, trial
from bot.intake.poll import OpenSource, Polled, poll_named, poll_next
from bot.intake.trial import run_trial, trial_wanted
from bot.network import Network
from bot.people import workspaces
from bot.planning.notices import plan_chunk
from bot.store.chats import PostEdit
from bot.store.db import Database, Work, ring
from bot.store.deliveries import Delivery, Fanout, in_state
from bot.store.plans import Duty
from bot.store.sources import Source
from bot.work import timed
from bot.work.duties import enlist, renew, run_due
from bot.work.timed import Clockwork
from bot.work.workers import Worker

MakeSender = Callable[[], Sender]


@dataclass
class Steps:
    """The steps of one worker. `senders` makes a sender for a thread; a medium not configured has none.

    `chat` answers what people do in a chat, and `open_chat` makes what speaks there, for a thread.
    """

    database: Database
    network: Network
    worker: Worker
    lanes: Lanes
    senders: Mapping[str, MakeSender]
    paces: Mapping[str, Pace]
    open_source: OpenSource
    zone: str
    clockwork: Clockwork
    media: tuple[str, ...] = field(default=("slack", "email", "discourse", "loomio"))
    chat: ChatServing | None = None
    open_chat: Callable[[], Chat] | None = None

    def poll(self) -> Polled | None:
        """Ask the source that is due longest; None when none is. A dry run that somebody waits for comes first."""
        run_trial(self.database, self.open_source, self.zone)
        return poll_next(self.database, self.open_source, self.worker.id, self.zone)

    def poll_named(self, name: str) -> Polled:
        """Ask one source now. Raises KeyError when there is none of that name, InHand while another asks it."""
        return poll_named(self.database, self.open_source, name, self.worker.id, self.zone)

    def plan(self) -> bool:
        """Plan a chunk; returns whether there was one."""
        return self.database.write(lambda session: plan_chunk(session, self.network, self.zone))

    def tick(self) -> bool:
        """See to what is due by the clock, a batch of each kind; returns whether there was anything."""
        return timed.turn(self.database, self.clockwork)

    def duty(self) -> bool:
        """Run a timed duty of the house that is due; returns whether there was one. It may take a while."""
        return run_due(self.database, self.clockwork.duties)

    def serve(self, medium: str, sender: Sender | None) -> int:
        """Serve a batch of lanes of one medium; returns how many deliveries were settled."""
        return self.lanes.serve(medium, sender)

    def doubts(self, medium: str, sender: Sender | None) -> int:
        """Ask about deliveries in doubt; returns how many were asked about."""
        if sender is None:
            return 0
        return doubts.resolve(self.database, medium, sender, self.lanes.stationery, self.lanes.replan)

    def edits(self, medium: str, sender: Sender | None) -> int:
        """Edit posts that shall show something else; returns how many were seen to."""
        return editing.edit(self.lanes, medium, sender) if medium in edits.EDITABLE else 0

    def talk(self, chat: Chat) -> bool:
        """Answer one request in a chat; returns whether there was one."""
        return self.chat is not None and self.chat.serve(chat)

    def sweep(self) -> int:
        """Settle what dead workers left, expire what is too late, empty dead lanes; returns how much there was."""
        count = recovery.recover(self.database, self.lanes.journals, self.paces, self.lanes.replan)
        with self.database.writing() as session:
            count += upkeep.expire(session) + upkeep.empty_dead_lanes(session)
            count += workspaces.tell_of_stopped(session, self.network)
            upkeep.forget_receipts(session)
            requests.forget(session)
            edits.drop_idle(session)
            if count:
                ring(session, "send")
        return count

    def idle(self, within: float = 0.0) -> bool:
        """Whether nothing is in a worker's hands, nor due now or when this many seconds have passed."""
        # One statement, one moment: between two, a delivery may pass from "due" to "in hand" or back.
        in_hand = or_(
            exists().where(Delivery.claim.is_not(None)),
            exists().where(PostEdit.due_at.is_not(None), PostEdit.lease_until > clock.real_now()),
            exists().where(~poll.free(Source.lease_until)),
            exists().where(Duty.lease_until > clock.real_now()),
            requests.in_hand(),
        )
        with self.database.reading() as session:
            return not session.scalar(select(or_(in_hand, *self._due(within).values())))

    def kinds_due(self, session: Session) -> list[Work]:
        """The kinds of work that a step would find now."""
        due = self._due(0.0)
        row = session.execute(select(*due.values())).one()
        return [kind for kind, found in zip(due, row, strict=True) if found]

    def _due(self, within: float) -> dict[Work, ColumnElement[bool]]:
        talk: dict[Work, ColumnElement[bool]] = {"chat": self.chat.due(within)} if self.chat else {}
        return _due(within, self.clockwork) | talk

    def beat(self) -> None:
        """Renew leases and say that this worker lives."""
        self.lanes.renew()
        with self.database.writing() as session:
            self.worker.beat(session)
            renew(session)
            poll.renew(session)
            trial.renew(session)
            if self.chat is not None:
                self.chat.renew(session)

    def enlist(self) -> None:
        """Let the house's duties have their rows, so that each is known to be due."""
        if self.clockwork.duties:
            self.database.write(lambda session: enlist(session, self.clockwork.duties))


def _due(within: float, clockwork: Clockwork) -> dict[Work, ColumnElement[bool]]:
    """For each kind of work, whether there is any now, or when so many seconds have passed."""
    now = clock.now()
    soon = now + timedelta(seconds=within)
    doubtful = exists().where(
        in_state("doubtful"), Delivery.due_at <= soon, Delivery.started_at > now - doubts.GIVE_UP
    )
    return {
        "plan": exists().where(Fanout.done_at.is_(None)),
        "send": delivery_due(soon) | doubtful | edits.edit_due(soon),
        "poll": exists().where(poll.due()) | trial_wanted(),
        "time": timed.due(clockwork, now),
    }
