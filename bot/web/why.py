"""`/why`: how it came that somebody was told of something, or was not, as `python -m bot why` says it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.planning.case import look
from bot.planning.listings import titled
from bot.planning.why import decisions
from bot.store.contacts import Contact, email_key
from bot.store.items import Item
from bot.web import prose
from bot.web.house import house
from bot.web.items import shortened
from bot.web.pages import number, page, words

MOST = 20
"""People or items that are offered to choose from."""

why = Blueprint("why", __name__)


@why.get("/why")
def show() -> Response:
    """The form; whom and what it may mean; and every decision, once both are one."""
    whom, what = words(request.args.get("contact")), words(request.args.get("item"))
    with house().database.reading() as session:
        people, items = _people(session, whom), _items(session, what)
        person = people[0] if len(people) == 1 else None
        item = items[0] if len(items) == 1 else None
        case = look(session, person, item.id) if person and item else None
        said = decisions(case, house().network, house().settings.zone, clock.now()) if case else []
        return page(
            "why.html",
            whom=_called(person) if person else whom,
            what=item.id if item else what,
            person=person,
            item=item,
            title=_title(item) if item else "",
            people=[(each.pseudonym, _called(each)) for each in people] if len(people) > 1 else [],
            items=[(each.id, shortened(_title(each))) for each in items] if len(items) > 1 else [],
            nobody=bool(whom) and not people,
            nothing=bool(what) and not items,
            most=MOST,
            decisions=[line.partition(": ")[::2] for line in said],
        )


def _people(session: Session, text: str) -> Sequence[Contact]:
    """Whom a text means: the pseudonym or the address exactly, else a part of a name or an address."""
    if not text:
        return []
    exact = or_(Contact.pseudonym == text, Contact.email_key == email_key(text))
    found = session.scalars(select(Contact).where(exact).limit(2)).all()
    if found:
        return found
    # SQLite's lower() knows ASCII only, so capitals such as Ä are tried as well.
    spellings = {text, text.lower(), text.upper(), text.title()}
    alike = [column.icontains(each, autoescape=True) for column in _COLUMNS for each in spellings]
    known = select(Contact).where(Contact.erased_at.is_(None), or_(*alike))
    return session.scalars(known.order_by(Contact.name, Contact.id).limit(MOST)).all()


_COLUMNS = (Contact.name, Contact.email_key)


def _items(session: Session, text: str) -> Sequence[Item]:
    """What a text means: an item's number, else a part of a title, the newest first."""
    if not text:
        return []
    if (item_id := number(text)) is not None:
        found = session.get(Item, item_id)
        return [found] if found else []
    return session.scalars(select(Item).where(titled(text)).order_by(Item.id.desc()).limit(MOST)).all()


def _called(person: Contact) -> str:
    return f"{person.name} <{person.email}>" if person.email else f"erased, {person.pseudonym}"


def _title(item: Item) -> str:
    return prose.told_in(item.details["title"], house().settings.default_language)[1]
