"""The duty that lets people's own pages in Slack follow what changes in the house."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import clock
from bot.conversation.chat import pages
from bot.conversation.chat.counter import ChatCounter
from bot.conversation.speaker import Room
from bot.work.duties import Memory, TimedDuty, every

if TYPE_CHECKING:
    from bot.app.house import House

EVERY = timedelta(seconds=30)


def chat_pages_duties(house: House, chat: str) -> list[TimedDuty]:
    """The duty `slack-pages`, where there is an app."""
    if not house.settings.slack_signing_secret:
        return []
    room = Room(house.network, house.settings.zone, house.links)
    counter = ChatCounter(house.database, chat)

    def run(memory: Memory) -> Memory:
        now = clock.now()
        since = datetime.fromisoformat(memory["since"]) if "since" in memory else now
        wrong = str(memory.get("wrong", ""))
        told = house.database.write(lambda session: pages.mark(session, since, wrong))
        pages.renew(house.database, room, counter.take)
        return {"since": now.isoformat(), "wrong": told}

    return [TimedDuty("slack-pages", every(EVERY), run)]
