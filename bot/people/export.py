"""Contacts out again: as the CSV that import reads, and all that is known of one person."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.people.chat_traces import answered
from bot.people.import_csv import COLUMNS, OPTIONAL, inert
from bot.people.preferences import write_day
from bot.store.answers import AnswerRow, Mute
from bot.store.audit import Audit
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.plans import Reminder
from bot.store.sign_ins import SignIn


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
                    person.hours, person.ladder, write_day(person.digest_day), person.digest_hour,
                    "yes" if person.letter else "no",
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
        "preferences": {
            "sending_hours": contact.hours or "usual", "reminders": contact.ladder or "usual",
            "digest_day": write_day(contact.digest_day) or "usual",
            "digest_hour": "usual" if contact.digest_hour is None else contact.digest_hour,
            "letter": contact.letter,
        },
        "answers": _answers(session, contact),
        "answers_in_threads": answered(session, contact),
        "mutes": _mutes(session, contact),
        "reminders": _reminders(session, contact),
        "sign_ins": [
            {"asked_at": row.asked_at.isoformat(), "used_at": _iso(row.used_at), "ended_at": _iso(row.ended_at)}
            for row in session.scalars(select(SignIn).where(SignIn.contact_id == contact.id).order_by(SignIn.id))
        ],
        "slack": {"team": contact.slack_team_id, "user": contact.slack_user_id},
        "since": contact.created_at.isoformat(),
        "destinations": [{"sender": place.sender, "address": place.address} for place in places],
        "deliveries": [
            {
                "id": row.id, "item": row.item_id, "purpose": row.purpose, "state": row.state,
                "reason": row.reason, "due_at": row.due_at.isoformat(),
                "settled_at": _iso(row.settled_at),
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


def _answers(session: Session, contact: Contact) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(AnswerRow).where(AnswerRow.contact_id == contact.id).order_by(AnswerRow.item_id)
    )
    return [
        {
            "item": row.item_id, "answer": row.answer, "remind": row.remind, "by": row.by,
            "answered_at": row.answered_at.isoformat(),
        }
        for row in rows
    ]  # fmt: skip


def _mutes(session: Session, contact: Contact) -> list[dict[str, Any]]:
    mine = or_(Mute.contact_id == contact.id, Mute.by_contact_id == contact.id)
    rows = session.scalars(select(Mute).where(mine).order_by(Mute.id))
    return [{"item": row.item_id, "city": row.city, "made_at": row.made_at.isoformat()} for row in rows]


def _reminders(session: Session, contact: Contact) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Reminder).where(Reminder.contact_id == contact.id).order_by(Reminder.due_at)
    )
    return [{"item": row.item_id, "due_at": row.due_at.isoformat(), "state": row.state} for row in rows]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
