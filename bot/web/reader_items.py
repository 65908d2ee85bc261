"""More of a reader's own pages: `/m/<token>/items`, all that is open for them, and `/m/<token>/why/<item>`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy import func, select

from bot import clock, reasons, words
from bot.contracts import Language
from bot.planning.case import Case, look
from bot.planning.fitting import fitting, open_at, published
from bot.planning.why import fits, reason
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.items import Item
from bot.web.house import house
from bot.web.own_item import bearer, card, find, item_page, no_such_item
from bot.web.pages import number
from bot.web.readers import dead_link, keep_private, reader_page

PAGE = 50

reader_items = Blueprint("reader_items", __name__)
reader_items.after_request(keep_private)

_PURPOSES: Mapping[str, str] = {
    "notice": "Notice",
    "reminder": "Reminder",
    "correction": "Correction",
    "change": "Correction",
    "withdrawal": "Withdrawal",
    "confirmation": "Confirmation",
}
_WAYS: Mapping[str, str] = {"slack": "By Slack", "email": "By email"}


@dataclass(frozen=True, slots=True)
class Told:
    """One message about an item, as its reader sees it: what it was, which way it went, and when or why not."""

    what: str
    way: str
    when: str


@reader_items.get("/m/<token>/items")
def items(token: str) -> Response:
    """All open items that fit a contact, what closes first before the rest, 50 a page."""
    start, next_date = number(request.args.get("from")) or 0, func.coalesce(Item.closes_at, Item.starts_at)
    with house().database.reading() as session:
        contact = bearer(session, token)
        if contact is None:
            return dead_link()
        found = session.scalars(
            select(Item)
            .where(published(), open_at(clock.now()), *fitting(contact))
            .order_by(next_date.is_(None), next_date, Item.id.desc())
            .offset(start)
            .limit(PAGE + 1)
        ).all()
        return reader_page(
            "reader_items.html",
            contact,
            cards=[(card(item, contact), _date(item, contact)) for item in found[:PAGE]],
            here=f"/m/{token}",
            before=max(0, start - PAGE) if start else None,
            after=start + PAGE if len(found) > PAGE else None,
        )


@reader_items.get("/m/<token>/why/<int(max=2147483647):item_id>")
def why(token: str, item_id: int) -> Response:
    """Why a contact hears of an item, and what they were sent about it and when."""
    with house().database.reading() as session:
        contact = bearer(session, token)
        if contact is None:
            return dead_link()
        item, case = find(session, item_id), look(session, contact, item_id)
        if item is None or case is None:
            return no_such_item(contact, token)
        return item_page(
            "reader_why.html", 200, contact, token, item, because=_because(case), told=_told(case)
        )


def _date(item: Item, contact: Contact) -> str:
    """When it closes or begins, in the reader's words."""
    details, language, zone = item.content(), contact.language, contact.timezone
    if details.closes_at:
        return words.gettext(language, "Closes on {day}", day=details.closes_at.spoken(language, zone))
    if details.starts_at:
        return f"{words.gettext(language, 'Starts')}: {details.starts_at.spoken(language, zone)}"
    return ""


def _because(case: Case) -> str:
    """The sentence of the rule that matches now, or that none does."""
    language = case.contact.language
    if case.mute is not None:
        return words.gettext(language, "You hear nothing of this because it is muted.")
    if case.reader is not None and fits(case.details, case.reader):
        return _spoken(reason(house().network, case.details, case.reader), language)
    if case.deliveries:
        return _spoken(case.deliveries[0].reason, language)
    return words.gettext(language, "This is not among what you chose to hear, so you are not told of it.")


def _spoken(code: str, language: Language) -> str:
    try:
        return reasons.spoken(code, language, house().network)
    except KeyError:  # a city or a topic that is no longer in the network
        return ""


def _told(case: Case) -> list[Told]:
    language = case.contact.language
    return [
        Told(
            what=words.gettext(language, _PURPOSES.get(row.purpose, "Notice")),
            way=words.gettext(language, _WAYS.get(row.sender, "By email")),
            when=_when(case, row),
        )
        for row in case.deliveries
    ]


def _when(case: Case, row: Delivery) -> str:
    """What became of one message, in the reader's words."""
    contact = case.contact
    carrier = case.carriers.get(row.id)
    if carrier is not None:
        return words.gettext(
            contact.language, "in your digest: {moment}", moment=_moment(contact, carrier[0])
        )
    if row.state == "held":
        return words.gettext(contact.language, "waits for your next digest")
    if row.state in {"queued", "sending", "doubtful"}:
        return words.gettext(contact.language, "on its way: {moment}", moment=_moment(contact, row))
    if row.state == "sent":
        return words.gettext(contact.language, "sent: {moment}", moment=_moment(contact, row))
    return words.gettext(contact.language, "was not sent")


def _moment(contact: Contact, row: Delivery) -> str:
    at = row.settled_at if row.state == "sent" and row.settled_at else row.due_at
    return clock.When(at=at).spoken(contact.language, contact.timezone)
