"""What contacts choose for themselves: their page, their mails and the unsubscribe link end here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from sqlalchemy.orm import Session

from bot.contracts import Channel, Language, Rhythm
from bot.delivery.edits import wish_redraw_for
from bot.people.enrolment import CHOSE
from bot.people.ways import settle_ways
from bot.store import audit
from bot.store.contacts import Contact


class Chosen(TypedDict, total=False):
    """What a contact chose, by the column it is kept in; what is not there, or None, stays as it is.

    For the digest's day and hour None is a choice too: the network's usual one. `hours`, `ladder`, `digest_day`
    and `digest_hour` are as `bot.people.preferences` reads them.
    """

    rhythm: Rhythm | None
    language: Language | None
    channel: Channel | None
    topics: Sequence[str] | None
    timezone: str | None
    letter: bool | None
    named: bool | None
    hours: str | None
    ladder: str | None
    digest_day: int | None
    digest_hour: int | None


_MAY_BE_NONE = frozenset({"digest_day", "digest_hour"})


def choose(session: Session, contact: Contact, origin: str, **chosen: Unpack[Chosen]) -> bool:
    """Keep what a contact chose, with a line in the audit trail.

    Returns whether anything changed. What still waits for them follows what they chose.
    """
    changed = {}
    for name, value in chosen.items():
        kept = list(value) if name == "topics" and isinstance(value, Sequence) else value
        if (value is not None or name in _MAY_BE_NONE) and getattr(contact, name) != kept:
            setattr(contact, name, kept)
            changed[name] = kept
    if not changed:
        return False
    session.flush()
    settle_ways(session, [contact])
    if "named" in changed:
        wish_redraw_for(session, contact.id)
    audit.record(session, "contact", CHOSE, contact.pseudonym, origin, **changed)
    return True
