"""Letters that went out, as they went out; what was withdrawn since is marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot import words
from bot.contracts import Entry, Language, Message, Section
from bot.store.drafts import Draft, Letter
from bot.store.items import Item, standing


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of an old letter. `item_id` is None where it is not known; `gone` says what became of it."""

    entry: Entry
    item_id: int | None
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """An old letter in a list."""

    slug: str
    title: str
    send_at: datetime | None
    closes: date


@dataclass(frozen=True, slots=True)
class Part:
    """A section of an old letter."""

    title: str
    told: tuple[Told, ...]


def sent_letters(session: Session, most: int) -> Sequence[Letter]:
    """The newest letters that went out, whole."""
    return session.scalars(
        select(Letter).where(Letter.state == "sent").order_by(Letter.closes.desc()).limit(most)
    ).all()


def headlines(session: Session, language: Language) -> Sequence[Headline]:
    """All letters that went out as lists show them, newest first."""
    page = Letter.pages[language]
    rows = session.execute(
        select(
            Letter.slug,
            page["title"].as_string(),
            Letter.send_at,
            Letter.closes,
        )
        .where(Letter.state == "sent")
        .order_by(Letter.closes.desc())
    )
    return [Headline(*row) for row in rows]


def message_of(letter: Letter, language: Language) -> Message:
    """A sent letter in one language, as it went out."""
    return Message.model_validate((letter.pages or {})[language])


def parts(session: Session, message: Message, item_ids: Sequence[Sequence[int]]) -> tuple[Part, ...]:
    """The letter's sections with what became of each item: "withdrawn", "private" (not public any more), or ""."""
    gone = _gone(session, {item_id for ids in item_ids for item_id in ids})
    made = []
    for at, section in enumerate(message.sections):
        ids: Sequence[int | None] = item_ids[at] if at < len(item_ids) else ()
        padded = [*ids, *[None] * len(section.entries)]
        told = tuple(
            Told(entry, item_id, gone.get(item_id, "") if item_id else "")
            for entry, item_id in zip(section.entries, padded, strict=False)
        )
        made.append(Part(section.title, told))
    return tuple(made)


def as_it_stands(session: Session, letter: Letter, language: Language) -> Message:
    """A sent letter as it may be told today: without items that are not public any more, withdrawn ones marked.

    Where something is gone, so are the picture and the preheader, which would still tell of it.
    """
    message = message_of(letter, language)
    told = parts(session, message, (letter.pages or {}).get("items", ()))
    if not any(each.gone for part in told for each in part.told):
        return message
    withdrawn = words.gettext(language, "Withdrawn")
    sections = []
    for part in told:
        entries = tuple(
            each.entry.model_copy(update={"notes": (withdrawn, *each.entry.notes)})
            if each.gone
            else each.entry
            for each in part.told
            if each.gone != "private"
        )
        if entries:
            sections.append(Section(title=part.title, entries=entries))
    return message.model_copy(update={"sections": tuple(sections), "picture": None, "preheader": ""})


def public_item(session: Session, item_id: int) -> Item | None:
    """An item that everybody may read: public, and published now or before it was withdrawn."""
    item = session.get(Item, standing(session, item_id))
    if item is None or item.visibility != "public" or item.state not in {"published", "withdrawn"}:
        return None
    unapproved = exists().where(Draft.kind == "item", Draft.subject_id == item.id, Draft.state != "released")
    if item.state == "withdrawn" and session.scalar(select(unapproved)):
        return None  # withdrawn while it waited for approval: nobody ever saw it
    return item


def _gone(session: Session, ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(select(Item.id, Item.state, Item.visibility).where(Item.id.in_(ids)))
    return {
        item_id: "withdrawn" if state == "withdrawn" else "private"
        for item_id, state, visibility in rows
        if state == "withdrawn" or visibility != "public"
    }
