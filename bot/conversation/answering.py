"""What a reader does with one item: answer, take that back, be reminded, mute it for themselves or their city."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import words
from bot.clock import When
from bot.contracts import Action, AskReminder, GiveAnswer, MuteCity, MuteItem, TakeBack
from bot.conversation.replies import Said, answer_label, button, refusal, undo
from bot.conversation.speaker import Room, Speaker
from bot.people.answers import Refused, answer, answer_of, known_item, take_back
from bot.people.mutes import leads, mute, mute_city, unmute, unmute_city
from bot.people.own_reminders import at_hour, remind_on
from bot.people.roster_lines import others_line

Done = GiveAnswer | AskReminder | MuteItem | TakeBack | MuteCity

_JOINING = ("interested", "need_partner")
"""Answers with which it is worth knowing who else is in."""

MOST_CITIES = 3
"""Cities of one lead that get a button of their own."""


def about_item(session: Session, room: Room, who: Speaker, item_id: int, asked: Done) -> Said:
    """Do it, and say how it can be undone. Raises Refused."""
    match asked:
        case GiveAnswer():
            return _answer(session, room, who, item_id, asked)
        case AskReminder():
            return _remind(session, room, who, item_id, asked)
        case MuteItem():
            return _mute(session, room, who, item_id, asked)
        case MuteCity():
            return _mute_city(session, room, who, item_id, asked)
        case TakeBack():
            return _take_back(session, who, item_id)


def _answer(session: Session, room: Room, who: Speaker, item_id: int, asked: GiveAnswer) -> Said:
    contact, language = who.contact, who.language
    row = answer_of(session, contact, item_id)
    before = GiveAnswer(row.answer, row.remind) if row else TakeBack()
    kept = answer(session, contact, item_id, asked.kind, who.by, who.origin, remind=asked.remind)
    title = words.gettext(language, "We noted: {answer}", answer=answer_label(language, asked.kind))
    still = words.gettext(language, "You will get the reminders all the same.")
    silent = words.gettext(language, "You will get no more reminders of it.")
    more = _for_cities(room, who, item_id) if asked.kind == "not_for_us" else ()
    others = others_line(session, room.network, contact, item_id) if asked.kind in _JOINING else ""
    return Said(
        title, (still if kept.remind else silent,), item_id, actions=(undo(language, before, item_id), *more),
        notes=(others,) if others else (),
    )  # fmt: skip


def _take_back(session: Session, who: Speaker, item_id: int) -> Said:
    known_item(session, item_id)
    row = answer_of(session, who.contact, item_id)
    again = (undo(who.language, GiveAnswer(row.answer, row.remind), item_id),) if row else ()
    was = take_back(session, who.contact, item_id, who.by, who.origin)
    title = "Your answer is taken back." if was else "You have not answered this."
    return Said(words.gettext(who.language, title), (), item_id, actions=again)


def _remind(session: Session, room: Room, who: Speaker, item_id: int, asked: AskReminder) -> Said:
    contact = who.contact
    answered = _answer(session, room, who, item_id, asked.beside) if asked.beside else None
    try:
        at = at_hour(asked.day, asked.at, contact.timezone)
        remind_on(session, contact, item_id, at, who.by, who.origin, room.zone)
    except (OverflowError, Refused) as fault:
        refused = fault if isinstance(fault, Refused) else Refused("far")
        if answered is None:
            raise refused from None
        why = refusal(contact.language, contact.timezone, refused)
        return Said(answered.title, (why,), item_id, actions=answered.actions)
    moment = When(at=at).spoken(contact.language, contact.timezone)
    title = words.gettext(contact.language, "We will remind you: {moment}", moment=moment)
    return Said(
        title, (answered.title,) if answered else (), item_id, actions=answered.actions if answered else ()
    )


def _mute(session: Session, room: Room, who: Speaker, item_id: int, asked: MuteItem) -> Said:
    if asked.off:
        known_item(session, item_id)
        unmute(session, who.contact, item_id, who.by, who.origin)
        title = "You will hear of this again"
        return Said(words.gettext(who.language, title), (), item_id)
    mute(session, who.contact, item_id, who.by, who.origin)
    back = undo(who.language, MuteItem(off=True), item_id)
    title = words.gettext(who.language, "You will hear no more of this")
    return Said(title, (), item_id, actions=(back, *_for_cities(room, who, item_id)))


def _mute_city(session: Session, room: Room, who: Speaker, item_id: int, asked: MuteCity) -> Said:
    city = _city(room, who, asked.city)
    if asked.off:
        unmute_city(session, who.contact, item_id, asked.city, who.by, who.origin)
        return Said(words.gettext(who.language, "{city} will hear of this again", city=city), (), item_id)
    mute_city(session, who.contact, item_id, asked.city, who.by, who.origin)
    back = undo(who.language, MuteCity(asked.city, off=True), item_id)
    return Said(
        words.gettext(who.language, "{city} will hear no more of this", city=city),
        (),
        item_id,
        actions=(back,),
    )


def _for_cities(room: Room, who: Speaker, item_id: int) -> tuple[Action, ...]:
    """What a lead can do for their cities besides."""
    mine = [city for city in who.contact.cities if leads(who.contact, city)]
    made = []
    for city in mine[:MOST_CITIES]:
        plain = button(
            who.language, "Mute this for the whole city", MuteCity(city), item_id, f"/mute/{item_id}"
        )
        label = plain.label if len(mine) == 1 else f"{plain.label}: {_city(room, who, city)}"
        made.append(plain.model_copy(update={"label": label}))
    return tuple(made)


def _city(room: Room, who: Speaker, slug: str) -> str:
    try:
        return room.network.city(slug).names[who.language]
    except KeyError:
        raise Refused("lead") from None
