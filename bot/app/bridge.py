"""The duty that carries answers in Slack threads on to the workspace's mailbox, and forgets old ones."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from bot.conversation.chat.bridge import forget_replies
from bot.conversation.chat.carrying import carry_on
from bot.work.duties import Memory, TimedDuty, every

if TYPE_CHECKING:
    from bot.app.house import House

EVERY = timedelta(minutes=5)


def bridge_duties(house: House) -> list[TimedDuty]:
    """The duty `bridge`, where anything can come from Slack."""
    settings = house.settings
    if not settings.slack_signing_secret:
        return []

    def work(session: Session) -> int:
        forget_replies(session)
        if not settings.workspace_mail:
            return 0
        return carry_on(session, house.network, settings.workspace_mail, settings.default_language)

    def run(memory: Memory) -> Memory:
        return {**memory, "mails": int(memory.get("mails", 0)) + house.database.write(work)}

    return [TimedDuty("bridge", every(EVERY), run)]
