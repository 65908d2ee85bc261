"""What coordinators ask: how the house is, and to write to the network."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import Action, Section
from bot.conversation.home_desk import desk
from bot.conversation.replies import Said
from bot.conversation.speaker import Room, Speaker

_DRAFT = "open:draft:"


def announce(room: Room, who: Speaker) -> Said:
    """Where an announcement is written: in a chat behind the button, by mail on the page."""
    language = who.language
    if not who.coordinates:
        return _for_coordinators(who)
    label = words.gettext(language, "Write an announcement")
    button = Action(label=label, url=room.page("/announce"), primary=True, does="open:announce")
    if who.by == "mail":
        title = words.gettext(language, "An announcement is not written by mail")
        line = words.gettext(
            language, "It needs its languages, its readers and another pair of eyes: write it there."
        )
        return Said(title, (line,), done=False, actions=(button,))
    line = words.gettext(language, "Nothing goes out before another coordinator has approved it.")
    return Said(words.gettext(language, "Write to the network"), (line,), actions=(button,))


def status(session: Session, room: Room, who: Speaker) -> Said:
    """What waits for approval, what goes out next, and what is wrong; for coordinators."""
    language = who.language
    if not who.coordinates:
        return _for_coordinators(who)
    sections = tuple(_addressed(section, room) for section in desk(session, language, clock.now()))
    page = room.page("/approvals")
    return Said(
        words.gettext(language, "How things are"),
        label=words.gettext(language, "For coordinators"),
        sections=sections,
        actions=(Action(label=words.gettext(language, "Look at it"), url=page),) if page else (),
    )


def _addressed(section: Section, room: Room) -> Section:
    """Drafts with their page, for where nothing can be pressed."""
    entries = tuple(
        entry.model_copy(update={"actions": tuple(_with_page(action, room) for action in entry.actions)})
        for entry in section.entries
    )
    return section.model_copy(update={"entries": entries})


def _with_page(action: Action, room: Room) -> Action:
    if action.url or not action.does.startswith(_DRAFT):
        return action
    return action.model_copy(update={"url": room.page(f"/approvals/{action.does.removeprefix(_DRAFT)}")})


def _for_coordinators(who: Speaker) -> Said:
    language = who.language
    title = words.gettext(language, "That is for coordinators")
    line = words.gettext(language, "Ask yours, or say **help** to see what you can do here.")
    return Said(title, (line,), done=False)
