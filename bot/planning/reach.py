"""Whom something reaches, in a few lines of a language: "22 contacts in 6 cities", "3 have only mail"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime
from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import LANGUAGES, Details, Language
from bot.planning.audiences import Whom
from bot.planning.forecast import Forecast, forecast
from bot.store.contacts import Contact
from bot.store.destinations import Destination, Subscription, SubscriptionCity

_LOCALE = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_SOON = {"fi": "EEE 'klo' H.mm", "sv": "EEE 'kl.' H.mm", "en": "EEE HH:mm"}
_LATER = {"fi": "d.M. 'klo' H.mm", "sv": "d.M. 'kl.' H.mm", "en": "d MMM HH:mm"}
MOST_TIMES = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """The forecast, and in how many cities its contacts are: of the item's own, where it names some."""

    forecast: Forecast
    cities: int


def reach(session: Session, details: Details, now: datetime, zone: str) -> Reach:
    """Whom an item with these details would reach if it were released at `now`."""
    said = forecast(session, details, now, zone)
    if said.over or not said.people:
        return Reach(said, 0)
    everybody = session.scalar(select(func.coalesce(func.max(Subscription.id), 0))) or 0
    counted = (
        select(func.count(distinct(SubscriptionCity.city)))
        .select_from(Subscription)
        .join(Destination, Destination.id == Subscription.destination_id)
        .join(Contact, Contact.id == Subscription.contact_id)
        .join(SubscriptionCity, SubscriptionCity.subscription_id == Subscription.id)
        .where(*Whom(details, 0, everybody).conditions())
    )
    if details.cities:
        counted = counted.where(SubscriptionCity.city.in_(details.cities))
    return Reach(said, session.scalar(counted) or 0)


def reach_lines(found: Reach, language: Language, zone: str) -> Iterator[str]:
    """What there is to say of it; moments in the zone of whoever reads."""
    said = found.forecast
    if said.over:
        yield words.gettext(language, "It reaches nobody: it is over by then.")
        return
    if not said.total:
        yield words.gettext(language, "It reaches nobody: no contact and no conversation fits it.")
        return
    if said.people:
        yield _people(said.people, found.cities, language)
    if said.conversations:
        yield words.ngettext(language, "{n} conversation", "{n} conversations", said.conversations)
    for at, count in said.later[:MOST_TIMES]:
        yield words.ngettext(
            language, "{n} outside sending hours until {moment}", "{n} outside sending hours until {moment}",
            count, moment=soon(at, language, zone),
        )  # fmt: skip
    if rest := sum(count for _, count in said.later[MOST_TIMES:]):
        yield words.ngettext(language, "{n} later than that", "{n} later than that", rest)
    if said.daily:
        yield words.ngettext(language, "{n} in the daily digest", "{n} in the daily digest", said.daily)
    if said.weekly:
        yield words.ngettext(language, "{n} in the weekly digest", "{n} in the weekly digest", said.weekly)
    if mailed := said.senders.get("email", 0):
        yield words.ngettext(language, "{n} has only mail", "{n} have only mail", mailed)
    yield from (_missing(each, said.missing[each], language) for each in LANGUAGES if said.missing.get(each))


def soon(at: datetime, language: Language, zone: str) -> str:
    """An instant as people say it of the days to come: "Tue 08:00"; with its date when it is further away."""
    local = at.astimezone(clock.zone(zone))
    near = (at - clock.now()).days < 6
    return format_datetime(local, (_SOON if near else _LATER)[language], locale=_LOCALE[language])


def _people(people: int, cities: int, language: Language) -> str:
    contacts = words.ngettext(language, "{n} contact", "{n} contacts", people)
    if not cities:
        return contacts
    places = words.ngettext(language, "in {n} city", "in {n} cities", cities)
    return f"{contacts} {places}"


def _missing(language: Language, count: int, reader: Language) -> str:
    if language == "fi":
        one, many = "Finnish text missing for {n} reader", "Finnish text missing for {n} readers"
    elif language == "sv":
        one, many = "Swedish text missing for {n} reader", "Swedish text missing for {n} readers"
    else:
        one, many = "English text missing for {n} reader", "English text missing for {n} readers"
    return words.ngettext(reader, one, many, count)
