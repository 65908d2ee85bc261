"""Make and change contacts, one or a whole network of them, and let their destinations follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
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
from bot.store.db import Database

CHUNK = 1_000
"""Contacts that are looked up and written together."""

PORTION = 100
"""Contacts of a long list in one transaction: SQLite's one writer is held well under 100 ms."""

CHOSE = "contact.chose"
"""The act of a contact who chose something for themselves (`bot.people.choices`)."""

BOUND = "identity.bound"
"""The act by which a contact got an identity in a chat (`bot.people.identities`)."""


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
    letter: bool = True
    hours: str = ""
    ladder: str = ""
    digest_day: int | None = None
    digest_hour: int | None = None
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

    def __add__(self, more: Enrolled) -> Enrolled:
        return Enrolled(
            self.new + more.new,
            self.changed + more.changed,
            self.unchanged + more.unchanged,
            self.silent + more.silent,
        )


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


def enrol_by_portions(
    database: Database, people: Sequence[Person], end: Callable[[Session, Enrolled], None]
) -> Enrolled:
    """The same by portions, each a transaction, so that nobody's writing waits for long; `end` is in the last one.

    Whoever dies between two portions doubles nothing when it is done again. For lists that name no identities in a
    chat: those of one list may swap theirs, which takes one transaction.
    """
    came = Enrolled(0, 0, 0, 0)
    starts = range(0, max(len(people), 1), PORTION)

    def work(start: int, session: Session) -> Enrolled:
        done = came + enrol_all(session, people[start : start + PORTION])
        if start == starts[-1]:
            end(session, done)
        return done

    for start in starts:
        came = database.write(partial(work, start))
    return came


def _enrol_chunk(session: Session, people: Sequence[Person]) -> list[tuple[Contact, Verdict, bool]]:
    """Each person's contact, what happened to it, and whether it keeps its silence."""
    by_key = {email_key(person.email): person for person in people}
    known = _contacts(session, by_key)
    stopped = _stopped_by_themselves(session, known.values())
    met = _met_in_chat(session, [known[key] for key in known if not by_key[key].slack_user_id])
    silent = {who for who, what in stopped.items() if "rhythm" in what}
    changed = _free_slack_identities(session, by_key)
    for key, contact in known.items():
        person = by_key[key]
        kept = stopped.get(contact.pseudonym, frozenset()) | met.get(contact.pseudonym, frozenset())
        if _state(contact, person, person.unstated | kept):
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
    if "slack_user_id" in changed:  # another account: nobody left that one
        contact.slack_left_at = None
    return bool(changed)


def _stopped_by_themselves(session: Session, contacts: Iterable[Contact]) -> dict[str, frozenset[str]]:
    """What contacts stopped with their own last word (`rhythm`, `letter`), by pseudonym: no list overrules that."""
    off = {"rhythm": "off", "letter": False}
    now = {each.pseudonym: {name for name in off if getattr(each, name) == off[name]} for each in contacts}
    asked = [pseudonym for pseudonym, names in now.items() if names]
    if not asked:
        return {}
    acts = session.execute(
        select(Audit.subject, Audit.facts)
        .where(Audit.action == CHOSE, Audit.subject.in_(asked))
        .order_by(Audit.id)
    )
    last_word: dict[tuple[str, str], Any] = {}
    for subject, facts in acts:
        last_word |= {(subject, name): facts[name] for name in off if name in facts}
    return {
        pseudonym: frozenset(name for name in now[pseudonym] if last_word.get((pseudonym, name)) == off[name])
        for pseudonym in asked
    }


def _met_in_chat(session: Session, contacts: Sequence[Contact]) -> dict[str, frozenset[str]]:
    """The columns of an identity, by pseudonym, for whom the chat itself made known: an empty cell takes none."""
    here = {each.pseudonym: each.slack_user_id for each in contacts if each.slack_user_id}
    if not here:
        return {}
    acts = session.execute(
        select(Audit.subject, Audit.facts).where(Audit.action == BOUND, Audit.subject.in_(here))
    )
    both = frozenset({"slack_user_id", "slack_team_id"})
    return {subject: both for subject, facts in acts if facts.get("user") == here[subject]}


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
