"""From a letter's content to a message in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import LANGUAGES, Action, Language, Message, Picture, Section
from bot.letters.content import LetterContent
from bot.letters.entries import entry_of
from bot.network import Network
from bot.planning.calls import next_deadline
from bot.planning.digest_content import Summaries
from bot.planning.digest_desk import summaries_of
from bot.planning.fixed_words import house_words
from bot.planning.variants import only, variant
from bot.settings import Settings
from bot.store.drafts import Letter
from bot.store.items import Item
from bot.summaries import shortened
from bot.timeline import timeline

PREHEADER_LIMIT = 140
DEADLINES_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Supply:
    """What a letter is composed of: its items by id, and the summaries that a language model made of them."""

    items: Mapping[int, Item]
    summaries: Summaries


def supply_of(session: Session, content: LetterContent) -> Supply:
    """The letter's items that may be told: public and published as they are now."""
    wanted = [entry.item_id for entry in content.shown()]
    found = select(Item).where(Item.id.in_(wanted), Item.visibility == "public", Item.state == "published")
    return Supply({item.id: item for item in session.scalars(found)}, summaries_of(session, wanted))


def compose_letter(
    letter: Letter,
    content: LetterContent,
    supply: Supply,
    language: Language,
    network: Network,
    settings: Settings,
) -> Message:
    """The letter in one language. What the supply does not have (left out, withdrawn since) is not told."""
    told, opening = variant(content.opening, language)
    title = title_of(letter, content, language, network)
    sections = _sections(content, supply, language, network, settings.public_url)
    named = (entry.title for section in sections for entry in section.entries)
    return Message(
        language=language,
        purpose="letter",
        label=words.gettext(language, "Weekly letter"),
        title=title,
        preheader=shortened(" · ".join(named), PREHEADER_LIMIT),
        body=opening,
        notes=only(language, language, told) if opening else (),
        sections=sections,
        picture=_deadlines(supply.items.values(), language, settings.zone),
        actions=(
            Action(
                label=words.gettext(language, "Read on the web"),
                url=f"{settings.public_url}/archive/{letter.slug}?language={language}",
            ),
        ),
        words=house_words(language, network),
    )


def title_of(letter: Letter, content: LetterContent, language: Language, network: Network) -> str:
    """What the coordinator called it in that language, else what its week is called."""
    week = int(letter.slug.rpartition("-")[2])
    named = content.title.get(language, "").strip()
    return named or words.gettext(
        language, "{network}: week {week}", network=network.name[language], week=week
    )


def written_in(content: LetterContent, items: Iterable[Item]) -> dict[Language, list[str]]:
    """What each language lacks: the opening, and the titles of items that have none in it."""
    shown = list(items)
    lacking: dict[Language, list[str]] = {}
    for language in LANGUAGES:
        missing = ["the opening"] if language in content.missing() else []
        missing += [
            variant(item.details["title"], language)[1]
            for item in shown
            if language not in item.details["title"]
        ]
        if missing:
            lacking[language] = missing
    return lacking


def _sections(
    content: LetterContent,
    supply: Supply,
    language: Language,
    network: Network,
    public_url: str,
) -> tuple[Section, ...]:
    made = []
    for heading in content.sections:
        entries = [
            entry_of(
                item, language, network, public_url, supply.summaries.get((item.id, item.revision, language))
            )
            for placed in content.within(heading.key)
            if not placed.out and (item := supply.items.get(placed.item_id))
        ]
        if entries:
            made.append(Section(title=heading.titles[language], entries=tuple(entries)))
    return tuple(made)


def _deadlines(items: Iterable[Item], language: Language, zone: str) -> Picture | None:
    """The deadlines of the letter's calls as a picture."""
    now = clock.now()
    ahead = []
    for item in items:
        details = item.content()
        deadline = next_deadline(details, now, zone) if item.kind == "call" else None
        if deadline and deadline.begins(zone) <= now + DEADLINES_AHEAD:
            day = deadline.day or deadline.begins(zone).astimezone(clock.zone(zone)).date()
            ahead.append((day, variant(details.title, language)[1]))
    return timeline(ahead, now.astimezone(clock.zone(zone)).date(), language)
