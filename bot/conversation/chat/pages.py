"""People's own pages, once opened in a chat, follow what changes in the house.

What changed makes pages stale (`mark`). Those that would read differently are asked for anew (`renew`), as if
their people had opened them: through the queue of requests, at a pace that the chat allows, each at most once
a minute. What a person does themselves shows at once and waits for none of this.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import ChatPerson, ChatRequest, Details, Role
from bot.contracts.chat import Home
from bot.conversation import home, home_desk
from bot.conversation.speaker import Room
from bot.people.identities import bound
from bot.planning.alerts import WATCHERS
from bot.planning.case import Reader
from bot.planning.why import fits
from bot.store.chats import ChatHome
from bot.store.contacts import Contact
from bot.store.db import Database, insert_into
from bot.store.drafts import Draft
from bot.store.items import Item, Revision

REST = timedelta(minutes=1)
"""How long a page stands before it is shown anew for a reason that is not its person's own doing."""

MOST = 40
"""Pages that are asked for anew in one go; views.publish takes a hundred a minute in a workspace."""

LOOKED_AT = 400
"""Stale pages that are composed in one go, to see whether they would read differently."""

_SIGNED = re.compile(r"(/[0-9a-f]{16}\.\d+)\.[\w-]+\.[\w-]+")
"""The end of a personal link: after whose it is come the second it was made in and the signature."""

OVERLAP = timedelta(seconds=30)
"""How far back a look begins before the last one ended: what was being committed then carries an older time."""


def opened(session: Session, person: ChatPerson, contact: Contact, page: Home, *, first: bool) -> None:
    """In the transaction that composes a page: it is what its person sees. `first`: they opened it themselves."""
    now = clock.now()
    shows = {"contact_id": contact.id, "shown": digest(page), "shown_at": now, "stale_at": None}
    if first:
        row = insert_into(session, ChatHome).values(team=person.team, user=person.user, **shows)
        session.execute(row.on_conflict_do_update(index_elements=["team", "user"], set_=shows))
    else:
        mine = (ChatHome.team == person.team, ChatHome.user == person.user)
        session.execute(update(ChatHome).where(*mine).values(**shows))


def digest(page: Home) -> str:
    """What tells two pages apart. When their links were signed, and so their signature, does not."""
    said = _SIGNED.sub(r"\1", page.model_dump_json())
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def mark(session: Session, since: datetime, wrong: str) -> str:
    """Mark the pages stale that may read differently by what happened since an instant.

    Whom an item concerns or concerned, and coordinators after whatever happened to a draft, or when what is
    wrong is no longer what it was (`wrong`, as the last look returned it).
    """
    now = clock.now()
    told = wrongs(session, now)
    people = session.execute(
        select(Contact.id, Contact.cities, Contact.topics, Contact.role).join(
            ChatHome, ChatHome.contact_id == Contact.id
        )
    ).all()
    if not people:
        return told
    versions, desk = _versions(session, since - OVERLAP), _decided(session, since - OVERLAP) or told != wrong
    stale = [
        person.id
        for person in people
        if (desk and person.role in WATCHERS)
        or any(fits(each, _reader(person.cities, person.topics, person.role)) for each in versions)
    ]
    rest = (ChatHome.contact_id.in_(stale), ChatHome.stale_at.is_(None))
    session.execute(update(ChatHome).where(*rest).values(stale_at=now))
    return told


def wrongs(session: Session, now: datetime) -> str:
    """What is wrong in the house as pages say it, in a few characters."""
    said = str([(entry.title, entry.notes) for entry in home_desk.faults(session, now)])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def renew(database: Database, room: Room, take: Callable[[ChatRequest], object]) -> int:
    """Ask for the stale pages anew that read differently by now; returns how many. No two of one person a minute."""
    now, asked = clock.now(), 0
    with database.reading() as session:
        due = (ChatHome.stale_at.is_not(None), ChatHome.shown_at <= now - REST)
        rows = session.scalars(
            select(ChatHome).where(*due).order_by(ChatHome.stale_at).limit(LOOKED_AT)
        ).all()
    settled: list[tuple[ChatHome, bool | None]] = []
    for row in rows:
        person = ChatPerson(team=row.team, user=row.user)
        with database.reading() as session:
            contact = bound(session, person)
            there = contact is not None and contact.slack_left_at is None
            page = home.compose(session, room, contact, now) if contact is not None and there else None
        differs = digest(page) != row.shown if page is not None else None
        if differs:
            # Its key makes it one request, should this process die before the page is no longer stale.
            key = f"page:{row.team}:{row.user}:{row.stale_at:%Y%m%dT%H%M%S%f}"
            take(ChatRequest(key=key, kind="home", person=person, team=row.team))
            asked += 1
        settled.append((row, differs))
        if asked == MOST:
            break
    if settled:
        database.write(lambda session: _settle(session, settled))
    return asked


def _settle(session: Session, settled: Sequence[tuple[ChatHome, bool | None]]) -> None:
    for row, differs in settled:
        mine = (ChatHome.team == row.team, ChatHome.user == row.user, ChatHome.stale_at == row.stale_at)
        if differs is None:
            session.execute(delete(ChatHome).where(*mine))
        else:
            shown = {"shown_at": clock.now()} if differs else {}
            session.execute(update(ChatHome).where(*mine).values(stale_at=None, **shown))


def _versions(session: Session, since: datetime) -> list[Details]:
    """What the items that changed say now and said before: a page also loses what concerns its person no more."""
    released = select(Draft.subject_id).where(Draft.state == "released", Draft.updated_at > since)
    changed = or_(Item.updated_at > since, Item.id.in_(released))
    items = session.scalars(select(Item).where(changed, Item.kind.in_(("call", "event")))).all()
    said = (
        select(Revision.details)
        .join(Item, Item.id == Revision.item_id)
        .where(
            changed, Item.revision > 1, Revision.revision >= Item.revision - 2, Revision.details.is_not(None)
        )
    )
    return [
        *(item.content() for item in items),
        *map(Details.model_validate, filter(None, session.scalars(said))),
    ]


def _decided(session: Session, since: datetime) -> bool:
    return session.scalar(select(Draft.id).where(Draft.updated_at > since).limit(1)) is not None


def _reader(cities: Sequence[str], topics: Sequence[str], role: Role) -> Reader:
    return Reader(0, frozenset(cities), frozenset(topics), "", "now", role=role)
