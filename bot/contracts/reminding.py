"""A reminder that a person asks for in a chat: the form that the chat shows, and what came of it.

The chat draws the form and hands back what was chosen; the house says everything in the person's language. Each
call opens and closes its own transaction and calls nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Protocol

from bot.contracts.chat import ChatPerson
from bot.contracts.words import Language


@dataclass(frozen=True, slots=True)
class ReminderForm:
    """When to be reminded of an item. `words` are the labels: title, day, time, keep, close.

    `lines` say what the item is, when it closes, and which reminders are kept already; `day` and `at`, in
    `zone` (IANA), are where the pickers begin.
    """

    item: int
    language: Language
    zone: str
    words: Mapping[str, str]
    title: str
    lines: tuple[str, ...]
    day: date
    at: time


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be known, in the person's language; nothing more can be done in the form.

    `unknown`: the house does not know the person yet, and wants to hear of them through its counter.
    """

    title: str
    text: str
    close: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a reminder was not kept, by field (`day`, `at`): something else may be chosen."""

    faults: Mapping[str, str] = field(default_factory=dict)


class Reminding(Protocol):
    """The house's side."""

    def form(self, person: ChatPerson, item: int) -> ReminderForm | Told:
        """The form for an item, or why there is none."""

    def keep(self, person: ChatPerson, item: int, day: str, at: str) -> Told | Wrong:
        """Keep a reminder on `day` (ISO) `at` (HH:MM), either empty when nothing was chosen.

        The same twice is one reminder.
        """
