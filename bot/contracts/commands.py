"""Commands: what a reader asks of the house, whatever medium they said it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from bot.contracts.words import AnswerKind, Language, Rhythm


@dataclass(frozen=True, slots=True)
class GiveAnswer:
    """An answer to an item; `remind`: and the reminders all the same."""

    kind: AnswerKind
    remind: bool | None = None


@dataclass(frozen=True, slots=True)
class AskReminder:
    """A reminder of an item on a day, at a time of the clock in the reader's zone (None: the usual one).

    `beside` is an answer that was given in the same breath.
    """

    day: date
    at: time | None = None
    beside: GiveAnswer | None = None


@dataclass(frozen=True, slots=True)
class MuteItem:
    """No more of this item, or more of it again."""

    off: bool = False


@dataclass(frozen=True, slots=True)
class StopAll:
    """No more of anything."""


@dataclass(frozen=True, slots=True)
class ChooseRhythm:
    """How often to hear."""

    rhythm: Rhythm


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """In which language to hear."""

    language: Language


@dataclass(frozen=True, slots=True)
class AskHelp:
    """What can be said."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Words that are no command. `meant` is the nearest phrase, empty when nothing is near."""

    meant: str = ""


Command = GiveAnswer | AskReminder | MuteItem | StopAll | ChooseRhythm | ChooseLanguage | AskHelp
