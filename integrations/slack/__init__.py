"""Slack: carries messages to conversations and people of one workspace.

`sender.py` posts and asks; `posts.py` composes; `outcomes.py` says what each of Slack's errors means.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from bot.contracts import Integration
from integrations.slack.options import SlackOptions
from integrations.slack.sender import SlackSender


class NoOptions(BaseModel):
    """Slack is no source, so there is nothing to set for one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


INTEGRATION = Integration(
    name="slack",
    title="Slack",
    options=NoOptions,
    sender_options=SlackOptions,
    sender=SlackSender,
)
