"""Questions about one item: why it came, who has answered, and how it gets into a calendar."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import words
from bot.approval.announcements import of_item
from bot.approval.drafts import Refused as NotOurs
from bot.contracts import Action, AskCalendar, AskRoster, AskWhy, Fact, MuteItem
from bot.conversation.home_desk import correcting
from bot.conversation.replies import Said, answer_label, button
from bot.conversation.speaker import Room, Speaker
from bot.people.answers import Refused, known_item
from bot.people.roster import Voice, roster
from bot.planning.case import look
from bot.planning.plain_why import because, told

MOST_MESSAGES = 6
"""Messages about one item that are told of, the newest."""


Question = AskWhy | AskRoster | AskCalendar


def ask(session: Session, room: Room, who: Speaker, item_id: int, asked: Question) -> Said:
    """Answer it. Raises Refused (unknown)."""
    known_item(session, item_id, who.contact)
    match asked:
        case AskWhy():
            return _why(session, room, who, item_id)
        case AskRoster():
            return _roster(session, room, who, item_id)
        case AskCalendar():
            return _calendar(who, item_id)


def _why(session: Session, room: Room, who: Speaker, item_id: int) -> Said:
    language = who.language
    case = look(session, who.contact, item_id)
    if case is None:
        raise Refused("unknown")
    sent = told(case)[-MOST_MESSAGES:]
    facts = tuple(Fact(label=each.what, text=f"{each.way}, {each.when}") for each in sent)
    nothing = words.gettext(language, "You were not sent anything about this.")
    again = button(language, "Hear of this again", MuteItem(off=True), item_id, f"/mute/{item_id}")
    less = button(language, "Mute this", MuteItem(), item_id, f"/mute/{item_id}")
    page = Action(label=words.gettext(language, "Choose what you hear"), url="", personal="page")
    return Said(
        because(case, room.network) or words.gettext(language, "Why this?"),
        () if facts else (nothing,),
        item_id,
        label=words.gettext(language, "Why this?"),
        facts=facts,
        actions=(again if case.mute is not None else less, page),
    )


def _roster(session: Session, room: Room, who: Speaker, item_id: int) -> Said:
    language, network = who.language, room.network
    answers = roster(session, network, item_id)
    facts = []
    for status in answers.cities:
        if status.newest is not None:
            city = network.city(status.city).names[language]
            facts.append(Fact(label=city, text=_said(room, who, status.newest, status.city)))
    others = words.gettext(language, "Others")
    facts += [Fact(label=others, text=_said(room, who, voice)) for voice in answers.others]
    title = words.gettext(
        language, "Answers so far: {answered} of {total}", answered=answers.answered, total=answers.total
    )
    silent = ", ".join(network.city(slug).names[language] for slug in answers.silent)
    nobody = words.gettext(language, "Nobody has answered yet.")
    quiet = f"{words.gettext(language, 'No answer yet:')} {silent}"
    return Said(
        title,
        () if facts else (nobody,),
        item_id,
        label=words.gettext(language, "Who has answered"),
        facts=tuple(facts),
        notes=(quiet,) if facts and silent else (),
        actions=_correcting(session, who, item_id),
    )


def _correcting(session: Session, who: Speaker, item_id: int) -> tuple[Action, ...]:
    """The way to correct what a coordinator's own network announced; news of sources are changed there."""
    if not who.coordinates:
        return ()
    try:
        of_item(session, item_id)
    except NotOurs:
        return ()
    return correcting(who.language, item_id)


def _said(room: Room, who: Speaker, voice: Voice, city: str = "") -> str:
    """An answer, with the name where it may be told: to coordinators, in one's own city, or who agreed."""
    said = answer_label(who.language, voice.answer)
    among_us = not room.shared and (who.coordinates or city in who.contact.cities)
    return f"{said} ({voice.name})" if voice.name and (voice.agreed or among_us) else said


def _calendar(who: Speaker, item_id: int) -> Said:
    language = who.language
    own = Action(label=words.gettext(language, "Add the calendar"), url="", personal="page")
    return Said(
        words.gettext(language, "Your own calendar has it"),
        (
            words.gettext(
                language,
                "Add your own calendar once from your page, and all deadlines and events that fit you come into it.",
            ),
        ),
        item_id,
        label=words.gettext(language, "Calendars"),
        actions=(own,),
    )
