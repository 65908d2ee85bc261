"""Take in what a source was asked for: by portions, each a transaction, so that nobody's writing waits for long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Accepted, Fetched, Report
from bot.intake.accept import Rights, accept, in_portions
from bot.intake.candidates import Beside
from bot.intake.first_look import is_first, left_of
from bot.intake.relevance import Sieve, rules
from bot.intake.watch.runs import Counts
from bot.store.db import Database
from bot.store.network import read_network
from bot.store.sources import Source

Outcome = TypeVar("Outcome")


class Lost(Exception):
    """The source is in other hands: what it said is dropped, beside what was taken in before."""


def take_in(
    database: Database, source: Source, fetched: Fetched, zone: str, end: Callable[[Session, Counts], Outcome]
) -> Outcome:
    """Take in what it says; `end`, in the transaction of the last portion, moves the cursor. Raises Lost.

    Whoever dies between two portions loses nothing and doubles nothing: the cursor has not moved.
    """
    with database.reading() as session:
        rights = replace(rights_of(session, source), listed=fetched.listed)
        unread = left_of(source, [report.external_id for report in fetched.reports])
        silent = [report for report in fetched.reports if report.external_id in unread]
        told = [report for report in fetched.reports if report.external_id not in unread]
        (*portions, last), beside = in_portions(session, source.id, (silent, told), rights, zone)
    quietly = replace(rights, tell=False)
    answers: list[Accepted] = []
    for portion in portions:
        mine = quietly if portion and portion[0].external_id in unread else rights
        answers += database.write(partial(_take, source, portion, mine, zone, beside))

    def take_last(session: Session) -> Outcome:
        mine = quietly if last and last[0].external_id in unread else rights
        taken = _take(source, last, mine, zone, beside, session)
        return end(session, Counts.of([*answers, *taken], len(fetched.faults)))

    return database.write(take_last)


def held(session: Session, source: Source) -> Source:
    """The source's row, locked, while whoever leased it so still has it. Raises Lost."""
    mine = (Source.id == source.id, Source.lease == source.lease)
    row = session.scalar(select(Source).where(*mine).with_for_update())
    if row is None:
        raise Lost
    return row


def rights_of(session: Session, source: Source) -> Rights:
    """What a source may do with what it brings now. Raises Lost when there is none of it any more."""
    row = session.get(Source, source.id)
    if row is None:
        raise Lost
    network = read_network(session) if row.sifted else None
    return Rights(
        row.publish,
        row.may_be_urgent,
        tell=not is_first(row),
        sieve=Sieve(network, rules()) if network else None,
    )


def _take(
    source: Source,
    reports: Sequence[Report],
    rights: Rights,
    zone: str,
    beside: Beside | None,
    session: Session,
) -> list[Accepted]:
    row = held(session, source)
    answers = accept(session, row.id, reports, rights, zone, beside)
    if Counts.of(answers).brought:
        row.brought_at = clock.now()
    return answers
