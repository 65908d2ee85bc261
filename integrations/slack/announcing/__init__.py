"""Announcements in Slack: the modal that one writes in, and the one in which another decides.

Slack shows the forms and the house knows everything else (`bot.contracts.announcing`).
"""

from integrations.slack.announcing.listeners import register

__all__ = ["register"]
