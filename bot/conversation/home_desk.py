"""What coordinators see on their page in a chat: what waits for approval, what goes out next, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import words
from bot.approval.drafts import titled
from bot.clock import When
from bot.contracts import Action, Entry, Fact, Language, Section
from bot.planning.variants import variant
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.drafts import Draft
from bot.store.items import Item
from bot.store.sources import Source
from bot.store.workplace import Account

MOST = 5
LOOKED_AT = 500
"""Queued deliveries that are looked at to say what goes out next: however long the queue, as quick."""

_MEDIA = {"slack": "By Slack", "email": "By email"}
_KINDS = {"item": "Item of a source", "letter": "Weekly letter", "announcement": "Announcement"}


_STATES = {"draft": "Draft", "returned": "Given back", "approved": "Approved", "released": "Sent"}
"""States of announcements that are listed, as people call them."""

LATELY, MOST_WRITTEN = timedelta(days=30), 5


def desk(session: Session, language: Language, now: datetime) -> tuple[Section, ...]:
    """The sections for a coordinator; those with nothing in them say so."""
    waiting, going = _waiting(session, language), tuple(_going(session, language))
    written = _written(session, language, now)
    return (
        _section(language, "Waits for approval", waiting, "Nothing waits for approval"),
        *([_section(language, "Announcements", written, "")] if written else []),
        _section(language, "Going out next", going, "Nothing waits to go out"),
        _section(language, "Faults", faults(session, now)[:MOST], "All is well"),
    )


def faults(session: Session, now: datetime) -> tuple[Entry, ...]:
    """What is wrong: senders that are stopped, sources that cannot be asked."""
    return (*_accounts(session, now), *_sources(session))


def _section(language: Language, msgid: str, entries: tuple[Entry, ...], nothing: str) -> Section:
    return Section(
        title=words.gettext(language, msgid),
        entries=entries or (Entry(title=words.gettext(language, nothing)),),
    )


def _waiting(session: Session, language: Language) -> tuple[Entry, ...]:
    rows = session.execute(
        select(Draft, Contact.name)
        .outerjoin(Contact, Contact.pseudonym == Draft.author)
        .where(Draft.state == "waiting")
        .order_by(Draft.id)
        .limit(MOST)
    )
    look = words.gettext(language, "Look at it")
    return tuple(
        Entry(
            title=titled(draft),
            label=" · ".join(filter(None, (words.gettext(language, _KINDS[draft.kind]), name or ""))),
            facts=_until(language, draft.expires_at),
            actions=(Action(label=look, url="", primary=True, does=f"open:draft:{draft.id}"),),
        )
        for draft, name in rows
    )


def _written(session: Session, language: Language, now: datetime) -> tuple[Entry, ...]:
    """Announcements being written, approved, or sent lately: from there they are corrected and withdrawn."""
    rows = session.scalars(
        select(Draft)
        .where(Draft.state.in_(list(_STATES)), Draft.kind == "announcement", Draft.updated_at > now - LATELY)
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(MOST_WRITTEN)
    )
    look = words.gettext(language, "Look at it")
    return tuple(
        Entry(
            title=titled(draft),
            label=words.gettext(language, _STATES[draft.state]),
            actions=(
                Action(label=look, url="", does=f"open:draft:{draft.id}"),
                *(correcting(language, draft.subject_id) if draft.state == "released" else ()),
            ),
        )
        for draft in rows
    )


def correcting(language: Language, item_id: int | None) -> tuple[Action, ...]:
    """The button that opens the form of an announcement that has gone out."""
    if item_id is None:
        return ()
    return (Action(label=words.gettext(language, "Correct"), url="", does=f"open:correct:{item_id}"),)


def _until(language: Language, at: datetime | None) -> tuple[Fact, ...]:
    return (Fact(label=words.gettext(language, "Waits until"), when=When(at=at)),) if at else ()


def _going(session: Session, language: Language) -> Iterator[Entry]:
    """What is due first, a line for each item and its medium."""
    found: list[tuple[datetime, str, int | None, int]] = []
    for sender in _MEDIA:  # medium by medium, as the index of what is due is ordered
        first = (
            select(Delivery.item_id, Delivery.due_at)
            .where(Delivery.sender == sender, in_state("queued"))
            .order_by(Delivery.due_at, Delivery.id)
            .limit(LOOKED_AT)
            .subquery()
        )
        grouped = select(func.min(first.c.due_at), first.c.item_id, func.count()).group_by(first.c.item_id)
        found += [(due, sender, item_id, count) for due, item_id, count in session.execute(grouped)]
    found = sorted(found, key=lambda each: each[:2])[:MOST]
    ids = {item_id for _, _, item_id, _ in found if item_id is not None}
    items = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(ids)))}
    for due, sender, item_id, count in found:
        item = items.get(item_id or 0)
        title = (
            variant(item.content().title, language)[1]
            if item
            else words.gettext(language, "Digests and letters")
        )
        told = words.ngettext(language, "{n} message", "{n} messages", count)
        yield Entry(
            title=title,
            label=f"{words.gettext(language, _MEDIA[sender])} · {told}",
            facts=(Fact(label=words.gettext(language, "Goes out"), when=When(at=due)),),
        )


def _accounts(session: Session, now: datetime) -> Iterator[Entry]:
    ill = select(Account).where(Account.fault.is_not(None), Account.blocked_until > now)
    for account in session.scalars(ill.order_by(Account.sender)):
        yield Entry(title=account.sender.partition(":")[0].capitalize(), notes=(account.fault or "",))


def _sources(session: Session) -> Iterator[Entry]:
    ill = select(Source).where(Source.fault.is_not(None), Source.failures > 0, Source.paused.is_(False))
    for source in session.scalars(ill.order_by(Source.name).limit(MOST)):
        yield Entry(title=source.name, notes=(source.fault or "",))
