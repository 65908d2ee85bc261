"""What this installation does by the clock: its digests, the effects of approved drafts, its duties."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot import approval
from bot.app.bridge import bridge_duties
from bot.app.chat import CHAT
from bot.app.chat_pages import chat_pages_duties
from bot.app.chat_people import chat_people_duties
from bot.app.letters import letter_duties
from bot.app.mailbox import mailbox_duties
from bot.app.summaries import summary_duties
from bot.approval import file_ends, standing
from bot.intake.watch.rounds import go_round
from bot.letters.release import release_letter
from bot.work.duties import Memory, TimedDuty, every
from bot.work.timed import Clockwork

if TYPE_CHECKING:
    from bot.app.house import House

AT_ONCE = 20
"""How many files are deleted in one transaction."""


def clockwork(house: House) -> Clockwork:
    """The clockwork of a worker of this house."""
    settings = house.settings
    effects = approval.usual_effects(settings.zone)
    effects["letter"] = lambda session, draft: release_letter(session, draft, house.network, settings)
    approvals = f"{settings.public_url}/approvals"
    duties = (
        standing_duty(house, approvals),
        watch_duty(house),
        files_duty(house),
        *letter_duties(house),
        *summary_duties(house),
        *mailbox_duties(house),
        *bridge_duties(house),
        *chat_people_duties(house),
        *chat_pages_duties(house, CHAT),
    )
    return Clockwork(house.network, settings.zone, house.desk, effects, approvals, duties)


def standing_duty(house: House, approvals: str) -> TimedDuty:
    """The duty `standing`: drafts of what the network repeats, in time to be approved."""

    def run(memory: Memory) -> Memory:
        zone = house.settings.zone
        house.database.write(lambda session: standing.make_due(session, house.network, zone, approvals))
        return memory

    return TimedDuty("standing", every(timedelta(hours=1)), run)


def watch_duty(house: House) -> TimedDuty:
    """The duty `watch`: whether sources are silent for longer than they usually are."""

    def run(memory: Memory) -> Memory:
        house.database.write(lambda session: go_round(session, house.settings.zone))
        return memory

    return TimedDuty("watch", every(timedelta(hours=1)), run)


def files_duty(house: House) -> TimedDuty:
    """The duty `files`: what was handed in and nobody shows any more is deleted, some at a time."""

    def run(memory: Memory) -> Memory:
        house.database.write(file_ends.forget_unused)
        with house.database.reading() as session:
            keys = [row.key for row, _ in file_ends.over(session)]
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            house.database.write(partial(file_ends.delete_bytes, keys=part))
        return memory

    return TimedDuty("files", every(timedelta(days=1)), run)
