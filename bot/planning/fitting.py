"""Which items fit one contact: `bot.planning.audiences` the other way round, for pages and calendars."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from bot.contracts import Role
from bot.store.answers import Mute
from bot.store.contacts import Contact
from bot.store.drafts import Draft
from bot.store.items import Item, ItemCity, ItemTopic

DATELESS = timedelta(days=91)


def fitting(contact: Contact, *, everywhere: bool = False) -> list[ColumnElement[bool]]:
    """Conditions on `Item`: its cities, topics and roles fit a contact, and neither they nor their city mute it.

    Their rhythm is no part of it: who wants no messages may still look. `everywhere`: whatever the city.
    """
    conditions = [meant_for(contact.role), _not_muted(contact)]
    if not everywhere:
        conditions.append(_cities(contact.cities))
    if contact.topics:
        conditions.append(
            or_(~exists().where(_topic()), exists().where(_topic(), ItemTopic.topic.in_(contact.topics)))
        )
    return conditions


def meant_for(role: Role | None) -> ColumnElement[bool]:
    """Items that are for all, or for a role; None is whoever is nobody in particular."""
    return or_(Item.roles == "", Item.roles.contains(f",{role},")) if role else Item.roles == ""


def published() -> ColumnElement[bool]:
    """Items that readers may see."""
    return Item.state == "published"


def withdrawn_since(since: datetime) -> ColumnElement[bool]:
    """Items that readers saw and that were withdrawn since an instant.

    What was withdrawn while it still waited for approval was never theirs to see.
    """
    drafts = exists().where(Draft.kind == "item", Draft.subject_id == Item.id)
    released = exists().where(Draft.kind == "item", Draft.subject_id == Item.id, Draft.state == "released")
    return and_(Item.state == "withdrawn", Item.updated_at >= since, or_(~drafts, released))


def open_at(now: datetime) -> ColumnElement[bool]:
    """Items that are not over: no last deadline has passed, no event has ended.

    What has no such date counts for a quarter of a year after its newest word.
    """
    over = case(
        (Item.kind == "event", func.coalesce(Item.ends_at, Item.starts_at)),
        else_=Item.closes_at,
    )
    return or_(over > now, and_(over.is_(None), Item.updated_at > now - DATELESS))


def next_at(now: datetime) -> ColumnElement[datetime]:
    """When an item closes or, if that has passed or it never does, takes place: NULL where it says neither."""
    return case((Item.closes_at > now, Item.closes_at), else_=Item.starts_at)


def _cities(cities: list[str]) -> ColumnElement[bool]:
    mine = ItemCity.item_id == Item.id
    return or_(~exists().where(mine), exists().where(mine, ItemCity.city.in_(cities)))


def _topic() -> ColumnElement[bool]:
    return ItemTopic.item_id == Item.id


def _not_muted(contact: Contact) -> ColumnElement[bool]:
    mutes = select(Mute.item_id).where(or_(Mute.contact_id == contact.id, Mute.city.in_(contact.cities)))
    return Item.id.not_in(mutes)
