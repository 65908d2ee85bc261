"""`/preview`: what would leave, drawn as Slack draws it and as mail programs do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace

from flask import Blueprint, Response, abort, request
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from bot.contracts import Outgoing, Rendering
from bot.delivery.envelopes import addressed, seal
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, State
from bot.store.destinations import Destination, Subscription, SubscriptionCity
from bot.web import guard
from bot.web.deliveries import places_of
from bot.web.frame import MEDIA
from bot.web.house import house
from bot.web.items import choices
from bot.web.lines import Line, lines
from bot.web.pages import number, page, words

PAGE = 30
LEAVING: tuple[State, ...] = ("queued", "held", "previewed")
LEFT: tuple[State, ...] = ("sending", "sent", "doubtful", "failed")

NOBODY = {"slack": "U00000000", "email": "nobody@example.org"}
"""Stands in for an address that a contact does not have, to show the other medium all the same."""

HIDDEN = {"page": "m", "unsubscribe": "unsubscribe", "sign_in": "sign-in"}
"""Personal links, and where they lead."""

MAY_SEE_SIGN_IN = frozenset({"local", "token"})
"""To whom a rehearsal shows the link of a sign-in mail: to those who run the installation, and to no coordinator,
who could sign in as another with it."""

FRAME_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"

preview = Blueprint("preview", __name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are shown: by contact, by the reader's city, by item, with or without what has left."""

    q: str = ""
    city: str = ""
    item: int | None = None
    left: str = ""

    def query(self, **more: int | None) -> dict[str, str | int]:
        """The filter as a query, with what else it shall say."""
        return {key: value for key, value in (asdict(self) | more).items() if value}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One medium's form of a message. `used` when this is the way it goes, `address` when the reader has one."""

    medium: str
    name: str
    used: bool
    address: str | None
    rendering: Rendering


@preview.get("/preview")
def show() -> Response:
    """The list, and the chosen delivery (else a personal one) in every form."""
    wanted, before = _wanted(), number(request.args.get("before"))
    chosen = number(request.args.get("delivery"))
    with house().database.reading() as session:
        found = lines(session, house(), *_where(wanted, before), most=PAGE + 1)
        line = _line(session, chosen, found)
        return page(
            "preview.html",
            wanted=wanted,
            before=before,
            older=found[PAGE - 1].id if len(found) > PAGE else None,
            lines=found[:PAGE],
            items=choices(session, house(), wanted.item),
            line=line,
            drawn=list(_draw(session, line.id)) if line else [],
            sign_in=_sign_in_link(session, line) if line else None,
        )


@preview.get("/preview/<int(max=2147483647):delivery_id>/<medium>")
def draw(delivery_id: int, medium: str) -> Response:
    """The drawing alone, as a document that can neither run, load nor lead anywhere: for a frame."""
    with house().database.reading() as session:
        html = next(
            (each.rendering.html for each in _draw(session, delivery_id) if each.medium == medium), None
        )
    if html is None:
        abort(404)
    response = Response(html.encode("utf-8", "replace"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def _line(session: Session, chosen: int | None, found: list[Line]) -> Line | None:
    if chosen is None:  # a personal copy shows most: both media
        personal = (line for line in found[:PAGE] if line.contact_id)
        return next(personal, found[0] if found else None)
    known = {line.id: line for line in found}
    if chosen in known:
        return known[chosen]
    return next(iter(lines(session, house(), Delivery.id == chosen, most=1)), None)


def _draw(session: Session, delivery_id: int) -> Iterator[Drawn]:
    """A personal copy in both media, a conversation's in its own; the way it really goes comes first."""
    row = session.execute(
        select(Delivery, Destination, Contact)
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(Contact, Contact.id == Destination.contact_id)
        .where(Delivery.id == delivery_id)
    ).first()
    if row is None:
        return
    delivery, place, contact = row
    rows = session.execute(addressed().where(Delivery.id == delivery.id)).all()
    outgoing = _without_secrets(seal(session, house().stationery, rows)[0])
    addresses = {"slack": contact.slack_user_id, "email": contact.email} if contact else {}
    addresses[place.sender] = place.address
    if delivery.purpose == "sign-in":
        addresses = {place.sender: place.address}  # it goes by mail alone
    for medium in sorted(addresses, key=lambda medium: medium != place.sender):
        to = replace(outgoing, address=addresses[medium] or NOBODY[medium])
        used = medium == place.sender
        yield Drawn(medium, MEDIA[medium], used, addresses[medium], _render(medium, to))


def _without_secrets(outgoing: Outgoing) -> Outgoing:
    """The same, with personal links that open nothing: they are the contact's alone."""
    url = house().settings.public_url
    return replace(outgoing, links={name: f"{url}/{HIDDEN[name]}/not-shown-here" for name in outgoing.links})


def _sign_in_link(session: Session, line: Line) -> str | None:
    """The link of a sign-in mail that did not leave, so that a rehearsal can go on."""
    if line.purpose != "sign-in" or line.state in LEFT or guard.actor() not in MAY_SEE_SIGN_IN:
        return None
    rows = session.execute(addressed().where(Delivery.id == line.id)).all()
    return seal(session, house().stationery, rows)[0].links.get("sign_in")


def _render(medium: str, outgoing: Outgoing) -> Rendering:
    with closing(house().renderers[medium]()) as renderer:
        return renderer.render(outgoing)


def _wanted() -> Wanted:
    asked = request.args
    cities = {city.slug for city in house().network.cities}
    return Wanted(
        q=words(asked.get("q")),
        city=asked.get("city", "") if asked.get("city") in cities else "",
        item=number(asked.get("item")),
        left="1" if asked.get("left") else "",
    )


def _where(wanted: Wanted, before: int | None) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = [Delivery.state.in_((*LEAVING, *LEFT) if wanted.left else LEAVING)]
    if before:
        chosen.append(Delivery.id < before)
    if wanted.item:
        chosen.append(Delivery.item_id == wanted.item)
    if wanted.q:
        chosen.append(Delivery.destination_id.in_(places_of(wanted.q)))
    if wanted.city:
        chosen.append(
            exists()
            .where(Subscription.destination_id == Delivery.destination_id)
            .where(SubscriptionCity.subscription_id == Subscription.id, SubscriptionCity.city == wanted.city)
        )
    return chosen
