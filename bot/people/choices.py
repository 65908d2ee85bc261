"""What contacts choose for themselves: their page and the unsubscribe link end here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Channel, Language, Rhythm
from bot.people.enrolment import change
from bot.store import audit
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination


def choose(
    session: Session,
    contact: Contact,
    origin: str,
    *,
    rhythm: Rhythm | None = None,
    language: Language | None = None,
    channel: Channel | None = None,
    topics: Sequence[str] | None = None,
) -> bool:
    """Keep what a contact chose (None leaves a thing as it is), with a line in the audit trail.

    Returns whether anything changed. Who wants nothing any more gets nothing that still waits.
    """
    before = _choices(contact)
    change(session, contact, rhythm=rhythm, language=language, channel=channel, topics=topics)
    after = _choices(contact)
    if before == after:
        return False
    changed = {name: value for name, value in after.items() if value != before[name]}
    audit.record(session, "contact", "contact.chose", contact.pseudonym, origin, **changed)
    if contact.rhythm == "off":
        _cancel_untold(session, contact)
    return True


def _choices(contact: Contact) -> dict[str, object]:
    return {
        "rhythm": contact.rhythm,
        "language": contact.language,
        "channel": contact.channel,
        "topics": list(contact.topics),
    }


def _cancel_untold(session: Session, contact: Contact) -> None:
    places = select(Destination.id).where(Destination.contact_id == contact.id)
    session.execute(
        update(Delivery)
        .where(Delivery.destination_id.in_(places), in_state("held", "queued"))
        .values(state="cancelled", settled_at=clock.now(), error="the contact stopped all messages")
        .execution_options(synchronize_session=False)
    )
