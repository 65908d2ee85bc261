"""One item on a reader's own pages: whose link it is, and whether there is such an item for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, differing, words
from bot.contracts import Language
from bot.links import Bearer
from bot.people.answers import Refused, known_item
from bot.people.own_reminders import deadline
from bot.people.roster import roster
from bot.store.contacts import Contact
from bot.store.items import Item, standing
from bot.web import prose
from bot.web.frame import KINDS
from bot.web.house import house
from bot.web.pages import page

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Card:
    """What a reader's page shows of an item."""

    id: int
    kind: str
    language: Language
    title: str
    closes: str
    url: str | None
    withdrawn: bool
    over: bool


@dataclass(frozen=True, slots=True)
class CityLine:
    """A city's answer in the reader's words; `name` only where it may be told."""

    city: str
    answer: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What the cities answered: those that did, and the names of those that are silent."""

    lines: tuple[CityLine, ...]
    silent: tuple[str, ...]
    answered: int
    total: int


def contact_of(session: Session, bearer: Bearer | None) -> Contact | None:
    """Whose link it is; None when it is forged, too old or revoked, or the contact was erased."""
    if bearer is None:
        return None
    contact = session.scalar(select(Contact).where(Contact.pseudonym == bearer.pseudonym))
    valid = contact and contact.links_version == bearer.version and contact.erased_at is None
    return contact if valid else None


def bearer(session: Session, token: str) -> Contact | None:
    """Whose own page a token opens; None when it opens nothing."""
    return contact_of(session, house().links.read_page(token))


def said_in(language: Language) -> Say:
    """What templates call `_`."""

    def say(msgid: str, **values: object) -> str:
        return words.gettext(language, msgid, **values)

    return say


def item_page(
    template: str, status: int, contact: Contact, token: str, item: Item, **values: object
) -> Response:
    """A page about an item, in the reader's language."""
    return page(
        template, status, card=card(item, contact), here=f"/m/{token}", **_frame(contact), **values
    )  # fmt: skip


def no_such_item(contact: Contact, token: str) -> Response:
    """The page for an item that does not exist, or not for them."""
    return page("own_item_missing.html", 404, here=f"/m/{token}", **_frame(contact))


def find(session: Session, contact: Contact, item_id: int) -> Item | None:
    """The item, published or withdrawn, if it is for them."""
    try:
        return known_item(session, standing(session, item_id), contact)
    except Refused:
        return None


def card(item: Item, contact: Contact) -> Card:
    """An item as a reader's page shows it."""
    details, zone = item.content(), house().settings.zone
    language, title = prose.told_in(details.title, contact.language)
    last = deadline(details)
    return Card(
        id=item.id,
        kind=words.gettext(contact.language, KINDS[item.kind]),
        language=language,
        title=title,
        closes=differing.closing(details, contact.language, contact.timezone),
        url=prose.web_link(details.url),
        withdrawn=item.state == "withdrawn",
        over=last is not None and last.ends(zone) <= clock.now(),
    )


def answers_of(session: Session, contact: Contact, item: Item, label: Callable[[str], str]) -> Answers:
    """The roster as this reader may see it: names are for people of the network, not for guests."""
    network, language = house().network, contact.language
    named = bool(contact.cities) or contact.role != "contact"
    list_of = roster(session, network, item.id, named=named)

    def city(slug: str) -> str:
        return network.city(slug).names[language]

    lines = [
        CityLine(city(status.city), label(status.newest.answer), status.newest.name, status.newest.answer)
        for status in list_of.cities
        if status.newest
    ]
    silent = tuple(city(slug) for slug in list_of.silent)
    return Answers(tuple(lines), silent, list_of.answered, list_of.total)


def _frame(contact: Contact) -> dict[str, object]:
    language = contact.language
    return {
        "_": said_in(language),
        "language": language,
        "contact": contact,
        "name": house().network.name[language],
    }
