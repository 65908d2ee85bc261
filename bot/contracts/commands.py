"""Commands: what a reader asks of the house, whatever medium they said it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from bot.contracts.words import AnswerKind, Channel, Language, Rhythm


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
class TakeBack:
    """The contact's answer to an item is forgotten."""


@dataclass(frozen=True, slots=True)
class MuteCity:
    """No more of this item for a whole city (its lead's to say), or more of it again."""

    city: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class ChooseHours:
    """When what is not urgent may come: `8-17` or `always`, in the reader's zone."""

    hours: str


@dataclass(frozen=True, slots=True)
class ChooseChannel:
    """Which way personal messages come."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class FollowTopic:
    """To hear of a topic (slug), or of it no more."""

    topic: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class ShowMyName:
    """Whether people of other cities may see the contact's name beside their answer."""

    shown: bool = True


@dataclass(frozen=True, slots=True)
class ListCalls:
    """Open calls, the next to close first: of a city, a topic (slugs), a fund, with words; a page of them, from 1."""

    city: str = ""
    topic: str = ""
    fund: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class ListDeadlines:
    """Deadlines to come: those that concern the contact, or a city (slug)."""

    city: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Search:
    """Items of any kind that hold these words, the newest first."""

    words: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class AskWhy:
    """Why the contact got this item, or did not."""


@dataclass(frozen=True, slots=True)
class AskRoster:
    """Who has answered to this item."""


@dataclass(frozen=True, slots=True)
class AskCalendar:
    """How this item's moments come into the contact's calendar."""


@dataclass(frozen=True, slots=True)
class AskStatus:
    """How the house is: what waits for approval, what goes out next, faults (coordinators)."""


@dataclass(frozen=True, slots=True)
class Announce:
    """To write an announcement (coordinators)."""


@dataclass(frozen=True, slots=True)
class AboutItem:
    """A command about an item that is named in it, by number or by words of its title."""

    item: str
    command: GiveAnswer | AskReminder | MuteItem | TakeBack | AskWhy | AskRoster | AskCalendar


@dataclass(frozen=True, slots=True)
class AskHelp:
    """What can be said."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Words that are no command. `meant` is the nearest phrase, empty when nothing is near."""

    meant: str = ""


OfItem = GiveAnswer | AskReminder | MuteItem | TakeBack | MuteCity | AskWhy | AskRoster | AskCalendar
"""Commands about one item."""

Choose = StopAll | ChooseRhythm | ChooseLanguage | ChooseHours | ChooseChannel | FollowTopic | ShowMyName
"""Commands about the contact's own choices."""

Look = ListCalls | ListDeadlines | Search | AskStatus
"""Commands that only look."""

Command = OfItem | AboutItem | Choose | Look | Announce | AskHelp
