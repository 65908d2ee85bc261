"""A contact's one subscription: where their personal copy goes, in what rhythm, at what hours, and when next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Executable, Row, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Rhythm
from bot.planning.digest_times import next_digest
from bot.planning.hours import written
from bot.store.contacts import Contact
from bot.store.destinations import USUAL_LADDER, Subscription

_SUBSCRIPTIONS = cast(Table, Subscription.__table__)
_SAME = ("destination_id", "rhythm", "hours", "ladder", "digest_day", "digest_hour")
"""Columns that follow from the contact's row. What they do not follow from stays."""


def rhythm_of(contact: Contact) -> Rhythm:
    """The rhythm of a contact's personal copies: *off* for who hears in a conversation only."""
    return "off" if contact.channel == "conversation-only" else contact.rhythm


def ladder_of(text: str) -> str:
    """A ladder as subscriptions keep it, from `30,14,7` as people choose it: empty is the usual, `none` is none."""
    if text == "none":
        return ""
    return f",{text}," if text else USUAL_LADDER


def subscriptions_of(session: Session, contacts: Sequence[Contact]) -> dict[int, Row[Any]]:
    """Each contact's subscription, by the contact's id."""
    mine = _SUBSCRIPTIONS.c.contact_id.in_([contact.id for contact in contacts])
    return {row.contact_id: row for row in session.execute(select(_SUBSCRIPTIONS).where(mine))}


def subscribe(
    session: Session, contacts: Sequence[Contact], places: Mapping[int, int], before: Mapping[int, Row[Any]]
) -> None:
    """Make each contact's subscription say what their row says; `places` are where their copies go."""
    now = clock.now()
    made, changed = [], []
    for contact in contacts:
        said: dict[str, Any] = {
            "destination_id": places[contact.id], "rhythm": rhythm_of(contact),
            "hours": written(contact.timezone, contact.hours), "ladder": ladder_of(contact.ladder),
            "digest_day": contact.digest_day, "digest_hour": contact.digest_hour,
        }  # fmt: skip
        row = before.get(contact.id)
        if row is None:
            at = _next_digest(contact, now)
            made.append({"contact_id": contact.id, **said, "digest_at": at, "everywhere": False})
        elif any(getattr(row, name) != said[name] for name in _SAME):
            changed.append({"row": row.id, **{f"new_{name}": value for name, value in said.items()}})
            changed[-1]["new_digest_at"] = digest_after_change(
                said["rhythm"], row.rhythm, row.digest_at, _next_digest(contact, now), now
            )
    run(session, insert(_SUBSCRIPTIONS), [{**each, "created_at": now} for each in made])
    one = update(_SUBSCRIPTIONS).where(_SUBSCRIPTIONS.c.id == bindparam("row"))
    run(session, one.values({name: bindparam(f"new_{name}") for name in (*_SAME, "digest_at")}), changed)


def _next_digest(contact: Contact, now: datetime) -> datetime | None:
    return next_digest(rhythm_of(contact), contact.digest_day, contact.digest_hour, contact.timezone, now)


def digest_after_change(
    rhythm: Rhythm, was: Rhythm, due: datetime | None, following: datetime | None, now: datetime
) -> datetime | None:
    """When the next digest comes after a change. One that is due already still comes, whatever was changed.

    Who leaves digests for *now* gets what was held for them in a last one; who wants nothing gets none.
    """
    if rhythm == "off":
        return None
    if rhythm == "now":
        return now if was in {"daily", "weekly"} else due
    if due is not None and due <= now:
        return due
    return following


def run(session: Session, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a statement once for each row, as far as there are any."""
    if rows:
        session.connection().execute(statement, rows)
