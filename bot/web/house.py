"""What the web needs of the house. `bot.app.House` is one; the web never imports it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, Protocol, cast

from flask import current_app

from bot.contracts import Fetched, Integration, Letter, Report, Sender, Webhook
from bot.contracts.chat import ChatDoor
from bot.contracts.exported import Understood
from bot.contracts.workspaces import Workspaces
from bot.delivery.envelopes import Stationery
from bot.links import Links
from bot.network import Network
from bot.people.enrolment import Person
from bot.settings import Settings
from bot.store.db import Database
from bot.store.sources import Source


class Exports(Protocol):
    """What reads the files that the hosts of one workspace export, and takes them in."""

    def chat(self, file: BinaryIO) -> tuple[Understood, list[Report]]:
        """What would be told of a Super Chat's export. Raises ImportFault and SourceFault."""

    def take_chat(self, reports: Sequence[Report], *, tell: bool) -> Mapping[str, int]:
        """Take the comments in; returns how many were what."""

    def people(self, file: BinaryIO) -> tuple[Understood, list[Person]]:
        """The people of a user list. Raises ImportFault."""


EXTENSION = "silta.house"
"""Where the application keeps its house (`app.extensions`)."""


class House(Protocol):
    """One installation, as the pages and the intake see it."""

    @property
    def settings(self) -> Settings:
        """What the environment decides."""

    @property
    def database(self) -> Database:
        """Where everything is kept."""

    @property
    def network(self) -> Network:
        """Cities and topics."""

    @property
    def links(self) -> Links:
        """Personal links."""

    @property
    def stationery(self) -> Stationery:
        """What every envelope has in common."""

    @property
    def renderers(self) -> Mapping[str, Callable[[], Sender]]:
        """A sender of every medium that is only asked to draw, configured or not."""

    @property
    def workspaces(self) -> Workspaces | None:
        """The Slack workspaces where the app is installed; None where there is one only."""

    def read_letter(self, raw: bytes) -> Letter:
        """What a letter is, from its bytes."""

    def source_kinds(self) -> Mapping[str, Integration]:
        """The integrations that bring news in, by name."""

    def sample_reader(self, source: Source) -> Callable[[bytes], Fetched] | None:
        """What says what a source would make of a body, None where none can. What it gives raises SourceFault."""

    def exports(self, source: Source) -> Exports | None:
        """What reads the files that a source's workspace exports; None where it exports none."""

    def open_webhook(self, source: Source) -> Webhook | None:
        """The receiving side of a source, None when it has none. Raises SourceFault."""

    def open_chat(self) -> ChatDoor | None:
        """Where Slack brings what happens in it, None where no app is set up. It is made anew each time."""


def house() -> House:
    """The house of the application that serves this request."""
    return cast(House, current_app.extensions[EXTENSION])
