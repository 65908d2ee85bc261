"""`/archive`: the weekly letters for everybody, readable for ever, and the page of a public item."""

from __future__ import annotations

import base64

from babel.dates import format_date
from flask import Blueprint, Response, abort

from bot import clock
from bot.contracts import Fact, Language, Message
from bot.letters.archive import Headline, Part, as_it_stands, headlines, message_of, parts, public_item
from bot.letters.writing import letter_named
from bot.planning.facts import facts, notes
from bot.planning.variants import variant
from bot.store.drafts import Letter
from bot.summaries import plain, shortened
from bot.web import prose
from bot.web.house import house
from bot.web.public import address, asked_language, kept, public_page

ABOUT_LIMIT = 200
_LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}

archive = Blueprint("archive", __name__)


@archive.get("/archive")
def show() -> Response:
    """All letters, newest first."""
    language = asked_language()
    with house().database.reading() as session:
        letters = [(each, sent_on(each, language)) for each in headlines(session, language)]
    return public_page("archive.html", language, letters=letters)


@archive.get("/archive/<slug>")
def one(slug: str) -> Response:
    """One letter as it went out; items withdrawn since are marked."""
    language = asked_language()
    with house().database.reading() as session:
        letter = _sent(letter_named(session, slug))
        message = message_of(letter, language)
        told = parts(session, message, (letter.pages or {}).get("items", ()))
        message = message.model_copy(update={"picture": as_it_stands(session, letter, language).picture})
    return letter_page(letter, message, told)


@archive.get("/archive/<slug>/deadlines.png")
def deadlines(slug: str) -> Response:
    """The letter's deadlines as a picture."""
    with house().database.reading() as session:
        picture = as_it_stands(session, _sent(letter_named(session, slug)), asked_language()).picture
    if picture is None:
        abort(404)
    response = kept("", "image/png")
    response.set_data(base64.b64decode(picture.png))
    return response


@archive.get("/archive/items/<int(max=2147483647):item_id>")
def item(item_id: int) -> Response:
    """A public item that has no page of its own elsewhere, or is not read there."""
    language, network = asked_language(), house().network
    with house().database.reading() as session:
        found = public_item(session, item_id)
        if found is None:
            abort(404)
        details = found.content()
    told, title = variant(details.title, language)
    body_in, body = variant(details.body, language)
    return public_page(
        "archive_item.html",
        language,
        title=title,
        about=_about(body),
        told=told,
        body=body,
        body_in=body_in,
        facts=[(fact.label, said(fact, language)) for fact in facts(details, language, network)],
        notes=notes(details, language),
        url=prose.web_link(details.url),
        withdrawn=found.state == "withdrawn",
    )


def letter_page(letter: Letter, message: Message, told: tuple[Part, ...], draft: str = "") -> Response:
    """A letter as a page; `draft` is the picture's address when it is not in the archive yet."""
    language = message.language
    picture = message.picture
    source = draft or address(f"/archive/{letter.slug}/deadlines.png", language=language)
    return public_page(
        "archive_letter.html",
        language,
        letter=letter,
        message=message,
        about=_about(message.body) or message.title,
        parts=told,
        said=lambda fact: said(fact, language),
        picture=(source, picture) if picture else None,
        sent_on=sent_on(letter, language),
    )


def said(fact: Fact, language: Language) -> str:
    """A fact's value in words, its moment in the default zone."""
    return fact.when.spoken(language, house().settings.zone) if fact.when else fact.text


def sent_on(letter: Letter | Headline, language: Language) -> str:
    """The day the letter reaches its readers."""
    at = letter.send_at
    local = at.astimezone(clock.zone(house().settings.zone)).date() if at else letter.closes
    return format_date(local, format="long", locale=_LOCALES[language])


def _about(markdown: str) -> str:
    return shortened(" ".join(plain(markdown).split()), ABOUT_LIMIT)


def _sent(letter: Letter | None) -> Letter:
    if letter is None or letter.state != "sent" or letter.pages is None:
        abort(404)
    return letter
