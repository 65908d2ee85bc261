"""Make and change contacts, one or a whole network of them, and let their destinations follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, Literal, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import DEFAULT_ZONE
from bot.contracts import Channel, Language, Rhythm, Role
from bot.people.ways import settle_ways
from bot.store.audit import Audit
from bot.store.contacts import Contact, email_key

CHUNK = 1_000
"""Contacts that are looked up and written together."""

CHOSE = "contact.chose"
"""The act of a contact who chose something for themselves (`bot.people.choices`)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as a coordinator states it. Fields in `unstated` stay as they are for a contact we know."""

    name: str
    email: str
    cities: tuple[str, ...] = ()
    role: Role = "contact"
    language: Language = "fi"
    timezone: str = DEFAULT_ZONE
    topics: tuple[str, ...] = ()
    rhythm: Rhythm = "now"
    channel: Channel | None = None
    slack_user_id: str | None = None
    slack_team_id: str | None = None
    unstated: frozenset[str] = frozenset()


Verdict = Literal["new", "changed", "unchanged"]
_FIELDS = tuple(field.name for field in fields(Person) if field.name != "unstated")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What came of a list of people. `silent` had stopped all messages themselves, and it stays so."""

    new: int
    changed: int
    unchanged: int
    silent: int


def enrol(session: Session, person: Person) -> tuple[Contact, bool]:
    """Make or change the contact with that address; returns it and whether it is new."""
    ((contact, verdict, _),) = _enrol_chunk(session, [person])
    return contact, verdict == "new"


def enrol_all(session: Session, people: Iterable[Person]) -> Enrolled:
    """Make or change the contacts with those addresses, none of which may come twice, in one transaction.

    A contact whom the list does not name stays as they are.
    """
    came: Counter[str] = Counter()
    waiting = iter(people)
    while chunk := list(islice(waiting, CHUNK)):
        for _, verdict, silent in _enrol_chunk(session, chunk):
            came[verdict] += 1
            came["silent"] += silent
    return Enrolled(came["new"], came["changed"], came["unchanged"], came["silent"])


def _enrol_chunk(session: Session, people: Sequence[Person]) -> list[tuple[Contact, Verdict, bool]]:
    """Each person's contact, what happened to it, and whether it keeps its silence."""
    by_key = {email_key(person.email): person for person in people}
    known = _contacts(session, by_key)
    silent = _stopped_by_themselves(session, [each for each in known.values() if each.rhythm == "off"])
    changed = _free_slack_identities(session, by_key)
    for key, contact in known.items():
        person = by_key[key]
        kept = person.unstated | {"rhythm"} if contact.pseudonym in silent else person.unstated
        if _state(contact, person, kept):
            changed.add(key)
    session.flush()
    now = clock.now()
    made = [
        {"email_key": key, "created_at": now, **_stated(person)}
        for key, person in by_key.items()
        if key not in known
    ]
    if made:
        session.connection().execute(insert(cast(Table, Contact.__table__)), made)
    contacts = known | _contacts(session, [row["email_key"] for row in made])
    settle_ways(session, [contacts[key] for key in by_key if key not in known or key in changed])
    return [
        (
            contacts[key],
            "new" if key not in known else "changed" if key in changed else "unchanged",
            contacts[key].pseudonym in silent and person.rhythm != "off",
        )
        for key, person in by_key.items()
    ]


def _contacts(session: Session, keys: Collection[str]) -> dict[str, Contact]:
    rows = session.scalars(select(Contact).where(Contact.email_key.in_(keys))) if keys else ()
    return {str(contact.email_key): contact for contact in rows}


def _stated(person: Person) -> dict[str, Any]:
    """What a person states, as the columns have it."""
    values = ((name, getattr(person, name)) for name in _FIELDS)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def _state(contact: Contact, person: Person, kept: frozenset[str]) -> bool:
    """Write what a person states into the contact's row; returns whether anything differs."""
    changed = {
        name: value
        for name, value in _stated(person).items()
        if name not in kept and getattr(contact, name) != value
    }
    for name, value in changed.items():
        setattr(contact, name, value)
    return bool(changed)


def _stopped_by_themselves(session: Session, silent: Sequence[Contact]) -> set[str]:
    """The pseudonyms of those whose own last word on their rhythm was *off*: no list overrules that."""
    if not silent:
        return set()
    acts = session.execute(
        select(Audit.subject, Audit.facts)
        .where(Audit.action == CHOSE, Audit.subject.in_([contact.pseudonym for contact in silent]))
        .order_by(Audit.id)
    )
    last_word = {subject: facts["rhythm"] for subject, facts in acts if "rhythm" in facts}
    return {pseudonym for pseudonym, rhythm in last_word.items() if rhythm == "off"}


def _free_slack_identities(session: Session, people: Mapping[str, Person]) -> set[str]:
    """A Slack identity is one person's: the newest statement wins, and who had it before hears by mail.

    Taken away before anybody gets one, so that two people may swap theirs. Returns those of `people` who
    lost one.
    """
    claimed: dict[tuple[str | None, str | None], str | None] = {
        (person.slack_team_id, person.slack_user_id): key
        for key, person in people.items()
        if person.slack_user_id
    }
    if not claimed:
        return set()
    users = [user for _, user in claimed]
    losers = [
        contact
        for contact in session.scalars(select(Contact).where(Contact.slack_user_id.in_(users)))
        if claimed.get((contact.slack_team_id, contact.slack_user_id), contact.email_key) != contact.email_key
    ]
    for contact in losers:
        contact.slack_user_id = contact.slack_team_id = None
    session.flush()
    settle_ways(session, [contact for contact in losers if contact.email_key not in people])
    return {str(contact.email_key) for contact in losers} & people.keys()


def change(
    session: Session,
    contact: Contact,
    *,
    rhythm: Rhythm | None = None,
    language: Language | None = None,
    channel: Channel | None = None,
    topics: Iterable[str] | None = None,
) -> None:
    """Change what a contact chose for themselves; what is None stays."""
    contact.rhythm = rhythm or contact.rhythm
    contact.language = language or contact.language
    contact.channel = channel or contact.channel
    contact.topics = contact.topics if topics is None else list(topics)
    session.flush()
    settle_ways(session, [contact])
