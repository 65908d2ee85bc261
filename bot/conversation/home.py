"""A person's own page in a chat: their cities, what closes next, what they chose; and what waits, for coordinators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot import differing, words
from bot.buttons import write
from bot.clock import zone as zone_of
from bot.contracts import (
    Action,
    AnswerKind,
    AskHelp,
    Entry,
    Fact,
    Language,
    ListCalls,
    ListDeadlines,
    MuteCity,
    Section,
    TakeBack,
)
from bot.contracts.chat import Home
from bot.conversation.home_choices import choices
from bot.conversation.home_desk import desk
from bot.conversation.home_muted import muted
from bot.conversation.replies import answer_label
from bot.conversation.speaker import Room
from bot.network import Network
from bot.people.mutes import leads
from bot.planning import spoken
from bot.planning.alerts import WATCHERS
from bot.planning.countdown import headline
from bot.planning.digest_ranking import days_to, moment_of
from bot.planning.fitting import fitting, next_at, published
from bot.planning.offers import answers
from bot.planning.variants import variant
from bot.planning.wording import LABELS
from bot.store.answers import AnswerRow
from bot.store.contacts import Contact
from bot.store.items import Item

MOST = 8
"""Deadlines on the page; the rest are a press away."""

MOST_AREAS = 5
_OFFERED: tuple[AnswerKind, ...] = ("interested", "need_partner", "not_for_us")


def compose(session: Session, room: Room, contact: Contact, now: datetime) -> Home:
    """The page of a contact, in their language. `now` is an instant (UTC)."""
    language = contact.language
    return Home(
        language=language,
        zone=contact.timezone,
        title=room.network.name[language],
        lines=tuple(_cities(room.network, contact)),
        actions=tuple(_actions(room, contact)),
        sections=(
            _deadlines(session, room, contact, now),
            *muted(session, contact, now),
            *(desk(session, language, now) if contact.role in WATCHERS else ()),
        ),
        choices=choices(room.network, contact),
        notes=(words.gettext(language, "What you choose here counts at once, in Slack and by mail."),),
    )


def stranger(network: Network, language: Language, zone: str) -> Home:
    """The page of somebody whom the house does not know: how they become known."""
    return Home(
        language=language,
        zone=zone,
        title=network.name[language],
        lines=(
            words.gettext(language, "We do not know you by the address that you have in Slack."),
            words.gettext(
                language, "Tell us your address in the network, and a coordinator will look at it."
            ),
        ),
        actions=(
            Action(
                label=words.gettext(language, "This is me"),
                url="",
                primary=True,
                does=f"open:claim:{language}",
            ),
        ),
    )


def _cities(network: Network, contact: Contact) -> Iterator[str]:
    """Whose page it is, then each city with its focus areas. The name stands alone: it may run the other way."""
    language = contact.language
    yield contact.name
    known = {city.slug: city for city in network.cities}
    for slug in contact.cities:
        city = known.get(slug)
        if city is None:
            yield slug
            continue
        areas = getattr(city.focus, language)[:MOST_AREAS]
        named = ", ".join(areas) or ", ".join(network.topic(topic).labels[language] for topic in city.topics)
        yield words.gettext(language, "{city}: {areas}", city=city.names[language], areas=named)
    if not contact.cities:
        yield words.gettext(
            language, "You are in no city, so you hear what concerns them all. A coordinator can add yours."
        )


def _actions(room: Room, contact: Contact) -> Iterator[Action]:
    language = contact.language
    if contact.role in WATCHERS:
        label = words.gettext(language, "Write an announcement")
        yield Action(label=label, url="", primary=True, does="open:announce")
    yield Action(label=words.gettext(language, "Open calls"), url="", does=write(ListCalls()))
    yield Action(label=words.gettext(language, "What you can say"), url="", does=write(AskHelp()))
    if room.links:
        url = room.links.page(contact.pseudonym, contact.links_version)
        yield Action(label=words.gettext(language, "All my choices"), url=url)


def _deadlines(session: Session, room: Room, contact: Contact, now: datetime) -> Section:
    language = contact.language
    date = next_at(now)
    mine = (Item.id == AnswerRow.item_id) & (AnswerRow.contact_id == contact.id)
    wanted = (published(), Item.kind.in_(("call", "event")), date > now, *fitting(contact))
    silent = or_(AnswerRow.answer.is_(None), AnswerRow.answer != "not_for_us")
    found = select(Item, AnswerRow.answer).outerjoin(AnswerRow, mine).where(*wanted, silent)
    rows = session.execute(found.order_by(date, Item.id).limit(MOST + 1)).all()
    more = None
    if len(rows) > MOST:
        counted = select(func.count()).select_from(Item).outerjoin(AnswerRow, mine).where(*wanted, silent)
        count = (session.scalar(counted) or 0) - MOST
        label = words.ngettext(language, "and {n} more", "and {n} more", count)
        more = Action(label=label, url="", does=write(ListDeadlines()))
    entries = tuple(_entry(room, contact, item, answer, now) for item, answer in rows[:MOST])
    nothing = Entry(title=words.gettext(language, "Nothing closes soon"))
    return Section(
        title=words.gettext(language, "Deadlines coming up"), entries=entries or (nothing,), more=more
    )


def _entry(room: Room, contact: Contact, item: Item, answer: AnswerKind | None, now: datetime) -> Entry:
    language, details = contact.language, item.content()
    _, title = variant(details.title, language)
    kind = words.gettext(language, LABELS[details.kind])
    where = spoken.cities(details.cities[:3], language, room.network)
    when = moment_of(details, now, room.zone) or details.closes_at
    about = "starts" if details.kind == "event" and when == details.starts_at else "closes"
    notes: list[str] = []
    facts: tuple[Fact, ...] = ()
    if when is not None:
        label = words.gettext(language, "Starts" if about == "starts" else "Closes")
        facts = (Fact(label=label, when=when),)
        today = now.astimezone(zone_of(contact.timezone)).date()
        days = days_to(when, today, contact.timezone)
        notes += [headline(details, language, about, when, days)] if days <= 14 else []
    notes.append(differing.deadlines(details, language, contact.timezone))
    if answer:
        notes.append(f"{words.gettext(language, 'Your answer')}: {answer_label(language, answer)}")
    return Entry(
        title=title,
        label=f"{kind} · {where}" if where else kind,
        url=details.url,
        facts=facts,
        notes=tuple(filter(None, notes)),
        actions=tuple(_doing(contact, item, answered=answer is not None)),
    )


def _doing(contact: Contact, item: Item, *, answered: bool) -> Iterator[Action]:
    language = contact.language
    if answered:
        label = words.gettext(language, "Take the answer back")
        yield Action(label=label, url="", does=write(TakeBack(), item.id))
    else:
        yield from answers(item.id, language, _OFFERED)
    remind = words.gettext(language, "Remind me")
    yield Action(label=remind, url="", does=f"open:remind:{item.id}")
    for city in contact.cities[:1]:
        if leads(contact, city):
            label = words.gettext(language, "Mute this for the whole city")
            yield Action(label=label, url="", does=write(MuteCity(city), item.id))
