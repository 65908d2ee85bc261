"""The readers' answers: `/m/<token>/answer/<item>`, `/mute/` and `/remind/`.

The token is the proof. GET and HEAD show a page with a button and change nothing, because mail scanners
follow every link; POST does what the button says, and doing it twice changes nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot import clock, words
from bot.clock import When
from bot.contracts import ANSWERS, AnswerKind
from bot.conversation.replies import answer_label, refusal
from bot.people import answers as kept
from bot.people.answers import Refused
from bot.people.mutes import leads, mute, mute_city, muted, muted_cities, unmute, unmute_city
from bot.people.own_reminders import HOUR, at_hour, deadline, forget_own_reminders, own_reminders, remind_on
from bot.store.contacts import Contact
from bot.store.items import Item
from bot.web.house import house
from bot.web.own_item import answers_of, bearer, find, item_page, no_such_item
from bot.web.peers import client_address
from bot.web.readers import dead_link, keep_private

answers = Blueprint("answers", __name__)
answers.after_request(keep_private)

Shown = Response | Redirect
Show = Callable[[Session, Contact, Item, str], Response]
"""Makes the page about an item for a contact; the text is what could not be done."""

Work = Callable[[Session, Contact, Item], Response | None]

_ORDER: tuple[AnswerKind, ...] = ("interested", "need_partner", "not_for_us", "seen")


@answers.get("/m/<token>/answer/<int:item_id>")
def ask_answer(token: str, item_id: int) -> Shown:
    """The four answers, with the one of the link chosen; nothing is recorded yet."""
    return _look(token, item_id, partial(_answer_page, token, 200))


@answers.post("/m/<token>/answer/<int:item_id>")
def give_answer(token: str, item_id: int) -> Shown:
    """Record the answer, or take it back (`undo`)."""
    chosen = request.form.get("answer", "")

    def work(session: Session, contact: Contact, item: Item) -> Response | None:
        if "undo" in request.form:
            kept.take_back(session, contact, item.id, "page", _origin())
        elif chosen in ANSWERS:
            remind = "remind" in request.form
            kept.answer(session, contact, item.id, chosen, "page", _origin(), remind=remind)
        else:
            fault = words.gettext(contact.language, "Choose one of the answers.")
            return _answer_page(token, 400, session, contact, item, fault)
        return None

    return _act(token, item_id, work, partial(_answer_page, token, 409))


@answers.get("/m/<token>/mute/<int:item_id>")
def ask_mute(token: str, item_id: int) -> Shown:
    """Whether to hear no more of it, with a button."""
    return _look(token, item_id, partial(_mute_page, token, 200))


@answers.post("/m/<token>/mute/<int:item_id>")
def do_mute(token: str, item_id: int) -> Shown:
    """Mute it for the reader, or for a city that they lead; or undo that."""
    city, undo = request.form.get("city", ""), "undo" in request.form

    def work(session: Session, contact: Contact, item: Item) -> Response | None:
        if city:
            (unmute_city if undo else mute_city)(session, contact, item.id, city, "page", _origin())
        else:
            (unmute if undo else mute)(session, contact, item.id, "page", _origin())
        return None

    return _act(token, item_id, work, partial(_mute_page, token, 403))


@answers.get("/m/<token>/remind/<int:item_id>")
def ask_remind(token: str, item_id: int) -> Shown:
    """A day and an hour to choose."""
    return _look(token, item_id, partial(_remind_page, token, 200))


@answers.post("/m/<token>/remind/<int:item_id>")
def do_remind(token: str, item_id: int) -> Shown:
    """Keep a reminder, or drop those that were asked for (`undo`)."""

    def work(session: Session, contact: Contact, item: Item) -> Response | None:
        if "undo" in request.form:
            forget_own_reminders(session, contact, item.id, "page", _origin())
            return None
        at = _moment(contact)
        if at is None:
            fault = words.gettext(contact.language, "Choose a day and an hour.")
            return _remind_page(token, 400, session, contact, item, fault)
        remind_on(session, contact, item.id, at, "page", _origin(), house().settings.zone)
        return None

    return _act(token, item_id, work, partial(_remind_page, token, 409))


def _look(token: str, item_id: int, show: Show) -> Shown:
    """A page that changes nothing."""
    with house().database.reading() as session:
        contact = bearer(session, token)
        if contact is None:
            return dead_link()
        item = find(session, contact, item_id)
        return no_such_item(contact, token) if item is None else show(session, contact, item, "")


def _act(token: str, item_id: int, work: Work, refuse: Show) -> Shown:
    """Do something and go back to its page; what is refused is said there and changes nothing."""

    def do(session: Session) -> Shown:
        contact = bearer(session, token)
        if contact is None:
            return dead_link()
        item = find(session, contact, item_id)
        if item is None:
            return no_such_item(contact, token)
        try:
            return work(session, contact, item) or redirect(f"{request.path}?done", 303)
        except Refused as refused:
            return refuse(session, contact, item, refusal(contact.language, contact.timezone, refused))

    return house().database.write(do)


def _answer_page(
    token: str, status: int, session: Session, contact: Contact, item: Item, fault: str
) -> Response:
    given = kept.answer_of(session, contact, item.id)
    asked = request.values.get("as") or request.values.get("answer")
    chosen = asked if asked in ANSWERS else given.answer if given else ""
    label = partial(answer_label, contact.language)
    return item_page(
        "answer.html", status, contact, token, item,
        choices=[(kind, label(kind), kind == chosen) for kind in _ORDER],
        given=label(given.answer) if given else "", remind=bool(given and given.remind),
        roster=answers_of(session, contact, item, label), done="done" in request.args, fault=fault,
    )  # fmt: skip


def _mute_page(
    token: str, status: int, session: Session, contact: Contact, item: Item, fault: str
) -> Response:
    network, off = house().network, muted_cities(session, item.id)
    concerned = item.content().cities or contact.cities
    mine = [slug for slug in contact.cities if leads(contact, slug) and slug in concerned]
    return item_page(
        "mute.html", status, contact, token, item, muted=muted(session, contact, item.id),
        cities=[(slug, network.city(slug).names[contact.language], slug in off) for slug in mine],
        done="done" in request.args, fault=fault,
    )  # fmt: skip


def _remind_page(
    token: str, status: int, session: Session, contact: Contact, item: Item, fault: str
) -> Response:
    today = clock.now().astimezone(clock.zone(contact.timezone)).date()
    last = deadline(item.content())
    most = (
        last.begins(house().settings.zone).astimezone(clock.zone(contact.timezone)).date() if last else None
    )
    wanted = [
        When(at=at).spoken(contact.language, contact.timezone)
        for at in own_reminders(session, contact, item.id)
    ]
    return item_page(
        "remind.html", status, contact, token, item, today=today, most=most, hour=f"{HOUR:02}:00",
        day=request.form.get("day", "")[:10], wanted=wanted, done="done" in request.args, fault=fault,
    )  # fmt: skip


def _moment(contact: Contact) -> datetime | None:
    """The instant that the form says, in the reader's zone."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
        hour = time.fromisoformat(request.form.get("hour", "") or f"{HOUR:02}:00")
        return at_hour(day, hour.replace(tzinfo=None), contact.timezone)
    except (ValueError, OverflowError):
        return None


def _origin() -> str:
    return client_address(house().settings)
