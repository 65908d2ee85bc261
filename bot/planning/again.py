"""Send again what came to nothing, or was only shown: always an explicit act, and always in the audit trail.

What goes out is the item's newest revision, as if it had just been planned.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot import clock
from bot.network import Network
from bot.planning.forecast import when_again
from bot.planning.notices import ensure_messages
from bot.store import audit
from bot.store.contacts import Contact
from bot.store.db import ring
from bot.store.deliveries import Delivery, State
from bot.store.destinations import Destination
from bot.store.items import Item

AGAIN: frozenset[State] = frozenset({"failed", "previewed", "expired", "cancelled", "doubtful"})
"""States from which a delivery may be sent again."""


@dataclass(frozen=True, slots=True)
class Again:
    """What came of it: the deliveries queued, and why each other one was not (by id)."""

    queued: tuple[int, ...]
    refused: Mapping[int, str]


def send_again(
    session: Session,
    network: Network,
    ids: Collection[int],
    actor: str,
    origin: str = "",
) -> Again:
    """Queue these deliveries with their items' newest revisions, and open their lanes.

    They go out now or, unless they are urgent, when their readers' sending hours open. Keep `ids` to some
    hundreds a transaction.
    """
    rows = session.execute(
        select(Delivery, Destination, Contact)
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(Contact, Contact.id == Destination.contact_id)
        .where(Delivery.id.in_(list(ids)))
        .order_by(Delivery.id)
        .with_for_update(of=Delivery)
    ).all()
    ids_of_items = {delivery.item_id for delivery, _, _ in rows if delivery.item_id is not None}
    items = {item.id: item for item in session.scalars(_items(ids_of_items))}
    other_ways = _other_ways(session, [delivery for delivery, _, _ in rows])
    due = when_again(session, [delivery for delivery, _, _ in rows], clock.now())
    queued: list[int] = []
    refused: dict[int, str] = {}
    for delivery, place, contact in rows:
        item = items[delivery.item_id] if delivery.item_id is not None else None
        why_not = _refusal(delivery, contact, item, other_ways)
        if why_not:
            refused[delivery.id] = why_not
            continue
        _queue(session, network, delivery, place, contact, item)
        delivery.due_at = due[delivery.id]
        other_ways[delivery.dedupe_key] = "queued"
        audit.record(session, actor, "delivery.sent_again", f"delivery {delivery.id}", origin)
        queued.append(delivery.id)
    if queued:
        session.flush()
        ring(session, "send")
    return Again(tuple(queued), refused)


def open_lane(place: Destination) -> None:
    """Let a paused or failing lane take messages again at once."""
    if place.paused_until or place.failures:
        place.paused_until, place.next_at = None, None
        place.failures, place.failing_since, place.fault = 0, None, None


def arrived(session: Session, delivery_id: int, actor: str, origin: str = "") -> bool:
    """Settle a delivery in doubt as sent: somebody saw it there. Returns whether it was in doubt."""
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state != "doubtful":
        return False
    delivery.state, delivery.settled_at, delivery.error = "sent", clock.now(), None
    audit.record(session, actor, "delivery.arrived", f"delivery {delivery_id}", origin)
    return True


def _items(ids: Collection[int]) -> Select[Item]:
    # Held still until the commit, so that no revision slips in between a message and its delivery.
    return select(Item).where(Item.id.in_(ids)).order_by(Item.id).with_for_update(read=True)


def _other_way(delivery: Delivery) -> str:
    """The key of the same message's delivery to the contact's other destination (`bot.delivery.failover`)."""
    key = delivery.dedupe_key
    return key.removesuffix(":other") if key.endswith(":other") else f"{key}:other"


def _other_ways(session: Session, deliveries: Sequence[Delivery]) -> dict[str, State]:
    """The states of those deliveries, by key, as far as there are any."""
    keys = [_other_way(delivery) for delivery in deliveries]
    rows = session.execute(select(Delivery.dedupe_key, Delivery.state).where(Delivery.dedupe_key.in_(keys)))
    return dict(iter(rows))


def _refusal(
    delivery: Delivery, contact: Contact | None, item: Item | None, other_ways: Mapping[str, State]
) -> str | None:
    if delivery.state not in AGAIN:
        return "it has arrived" if delivery.state == "sent" else "it is on its way already"
    if delivery.purpose == "sign-in":
        return "a link to sign in is good for one moment only: ask for a new one"
    if item is not None and item.state != "published" and delivery.purpose != "withdrawal":
        return "the item is withdrawn" if item.state == "withdrawn" else "the item waits for approval"
    if unwanted := _unwanted(delivery, contact, item):
        return unwanted
    other = other_ways.get(_other_way(delivery))
    if other and other not in AGAIN - {"doubtful"}:
        return "it goes to the contact's other address instead"
    return None


def _unwanted(delivery: Delivery, contact: Contact | None, item: Item | None) -> str | None:
    """Why a conversation or a person gets no such message, None when they do."""
    place = delivery.recipient.startswith("place-")
    if not place and (contact is None or contact.erased_at):
        return "the contact was erased"
    still = contact is not None and item is not None and item.is_for(contact.role)
    if item is not None and item.roles and not still and delivery.purpose != "withdrawal":
        return "it is for other roles only by now"
    if contact is not None and (contact.rhythm == "off" or contact.channel == "conversation-only"):
        return "the contact does not want personal messages"
    return None


def _queue(
    session: Session,
    network: Network,
    delivery: Delivery,
    place: Destination,
    contact: Contact | None,
    item: Item | None,
) -> None:
    now = clock.now()
    languages = contact.language if contact else place.languages
    # A digest, or a reminder of what has not changed since, is sent as it was composed.
    if item is not None and (delivery.purpose == "notice" or delivery.revision < item.revision):
        messages = ensure_messages(session, network, item, item.content(), {languages})
        delivery.message_id, delivery.revision = messages[languages], item.revision
    delivery.state, delivery.attempts = "queued", 0
    delivery.settled_at, delivery.error, delivery.claim = None, None, None
    if delivery.expires_at and delivery.expires_at <= now:
        delivery.expires_at = None
    open_lane(place)
