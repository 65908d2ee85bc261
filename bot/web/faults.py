"""What is wrong just now, each with its remedy: what a coordinator should see first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.delivery.accounts import EDITS
from bot.delivery.edits import unedited
from bot.delivery.teams import UNTIL_BACK
from bot.intake.watch.remedies import OTHER, REMEDIES
from bot.intake.watch.troubles import APART
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination
from bot.store.sources import Source
from bot.store.watch import SourceTrouble
from bot.store.workplace import Account
from bot.web.frame import MEDIA
from bot.web.health import NO_WORKER, worker_seen
from bot.web.house import House
from bot.web.sources import told

DOUBT_AGE = timedelta(minutes=1)
MOST_LANES = 10
ACCOUNTS = {f"slack{EDITS}": "Editing posts in Slack"}
"""Accounts that are no medium of their own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong: what, what to do about it, until when it rests, and where to see more, in words."""

    what: str
    remedy: str
    until: datetime | None = None
    link: str | None = None
    link_says: str = "Show them"


def find_faults(session: Session, house: House, failed_lately: int) -> list[Fault]:
    """Everything that is wrong now, the gravest first."""
    return [
        *_worker(session, house),
        *_accounts(session),
        *_doubts(session),
        *_edits(session),
        *_failed(failed_lately),
        *_lanes(session),
        *_sources(session),
    ]


def _worker(session: Session, house: House) -> Iterator[Fault]:
    if not worker_seen(session):
        start_one = NO_WORKER[house.settings.worker]
        yield Fault(
            "No worker is at work", f"Nothing is sent or asked meanwhile, and nothing is lost. {start_one}"
        )


def _accounts(session: Session) -> Iterator[Fault]:
    now = clock.now()
    for account in session.scalars(
        select(Account).where(Account.fault.is_not(None)).order_by(Account.sender)
    ):
        medium = MEDIA.get(account.sender, ACCOUNTS.get(account.sender, account.sender))
        waits = account.blocked_until is not None and account.blocked_until > now
        remedy = f"{_sentence(account.fault)} What is queued stays queued; `python -m bot doctor` checks the settings."
        yield Fault(
            f"{medium} is {'stopped' if waits else 'not well'}",
            remedy,
            account.blocked_until if waits else None,
        )


def _doubts(session: Session) -> Iterator[Fault]:
    old = Delivery.started_at < clock.now() - DOUBT_AGE
    count = session.scalar(select(func.count()).select_from(Delivery).where(in_state("doubtful"), old)) or 0
    if count:
        yield Fault(
            f"{_many(count, 'delivery is', 'deliveries are')} in doubt",
            "The line broke after the message may have been taken. Silta asks for half an hour whether it arrived; "
            "after that look there yourself and say so.",
            link=url_for("deliveries.show", state="doubtful"),
        )


def _edits(session: Session) -> Iterator[Fault]:
    count, why = unedited(session)
    if count:
        yield Fault(
            f"{_many(count, 'post shows', 'posts show')} what is no longer true",
            f"It could not be edited in place. {_sentence(why)} What changed is told in its thread all the same.",
        )


def _failed(count: int) -> Iterator[Fault]:
    if count:
        yield Fault(
            f"{_many(count, 'delivery', 'deliveries')} failed in the last 7 days",
            "Each says why. Mend the cause, then send again.",
            link=url_for("deliveries.show", state="failed"),
        )


def _lanes(session: Session) -> Iterator[Fault]:
    paused = (Destination.paused_until.is_not(None), Destination.paused_until > clock.now())
    rows = session.execute(
        select(Destination, Contact.name)
        .outerjoin(Contact, Contact.id == Destination.contact_id)
        .where(*paused)
        .order_by(Destination.paused_until.desc(), Destination.id)
        .limit(MOST_LANES + 1)
    ).all()
    for place, name in rows[:MOST_LANES]:
        forever = place.paused_until is None or place.paused_until >= UNTIL_BACK
        remedy = "Put the address right, then send one of its deliveries again." if forever else ""
        yield Fault(
            f"{name or place.address} takes nothing over {MEDIA.get(place.sender, place.sender)}",
            f"{_sentence(place.fault or 'it failed again and again')} {remedy}",
            None if forever else place.paused_until,
            url_for("deliveries.show", destination=place.id),
        )
    if len(rows) > MOST_LANES:
        count = session.scalar(select(func.count()).select_from(Destination).where(*paused)) or 0
        yield Fault(
            f"{count - MOST_LANES} more destinations are paused",
            "`python -m bot destinations list` names them all.",
        )


def _sources(session: Session) -> Iterator[Fault]:
    ill = select(Source).where(Source.fault.is_not(None), Source.failures > 0, Source.paused.is_(False))
    for source in session.scalars(ill.order_by(Source.name)):
        yield Fault(
            f"{source.name} cannot be read",
            f"{_sentence(source.fault)} {REMEDIES.get(source.fault_kind or '', OTHER)}",
            link=url_for("sources.one", name=source.name),
            link_says="Look at it",
        )
    quiet = (SourceTrouble.ended_at.is_(None), SourceTrouble.kind.in_(APART), Source.paused.is_(False))
    rows = select(Source, SourceTrouble).join(SourceTrouble, SourceTrouble.source_id == Source.id)
    for source, trouble in session.execute(rows.where(*quiet).order_by(Source.name)):
        what = (
            "has brought nothing for a while"
            if trouble.kind == "silence"
            else "has a certificate that ends soon"
        )
        yield Fault(
            f"{source.name} {what}",
            f"{told(source, trouble).said} {REMEDIES[trouble.kind]}",
            link=url_for("sources.one", name=source.name),
            link_says="Look at it",
        )


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _sentence(text: str | None) -> str:
    """A fault as a whole sentence: it comes from anywhere, with or without a full stop."""
    told = (text or "").strip().rstrip(".")
    return f"{told[:1].upper()}{told[1:]}."
