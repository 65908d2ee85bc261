"""Commands, done: one function for each, the same whether a mail, Slack or the workspace brought it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from bot import words
from bot.clock import When
from bot.contracts import (
    AskHelp,
    AskReminder,
    ChooseLanguage,
    ChooseRhythm,
    Command,
    GiveAnswer,
    MuteItem,
    NotUnderstood,
    StopAll,
)
from bot.conversation.replies import Said, answer_label, guide, not_done, refusal, rhythm_label
from bot.network import Network
from bot.people.answers import By, Refused, answer
from bot.people.choices import choose
from bot.people.mutes import mute, unmute
from bot.people.own_reminders import at_hour, remind_on
from bot.store.contacts import Contact


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it, about which item (None: about none), how, and from where (for the audit trail)."""

    contact: Contact
    item_id: int | None
    by: By
    origin: str


def do(session: Session, network: Network, zone: str, who: Speaker, asked: Command | NotUnderstood) -> Said:
    """Do what a reader asks, and say so in their language. `zone` is where a bare date ends. Raises nothing.

    What is not done is still said about the item, so that a reply to that reply is about it too.
    """
    try:
        said = _do(session, network, zone, who, asked)
    except Refused as refused:
        said = not_done(who.contact.language, who.contact.timezone, refused)
    helps = not said.done or isinstance(asked, AskHelp)
    return replace(said, item_id=who.item_id) if helps else said


def _do(session: Session, network: Network, zone: str, who: Speaker, asked: Command | NotUnderstood) -> Said:
    language, of_item = who.contact.language, who.item_id is not None
    match asked:
        case AskHelp():
            return guide(language, understood=True, of_item=of_item)
        case NotUnderstood(meant=meant):
            return guide(language, meant, of_item=of_item)
        case StopAll() | ChooseRhythm() | ChooseLanguage():
            return _choose(session, network, who, asked)
        case GiveAnswer() | AskReminder() | MuteItem():
            if who.item_id is None:
                return guide(language, of_item=False)
            return _about_item(session, zone, who, who.item_id, asked)
        case _:
            return guide(language, of_item=of_item)


def _choose(
    session: Session, network: Network, who: Speaker, asked: StopAll | ChooseRhythm | ChooseLanguage
) -> Said:
    match asked:
        case StopAll():
            return _stop(session, network, who)
        case ChooseRhythm(rhythm=rhythm):
            choose(session, who.contact, who.origin, rhythm=rhythm)
            label = rhythm_label(who.contact.language, rhythm)
            return Said(words.gettext(who.contact.language, "Your rhythm is now: {rhythm}", rhythm=label))
        case ChooseLanguage(language=language):
            choose(session, who.contact, who.origin, language=language)
            return Said(words.gettext(language, "From now on we write to you in this language."))


def _about_item(
    session: Session, zone: str, who: Speaker, item_id: int, asked: GiveAnswer | AskReminder | MuteItem
) -> Said:
    match asked:
        case GiveAnswer():
            return _answer(session, who, item_id, asked)
        case AskReminder():
            return _remind(session, zone, who, item_id, asked)
        case MuteItem(off=True):
            unmute(session, who.contact, item_id, who.by, who.origin)
            return Said(words.gettext(who.contact.language, "You will hear of this again"), (), item_id)
        case MuteItem():
            mute(session, who.contact, item_id, who.by, who.origin)
            return Said(words.gettext(who.contact.language, "You will hear no more of this"), (), item_id)


def _answer(session: Session, who: Speaker, item_id: int, asked: GiveAnswer) -> Said:
    contact = who.contact
    kept = answer(session, contact, item_id, asked.kind, who.by, who.origin, remind=asked.remind)
    language = contact.language
    title = words.gettext(language, "We noted: {answer}", answer=answer_label(language, asked.kind))
    still = words.gettext(language, "You will get the reminders all the same.")
    silent = words.gettext(language, "You will get no more reminders of it.")
    return Said(title, (still if kept.remind else silent,), item_id)


def _remind(session: Session, zone: str, who: Speaker, item_id: int, asked: AskReminder) -> Said:
    contact = who.contact
    answered = _answer(session, who, item_id, asked.beside).title if asked.beside else ""
    try:
        at = at_hour(asked.day, asked.at, contact.timezone)
        remind_on(session, contact, item_id, at, who.by, who.origin, zone)
    except OverflowError:
        raise Refused("far") from None
    except Refused as refused:
        if not answered:
            raise
        return Said(answered, (refusal(contact.language, contact.timezone, refused),), item_id)
    moment = When(at=at).spoken(contact.language, contact.timezone)
    title = words.gettext(contact.language, "We will remind you: {moment}", moment=moment)
    return Said(title, (answered,) if answered else (), item_id)


def _stop(session: Session, network: Network, who: Speaker) -> Said:
    """As the unsubscribe link does."""
    contact = who.contact
    choose(session, contact, who.origin, rhythm="off")
    name = network.name[contact.language]
    return Said(
        words.gettext(contact.language, "You will not get any more messages from {network}.", network=name),
        (words.gettext(contact.language, "You can come back at any time from your own page."),),
    )
