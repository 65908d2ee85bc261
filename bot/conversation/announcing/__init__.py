"""Announcements written, looked at and decided on in a chat (`bot.contracts.announcing`)."""

from bot.conversation.announcing.desk import Announcements
from bot.conversation.announcing.shown import Rules

__all__ = ["Announcements", "Rules"]
