"""Workspaces: where a chat's app is installed, and how it comes to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Why = Literal["code", "credentials", "redirect", "organisation", "unreached", "refused"]
"""Why an installation failed: its one-time code was used or is too old; our id or secret is wrong; our address is
not among those of the app; it was for a whole organisation; the chat cannot be reached; anything else."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace where the app is installed."""

    team: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Installed:
    """It is installed. `lacking`: scopes that were not granted, and what does not work without each."""

    workspace: Workspace
    lacking: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotInstalled:
    """It is not. `said` is what the chat answered."""

    why: Why
    said: str = ""


class Workspaces(Protocol):
    """The workspaces of this installation besides its own. Thread-safe; calls open their own transactions."""

    def begin(self) -> tuple[str, str]:
        """Begin an installation: a state that works once within ten minutes, and the chat's address to go to."""

    def consume(self, state: str) -> bool:
        """Use a state up; returns whether it still worked."""

    def finish(self, code: str) -> Installed | NotInstalled:
        """Exchange the code that the chat sent back for a token, and keep it. Talks to the chat."""

    def listed(self) -> Sequence[Workspace]:
        """Where the app is installed, by name."""

    def token(self, team: str) -> str | None:
        """The bot's token in a workspace; None where the app is not installed."""
