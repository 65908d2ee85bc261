"""The chat of this installation: the door that Slack comes to, and what speaks there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.contracts.chat import Chat, ChatDoor
from bot.conversation.announcing import Announcements, Rules
from bot.conversation.chat.counter import ChatCounter
from bot.conversation.chat.doing import Desk
from bot.conversation.chat.serving import ChatServing
from bot.conversation.claiming import ClaimRoom
from bot.conversation.reminding import Reminders
from bot.log import logger

if TYPE_CHECKING:
    from bot.app.house import House

CHAT = "slack"
ANSWER_TIMEOUT = 5.0
"""Seconds that Slack has to take an answer: well within the lease of a request."""


def open_chat(house: House) -> ChatDoor | None:
    """The door, None without SLACK_SIGNING_SECRET. Bolt is loaded here, and nowhere before."""
    settings = house.settings
    if not settings.slack_signing_secret:
        return None
    from integrations.slack.app.bolt import open_door
    from integrations.slack.app.house import SlackHouse

    _hear()
    rooms = SlackHouse(
        counter=ChatCounter(house.database, CHAT),
        token_of=house.token_of,
        announcing=announcing(house),
        reminding=Reminders(house.database, settings.zone, settings.default_language),
        claims=ClaimRoom(house.database, house.network, settings.default_language),
    )
    options = {"signing_secret": settings.slack_signing_secret, "api_url": settings.slack_api_url}
    return open_door(options, rooms)


def announcing(house: House) -> Announcements:
    """The house's side of announcements in the chat."""
    settings = house.settings
    rules = Rules(
        house.network,
        settings.zone,
        settings.public_url,
        house.links.file,
        settings.four_eyes,
        settings.delivery_mode == "live",
    )
    return Announcements(house.database, rules)


def serving(house: House) -> tuple[ChatServing, Callable[[], Chat]] | None:
    """What answers people in the chat, and what makes a speaker there for a thread; None without an app."""
    settings = house.settings
    if not settings.slack_signing_secret:
        return None
    desk = Desk(house.network, settings.zone, house.links, settings.default_language)

    def speaker() -> Chat:
        from integrations.slack.app import chat
        from integrations.slack.options import SlackOptions

        return chat.open_chat(
            {
                "token": settings.slack_bot_token or SlackOptions.NO_TOKEN, "token_of": house.token_of,
                "api_url": settings.slack_api_url, "read_timeout": ANSWER_TIMEOUT,
            }
        )  # fmt: skip

    return ChatServing(house.database, desk, CHAT), speaker


_KNOWN = "(or SLACK_BOT_TOKEN env variable) will be ignored"
"""What Bolt says at its start: it finds our token in the environment, and `token_of` gives it."""


class _Said(logging.Handler):
    """Carries what the integration and Bolt say over to our own log."""

    def emit(self, record: logging.LogRecord) -> None:
        if _KNOWN in record.getMessage():
            return
        say = logger("slack")
        fault = {"exc_info": record.exc_info} if record.exc_info else {}
        say.log(record.levelno, record.getMessage()[:500], **fault)


def _hear() -> None:
    said = logging.getLogger("silta.slack")
    if not said.handlers:
        said.addHandler(_Said())
        said.setLevel(logging.WARNING)
        said.propagate = False
