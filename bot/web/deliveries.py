"""`/deliveries`: every message to every destination, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from flask import Blueprint, Response, flash, redirect, request
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot import clock
from bot.planning.again import arrived as mark_arrived
from bot.planning.again import send_again
from bot.store.contacts import Contact
from bot.store.deliveries import STATES, Delivery
from bot.store.destinations import Destination
from bot.web import guard
from bot.web.frame import MEDIA
from bot.web.house import house
from bot.web.items import choices
from bot.web.lines import lines
from bot.web.pages import back_to, number, page, words
from bot.web.prose import moment

PAGE = 50

deliveries = Blueprint("deliveries", __name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries a page shows. Values that are none are left out, not refused."""

    state: str = ""
    sender: str = ""
    destination: int | None = None
    q: str = ""
    item: int | None = None

    def query(self, before: int | None = None) -> dict[str, str | int]:
        """The filter as a query, from another delivery on."""
        return {key: value for key, value in (asdict(self) | {"before": before}).items() if value}


@deliveries.get("/deliveries")
def show() -> Response:
    """The deliveries, newest first, 50 a page."""
    wanted, before = _wanted(), number(request.args.get("before"))
    chosen = _chosen(wanted) if before is None else [*_chosen(wanted), Delivery.id < before]
    with house().database.reading() as session:
        found = lines(session, house(), *chosen, most=PAGE + 1)
        older = found[PAGE - 1].id if len(found) > PAGE else None
        return page(
            "deliveries.html",
            wanted=wanted,
            before=before,
            older=older,
            lines=found[:PAGE],
            items=choices(session, house(), wanted.item),
            here=request.full_path,
        )


@deliveries.post("/deliveries/<int(max=2147483647):delivery_id>/send-again")
def again(delivery_id: int) -> Redirect:
    """Queue a delivery once more."""

    actor, origin = guard.actor(), guard.origin()

    def queue(session: Session) -> str:
        done = send_again(session, house().network, [delivery_id], actor, origin)
        if done.queued:
            due = session.get_one(Delivery, delivery_id).due_at
            when = "now" if due <= clock.now() else moment(due, house().settings.zone)
            return f"Delivery {delivery_id} is queued again: it goes out {when}."
        return f"Delivery {delivery_id} was not queued: {done.refused.get(delivery_id, 'it does not exist')}."

    return _act(queue)


@deliveries.post("/deliveries/<int(max=2147483647):delivery_id>/arrived")
def arrived(delivery_id: int) -> Redirect:
    """Settle a delivery in doubt: somebody looked, and it is there."""

    actor, origin = guard.actor(), guard.origin()

    def settle(session: Session) -> str:
        if mark_arrived(session, delivery_id, actor, origin):
            return f"Delivery {delivery_id} counts as sent."
        return f"Delivery {delivery_id} is not in doubt any more."

    return _act(settle)


def _act(work: Callable[[Session], str]) -> Redirect:
    flash(house().database.write(work))
    return redirect(back_to(request.form.get("back"), "/deliveries"), 303)


def _wanted() -> Wanted:
    asked = request.args
    state, sender = asked.get("state", ""), asked.get("sender", "")
    return Wanted(
        state=state if state in STATES else "",
        sender=sender if sender in MEDIA else "",
        destination=number(asked.get("destination")),
        q=words(asked.get("q")),
        item=number(asked.get("item")),
    )


def _chosen(wanted: Wanted) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if wanted.state:
        chosen.append(Delivery.state == wanted.state)
    if wanted.sender:
        chosen.append(Delivery.sender == wanted.sender)
    if wanted.destination:
        chosen.append(Delivery.destination_id == wanted.destination)
    if wanted.item:
        chosen.append(Delivery.item_id == wanted.item)
    if wanted.q:
        chosen.append(Delivery.destination_id.in_(places_of(wanted.q)))
    return chosen


def places_of(text: str) -> ColumnElement[int]:
    """The destinations whose contact's name or address, or whose own address, holds the text."""
    return (
        select(Destination.id)
        .outerjoin(Contact, Contact.id == Destination.contact_id)
        .where(
            or_(
                Contact.name.icontains(text, autoescape=True),
                Contact.email_key.icontains(text, autoescape=True),
                Destination.address_key.icontains(text, autoescape=True),
            )
        )
        .scalar_subquery()
    )
