"""What is said in a chat, answered: the words of a command or a message, and the presses of buttons."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot import clock
from bot.buttons import read
from bot.contracts import Action, AskHelp, Command, Message, NotUnderstood, Section
from bot.conversation.commands import do
from bot.conversation.composing import compose
from bot.conversation.grammar import split_share, understand
from bot.conversation.speaker import Room, Speaker
from bot.links import Links
from bot.network import Network
from bot.store.contacts import Contact

LONGEST = 2_000
"""Characters of a text that are read; a command stands at its beginning."""


def say(
    session: Session,
    network: Network,
    zone: str,
    who: Speaker,
    text: str,
    *,
    share: bool = False,
    links: Links | None = None,
) -> Message:
    """Do what somebody says and answer in their language; nothing said is a wish for help.

    `share`: others read the answer too (see `wants_share`), so it holds nothing that is the speaker's alone.
    With the installation's `links` the answer leads to its pages.
    """
    asked = meant(who, network, text)
    return _answer(session, Room(network, zone, links, shared=share), who, asked)


def meant(who: Speaker, network: Network, text: str) -> Command | NotUnderstood:
    """What somebody's words ask for, as of their own today. Nothing said is a wish for help."""
    said, _ = split_share(text[:LONGEST])
    today = clock.now().astimezone(clock.zone(who.contact.timezone)).date()
    return understand(said, today, network) if said.strip() else AskHelp()


def press(
    session: Session, network: Network, zone: str, who: Speaker, does: str, *, links: Links | None = None
) -> Message:
    """Do what a button carries, about the item that it carries, and answer whoever pressed it."""
    found = read(does)
    asked: Command | NotUnderstood = NotUnderstood()
    if found is not None:
        asked, item_id = found
        who = replace(who, item_id=item_id) if item_id is not None else who
    return _answer(session, Room(network, zone, links), who, asked)


def wants_share(text: str) -> bool:
    """Whether a command asks that all of its conversation see the answer: `share`, `jaa` or `dela` at its end."""
    return split_share(text[:LONGEST])[1]


def _answer(session: Session, room: Room, who: Speaker, asked: Command | NotUnderstood) -> Message:
    message = compose(session, room.network, who.contact, do(session, room, who, asked))
    links = None if room.shared else room.links
    sections = tuple(_section(section, links, who.contact) for section in message.sections)
    return message.model_copy(
        update={"actions": _addressed(message.actions, links, who.contact), "sections": sections}
    )


def _section(section: Section, links: Links | None, contact: Contact) -> Section:
    entries = tuple(
        entry.model_copy(update={"actions": _addressed(entry.actions, links, contact)})
        for entry in section.entries
    )
    more = _addressed((section.more,), links, contact) if section.more else ()
    return section.model_copy(update={"entries": entries, "more": more[0] if more else None})


def _addressed(actions: tuple[Action, ...], links: Links | None, contact: Contact) -> tuple[Action, ...]:
    """Personal links as they are for the speaker; where others read them too, only what can be pressed is left."""
    own = links.page(contact.pseudonym, contact.links_version) if links else ""
    found = [
        action.model_copy(update={"url": own and f"{own}{action.url}", "personal": ""})
        if action.personal == "page"
        else action
        for action in actions
    ]
    return tuple(action for action in found if action.url or action.does)
