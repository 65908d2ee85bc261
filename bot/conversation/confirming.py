"""Confirmations: the short mail that says what was done with a letter. Never more than a few a day."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.conversation.composing import compose
from bot.conversation.replies import Said
from bot.network import Network
from bot.planning.messages import keep_messages
from bot.store.contacts import Contact
from bot.store.db import insert_into, ring
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.items import Item

MOST = 10
"""Confirmations a day for one contact: two machines that answer each other fall silent soon."""

REASON = "wrote"


def confirm(
    session: Session, network: Network, contact: Contact, place: Destination, said: Said, key: str
) -> bool:
    """Queue a confirmation, due now: whoever writes waits for the reply, so hours do not hold it.

    `key` names the letter that it answers: one confirmation each. Returns whether it is queued.
    """
    since = clock.now() - timedelta(days=1)
    mine = Delivery.recipient == contact.pseudonym, Delivery.purpose == "confirmation"
    if (session.scalar(select(func.count()).where(*mine, Delivery.created_at > since)) or 0) >= MOST:
        return False
    item = session.get(Item, said.item_id) if said.item_id is not None else None
    language = contact.language
    message = compose(session, network, contact, said)
    digest = hashlib.sha256(message.model_dump_json().encode()).hexdigest()
    ids = keep_messages(
        session, f"confirmation:{digest}", "confirmation", [language], lambda _: message, item
    )
    now = clock.now()
    new = insert_into(session, Delivery).values(
        item_id=item.id if item else None, revision=item.revision if item else 0, message_id=ids[language],
        destination_id=place.id, sender=place.sender, recipient=contact.pseudonym, purpose="confirmation",
        rhythm="now", reason=REASON, urgent=False, state="queued", due_at=now,
        expires_at=now + timedelta(days=2), attempts=0, doubts=0, dedupe_key=f"confirmation:{key}",
        created_at=now,
    )  # fmt: skip
    ring(session, "send")
    return session.scalar(new.on_conflict_do_nothing().returning(Delivery.id)) is not None
