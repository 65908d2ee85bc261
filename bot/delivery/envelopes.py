"""From a delivery's row to what a sender needs: the message, the reason as a sentence, personal links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import reasons
from bot.contracts import Language, Message, Outgoing
from bot.links import Links
from bot.network import Network
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, MessageRow
from bot.store.destinations import Destination

Addressed = tuple[Delivery, Destination]


@dataclass(frozen=True)
class Stationery:
    """What every envelope of an installation has in common."""

    network: Network
    links: Links
    installation: str
    zone: str

    def key(self, delivery_id: int) -> str:
        """The opaque name of a delivery towards the outside, the same at every attempt."""
        return f"{self.installation}-{delivery_id}"


def seal(session: Session, stationery: Stationery, rows: Sequence[Addressed]) -> list[Outgoing]:
    """The outgoing form of deliveries, as plain values that outlive the session, in the same order."""
    messages = _messages(session, {delivery.message_id for delivery, _ in rows})
    people = _people(session, {place.contact_id for _, place in rows if place.contact_id})
    return [
        _outgoing(
            stationery, delivery, place, messages[delivery.message_id], people.get(place.contact_id or 0)
        )
        for delivery, place in rows
    ]


def _outgoing(
    stationery: Stationery,
    delivery: Delivery,
    place: Destination,
    messages: tuple[Message, ...],
    person: Contact | None,
) -> Outgoing:
    language: Language = messages[0].language
    return Outgoing(
        key=stationery.key(delivery.id),
        address=place.address,
        messages=messages,
        reason=reasons.spoken(delivery.reason, language, stationery.network),
        name=person.name if person else "",
        zone=person.timezone if person else stationery.zone,
        links=_links(stationery.links, person) if person else {},
    )


def _links(links: Links, person: Contact) -> dict[str, str]:
    return {
        "page": links.page(person.pseudonym, person.links_version),
        "unsubscribe": links.unsubscribe(person.pseudonym, person.links_version),
    }


def _messages(session: Session, ids: set[int]) -> dict[int, tuple[Message, ...]]:
    rows = session.execute(select(MessageRow.id, MessageRow.content).where(MessageRow.id.in_(ids)))
    return {key: tuple(Message.model_validate(each) for each in content) for key, content in rows}


def _people(session: Session, ids: Iterable[int]) -> dict[int, Contact]:
    wanted = list(ids)
    if not wanted:
        return {}
    return {person.id: person for person in session.scalars(select(Contact).where(Contact.id.in_(wanted)))}
