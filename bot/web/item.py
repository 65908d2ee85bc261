"""The page of one item: every language, every revision, everyone who was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import When
from bot.contracts import LANGUAGES, Details, Language
from bot.contracts.words import LANGUAGE_NAMES
from bot.conversation.replies import answer_label
from bot.people.roster import roster
from bot.planning.calls import disagrees, state_of
from bot.planning.changes import changes
from bot.planning.facts import facts as told
from bot.store.deliveries import Delivery
from bot.store.items import Item, ReportRow, Revision
from bot.store.sources import Source
from bot.web import prose
from bot.web.because import of_item
from bot.web.house import House
from bot.web.lines import lines
from bot.web.tallies import by_item

MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Text:
    """An item's words in one language."""

    language: Language
    name: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Change:
    """One revision: what it changed against the one before."""

    revision: int
    made_at: datetime
    what: str


def story(session: Session, house: House, item: Item) -> dict[str, Any]:
    """What the page of an item shows."""
    details = item.content()
    language, title = prose.told_in(details.title, house.settings.default_language)
    reports = session.execute(
        select(ReportRow, Source.name).join(Source, Source.id == ReportRow.source_id)
        .where(ReportRow.item_id == item.id).order_by(ReportRow.id)
    ).all()  # fmt: skip
    last_word = max((report.seen_at for report, _ in reports), default=None)
    return {
        "item": item,
        "title": title,
        "language": language,
        "texts": _texts(details),
        "facts": facts_of(details, house, last_word),
        "url": prose.web_link(details.url),
        "reports": reports,
        "said": _said_by,
        "judged": of_item(session, house.network, item.id),
        "changes": _changes(session, item, house),
        "counts": by_item(session, [item.id]).get(item.id, {}),
        "lines": lines(session, house, Delivery.item_id == item.id, most=MOST_LINES),
        "roster": roster(session, house.network, item.id) if item.state != "waiting" else None,
        "answer_label": partial(answer_label, "en"),
        "city_name": partial(prose.city_name, house.network),
        "most": MOST_LINES,
    }  # fmt: skip


def _texts(details: Details) -> list[Text]:
    spoken = [language for language in LANGUAGES if language in details.title or language in details.body]
    return [
        Text(
            language,
            LANGUAGE_NAMES[language],
            details.title.get(language, ""),
            details.body.get(language, ""),
        )
        for language in spoken
    ]


def facts_of(details: Details, house: House, last_word: datetime | None = None) -> list[tuple[str, str]]:
    """The facts of an item for coordinators: labels and values in English, those that say something.

    `last_word` is when its sources last said something new: a state that was right then is not held against them.
    """

    def said(when: When | None) -> str:
        return when.spoken("en", house.settings.zone) if when else ""

    topics = ", ".join(prose.topic_name(house.network, slug) for slug in details.topics)
    state = state_of(details, zone=house.settings.zone)
    wrong = disagrees(details) and disagrees(details, last_word)
    said_by_source = f" (the source says {details.stated_state})" if wrong else ""
    facts = [
        ("State", f"{state}{said_by_source}" if details.kind == "call" else ""),
        ("Cities", prose.cities_named(house.network, details.cities, most=20)),
        ("Topics", topics or "All topics"),
        *((fact.label, fact.text or said(fact.when)) for fact in told(details, "en", house.network)
          if fact.label != "Cities"),
        ("Published", said(details.published_at)),
        ("Seen by", "everybody" if details.visibility == "public" else "the network only"),
    ]  # fmt: skip
    return [(label, value) for label, value in facts if value]


def _said_by(report: ReportRow) -> tuple[str | None, str]:
    """Where a report can be read, and the deadline that it states itself."""
    if report.details is None:
        return None, ""
    details = Details.model_validate(report.details)
    closes = details.closes_at.spoken("en") if details.closes_at else ""
    return prose.web_link(details.url), closes


def _changes(session: Session, item: Item, house: House) -> list[Change]:
    """The revisions, newest first."""
    made: list[Change] = []
    before: Mapping[str, Any] | None = None
    for row in session.scalars(
        select(Revision).where(Revision.item_id == item.id).order_by(Revision.revision)
    ):
        made.append(Change(row.revision, row.made_at, _difference(before, row.details, row.revision, house)))
        before = row.details
    return made[::-1]


def _difference(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, revision: int, house: House
) -> str:
    if after is None:
        return "Withdrawn"
    if before is None:
        return "First seen" if revision == 1 else "Published again"
    old, new = Details.model_validate(before), Details.model_validate(after)
    if found := changes(old, new, "en", house.network):
        return " · ".join(found)
    changed = [name for name in Details.model_fields if getattr(old, name) != getattr(new, name)]
    labels = [name.replace("_", " ").removesuffix(" at") for name in changed]
    return f"Changed: {', '.join(labels)}" if labels else "Nothing that readers see"
