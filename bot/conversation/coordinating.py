"""What coordinators ask: how the house is, and to write to the network."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import words
from bot.approval.drafts import titled
from bot.clock import When
from bot.contracts import Action, Entry, Fact, Section
from bot.conversation.composing import title_of
from bot.conversation.replies import Said
from bot.conversation.speaker import Room, Speaker
from bot.store.deliveries import Delivery, in_state
from bot.store.drafts import Draft
from bot.store.items import Item
from bot.store.sources import Source

MOST = 8
"""Drafts, faults and coming sendings that are shown of each."""


def announce(room: Room, who: Speaker) -> Said:
    """Where an announcement is written: in a chat behind the button, by mail on the page."""
    language = who.language
    if not who.coordinates:
        return _for_coordinators(who)
    label = words.gettext(language, "Write an announcement")
    button = Action(label=label, url=room.page("/announce"), primary=True, does="open:announce")
    if who.by == "mail":
        title = words.gettext(language, "An announcement is not written by mail")
        line = words.gettext(
            language, "It needs its languages, its readers and another pair of eyes: write it there."
        )
        return Said(title, (line,), done=False, actions=(button,))
    line = words.gettext(language, "Nothing goes out before another coordinator has approved it.")
    return Said(words.gettext(language, "Write to the network"), (line,), actions=(button,))


def status(session: Session, room: Room, who: Speaker) -> Said:
    """What waits for approval, what goes out next, and which sources cannot be read; for coordinators."""
    language = who.language
    if not who.coordinates:
        return _for_coordinators(who)
    sections = []
    drafts = _waiting(session, room, who)
    if drafts:
        sections.append(Section(title=words.gettext(language, "Waits for approval"), entries=drafts))
    coming = _coming(session, who)
    if coming:
        sections.append(Section(title=words.gettext(language, "Goes out next"), entries=coming))
    faults = _faults(session)
    if faults:
        sections.append(Section(title=words.gettext(language, "Sources that cannot be read"), entries=faults))
    well = (
        ()
        if sections
        else (words.gettext(language, "Nothing waits, nothing is about to go out, and all is well."),)
    )
    return Said(
        words.gettext(language, "How things are"),
        well,
        label=words.gettext(language, "For coordinators"),
        sections=tuple(sections),
        actions=tuple(
            Action(label=words.gettext(language, "Look at it"), url=url)
            for url in (room.page("/approvals"),)
            if url
        ),
    )


def _for_coordinators(who: Speaker) -> Said:
    language = who.language
    title = words.gettext(language, "That is for coordinators")
    line = words.gettext(language, "Ask yours, or say **help** to see what you can do here.")
    return Said(title, (line,), done=False)


def _waiting(session: Session, room: Room, who: Speaker) -> tuple[Entry, ...]:
    language = who.language
    found = session.scalars(
        select(Draft)
        .where(Draft.state.in_(("waiting", "approved")))
        .order_by(Draft.state.desc(), Draft.updated_at)
        .limit(MOST)
    )
    label = words.gettext(language, "Look at it")
    return tuple(
        Entry(
            title=titled(draft),
            label=words.gettext(language, "Approved" if draft.state == "approved" else "Waits for approval"),
            facts=_goes_out(draft, who),
            actions=(
                Action(label=label, url=room.page(f"/approvals/{draft.id}"), does=f"open:draft:{draft.id}"),
            ),
        )
        for draft in found
    )


def _goes_out(draft: Draft, who: Speaker) -> tuple[Fact, ...]:
    if draft.state != "approved" or draft.release_at is None:
        return ()
    return (Fact(label=words.gettext(who.language, "Goes out"), when=When(at=draft.release_at)),)


def _coming(session: Session, who: Speaker) -> tuple[Entry, ...]:
    """What is queued or held, item by item, the next first: how many readers, and from when on."""
    first = func.min(Delivery.due_at)
    rows = session.execute(
        select(Delivery.item_id, func.count(), first)
        .where(in_state("queued"), Delivery.purpose.not_in(("confirmation", "sign-in")))
        .group_by(Delivery.item_id)
        .order_by(first)
        .limit(MOST)
    ).all()
    made = []
    for item_id, count, due_at in rows:
        item = session.get(Item, item_id) if item_id is not None else None
        other = words.gettext(who.language, "Digests and other messages")
        readers = words.ngettext(who.language, "{n} message", "{n} messages", count)
        made.append(
            Entry(
                title=title_of(item, who.language) if item else other,
                label=f"#{item_id}" if item else "",
                facts=(Fact(label=readers, when=When(at=due_at)),),
            )
        )
    return tuple(made)


def _faults(session: Session) -> tuple[Entry, ...]:
    ill = select(Source).where(Source.fault.is_not(None), Source.failures > 0, Source.paused.is_(False))
    return tuple(
        Entry(title=source.name, summary=(source.fault or "")[:300])
        for source in session.scalars(ill.order_by(Source.name).limit(MOST))
    )
