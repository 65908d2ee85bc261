"""Lists of items as people ask for them: open calls, deadlines to come, items with these words; a page at a time.

The database filters, sorts and counts; only the items of the page are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import LANGUAGES, Role
from bot.planning.fitting import fitting, meant_for, next_at, open_at, published
from bot.planning.spoken import fund_spellings
from bot.store.contacts import Contact
from bot.store.items import Item, ItemCity, ItemTopic

MOST_WORDS = 6
"""Words that are looked for; more of them find nothing that fewer would not."""

FURTHEST = 10_000
"""The last page that anybody may turn to."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, counted from 1; `total` is how many items the whole list has."""

    items: Sequence[Item]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which items: those of a city and of a topic (slugs), of a fund, with these words; what is empty is any.

    `role` is that of whoever looks: without one there is only what is for all.
    """

    city: str = ""
    topic: str = ""
    fund: str = ""
    words: str = ""
    role: Role | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What holds for them. An item for all cities is every city's, one without topics only its words'."""
        found = [meant_for(self.role)]
        if self.city:
            mine = ItemCity.item_id == Item.id
            found.append(or_(~exists().where(mine), exists().where(mine, ItemCity.city == self.city)))
        if self.topic:
            found.append(exists().where(ItemTopic.item_id == Item.id, ItemTopic.topic == self.topic))
        if self.fund:
            found.append(func.lower(_said("fund")).in_(fund_spellings(self.fund)))
        return [*found, *([worded(self.words)] if self.words else [])]


def open_calls(session: Session, asked: Asked, page: int, size: int) -> Listing:
    """Calls that are open or will be, the next to close first."""
    conditions = [Item.kind == "call", *asked.conditions()]
    return _page(session, [*conditions, published(), open_at(clock.now())], _soonest(), page, size)


def coming_deadlines(session: Session, whose: Contact | Asked, page: int, size: int) -> Listing:
    """What still closes or takes place, the next first: all that fits a contact, or all that is asked for."""
    mine = whose.conditions() if isinstance(whose, Asked) else fitting(whose)
    first = next_at(clock.now())
    conditions = [Item.kind.in_(("call", "event")), published(), first > clock.now(), *mine]
    return _page(session, conditions, (first, Item.id.desc()), page, size)


def with_words(session: Session, asked: Asked, page: int, size: int) -> Listing:
    """Published items of any kind that say these words in their title or fund, the newest first."""
    return _page(session, [published(), *asked.conditions()], (Item.id.desc(),), page, size)


def named_alike(session: Session, contact: Contact, words: str, most: int) -> Sequence[Item]:
    """Published items whose title has these words; without words the newest that fit a contact."""
    which = [worded(words)] if words else [*fitting(contact), Item.kind.in_(("call", "event"))]
    query = select(Item).where(published(), meant_for(contact.role), *which).order_by(Item.id.desc())
    return session.scalars(query.limit(most)).all()


def worded(text: str) -> ColumnElement[bool]:
    """Items that have each of these words in a title, in any language, or in the name of their fund."""
    words = text.split()[:MOST_WORDS]
    return and_(*(or_(titled(_stem(word)), _holds(_said("fund"), word)) for word in words))


def titled(text: str) -> ColumnElement[bool]:
    """Items whose title holds a text, in any language."""
    return or_(*(_holds(Item.details["title"][language].as_string(), text) for language in LANGUAGES))


def _stem(word: str) -> str:
    """What is left of a word in most of its inflected forms: "vetyhausta" is found where "Vetyhaku" is said."""
    return word if len(word) < 7 or not word.isalpha() else word[: max(5, len(word) - 4)]


def _holds(said: ColumnElement[str], text: str) -> ColumnElement[bool]:
    # SQLite's lower() knows ASCII only, so capitals such as Ä are tried as well.
    spellings = sorted({text, text.lower(), text.upper(), text.capitalize()})
    return or_(*(said.icontains(each, autoescape=True) for each in spellings))


def _said(field: str) -> ColumnElement[str]:
    said: ColumnElement[str] = Item.details[field].as_string()
    return said


_NEXT = func.coalesce(Item.closes_at, Item.starts_at)


def _soonest() -> tuple[ColumnElement[Any], ...]:
    return (_NEXT.is_(None), _NEXT, Item.id.desc())


def _page(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    page: int,
    size: int,
) -> Listing:
    """A page, or the last one where that lies beyond the end."""
    total = session.scalar(select(func.count()).select_from(Item).where(*conditions)) or 0
    pages = max(1, -(-total // size))
    shown = min(max(1, page), pages, FURTHEST)
    query = select(Item).where(*conditions).order_by(*order)
    items = session.scalars(query.offset((shown - 1) * size).limit(size)).all() if total else []
    return Listing(items, total, shown, pages)
