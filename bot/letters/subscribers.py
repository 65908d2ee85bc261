"""The letter's list at an outside service and our own readers, kept in step both ways.

Who left there gets no letter here; whose address bounced or who complained there is sent nothing by mail;
who left here is suppressed there. Only digests of addresses are kept. The service allows so many requests an
hour: what was asked, and how far a round got, is remembered, and the next run goes on from there. No
transaction is open while it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts.newsletter import IMPORT_LIMIT, Leaf, ListFault, Newcomer, NewsletterList
from bot.letters.standings import SERVICE, SUPPRESSED, forget_gone, keep_subscribers, keep_suppressions, stand
from bot.people.suppression import address_digest
from bot.store import audit
from bot.store.contacts import Contact
from bot.store.db import Database, insert_into
from bot.store.mailbox import ListSubscriber, Suppression

HOURLY = 90
"""Requests an hour; the service allows 100, and a person may use the same key."""

AT_A_TIME, LOOK_AFTER = 200, 60.0
"""Rows in one transaction; seconds after which a run stops, well before its lease ends."""

Memory = Mapping[str, Any]


class Budget:
    """How often the service may still be asked this hour."""

    def __init__(self, asked: Iterable[str]) -> None:
        self._asked = [at for at in map(datetime.fromisoformat, asked) if _lately(at)]

    def take(self) -> None:
        """Count one request. Raises ListFault, with the wait, when there were too many."""
        self._asked = [at for at in self._asked if _lately(at)]
        if len(self._asked) >= HOURLY:
            wait = self._asked[0] + timedelta(hours=1) - clock.real_now()
            raise ListFault("as many requests as an hour allows", wait.total_seconds())
        self._asked.append(clock.real_now())

    def kept(self) -> list[str]:
        """What to remember."""
        return [at.isoformat() for at in self._asked]


def sync(database: Database, service: NewsletterList, memory: Memory, *, tell: bool = True) -> Memory:
    """Go on with a round, as far as an hour's requests and a minute allow; returns what to remember.

    With `tell` off the service is only read. Raises ListFault for what waiting does not mend.
    """
    now = clock.real_now()
    if memory.get("rest_until") and datetime.fromisoformat(memory["rest_until"]) > now:
        return memory
    budget = Budget(memory.get("asked", ()))
    state: dict[str, Any] = {
        "step": memory.get("step", "subscribers"), "page": memory.get("page", 1),
        "begun": memory.get("begun") or now.isoformat(), "done_at": memory.get("done_at"), "rest_until": None,
        "fault": None,
    }  # fmt: skip
    until = clock.monotonic() + LOOK_AFTER
    try:
        while clock.monotonic() < until and not _turn(database, service, state, budget, tell):
            pass
    except ListFault as fault:
        if fault.retry_after is None:
            raise
        state["rest_until"] = (now + timedelta(seconds=fault.retry_after)).isoformat()
        state["fault"] = fault.reason
    return {**state, "asked": budget.kept()}


def newcomers(session: Session) -> list[Newcomer]:
    """Contacts who take the letter and never were on the list; who left it once is not put back."""
    people = session.scalars(
        select(Contact)
        .where(Contact.letter.is_(True), Contact.rhythm != "off", Contact.erased_at.is_(None))
        .order_by(Contact.id)
    )
    known = set(session.scalars(select(ListSubscriber.address)))
    known |= set(session.scalars(select(Suppression.address)))
    return [
        Newcomer(each.email, each.name, each.language)
        for each in people
        if each.email and address_digest(each.email) not in known
    ]


def push(database: Database, service: NewsletterList, people: Sequence[Newcomer], budget: Budget) -> int:
    """Put people on the list, in batches; returns how many. Raises ListFault: those put there stay known."""
    done = 0
    for start in range(0, len(people), IMPORT_LIMIT):
        batch = people[start : start + IMPORT_LIMIT]
        budget.take()
        service.take(batch)
        rows = [
            {"address": address_digest(each.email), "status": "active", "synced_at": clock.real_now()}
            for each in batch
        ]

        def keep(session: Session, rows: list[dict[str, Any]] = rows) -> None:
            session.execute(insert_into(session, ListSubscriber).values(rows).on_conflict_do_nothing())
            audit.record(session, "command", "letter.pushed", SERVICE, count=len(rows))

        database.write(keep)
        done += len(batch)
    return done


def _turn(
    database: Database, service: NewsletterList, state: dict[str, Any], budget: Budget, tell: bool
) -> bool:
    """One page; returns whether the round is complete."""
    budget.take()
    subscribers = state["step"] == "subscribers"
    leaf: Leaf = (service.subscribers if subscribers else service.suppressions)(state["page"])
    for start in range(0, len(leaf.listed), AT_A_TIME):
        some = leaf.listed[start : start + AT_A_TIME]
        if subscribers:
            leaving = database.write(lambda session, some=some: keep_subscribers(session, some))  # type: ignore[misc]
            _tell(database, service, leaving if tell else (), budget)
        else:
            database.write(lambda session, some=some: keep_suppressions(session, some))  # type: ignore[misc]
    if not leaf.last:
        state["page"] += 1
        return False
    state["page"] = 1
    if subscribers:
        begun = datetime.fromisoformat(state["begun"])
        database.write(lambda session: forget_gone(session, begun))
        state["step"] = "suppressions"
        return False
    state |= {"step": "subscribers", "begun": None, "done_at": clock.real_now().isoformat()}
    return True


def _tell(database: Database, service: NewsletterList, emails: Sequence[str], budget: Budget) -> None:
    """Suppress there who left here. Killed in between, the rest is done when the page is read again."""
    for email in emails:
        budget.take()
        service.suppress(email)
        database.write(lambda session, email=email: stand(session, {address_digest(email): SUPPRESSED}))  # type: ignore[misc]


def _lately(at: datetime) -> bool:
    return clock.real_now() - at < timedelta(hours=1)
