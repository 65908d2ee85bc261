"""`/embed/howspace`: the page inside a Howspace workspace, framed by it and signed by it.

GET shows who is signed for what concerns them and changes nothing; POST does what a form's button says, for whom its
badge names, and answers with the page again: no redirect, for the signed address is the workspace's to give. No cookie.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from bot import clock, words
from bot.contracts import LANGUAGES, Language
from bot.contracts.words import OWN_NAMES
from bot.conversation.announcing import labels
from bot.links import Bearer
from bot.log import logger
from bot.planning.alerts import WATCHERS
from bot.planning.spoken import file_size
from bot.store.contacts import Contact, contact_by_email
from bot.web.announce_form import UPLOAD_LIMIT, Chosen, look_at
from bot.web.embed_acts import Done, act
from bot.web.embed_badge import Badge, Badges
from bot.web.embed_signature import Fault, Untrusted, verify
from bot.web.embed_view import Looker, choices, coming, latest
from bot.web.headers import POLICY
from bot.web.house import house
from bot.web.own_item import contact_of, said_in
from bot.web.pages import page
from bot.web.public import asked_language
from bot.web.reader_form import offers
from bot.web.readers import calendars_of

_REFUSED: dict[Fault, tuple[int, str, str]] = {
    "unsigned": (
        401, "This page is part of a workspace",
        "Open it there. If you see this inside the workspace, its administrator finds the remedy in the manual.",
    ),
    "forged": (
        403, "We cannot tell who you are",
        "The workspace and this service do not share the same secret. Tell the workspace's administrator.",
    ),
    "twice": (403, "We cannot tell who you are", "The address of this page says something twice."),
    "stale": (401, "This page is too old", "Load the workspace's page anew."),
}  # fmt: skip

embed = Blueprint("embed", __name__)
_log = logger("web.embed")


@embed.url_value_preprocessor
def _widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A coordinator's form may hold files; whose it is stands inside, and is read after this."""
    if _may_hold_files():
        request.max_content_length = UPLOAD_LIMIT


@embed.get("/embed/howspace")
def show() -> Response:
    """What concerns whoever the workspace signed for."""
    settings = house().settings
    if not settings.howspace_embed_secret:
        _log.warning("embed page is off", remedy="set HOWSPACE_EMBED_SECRET and HOWSPACE_ORIGIN")
        return _told(404, "There is nothing here", "The page inside the workspace is not set up.")
    secrets, called = settings.howspace_embed_secret.split(), dict(settings.howspace_embed_parameters)
    try:
        signed = verify(request.query_string, secrets, called, clock.real_now())
    except Untrusted as fault:
        _log.info("embed page refused", why=fault.why)
        return _told(*_REFUSED[fault.why])
    with house().database.reading() as session:
        found = contact_by_email(session, signed.email) if signed.email else None
        who = (found.pseudonym, found.links_version) if found and found.erased_at is None else ("", 0)
    language = "" if who[0] else asked_language()
    badge = Badge(*who, signed.name, signed.email, signed.mark, int(signed.at.timestamp()), language)
    return _page(badge, Done())


@embed.post("/embed/howspace")
def do() -> Response:
    """What a button of the page says."""
    badge = badges().read(request.form.get("badge", "")) if house().settings.howspace_embed_secret else None
    if badge is None:
        return _told(*_REFUSED["stale"])
    chosen = look_at(request.files.getlist("upload")) if _may_hold_files() else Chosen()
    done, badge = act(badge, request.form, chosen)
    return _page(badge, done)


@embed.after_request
def frame_here(response: Response) -> Response:
    """Only the workspace may frame it, and nobody learns its address, which says who is looking."""
    origins = " ".join(house().settings.howspace_origin) or "'none'"
    response.headers["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'none'", f"frame-ancestors {origins}"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def _may_hold_files() -> bool:
    return badges().is_pass(request.args.get("files", ""))


def badges() -> Badges:
    """The badges of this installation."""
    return Badges(house().settings.secret_key)


def _page(badge: Badge, done: Done) -> Response:
    """The page for whoever a badge names; for somebody whose links were revoked meanwhile it is too old."""
    network, settings = house().network, house().settings
    with house().database.reading() as session:
        contact = contact_of(session, Bearer(badge.pseudonym, badge.version)) if badge.pseudonym else None
        if badge.pseudonym and contact is None:
            return _told(*_REFUSED["stale"])
        language = badge.chosen_language or (contact.language if contact else settings.default_language)
        kept_language = contact.language if contact else language
        if contact:  # all is said in the language they look in; nothing of that is kept
            session.expunge(contact)
            contact.language = language
        looker = Looker(contact, language, badge.city)
        soon = coming(session, looker)
        mine = [city for city in network.cities if contact and city.slug in contact.cities]
        return page(
            "embed.html",
            done.status,
            _=said_in(language),
            plural=partial(words.ngettext, language),
            language=language,
            languages=OWN_NAMES,
            name=network.name[language],
            badge=badges().write(badge),
            who=badge,
            contact=contact,
            kept_language=kept_language,
            done=done,
            cities=[(city.names[language], getattr(city.focus, language)) for city in mine],
            every_city=[
                (city.slug, city.names[language], city.slug == badge.city) for city in network.cities
            ],
            soon=soon,
            latest=latest(session, looker, soon),
            choices=choices(language),
            **(_desk(language, badge) if contact is not None and contact.role in WATCHERS else {}),
            **(_own(contact) if contact else {}),
        )


def _desk(language: Language, badge: Badge) -> dict[str, object]:
    """What a coordinator's form of an announcement offers."""
    return {
        "writing": labels.choices(language, house().network),
        "zone": house().settings.zone,
        "file_pass": badges().file_pass(badge),
        "file_size": partial(file_size, language=language),
    }


def _own(contact: Contact) -> dict[str, object]:
    """What a contact may choose, and their calendars."""
    language = contact.language
    topics = [(topic.slug, topic.labels[language]) for topic in house().network.topics]
    return {
        "offers": offers(contact, said_in(language)), "topics": topics, "calendars": calendars_of(contact),
    }  # fmt: skip


def _told(status: int, title: str, advice: str) -> Response:
    """A page that shows nobody's things, in every language."""
    said = [(language, partial(words.gettext, language)) for language in LANGUAGES]
    return page("embed_refused.html", status, said=said, headline=title, advice=advice)
