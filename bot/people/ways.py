"""The ways to a contact: their destinations and their one subscription follow from their row.

Each contact gets at most one personal copy (docs/model.md, *Copies*): by direct message when they have a
Slack identity and have not left, else by mail, unless their `channel` says otherwise. Everything here is done
for many contacts at once, in a dozen statements: the list of a whole network is imported in one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.people.subscribing import rhythm_of, run, subscribe, subscriptions_of
from bot.people.suppression import pause_suppressed
from bot.people.waiting import Leaving, carry_along
from bot.store.contacts import Contact
from bot.store.db import insert_into
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic
from bot.store.workplace import own_team

_PLACES, _CITIES, _TOPICS = (
    cast(Table, row.__table__) for row in (Destination, SubscriptionCity, SubscriptionTopic)
)

_NAMED = ("sender", "team", "address_key")
_Key = tuple[str, str, str]
"""What names a place: the sender, the team ("" for the bot's own) and the address in small letters."""


def settle_ways(session: Session, contacts: Sequence[Contact]) -> None:
    """Make destinations and subscriptions say what the contacts' rows say; what still waits goes along.

    The rows must be flushed, and no other contact may have the same addresses.
    """
    if not contacts:
        return
    own = own_team(session)
    bound, places, left = _bind(session, contacts, own)
    before = subscriptions_of(session, contacts)
    subscribe(session, contacts, {each.id: places[_preferred(each, own)] for each in contacts}, before)
    after = subscriptions_of(session, contacts)
    _follow(session, _CITIES, {after[contact.id].id: contact.cities for contact in contacts})
    _follow(session, _TOPICS, {after[contact.id].id: contact.topics for contact in contacts})
    carry_along(session, list(_leaving(contacts, bound, places, before, own)))
    pause_suppressed(session, contacts)
    _forget_unused(session, left)


def _preferred(contact: Contact, own: str | None) -> _Key:
    """The place where a contact's personal copy goes first."""
    keys = _keys(contact, own)
    return keys["email"] if contact.channel == "email" else keys.get("slack", keys["email"])


def _keys(contact: Contact, own: str | None) -> dict[str, _Key]:
    """The places a contact can be reached at, by sender. `own` is the bot's own team, which places leave empty."""
    keys = {"email": ("email", "", str(contact.email).casefold())}
    if contact.slack_user_id and contact.slack_left_at is None:
        team = "" if contact.slack_team_id in {None, own} else str(contact.slack_team_id)
        keys["slack"] = ("slack", team, contact.slack_user_id.casefold())
    return keys


def _bind(
    session: Session, contacts: Sequence[Contact], own: str | None
) -> tuple[Mapping[int, set[int]], Mapping[_Key, int], Sequence[int]]:
    """Give each contact the places they name and no others.

    Returns the places that each contact had, the id of each place that is named now, and the places that
    nobody has any more. A place never changes its address: whoever gets a new one gets a new place.
    """
    wanted = {
        key: {
            "sender": key[0], "team": key[1], "address_key": key[2], "created_at": clock.now(),
            "address": contact.email if sender == "email" else contact.slack_user_id,
            "contact_id": contact.id, "languages": contact.language,
        }
        for contact in contacts
        for sender, key in _keys(contact, own).items()
    }  # fmt: skip
    bound: dict[int, set[int]] = defaultdict(set)
    left = []
    mine = _PLACES.c.contact_id.in_([contact.id for contact in contacts])
    for row in session.execute(select(_PLACES).where(mine)):
        bound[row.contact_id].add(row.id)
        if wanted.get(_key(row), {}).get("contact_id") != row.contact_id:
            left.append(row.id)
    if left:
        nobodys = {"contact_id": None, "paused_until": None, "failures": 0, "fault": None}
        session.execute(update(_PLACES).where(_PLACES.c.id.in_(left)).values(nobodys))
    bind = insert_into(session, Destination)
    taken = {name: bind.excluded[name] for name in ("address", "contact_id", "languages")}
    bind = bind.on_conflict_do_update(index_elements=[*_NAMED], set_=taken)
    named = bind.returning(_PLACES.c.id, *(_PLACES.c[name] for name in _NAMED))
    places = {_key(row): row.id for row in session.connection().execute(named, list(wanted.values()))}
    return bound, places, sorted(set(left) - set(places.values()))


def _key(row: Row[Any]) -> _Key:
    return (row.sender, row.team, row.address_key)


def _follow(session: Session, table: Table, wanted: Mapping[int, Sequence[str]]) -> None:
    """Make subscriptions follow these slugs, of cities or of topics, and no others."""
    slug = next(column for column in table.c if column.name != "subscription_id")
    rows = session.execute(select(table.c.subscription_id, slug).where(table.c.subscription_id.in_(wanted)))
    there = {(row_id, found) for row_id, found in rows}
    should = {(row_id, each) for row_id, slugs in wanted.items() for each in slugs}
    one = delete(table).where(table.c.subscription_id == bindparam("row"), slug == bindparam("old"))
    run(session, one, [{"row": row_id, "old": old} for row_id, old in sorted(there - should)])
    new = [{"subscription_id": row_id, slug.name: each} for row_id, each in sorted(should - there)]
    run(session, insert(table), new)


def _leaving(
    contacts: Sequence[Contact],
    bound: Mapping[int, set[int]],
    places: Mapping[_Key, int],
    before: Mapping[int, Row[Any]],
    own: str | None,
) -> Iterator[Leaving]:
    for contact in contacts:
        if contact.id not in before:
            continue
        way = _preferred(contact, own)
        place, was = before[contact.id].destination_id, before[contact.id].rhythm
        closed = bound.get(contact.id, set()) - {places[key] for key in _keys(contact, own).values()}
        if rhythm_of(contact) == "off" != was:
            closed = bound.get(contact.id, set()) | {places[way]}
        yield Leaving(contact.pseudonym, place, places[way], way[0], closed)


def _forget_unused(session: Session, places: Sequence[int]) -> None:
    """Delete places that are nobody's any more, unless something was sent there."""
    used = exists().where(Delivery.destination_id == _PLACES.c.id)
    told = exists().where(Subscription.destination_id == _PLACES.c.id)
    if places:
        session.execute(delete(_PLACES).where(_PLACES.c.id.in_(places), ~used, ~told))
