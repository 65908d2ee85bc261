"""`/feed.xml`, `/feed.rss`, `/feed.json`: the newest public items; `/archive/feed.xml`,
`.rss` and `.json`: the letters.

`?city=` and `?topic=` narrow a feed to what fits them, `?language=` chooses its words. Ids derive from the
installation and never change, whatever PUBLIC_URL is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from flask import Blueprint, Response, abort, request
from markupsafe import Markup
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot import words
from bot.contracts import Fact, Language, Message
from bot.letters.archive import as_it_stands, sent_letters
from bot.letters.entries import read_at
from bot.planning.facts import facts, notes
from bot.planning.variants import variant
from bot.store.drafts import Letter
from bot.store.items import Item, ItemCity, ItemTopic
from bot.web import prose
from bot.web.archive import said
from bot.web.feed_forms import FeedEntry, FeedHead, atom, changed_at, json_feed, rss
from bot.web.house import house
from bot.web.public import address, asked_language, kept

NEWEST, LETTERS = 50, 12
KIND = {
    "announcement": "Announcement",
    "call": "Funding call",
    "event": "Event",
    "news": "News",
    "discussion": "Discussion",
}

feeds = Blueprint("feeds", __name__)
Form = Callable[[FeedHead, Sequence[FeedEntry]], str]


@feeds.get("/feed.xml", endpoint="atom")
def as_atom() -> Response:
    """The newest public items as Atom."""
    return _items(atom, "application/atom+xml")


@feeds.get("/feed.rss", endpoint="rss")
def as_rss() -> Response:
    """The newest public items as RSS 2.0."""
    return _items(rss, "application/rss+xml")


@feeds.get("/feed.json", endpoint="json_feed")
def as_json_feed() -> Response:
    """The newest public items as JSON Feed."""
    return _items(json_feed, "application/feed+json")


@feeds.get("/archive/feed.xml", endpoint="letters")
def letters_as_atom() -> Response:
    """The weekly letters as Atom, whole."""
    return _letters(atom, "application/atom+xml")


@feeds.get("/archive/feed.rss")
def letters_as_rss() -> Response:
    """The weekly letters as RSS 2.0."""
    return _letters(rss, "application/rss+xml")


@feeds.get("/archive/feed.json")
def letters_as_json_feed() -> Response:
    """The weekly letters as JSON Feed."""
    return _letters(json_feed, "application/feed+json")


def _letters(form: Form, media_type: str) -> Response:
    language = asked_language()
    with house().database.reading() as session:
        entries = [_letter_entry(session, letter, language) for letter in sent_letters(session, LETTERS)]
    title = f"{house().network.name[language]}: {words.gettext(language, 'Weekly letters')}"
    head = _head("letters", title, language, "/archive")
    return kept(form(head, entries), media_type, changed_at(entries))


def stable_id(name: str) -> str:
    """An IRI that names a thing of this installation for ever (RFC 9562, 5.5)."""
    namespace = uuid.uuid5(uuid.NAMESPACE_OID, f"silta:{house().stationery.installation}")
    return uuid.uuid5(namespace, name).urn


def _items(form: Form, media_type: str) -> Response:
    language, network = asked_language(), house().network
    city, topic = request.args.get("city", ""), request.args.get("topic", "")
    named = [network.name[language]]
    for asked, known in (
        (city, {each.slug: each.names[language] for each in network.cities}),
        (topic, {each.slug: each.labels[language] for each in network.topics}),
    ):
        if asked and asked not in known:
            abort(404)
        named += [known[asked]] if asked else []
    with house().database.reading() as session:
        entries = [_item_entry(item, language) for item in _newest(session, city, topic)]
    head = _head(f"items:{city}:{topic}", ": ".join(named), language, "/archive")
    return kept(form(head, entries), media_type, changed_at(entries))


def _newest(session: Session, city: str, topic: str) -> Sequence[Item]:
    """Public items that fit a city and a topic; what names none is for all."""
    chosen = select(Item).where(Item.visibility == "public", Item.state == "published")
    for asked, row, column in ((city, ItemCity, ItemCity.city), (topic, ItemTopic, ItemTopic.topic)):
        if asked:
            theirs = row.item_id == Item.id
            chosen = chosen.where(or_(exists().where(theirs, column == asked), ~exists().where(theirs)))
    return session.scalars(chosen.order_by(Item.id.desc()).limit(NEWEST)).all()


def _head(name: str, title: str, language: Language, home: str) -> FeedHead:
    network = house().network
    query = {key: value for key, value in request.args.items() if key in {"city", "topic"} and value}
    return FeedHead(
        id=stable_id(f"feed:{name}:{language}"),
        title=title,
        description=words.gettext(language, "What happens in {network}", network=network.name[language]),
        url=address(request.path, **query, language=language),
        home=address(home, language=language),
        author=network.name[language],
        language=language,
    )


def _item_entry(item: Item, language: Language) -> FeedEntry:
    details, network = item.content(), house().network
    told, title = variant(details.title, language)
    _, body = variant(details.body, language)
    labels = {each.slug: each.labels[language] for each in network.topics}
    cities = {each.slug: each.names[language] for each in network.cities}
    return FeedEntry(
        id=stable_id(f"item:{item.id}"),
        url=read_at(item, details, language, house().settings.public_url),
        language=told,
        title=title,
        html=_facts_html(facts(details, language, network), language)
        + _notes_html(notes(details, language))
        + str(prose.markdown(body)),
        published=item.created_at,
        updated=item.updated_at,
        tags=(
            words.gettext(language, KIND[item.kind]),
            *(cities.get(slug, slug) for slug in details.cities),
            *(labels.get(slug, slug) for slug in details.topics),
        ),
    )


def _letter_entry(session: Session, letter: Letter, language: Language) -> FeedEntry:
    message = as_it_stands(session, letter, language)
    at = letter.sent_at or letter.created_at
    return FeedEntry(
        id=stable_id(f"letter:{letter.slug}"),
        url=address(f"/archive/{letter.slug}", language=language),
        language=language,
        title=message.title,
        html=str(prose.markdown(message.body)) + _sections_html(message),
        published=at,
        updated=at,
    )


def _sections_html(message: Message) -> str:
    html = Markup()
    for section in message.sections:
        html += Markup("<h3>{}</h3>").format(section.title)
        for entry in section.entries:
            title = Markup('<a href="{}">{}</a>').format(entry.url, entry.title) if entry.url else entry.title
            html += Markup("<p><strong>{}</strong><br>{}</p>").format(
                title, " ".join((*entry.notes, entry.summary))
            )
            html += Markup(_facts_html(entry.facts, message.language))  # noqa: S704 (escaped there)
    return str(html)


def _notes_html(told: Sequence[str]) -> str:
    return str(Markup("").join(Markup("<p>{}</p>").format(note) for note in told))


def _facts_html(told: Sequence[Fact], language: Language) -> str:
    lines = [Markup("<li>{}: {}</li>").format(fact.label, said(fact, language)) for fact in told]
    return str(Markup("<ul>{}</ul>").format(Markup("").join(lines))) if lines else ""
