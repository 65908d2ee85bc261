"""The web: coordinators' pages, readers' pages, and the way in for webhooks.

`build` makes the Flask application of a house. It starts nothing.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]

from bot.web import errors, guard, headers
from bot.web.announce import announce
from bot.web.answers import answers
from bot.web.approvals import approvals
from bot.web.archive import archive
from bot.web.bounces import bounces
from bot.web.calendars import calendars
from bot.web.claims import claims
from bot.web.deliveries import deliveries
from bot.web.doors import Doors
from bot.web.embed import embed
from bot.web.exports import exports
from bot.web.failures import Failures
from bot.web.feeds import feeds
from bot.web.files import files
from bot.web.frame import dress
from bot.web.health import health
from bot.web.house import EXTENSION, House
from bot.web.imports import imports
from bot.web.incoming import incoming
from bot.web.items import items
from bot.web.letters import letters
from bot.web.likenesses import likenesses
from bot.web.overview import overview
from bot.web.preview import preview
from bot.web.reader_items import reader_items
from bot.web.readers import readers
from bot.web.samples import samples
from bot.web.sifted import sifted
from bot.web.sign_in import sign_in
from bot.web.slack import ChatDoors, slack
from bot.web.source_acts import source_acts
from bot.web.source_form import source_form
from bot.web.source_removal import source_removal
from bot.web.sources import sources
from bot.web.why import why
from bot.web.workspaces import workspaces

FORM_LIMIT = 1024 * 1024
"""Bytes of a form: an announcement of 50,000 characters in three languages, six bytes a letter. `/in` has its own."""

__all__ = ["build"]


def build(house: House) -> Flask:
    """The application that serves this house."""
    app = Flask("bot.web")
    app.config.update(
        SECRET_KEY=house.settings.secret_key,
        MAX_CONTENT_LENGTH=FORM_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=30),
        SESSION_COOKIE_NAME="silta",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=house.settings.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=7),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page may stay open overnight
    )
    app.extensions[EXTENSION] = house
    app.extensions["silta.doors"] = Doors(house)
    app.extensions["silta.chats"] = ChatDoors(house)
    app.extensions["silta.failures"] = Failures()
    app.before_request(guard.check)
    csrf = CSRFProtect(app)
    pages = (
        overview,
        items,
        deliveries,
        embed,
        exports,
        why,
        preview,
        sign_in,
        approvals,
        announce,
        incoming,
        readers,
        health,
        calendars,
        reader_items,
        archive,
        feeds,
        files,
        letters,
        likenesses,
        answers,
        bounces,
        claims,
        workspaces,
        samples,
        imports,
        sifted,
        sources,
        source_acts,
        source_form,
        source_removal,
        slack,
    )
    for blueprint in pages:
        app.register_blueprint(blueprint)
    # A signature or a token is the proof there, and there is no cookie.
    for public in (incoming, readers, answers, bounces, slack, embed):
        csrf.exempt(public)
    app.after_request(headers.protect)
    errors.register(app)
    dress(app, house)
    return app
