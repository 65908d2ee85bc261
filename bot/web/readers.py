"""The readers' pages: `/m/<token>`, what a contact hears and how, and `/unsubscribe/<token>`.

The token is the proof, so there is neither cookie nor CSRF token. GET and HEAD never change anything:
mail scanners follow every link.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot import differing, words
from bot.contracts import LANGUAGES, Language
from bot.people.choices import choose
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.items import Item
from bot.web import prose
from bot.web.frame import KINDS
from bot.web.house import house
from bot.web.own_item import contact_of, said_in
from bot.web.pages import page
from bot.web.peers import client_address
from bot.web.reader_form import offers, read

LATEST = 15
readers = Blueprint("readers", __name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """An item that a contact was told of, or will be."""

    id: int
    kind: str
    language: Language
    title: str
    body: str
    closes: str
    url: str | None
    withdrawn: bool


@readers.get("/m/<token>")
def mine(token: str) -> Response:
    """A contact's own page."""
    return _own_page(token, saved="saved" in request.args)


@readers.post("/m/<token>")
def save(token: str) -> Response | Redirect:
    """Keep what a contact chose. What the form does not say, or says wrongly, stays as it was."""
    topics = [topic.slug for topic in house().network.topics]

    def work(session: Session) -> list[str] | None:
        contact = contact_of(session, house().links.read_page(token))
        if contact is None:
            return None
        chosen, faults = read(request.form, topics, said_in(contact.language))
        choose(session, contact, client_address(house().settings), **chosen)
        return faults

    faults = house().database.write(work)
    return redirect(f"{request.path}?saved", 303) if faults == [] else _own_page(token, 422, faults=faults)


@readers.get("/unsubscribe/<token>")
def ask_to_stop(token: str) -> Response:
    """The question, with a button; changes nothing."""
    with house().database.reading() as session:
        contact = contact_of(session, house().links.read_unsubscribe(token))
        if contact is None:
            return dead_link()
        return reader_page("unsubscribe.html", contact, stopped=contact.rhythm == "off")


@readers.post("/unsubscribe/<token>")
def stop(token: str) -> Response:
    """Stop all messages, at one click (RFC 8058) or by the button. Doing it twice changes nothing."""

    def work(session: Session) -> Contact | None:
        contact = contact_of(session, house().links.read_unsubscribe(token))
        if contact is not None:
            choose(session, contact, client_address(house().settings), rhythm="off")
        return contact

    contact = house().database.write(work)
    return dead_link() if contact is None else reader_page("unsubscribe.html", contact, stopped=True)


@readers.after_request
def keep_private(response: Response) -> Response:
    """No search engine and no other site learns of these addresses."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def dead_link() -> Response:
    """The page of a link that opens nothing (any more), in every language."""
    said = [(language, partial(words.gettext, language)) for language in LANGUAGES]
    return page("dead_link.html", 404, said=said)


def reader_page(template: str, contact: Contact, status: int = 200, /, **values: object) -> Response:
    """A page in the reader's language, with the network's name and the way to their own page."""
    return page(
        template,
        status,
        _=said_in(contact.language),
        language=contact.language,
        contact=contact,
        name=house().network.name[contact.language],
        own_page=house().links.page(contact.pseudonym, contact.links_version),
        **values,
    )


def _own_page(token: str, status: int = 200, /, **values: object) -> Response:
    network = house().network
    with house().database.reading() as session:
        contact = contact_of(session, house().links.read_page(token))
        if contact is None:
            return dead_link()
        language = contact.language
        return reader_page(
            "reader.html",
            contact,
            status,
            cities=[city.names[language] for city in network.cities if city.slug in contact.cities],
            topics=[(topic.slug, topic.labels[language]) for topic in network.topics],
            offers=offers(contact, said_in(language)),
            calendars=calendars_of(contact),
            latest=_latest(session, contact),
            **values,
        )


def calendars_of(contact: Contact) -> list[tuple[str, str]]:
    """The calendars a reader may subscribe to, by name: their own, their cities' and their topics'."""
    network, language, url = house().network, contact.language, house().settings.public_url
    own = words.gettext(language, "Your own calendar")
    found = [(own, house().links.calendar(contact.pseudonym, contact.links_version))]
    for city in network.cities:
        if city.slug in contact.cities:
            found.append((city.names[language], f"{url}/calendar/{city.slug}.ics?language={language}"))
    for topic in network.topics:
        if topic.slug in contact.topics:
            found.append(
                (topic.labels[language], f"{url}/calendar/topic/{topic.slug}.ics?language={language}")
            )
    return found


def _latest(session: Session, contact: Contact) -> list[Heard]:
    """The newest items that were meant for them."""
    places = select(Destination.id).where(Destination.contact_id == contact.id)
    told = select(Delivery.item_id).where(Delivery.destination_id.in_(places), Delivery.state != "cancelled")
    newest = select(Item).where(Item.id.in_(told)).order_by(Item.id.desc()).limit(LATEST)
    return [_heard(item, contact) for item in session.scalars(newest)]


def _heard(item: Item, contact: Contact) -> Heard:
    details = item.content()
    language, title = prose.told_in(details.title, contact.language)
    _, body = prose.told_in(details.body, contact.language)
    closes = differing.closing(details, contact.language, contact.timezone)
    kind = words.gettext(contact.language, KINDS[item.kind])
    return Heard(
        item.id, kind, language, title, body, closes, prose.web_link(details.url), item.state == "withdrawn"
    )
