"""Commands, done: one function for each, the same whether a mail, Slack or the workspace brought it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.clock import now, zone
from bot.contracts import (
    AboutItem,
    Announce,
    AskCalendar,
    AskHelp,
    AskReminder,
    AskRoster,
    AskStatus,
    AskWhy,
    Command,
    GiveAnswer,
    ListCalls,
    ListDeadlines,
    MuteCity,
    MuteItem,
    NotUnderstood,
    Search,
    TakeBack,
)
from bot.conversation.answering import Done, about_item
from bot.conversation.asking import Question, ask
from bot.conversation.choosing import choose_for
from bot.conversation.coordinating import announce, status
from bot.conversation.grammar import understand
from bot.conversation.guide import guide
from bot.conversation.listing import Look, listed
from bot.conversation.naming import find_named, which_one
from bot.conversation.replies import Said, not_done
from bot.conversation.speaker import Room, Speaker
from bot.people.answers import Refused
from bot.store.items import standing

__all__ = ["Speaker", "do"]


def do(session: Session, room: Room, who: Speaker, asked: Command | NotUnderstood) -> Said:
    """Do what a reader asks, and say so in their language. Raises nothing.

    What is not done is still said about the item, so that a reply to that reply is about it too.
    """
    if who.item_id is not None:
        who = replace(who, item_id=standing(session, who.item_id))
    try:
        said = _do(session, room, who, asked)
    except Refused as refused:
        said = not_done(who.language, who.contact.timezone, refused)
    helps = not said.done or isinstance(asked, AskHelp)
    return replace(said, item_id=said.item_id or who.item_id) if helps else said


def _do(session: Session, room: Room, who: Speaker, asked: Command | NotUnderstood) -> Said:
    match asked:
        case AskHelp() | NotUnderstood():
            return _help(room, who, asked)
        case AboutItem():
            return _named(session, room, who, asked)
        case ListCalls() | ListDeadlines() | Search() | Announce() | AskStatus():
            return _look(session, room, who, asked)
        case (
            GiveAnswer()
            | AskReminder()
            | MuteItem()
            | TakeBack()
            | MuteCity()
            | AskWhy()
            | AskRoster()
            | AskCalendar()
        ):
            return _of_one(session, room, who, asked)
        case _:
            return choose_for(session, room, who, asked)


def _help(room: Room, who: Speaker, asked: AskHelp | NotUnderstood) -> Said:
    if isinstance(asked, NotUnderstood):
        return _guide(who, asked.meant, near=_near(room, who, asked.meant))
    return _guide(who, understood=True)


def _look(session: Session, room: Room, who: Speaker, asked: Look | Announce | AskStatus) -> Said:
    match asked:
        case Announce():
            return announce(room, who)
        case AskStatus():
            return status(session, room, who)
        case _:
            return listed(session, room, who, asked)


def _of_one(session: Session, room: Room, who: Speaker, asked: Done | Question) -> Said:
    if who.item_id is None:
        return which_one(session, who, asked)
    if isinstance(asked, AskWhy | AskRoster | AskCalendar):
        return ask(session, room, who, who.item_id, asked)
    return about_item(session, room, who, who.item_id, asked)


def _named(session: Session, room: Room, who: Speaker, asked: AboutItem) -> Said:
    """Do it with the item that is named. An answer to words that name one is only offered, never taken as given."""
    found = find_named(session, who, asked.item)
    if len(found) == 1 and (asked.item.startswith("#") or not isinstance(asked.command, GiveAnswer)):
        return _do(session, room, replace(who, item_id=found[0].id), asked.command)
    if not found and who.item_id is not None and not asked.item.startswith("#"):
        if isinstance(asked.command, AskReminder):  # the words beside the day were a remark
            return _do(session, room, who, asked.command)
        return _guide(who)
    return which_one(session, who, asked.command, asked.item, found)


def _guide(who: Speaker, meant: str = "", *, understood: bool = False, near: Command | None = None) -> Said:
    return guide(
        who.language, meant, understood=understood, of_item=who.item_id is not None,
        coordinator=who.coordinates, near=near, item_id=who.item_id,
    )  # fmt: skip


def _near(room: Room, who: Speaker, meant: str) -> Command | None:
    """What a phrase would do that the speaker came near to."""
    today = now().astimezone(zone(who.contact.timezone)).date()
    told = understand(meant, today, room.network) if meant else NotUnderstood()
    return None if isinstance(told, NotUnderstood | AboutItem) else told
