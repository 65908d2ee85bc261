"""What the house says back to a command, in the reader's language, whatever medium carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot import words
from bot.contracts import AnswerKind, Language, Rhythm
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
    """A title and Markdown lines of ours (no words from outside); `item_id` is what it is about."""

    title: str
    lines: tuple[str, ...] = ()
    item_id: int | None = None
    done: bool = True


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


def guide(language: Language, meant: str = "", *, understood: bool = False, of_item: bool = True) -> Said:
    """What can be said, for who asked for it or was not understood; `meant` is the phrase they came near to."""
    lines = []
    if meant:
        near = words.gettext(language, "Did you mean “{phrase}”? Then reply with that alone.", phrase=meant)
        lines += [near, ""]
    lines += [words.gettext(language, "Write one of these as your reply:"), ""]
    for msgid in (
        "**interested**, **need a partner**, **not for us** or **seen**: your answer",
        "**remind me on 3 December at 9**: a reminder at that time",
        "**mute**: nothing more of this",
        "**daily** or **weekly**: all in one digest",
        "**stop**: no messages at all",
    ):
        lines.append(f"- {words.gettext(language, msgid)}")
    if not of_item:
        alone = words.gettext(
            language, "Answers, reminders and muting are about one thing: reply to a message about it alone."
        )
        lines += ["", alone]
    title = words.gettext(
        language, "What you can write to us" if understood else "We did not understand that"
    )
    return Said(title, tuple(lines), done=understood)
