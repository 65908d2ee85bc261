"""What the administrator sets for Slack."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

NEEDED_SCOPES = {
    "chat:write": "nothing can be posted",
    "commands": "/silta and the shortcuts are not there",
    "app_mentions:read": "a mention of the app is not heard",
    "files:read": "announcements take no pictures and files in Slack, only on the page",
    "im:write": "a direct message in doubt needs a person to decide",
    "im:history": "what people write to the app is not heard, and a direct message in doubt needs a person to decide",
    "channels:history": "a post in doubt in a public channel needs a person to decide, and answers in threads there "
    "are not carried on",
    "groups:history": "a post in doubt in a private channel needs a person to decide, and answers in threads there "
    "are not carried on",
    "channels:read": "it is not noticed when a public channel is archived, renamed or left",
    "groups:read": "it is not noticed when a private channel is archived, renamed or left",
    "users:read": "nobody new is recognised, their language and zone are not known, nor that somebody left",
    "users:read.email": "nobody is recognised by their address",
}
"""Bot token scopes that are asked for, and what does not work without each."""


class SlackOptions(BaseModel):
    """How to reach one workspace, and how fast it may be served.

    `token` is the bot's (`xoxb-…`). Rates are in messages a second, waits in seconds. Slack promises
    about one message a second to a conversation and names no figure for a workspace
    (https://docs.slack.dev/apis/web-api/rate-limits); four a second stays under the several hundred
    a minute that it is known to bear. Edits have a limit of their own, fifty a minute and some at once (tier
    3). A connection that rested for `idle_limit` is not used again: the other side may have hung up
    unnoticed, and that would make a doubt. `interactive`: a press of a button reaches us,
    so answers are buttons; else they are links, to people alone. `token_of` gives the token of another
    workspace where the app is installed; without it there is one workspace.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    NO_TOKEN: ClassVar[str] = "none"  # noqa: S105
    """For an app that is installed in workspaces and has no token of its own."""

    token: SecretStr
    token_of: Callable[[str], str | None] | None = Field(default=None, repr=False)
    api_url: str = "https://slack.com/api/"
    per_destination: float = Field(default=1.0, ge=0)
    workspace_rate: float = Field(default=4.0, gt=0)
    workspace_burst: int = Field(default=4, ge=1)
    edit_rate: float = Field(default=0.8, gt=0)
    edit_burst: int = Field(default=20, ge=1)
    connections: int = Field(default=4, ge=1)
    batch: int = Field(default=50, ge=1)
    connect_timeout: float = Field(default=3.05, gt=0)
    read_timeout: float = Field(default=10.0, gt=0)
    idle_limit: float = Field(default=20.0, ge=0)
    interactive: bool = False

    @field_validator("token")
    @classmethod
    def _fit_for_a_header(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]+", token.get_secret_value()):
            raise ValueError("must be the bot token that Slack shows under OAuth & Permissions (xoxb-…)")
        return token

    @field_validator("api_url")
    @classmethod
    def _ends_with_a_slash(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
            raise ValueError("must be an address such as https://slack.com/api/")
        return url if url.endswith("/") else url + "/"
