"""`/calendar/…`: the calendars that programs subscribe to, of a city, of a topic, and a contact's own.

Those of cities and topics hold public items only. A contact's own is as secret as its address and holds
what fits them, also what only the network may see. Cancelled entries stay for a while, so that programs
take them out by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from bot import clock, words
from bot.calendars import Entry, calendar, moments
from bot.contracts import LANGUAGES, Language
from bot.planning.fitting import fitting, published, withdrawn_since
from bot.store.drafts import Draft
from bot.store.items import Item, ItemCity, ItemTopic
from bot.web.house import house
from bot.web.own_item import contact_of

PAST = timedelta(days=365)
"""Moments that lie further back are left out."""

CANCELLED = timedelta(days=90)
"""How long a withdrawn item stays as a cancelled entry."""

MOST = 2_000
"""Items in one calendar, the newest."""

KEPT, KEPT_FOR = 64, 60
"""Public calendars that a process keeps ready, and for how many seconds: anybody may ask for them, often."""

calendars = Blueprint("calendars", __name__)


@calendars.get("/calendar/<city>.ics")
def of_city(city: str) -> Response:
    """Public items of a city, and those for all cities."""
    known = {each.slug: each.names for each in house().network.cities}
    if city not in known:
        abort(404)
    language = _language(house().settings.default_language)
    theirs = ItemCity.item_id == Item.id
    for_it = or_(exists().where(theirs, ItemCity.city == city), ~exists().where(theirs))
    return _public(known[city][language], language, for_it)


@calendars.get("/calendar/topic/<topic>.ics")
def of_topic(topic: str) -> Response:
    """Public items about a topic, of any city."""
    known = {each.slug: each.labels for each in house().network.topics}
    if topic not in known:
        abort(404)
    language = _language(house().settings.default_language)
    about = exists().where(ItemTopic.item_id == Item.id, ItemTopic.topic == topic)
    return _public(known[topic][language], language, about)


@calendars.get("/calendar/mine/<token>.ics")
def mine(token: str) -> Response:
    """What fits a contact. 404 when the address is forged, too old or revoked."""
    with house().database.reading() as session:
        contact = contact_of(session, house().links.read_calendar(token))
        if contact is None:
            abort(404)
        language = _language(contact.language)
        name = words.gettext(language, "My dates from {network}", network=house().network.name[language])
        body = calendar(
            _entries(session, fitting(contact)), name, language, house().network, contact.timezone
        )
    response = _answer(body, "private, max-age=0, must-revalidate")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _public(called: str, language: Language, *chosen: ColumnElement[bool]) -> Response:
    name = f"{house().network.name[language]}: {called}"
    kept: dict[object, bytes] = current_app.extensions.setdefault("silta.calendars", {})
    with house().database.reading() as session:
        changed, *state = _state(session)
        lately = (clock.now().date(), int(clock.monotonic() / KEPT_FOR))
        key = (request.path, language, changed, *state, *lately)
        body = kept.get(key)
        if body is None:
            entries = _entries(session, [Item.visibility == "public", *chosen])
            body = calendar(entries, name, language, house().network, house().settings.zone)
    if len(kept) >= KEPT:
        kept.clear()
    kept[key] = body
    return _answer(body, "public, max-age=900", changed)


def _state(session: Session) -> tuple[datetime | None, int, int]:
    """When any item last changed or was approved, and numbers that change with every change, for all items."""
    newest, count, revisions = session.execute(
        select(func.max(Item.updated_at), func.count(), func.coalesce(func.sum(Item.revision), 0))
    ).one()
    approved = session.scalar(select(func.max(Draft.updated_at)).where(Draft.kind == "item"))
    return max((at for at in (newest, approved) if at), default=None), count, revisions


def _entries(session: Session, chosen: Sequence[ColumnElement[bool]]) -> list[Entry]:
    """The chosen items that have a moment in the last year or later, oldest first."""
    now = clock.now()
    shown = or_(published(), withdrawn_since(now - CANCELLED))
    # A moment that no column holds (a cut-off, a briefing) is looked for in what is not older than that.
    dates = (Item.closes_at, Item.opens_at, Item.starts_at, Item.ends_at, Item.updated_at)
    lately = or_(*(date >= now - PAST for date in dates))
    newest = select(Item).where(shown, lately, *chosen).order_by(Item.id.desc()).limit(MOST)
    entries = [_entry(item) for item in session.scalars(newest)]
    return [each for each in reversed(entries) if _recent(each, now - PAST)]


def _entry(item: Item) -> Entry:
    return Entry(item.id, item.revision, item.content(), item.updated_at, item.state == "withdrawn")


def _recent(entry: Entry, since: datetime) -> bool:
    zone = house().settings.zone
    return any((each.until or each.when).ends(zone) >= since for each in moments(entry.details))


def _answer(body: bytes, cache: str, changed: datetime | None = None) -> Response:
    """The calendar, or 304 when the program has it already (RFC 9110, 13)."""
    response = Response(body, mimetype="text/calendar")
    response.headers["Cache-Control"] = cache
    response.add_etag()
    if changed is not None:
        response.last_modified = changed
    response.make_conditional(request)
    return response


def _language(usual: Language) -> Language:
    asked = request.args.get("language")
    return next((each for each in LANGUAGES if each == asked), usual)
