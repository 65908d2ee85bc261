"""Whom something reaches, in a few lines of a language: "22 contacts in 6 cities", "3 have only mail"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime
from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import LANGUAGES, Details, Language
from bot.planning.audiences import RECIPIENT, Whom
from bot.planning.corrections import had_it, may_know
from bot.planning.forecast import Forecast, forecast, grouped
from bot.planning.silence import not_muted
from bot.store.contacts import Contact
from bot.store.destinations import Destination, Subscription, SubscriptionCity

_LOCALE = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_SOON = {"fi": "EEE 'klo' H.mm", "sv": "EEE 'kl.' H.mm", "en": "EEE HH:mm"}
_LATER = {"fi": "d.M. 'klo' H.mm", "sv": "d.M. 'kl.' H.mm", "en": "d MMM HH:mm"}
MOST_TIMES = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """The forecast, and in how many cities its contacts are: of the item's own, where it names some.

    `corrects`: it is a correction, of which `told` contacts and `posted` conversations hear, since they had what it
    corrects; the forecast is of the others. `roles`: it is for some roles, so that no conversation hears of it, and
    posts in `stays` conversations stay as they are.
    """

    forecast: Forecast
    cities: int
    roles: bool = False
    corrects: bool = False
    told: int = 0
    posted: int = 0
    stays: int = 0


def reach(session: Session, details: Details, now: datetime, zone: str, item_id: int | None = None) -> Reach:
    """Whom an item with these details would reach if it were released at `now`.

    With `item_id` they correct that item: who was told of it hears what changed, and only the others get it new.
    """
    everybody = session.scalar(select(func.coalesce(func.max(Subscription.id), 0))) or 0
    others: tuple[ColumnElement[bool], ...] = ()
    told = posted = stays = 0
    if item_id is not None:
        others = (RECIPIENT.not_in(had_it(item_id)),)
        mine = (RECIPIENT.in_(had_it(item_id)), not_muted(item_id), *may_know(details.roles))
        groups = grouped(session, Whom(details, 0, everybody, mine, fits=False))
        told, posted = (sum(each.count for each in groups if each.place is place) for place in (False, True))
        had = Whom(details, 0, everybody, (RECIPIENT.in_(had_it(item_id)),), fits=False)
        stays = sum(each.count for each in grouped(session, had) if each.place) if details.roles else 0
    said = forecast(session, details, now, zone, others)
    cities = _cities(session, Whom(details, 0, everybody, others)) if said.people else 0
    return Reach(said, cities, bool(details.roles), item_id is not None, told, posted, stays)


def _cities(session: Session, whom: Whom) -> int:
    """In how many cities they are."""
    counted = (
        select(func.count(distinct(SubscriptionCity.city)))
        .select_from(Subscription)
        .join(Destination, Destination.id == Subscription.destination_id)
        .join(Contact, Contact.id == Subscription.contact_id)
        .join(SubscriptionCity, SubscriptionCity.subscription_id == Subscription.id)
        .where(*whom.conditions())
    )
    if whom.details.cities:
        counted = counted.where(SubscriptionCity.city.in_(whom.details.cities))
    return session.scalar(counted) or 0


def reach_lines(found: Reach, language: Language, zone: str) -> Iterator[str]:
    """What there is to say of it; moments in the zone of whoever reads."""
    said = found.forecast
    if found.corrects:
        yield from _corrected(found, language)
        if said.over or not said.total:
            return
        yield words.gettext(language, "And new to others:")
    if said.over:
        yield words.gettext(language, "It reaches nobody: it is over by then.")
        return
    if not said.total:
        yield words.gettext(language, "It reaches nobody: no contact and no conversation fits it.")
        return
    if said.people:
        yield _people(said.people, found.cities, language)
    if found.roles:
        yield words.gettext(language, "not posted to channels: it is for some roles only")
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


def _corrected(found: Reach, language: Language) -> Iterator[str]:
    if not found.told and not found.posted:
        yield words.gettext(language, "Nobody was told of it yet, so nobody gets a correction.")
    if found.told:
        yield words.ngettext(
            language, "{n} contact was told of it and gets the correction",
            "{n} contacts were told of it and get the correction", found.told,
        )  # fmt: skip
    if found.posted:
        yield words.ngettext(
            language, "its post is changed in {n} conversation", "its posts are changed in {n} conversations",
            found.posted,
        )  # fmt: skip
    if found.stays:
        yield words.ngettext(
            language, "its post in {n} conversation stays as it is: it is for some roles only",
            "its posts in {n} conversations stay as they are: it is for some roles only", found.stays,
        )  # fmt: skip


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
