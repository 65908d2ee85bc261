"""The form on which a letter is edited: what it shows, and what it says when it comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from bot.contracts import LANGUAGES, Details, Language
from bot.contracts.words import LANGUAGE_NAMES
from bot.letters.composing import supply_of, title_of, written_in
from bot.letters.content import Heading, LetterContent, Placed
from bot.letters.gathering import gather
from bot.letters.release import sending_time
from bot.letters.submission import draft_of
from bot.letters.writing import NAMED_LIMIT, OPENING_LIMIT, Edit
from bot.planning.calls import next_deadline
from bot.planning.letter_readers import Readers, count_readers
from bot.store.drafts import Letter
from bot.store.items import Item
from bot.web import prose
from bot.web.house import House
from bot.web.pages import number


@dataclass(frozen=True, slots=True)
class Line:
    """An item on the form. `gone` is one that cannot be told any more; `order` is its number in its section."""

    placed: Placed
    order: int
    language: Language
    title: str
    kind: str
    cities: str
    when: str
    spoken: tuple[Language, ...]
    gone: bool


def desk(session: Session, house: House, letter: Letter) -> dict[str, Any]:
    """What the page of a letter that is being written shows."""
    content = LetterContent.of(letter)
    told = supply_of(session, content).items
    ids = [entry.item_id for entry in content.entries]
    everything = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(ids)))}
    draft = draft_of(session, letter)
    readers: Readers = count_readers(session)
    return {
        "letter": letter,
        "content": content,
        "sections": [(heading, _lines(house, heading, content, everything)) for heading in content.sections],
        "usual": {language: title_of(letter, content.model_copy(update={"title": {}}), language, house.network)
                  for language in LANGUAGES},
        "names": LANGUAGE_NAMES,
        "lacking": written_in(content, told.values()),
        "waiting": len(gather(session, letter, house.settings)),
        "draft": draft,
        "readers": readers,
        "goes_out": sending_time(content, house.settings.zone),
        "limits": (NAMED_LIMIT, OPENING_LIMIT),
        "many": len(told),
    }  # fmt: skip


def edit_from(form: MultiDict[str, str], content: LetterContent) -> tuple[Edit, int]:
    """What a form says, and the version it was made from. Numbers and sections that are none stay as they were."""
    ours = {entry.item_id: entry for entry in content.entries}
    keys = {heading.key for heading in content.sections}
    ids = [item for text in form.getlist("item") if (item := number(text)) in ours and item is not None]
    entries = []
    for at, item_id in enumerate(dict.fromkeys(ids)):
        section = form.get(f"section-{item_id}", "")
        entry = Placed(
            item_id=item_id,
            section=section if section in keys else ours[item_id].section,
            out=f"keep-{item_id}" not in form,
        )
        order = number(form.get(f"order-{item_id}"))
        # A half more than the place it had: a number typed in wins over who had it before.
        entries.append((at + 1 if order is None else order, entry))
    entries.sort(key=lambda pair: pair[0])
    words = {
        name: {language: form.get(f"{name}-{language}", "") for language in LANGUAGES}
        for name in ("title", "opening")
    }
    edit = Edit(title=words["title"], opening=words["opening"], entries=[entry for _, entry in entries])
    return edit, number(form.get("version")) or 0


def _lines(house: House, heading: Heading, content: LetterContent, items: Mapping[int, Item]) -> list[Line]:
    lines = []
    for at, placed in enumerate(content.within(heading.key), 1):
        item = items.get(placed.item_id)
        if item is None:
            continue
        details = item.content()
        language, title = prose.told_in(details.title, house.settings.default_language)
        lines.append(
            Line(
                placed=placed,
                order=at * 10,
                language=language,
                title=title,
                kind=item.kind,
                cities=prose.cities_named(house.network, details.cities),
                when=_when(details, house.settings.zone),
                spoken=tuple(each for each in LANGUAGES if each in details.title),
                gone=item.state != "published" or item.visibility != "public",
            )
        )
    return lines


def _when(details: Details, zone: str) -> str:
    closes = next_deadline(details, zone=zone) or details.closes_at
    if details.kind == "call" and closes:
        return f"closes {closes.spoken('en', zone)}"
    return f"starts {details.starts_at.spoken('en', zone)}" if details.starts_at else ""
