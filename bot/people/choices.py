"""What contacts choose for themselves: their page and the unsubscribe link end here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.contracts import Channel, Language, Rhythm
from bot.people.enrolment import CHOSE, change
from bot.store import audit
from bot.store.contacts import Contact


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

    Returns whether anything changed. What still waits for them follows what they chose.
    """
    before = _choices(contact)
    change(session, contact, rhythm=rhythm, language=language, channel=channel, topics=topics)
    after = _choices(contact)
    if before == after:
        return False
    changed = {name: value for name, value in after.items() if value != before[name]}
    audit.record(session, "contact", CHOSE, contact.pseudonym, origin, **changed)
    return True


def _choices(contact: Contact) -> dict[str, object]:
    return {
        "rhythm": contact.rhythm,
        "language": contact.language,
        "channel": contact.channel,
        "topics": list(contact.topics),
    }
