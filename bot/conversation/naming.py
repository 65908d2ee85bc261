"""Which item is meant: by its number, or by words of its title; where that is not one, a short list to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from bot import words
from bot.buttons import write
from bot.contracts import (
    Action,
    AskCalendar,
    AskReminder,
    AskRoster,
    AskWhy,
    Entry,
    GiveAnswer,
    MuteCity,
    MuteItem,
    Section,
    TakeBack,
)
from bot.conversation.composing import title_of
from bot.conversation.replies import ANSWER_LABELS, Said
from bot.conversation.speaker import Speaker
from bot.people.answers import Refused, known_item
from bot.planning.listings import named_alike
from bot.store.items import Item, standing

SHORT = 5
"""Items in a list to choose from."""

OfOne = GiveAnswer | AskReminder | MuteItem | TakeBack | MuteCity | AskWhy | AskRoster | AskCalendar


def find_named(session: Session, who: Speaker, name: str) -> Sequence[Item]:
    """The items that `#12`, or words of a title, may mean; at most one more than a short list holds."""
    if not name.startswith("#"):
        return named_alike(session, who.contact, name, SHORT + 1)
    try:
        return [known_item(session, standing(session, int(name[1:])), who.contact)]
    except Refused:
        return []


def which_one(
    session: Session, who: Speaker, asked: OfOne, name: str = "", found: Sequence[Item] = ()
) -> Said:
    """Ask which item is meant: one of those found, else of the newest ones, each with the button that does it."""
    language = who.language
    offered = found or named_alike(session, who.contact, "", SHORT)
    if name and not found:
        title = words.gettext(language, "We found nothing called “{name}”", name=name)
    else:
        title = words.gettext(language, "Which one do you mean?")
    if not offered:
        return Said(title, (words.gettext(language, "Nothing is open for you just now."),), done=False)
    entries = tuple(_entry(item, who, asked) for item in offered[:SHORT])
    how = words.gettext(language, "Press its button, or say its number as well: **#{id}**.", id=offered[0].id)
    head = words.gettext(language, "These may be it" if found else "The newest for you")
    return Said(title, (how,), done=False, sections=(Section(title=head, entries=entries),))


def _entry(item: Item, who: Speaker, asked: OfOne) -> Entry:
    label = words.gettext(who.language, _label(asked))
    page = f"/answer/{item.id}" + (f"?as={asked.kind}" if isinstance(asked, GiveAnswer) else "")
    button = Action(label=label, url=page, personal="page", does=write(asked, item.id))
    return Entry(title=title_of(item, who.language), label=f"#{item.id}", actions=(button,))


def _label(asked: OfOne) -> str:
    if isinstance(asked, GiveAnswer):
        return ANSWER_LABELS[asked.kind]
    if isinstance(asked, MuteItem | MuteCity):
        return "Hear of this again" if asked.off else "Mute this"
    return _LABELS[type(asked)]


_LABELS: Mapping[type[object], str] = {
    AskReminder: "Remind me",
    TakeBack: "Take the answer back",
    AskWhy: "Why this?",
    AskRoster: "Who has answered",
    AskCalendar: "Add to calendar",
}
