"""The readers' pages: `/m/<token>`, what a contact hears and how, and `/unsubscribe/<token>`.

The token is the proof, so there is neither cookie nor CSRF token. GET and HEAD never change anything:
mail scanners follow every link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from flask import Blueprint, Response, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot import words
from bot.contracts import CHANNELS, LANGUAGES, RHYTHMS, Channel, Language, Rhythm
from bot.links import Bearer
from bot.people.choices import choose
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.items import Item
from bot.web import prose
from bot.web.frame import KINDS
from bot.web.house import house
from bot.web.pages import page
from bot.web.peers import client_address

LATEST = 15
LANGUAGE_NAMES: Mapping[Language, str] = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
RHYTHM_LABELS: Mapping[Rhythm, str] = {
    "now": "At once",
    "daily": "Once a day",
    "weekly": "Once a week",
    "off": "Nothing",
}

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
    with house().database.reading() as session:
        contact = contact_of(session, house().links.read_page(token))
        if contact is None:
            return dead_link()
        return _page("reader.html", contact, latest=_latest(session, contact), saved="saved" in request.args)


@readers.post("/m/<token>")
def save(token: str) -> Response | Redirect:
    """Keep what a contact chose. What the form does not say, or says wrongly, stays as it was."""
    chosen, topics = request.form, {topic.slug for topic in house().network.topics}

    def work(session: Session) -> bool:
        contact = contact_of(session, house().links.read_page(token))
        if contact is None:
            return False
        choose(
            session,
            contact,
            client_address(house().settings),
            rhythm=cast(Rhythm | None, _one_of(chosen.get("rhythm"), RHYTHMS)),
            language=cast(Language | None, _one_of(chosen.get("language"), LANGUAGES)),
            channel=cast(Channel | None, _one_of(chosen.get("channel"), CHANNELS)),
            topics=[slug for slug in chosen.getlist("topic") if slug in topics]
            if "topics" in chosen
            else None,
        )
        return True

    return redirect(f"{request.path}?saved", 303) if house().database.write(work) else dead_link()


@readers.get("/unsubscribe/<token>")
def ask_to_stop(token: str) -> Response:
    """The question, with a button; changes nothing."""
    with house().database.reading() as session:
        contact = contact_of(session, house().links.read_unsubscribe(token))
        if contact is None:
            return dead_link()
        return _page("unsubscribe.html", contact, stopped=contact.rhythm == "off")


@readers.post("/unsubscribe/<token>")
def stop(token: str) -> Response:
    """Stop all messages, at one click (RFC 8058) or by the button. Doing it twice changes nothing."""

    def work(session: Session) -> Contact | None:
        contact = contact_of(session, house().links.read_unsubscribe(token))
        if contact is not None:
            choose(session, contact, client_address(house().settings), rhythm="off")
        return contact

    contact = house().database.write(work)
    return dead_link() if contact is None else _page("unsubscribe.html", contact, stopped=True)


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


def contact_of(session: Session, bearer: Bearer | None) -> Contact | None:
    """Whose link it is; None when it is forged, too old or revoked, or the contact was erased."""
    if bearer is None:
        return None
    contact = session.scalar(select(Contact).where(Contact.pseudonym == bearer.pseudonym))
    valid = contact and contact.links_version == bearer.version and contact.erased_at is None
    return contact if valid else None


def _page(template: str, contact: Contact, **values: object) -> Response:
    language = contact.language

    def say(msgid: str, **named: object) -> str:
        return words.gettext(language, msgid, **named)

    network = house().network
    return page(
        template,
        _=say,
        language=language,
        contact=contact,
        name=network.name[language],
        cities=[city.names[language] for city in network.cities if city.slug in contact.cities],
        topics=[(topic.slug, topic.labels[language]) for topic in network.topics],
        rhythms=[(rhythm, say(label), rhythm == contact.rhythm) for rhythm, label in RHYTHM_LABELS.items()],
        language_names=LANGUAGE_NAMES,
        channels=_channels(contact, say),
        own_page=house().links.page(contact.pseudonym, contact.links_version),
        **values,
    )


def _channels(contact: Contact, say: Callable[[str], str]) -> list[tuple[str, str, bool]]:
    """The ways a contact can be reached, with what is chosen now: (value, label, chosen)."""
    now = contact.channel or ("slack" if contact.slack_user_id else "email")
    ways = [("email", say("By email")), ("conversation-only", say("Only in my city's conversation"))]
    if contact.slack_user_id:
        ways.insert(0, ("slack", say("By Slack")))
    return [(way, label, way == now) for way, label in ways]


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
    closes = details.closes_at.spoken(contact.language, contact.timezone) if details.closes_at else ""
    kind = words.gettext(contact.language, KINDS[item.kind])
    return Heard(
        item.id, kind, language, title, body, closes, prose.web_link(details.url), item.state == "withdrawn"
    )


def _one_of(value: str | None, known: tuple[str, ...]) -> str | None:
    return value if value in known else None
