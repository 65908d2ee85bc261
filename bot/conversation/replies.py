"""What the house says back to a command, in the reader's language, whatever medium carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot import words
from bot.buttons import write
from bot.contracts import Action, AnswerKind, Command, Fact, Language, Rhythm, Section
from bot.people.answers import Refused

ANSWER_LABELS: Mapping[AnswerKind, str] = {
    "seen": "Seen",
    "interested": "Interested",
    "not_for_us": "Not for us",
    "need_partner": "Need a partner",
}
_RHYTHMS: Mapping[Rhythm, str] = {
    "now": "At once",
    "daily": "Once a day",
    "weekly": "Once a week",
    "off": "Nothing",
}
_REFUSALS = {
    "unknown": "We do not know what this is about.",
    "withdrawn": "It was withdrawn, so there is nothing to answer.",
    "past": "That moment is over already.",
    "late": "That would be too late: {moment}",
    "far": "That is more than two years away.",
    "many": "You have enough reminders of this already.",
    "lead": "Only the lead of that city can do that.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A title and Markdown lines of ours (no words from outside there); `item_id` is what it is about.

    `label` is what a list is called in a word, `sections` what it holds; `actions` are what can be done next.
    """

    title: str
    lines: tuple[str, ...] = ()
    item_id: int | None = None
    done: bool = True
    label: str = ""
    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    actions: tuple[Action, ...] = ()
    notes: tuple[str, ...] = ()


def answer_label(language: Language, kind: AnswerKind) -> str:
    """An answer as readers know it."""
    return words.gettext(language, ANSWER_LABELS[kind])


def rhythm_label(language: Language, rhythm: Rhythm) -> str:
    """A rhythm as readers know it."""
    return words.gettext(language, _RHYTHMS[rhythm])


def refusal(language: Language, zone: str, refused: Refused) -> str:
    """Why something cannot be done, in a sentence; a moment is said in the reader's zone."""
    moment = refused.when.spoken(language, zone) if refused.when else ""
    return words.gettext(language, _REFUSALS[refused.why], moment=moment)


def not_done(language: Language, zone: str, refused: Refused) -> Said:
    """The reply to what cannot be done."""
    title = words.gettext(language, "We could not do that")
    return Said(title, (refusal(language, zone, refused),), done=False)


def button(
    language: Language, msgid: str, command: Command, item_id: int | None = None, url: str = ""
) -> Action:
    """A button of a chat that does a command; elsewhere a link to `url` behind the reader's own page."""
    label = words.gettext(language, msgid)
    return Action(label=label, url=url, personal="page", does=write(command, item_id))


def undo(language: Language, command: Command, item_id: int | None = None) -> Action:
    """The button that takes something back; by mail, the page where it can be changed."""
    page = f"/answer/{item_id}" if item_id is not None else ""
    return button(language, "Undo", command, item_id, page)
