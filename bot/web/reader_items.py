"""More of a reader's own pages: `/m/<token>/items`, all that is open for them, and `/m/<token>/why/<item>`."""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy import func, select

from bot import clock, differing, words
from bot.planning.case import look
from bot.planning.fitting import fitting, open_at, published
from bot.planning.plain_why import because, told
from bot.store.contacts import Contact
from bot.store.items import Item
from bot.web.house import house
from bot.web.own_item import bearer, card, find, item_page, no_such_item
from bot.web.pages import number
from bot.web.readers import dead_link, keep_private, reader_page

PAGE = 50

reader_items = Blueprint("reader_items", __name__)
reader_items.after_request(keep_private)


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
        item, case = find(session, contact, item_id), look(session, contact, item_id)
        if item is None or case is None:
            return no_such_item(contact, token)
        return item_page(
            "reader_why.html",
            200,
            contact,
            token,
            item,
            because=because(case, house().network),
            told=told(case),
        )


def _date(item: Item, contact: Contact) -> str:
    """When it closes or begins, in the reader's words."""
    details, language, zone = item.content(), contact.language, contact.timezone
    if details.closes_at:
        return words.gettext(language, "Closes on {day}", day=differing.closing(details, language, zone))
    if details.starts_at:
        return f"{words.gettext(language, 'Starts')}: {details.starts_at.spoken(language, zone)}"
    return ""
