"""What the page in the workspace shows: what is open with its deadlines, the latest, and what was said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from bot import clock, differing, words
from bot.calendars import Dated, moments
from bot.contracts import AnswerKind, Language
from bot.conversation.replies import answer_label
from bot.people.answers import answer_of
from bot.people.roster_lines import others_line
from bot.planning.facts import moment_label
from bot.planning.fitting import fitting, meant_for, next_at, open_at, published
from bot.store.chats import ThreadReply
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.items import Item, ItemCity
from bot.web import prose
from bot.web.frame import KINDS
from bot.web.house import house

SOON, LATEST, LOOKED_AT, MOST_REPLIES, LONGEST_REPLY = 20, 10, 100, 20, 1_500
ORDER: tuple[AnswerKind, ...] = ("interested", "need_partner", "not_for_us", "seen")


@dataclass(frozen=True, slots=True)
class Reply:
    """Something that was written in a thread about an item."""

    who: str
    when: str
    said: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An item on the page. `day` is its next moment and `what` happens then; `left` are the days to where it closes,
    None where that is not next. `given` is the reader's answer."""

    id: int
    kind: str
    language: Language
    title: str
    body: str
    url: str | None
    what: str
    day: str
    left: int | None
    given: str
    others: str
    replies: Sequence[Reply]


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, in which language and at which city; a guest is somebody whom the network does not know."""

    contact: Contact | None
    language: Language
    city: str

    @property
    def zone(self) -> str:
        """The zone of the dates that they read."""
        return self.contact.timezone if self.contact else house().settings.zone

    @property
    def of_the_network(self) -> bool:
        """Whether they may read what people wrote to each other: not guests, as in the roster."""
        return self.contact is not None and (bool(self.contact.cities) or self.contact.role != "contact")


def coming(session: Session, looker: Looker) -> list[Shown]:
    """What is open or will be, by its next moment: an opening, a cut-off, a deadline or the event itself."""
    now = clock.now()
    date = next_at(now)
    query = (
        select(Item).where(*_for(looker), open_at(now), date > now).order_by(date, Item.id).limit(LOOKED_AT)
    )
    ahead = [
        (moment.when.ends(_house_zone()), item) for item in session.scalars(query) if (moment := _next(item))
    ]
    soonest = sorted(ahead, key=lambda pair: (pair[0], pair[1].id))[:SOON]
    return [_shown(session, item, looker) for _, item in soonest]


def _next(item: Item) -> Dated | None:
    """The next moment of an item that is still ahead."""
    zone, now = _house_zone(), clock.now()
    return next((each for each in moments(item.content(), zone) if each.when.ends(zone) > now), None)


def _house_zone() -> str:
    return house().settings.zone


def latest(session: Session, looker: Looker, besides: Sequence[Shown]) -> list[Shown]:
    """The newest of the rest."""
    told = [shown.id for shown in besides]
    rest = (published(), open_at(clock.now()), Item.id.not_in(told))
    query = select(Item).where(*_for(looker), *rest).order_by(Item.id.desc()).limit(LATEST)
    return [_shown(session, item, looker) for item in session.scalars(query)]


def _for(looker: Looker) -> list[ColumnElement[bool]]:
    """What they may see: their own cities' items; all cities' for who has none; public ones for who is not known."""
    contact = looker.contact
    if contact is None:
        allowed = [Item.visibility == "public", meant_for(None)]
    else:
        allowed = fitting(contact, everywhere=not contact.cities)
    mine = ItemCity.item_id == Item.id
    if looker.city:
        allowed.append(or_(~exists().where(mine), exists().where(mine, ItemCity.city == looker.city)))
    return [published(), *allowed]


def _shown(session: Session, item: Item, looker: Looker) -> Shown:
    details, contact, zone = item.content(), looker.contact, looker.zone
    language, title = prose.told_in(details.title, looker.language)
    _, body = prose.told_in(details.body, looker.language)
    given = answer_of(session, contact, item.id) if contact else None
    ahead = _next(item)
    when = ahead.when if ahead else details.starts_at
    closes = ahead is not None and ahead.about == "closes"
    return Shown(
        id=item.id,
        kind=words.gettext(looker.language, KINDS[item.kind]),
        language=language,
        title=title,
        body=body,
        url=prose.web_link(details.url),
        what=moment_label(details, ahead.key if ahead else "starts", looker.language) if when else "",
        day=differing.closing(details, looker.language, zone)
        if ahead and ahead.key == "closes"
        else (when.spoken(looker.language, zone) if when else ""),
        left=_days_to(when.ends(_house_zone()), zone) if when and closes else None,
        given=given.answer if given else "",
        others=others_line(session, house().network, contact, item.id)
        if contact and looker.of_the_network
        else "",
        replies=_replies(session, item, looker) if looker.of_the_network else (),
    )


def _days_to(end: datetime, zone: str) -> int:
    here = clock.zone(zone)
    # An end is the first instant that is over: of a day without a time it is the next midnight.
    last = end.astimezone(here)
    days = (last.date() - clock.now().astimezone(here).date()).days
    return max(days - (1 if not (last.hour or last.minute or last.second) else 0), 0)


def _replies(session: Session, item: Item, looker: Looker) -> list[Reply]:
    """What was written in threads whose conversation shows it here (`--bridge page`), each once, the oldest first."""
    query = (
        select(ThreadReply, Contact.name)
        .join(Delivery, Delivery.id == ThreadReply.delivery_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(Contact, Contact.id == ThreadReply.contact_id)
        .where(Delivery.item_id == item.id, Destination.bridge == "page", ThreadReply.gone_at.is_(None))
        .order_by(ThreadReply.written_at.desc(), ThreadReply.id.desc())
        .limit(MOST_REPLIES)
    )
    somebody = words.gettext(looker.language, "Somebody in Slack")
    found = [
        Reply(
            name or somebody,
            clock.When(at=reply.written_at).spoken(looker.language, looker.zone),
            reply.said if len(reply.said) <= LONGEST_REPLY else f"{reply.said[:LONGEST_REPLY].rstrip()}…",
        )
        for reply, name in session.execute(query)
    ]
    return found[::-1]


def choices(language: Language) -> list[tuple[AnswerKind, str]]:
    """The answers that the buttons give."""
    return [(kind, answer_label(language, kind)) for kind in ORDER]
