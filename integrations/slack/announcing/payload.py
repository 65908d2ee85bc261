"""What Slack says of whoever did something in a modal or a message; and what this room needs of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from bot.contracts.announcing import Announcing
from bot.contracts.chat import ChatPerson, Counter

Body = Mapping[str, Any]


class House(Protocol):
    """What this room needs of the house."""

    @property
    def counter(self) -> Counter:
        """Where the page of whoever did something is asked for anew."""

    @property
    def token_of(self) -> Callable[[str], str | None]:
        """The bot's token of a workspace."""

    @property
    def announcing(self) -> Announcing | None:
        """Announcements; None where nobody writes them here."""


def id_of(data: Body) -> str:
    """The id of the view in an answer of Slack's; empty where there is none."""
    return str((data.get("view") or {}).get("id") or "")


def team_of(body: Body) -> str:
    """The workspace in which it happened: the one whose token opens modals."""
    return str((body.get("team") or {}).get("id") or body["user"].get("team_id") or "")


def person_of(body: Body) -> ChatPerson:
    """Who did it, in the workspace that is theirs."""
    user = body["user"]
    return ChatPerson(team=str(user.get("team_id") or team_of(body)), user=str(user["id"]))
