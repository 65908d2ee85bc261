"""Reminders asked for in a chat's form (`bot.contracts.reminding`): each call is one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from bot import clock, words
from bot.clock import When
from bot.clock import zone as zone_of
from bot.contracts import Language
from bot.contracts.chat import ChatPerson
from bot.contracts.reminding import ReminderForm, Told, Wrong
from bot.conversation.replies import refusal
from bot.people.answers import Refused, open_item
from bot.people.identities import bound
from bot.people.own_reminders import HOUR, at_hour, deadline, own_reminders, remind_on
from bot.planning.variants import variant
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.items import Item, standing

USUALLY = timedelta(days=7)
"""How long before a deadline the form suggests a reminder."""


class Reminders:
    """`bot.contracts.reminding.Reminding` over the database. `zone` is that in which a bare date ends."""

    def __init__(self, database: Database, zone: str, language: Language) -> None:
        self._database, self._zone, self._language = database, zone, language

    def form(self, person: ChatPerson, item: int) -> ReminderForm | Told:
        """The form for an item, or why there is none."""
        with self._database.reading() as session:
            contact = bound(session, person)
            if contact is None:
                return self._unknown()
            try:
                found = open_item(session, standing(session, item))
            except Refused as refused:
                return _sorry(contact.language, refusal(contact.language, contact.timezone, refused))
            last = deadline(found.content())
            if last is not None and last.ends(self._zone) <= clock.now():
                return _sorry(
                    contact.language,
                    words.gettext(contact.language, "It is over, so there is nothing to be reminded of."),
                )
            return self._form(session, contact, found, last)

    def keep(self, person: ChatPerson, item: int, day: str, at: str) -> Told | Wrong:
        """Keep a reminder; the same twice is one."""

        def work(session: Session) -> Told | Wrong:
            contact = bound(session, person)
            if contact is None:
                return self._unknown()
            language = contact.language
            try:
                moment = at_hour(date.fromisoformat(day), time.fromisoformat(at), contact.timezone)
            except (ValueError, OverflowError):
                missing: Literal["day", "at"] = "at" if day else "day"
                return Wrong({missing: words.gettext(language, "Choose a day and an hour.")})
            origin = f"slack {person.team}"
            try:
                kept = remind_on(
                    session, contact, standing(session, item), moment, "slack", origin, self._zone
                )
            except Refused as refused:
                return _refused(contact, refused, moment)
            spoken = When(at=kept).spoken(language, contact.timezone)
            return Told(
                title=words.gettext(language, "Remind me"),
                text=words.gettext(language, "We will remind you: {moment}", moment=spoken),
                close=words.gettext(language, "Close"),
            )

        return self._database.write(work)

    def _unknown(self) -> Told:
        text = words.gettext(
            self._language, "We look for you by your address. Press the button again in a moment."
        )
        return replace(_sorry(self._language, text), unknown=True)

    def _form(self, session: Session, contact: Contact, item: Item, last: When | None) -> ReminderForm:
        language, zone = contact.language, contact.timezone
        details = item.content()
        lines = []
        if last is not None:
            label = words.gettext(language, "Closes" if details.closes_at else "Starts")
            lines.append(f"{label}: {last.spoken(language, zone)}")
        kept = own_reminders(session, contact, item.id)
        if kept:
            said = ", ".join(When(at=at).spoken(language, zone) for at in kept)
            lines.append(f"{words.gettext(language, 'We will remind you')}: {said}")
        lines.append(words.gettext(language, "The time is that of {zone}.", zone=zone))
        begin = _suggestion(last.ends(self._zone) if last else None, zone)
        return ReminderForm(
            item=item.id,
            language=language,
            zone=zone,
            words={
                name: words.gettext(language, msgid)
                for name, msgid in (
                    ("title", "Remind me"), ("day", "Day"), ("at", "Time"), ("keep", "Keep"), ("close", "Close"),
                )
            },
            title=variant(details.title, language)[1],
            lines=tuple(lines),
            day=begin.date(),
            at=begin.time().replace(tzinfo=None),
        )  # fmt: skip


def _suggestion(end: datetime | None, zone: str) -> datetime:
    """A week before the end at nine, or tomorrow at nine; where that is too late, the next full hour."""
    now = clock.now().astimezone(zone_of(zone))
    tomorrow = now.date() + timedelta(days=1)
    week = (end - USUALLY).astimezone(zone_of(zone)).date() if end else tomorrow
    usual = datetime.combine(max(tomorrow, week), time(HOUR), tzinfo=zone_of(zone))
    if end is None or usual < end:
        return usual
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _refused(contact: Contact, refused: Refused, moment: datetime) -> Told | Wrong:
    """What can be mended stands beside its field: an hour that is over today, else the day."""
    said = refusal(contact.language, contact.timezone, refused)
    if refused.why not in {"past", "late", "far", "many"}:
        return _sorry(contact.language, said)
    zone = zone_of(contact.timezone)
    other = refused.when.ends(contact.timezone) if refused.when else clock.now()
    same_day = moment.astimezone(zone).date() == other.astimezone(zone).date()
    return Wrong({"at" if same_day and refused.why in {"past", "late"} else "day": said})


def _sorry(language: Language, text: str) -> Told:
    return Told(words.gettext(language, "Remind me"), text, words.gettext(language, "Close"))
