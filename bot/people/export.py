"""Contacts out again: as the CSV that import reads, and all that is known of one person."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.people.import_csv import COLUMNS, OPTIONAL, inert
from bot.store.audit import Audit
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination


def export_contacts(session: Session, path: Path) -> int:
    """Write all contacts to a CSV file that `read_people` reads; returns how many. Raises OSError."""
    people = session.scalars(select(Contact).where(Contact.erased_at.is_(None)).order_by(Contact.id)).all()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS + OPTIONAL)
        for person in people:
            writer.writerow(
                [
                    inert(person.name), inert(str(person.email)), person.slack_user_id,
                    ";".join(person.cities), person.role, person.language, person.timezone,
                    ";".join(person.topics), person.rhythm, person.slack_team_id, person.channel,
                ]
            )  # fmt: skip
    return len(people)


def everything_about(session: Session, contact: Contact) -> dict[str, Any]:
    """All that is kept of a person, as JSON (GDPR, article 15)."""
    places = session.scalars(select(Destination).where(Destination.contact_id == contact.id)).all()
    deliveries = session.scalars(
        select(Delivery).where(Delivery.recipient == contact.pseudonym).order_by(Delivery.id)
    ).all()
    acts = session.scalars(select(Audit).where(Audit.subject == contact.pseudonym).order_by(Audit.id)).all()
    return {
        "name": contact.name,
        "email": contact.email,
        "pseudonym": contact.pseudonym,
        "role": contact.role,
        "language": contact.language,
        "timezone": contact.timezone,
        "rhythm": contact.rhythm,
        "channel": contact.channel,
        "cities": contact.cities,
        "topics": contact.topics,
        "slack": {"team": contact.slack_team_id, "user": contact.slack_user_id},
        "since": contact.created_at.isoformat(),
        "destinations": [{"sender": place.sender, "address": place.address} for place in places],
        "deliveries": [
            {
                "id": row.id, "item": row.item_id, "purpose": row.purpose, "state": row.state,
                "reason": row.reason, "due_at": row.due_at.isoformat(),
                "settled_at": row.settled_at.isoformat() if row.settled_at else None,
            }
            for row in deliveries
        ],
        "acts": [
            {
                "at": act.at.isoformat(), "actor": act.actor, "action": act.action, "from": act.origin,
                "facts": act.facts,
            }
            for act in acts
        ],
    }  # fmt: skip
