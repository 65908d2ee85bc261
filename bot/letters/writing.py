"""Begin a letter, change it, take in what came since. Callers commit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Language
from bot.letters.content import Heading, LetterContent, Placed, in_sections
from bot.letters.gathering import gather, week_before
from bot.settings import Settings
from bot.store import audit
from bot.store.drafts import Letter
from bot.workdays import working_day_before

START_HOUR = 9
"""The hour, in the default zone, at which a week's letter is begun by itself: the working day before it goes."""

NAMED_LIMIT, OPENING_LIMIT = 200, 4_000
"""Characters of a title, and of an opening in one language."""


class Stale(Exception):
    """Somebody else saved the letter since this page was loaded."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a form says: words by language, and every item's place in order."""

    title: Mapping[Language, str]
    opening: Mapping[Language, str]
    entries: list[Placed]


def letter_named(session: Session, slug: str, *, lock: bool = False) -> Letter | None:
    """The letter of a week (`2026-48`); None for what names none."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", slug):
        return None
    found = select(Letter).where(Letter.slug == slug)
    return session.scalar(found.with_for_update() if lock else found)


def letter_day(settings: Settings, now: datetime) -> date:
    """The day of the week's letter, before holidays are looked at: this week's, until that day is over."""
    today = now.astimezone(clock.zone(settings.zone)).date()
    day = today + timedelta(days=settings.letter_day - today.weekday())
    return day if day >= today else day + timedelta(days=7)


def next_start(settings: Settings, after: datetime) -> datetime:
    """When the next letter is begun by itself, UTC: 9:00 of the working day before its sending day."""
    day = letter_day(settings, after)
    for week in range(3):
        sent = working_day_before(day + timedelta(weeks=week))
        begun = working_day_before(sent - timedelta(days=1))
        at = datetime.combine(begun, time(START_HOUR), clock.zone(settings.zone)).astimezone(UTC)
        if at > after:
            return at
    raise AssertionError("unreachable")


def start_letter(
    session: Session, settings: Settings, actor: str = "silta", origin: str = ""
) -> tuple[Letter, bool]:
    """The letter of this week, begun if there is none yet; returns it and whether it is new."""
    day = letter_day(settings, clock.now())
    year, week, _ = day.isocalendar()
    slug = f"{year}-{week:02}"
    known = letter_named(session, slug)
    if known:
        return known, False
    sent = working_day_before(day)
    last = session.scalar(select(Letter).where(Letter.closes < sent).order_by(Letter.closes.desc()).limit(1))
    content = LetterContent(
        sections=tuple(Heading(key=each.key, titles=each.titles) for each in settings.letter_sections),
        send_day=sent,
        send_hour=settings.letter_hour,
    )
    letter = Letter(
        slug=slug, opens=last.closes if last else week_before(sent), closes=sent, state="draft",
        content=content.model_dump(mode="json"), created_at=clock.now(),
    )  # fmt: skip
    session.add(letter)
    session.flush()
    take_in(session, letter, settings)
    audit.record(session, actor, "letter.started", f"letter {slug}", origin)
    return letter, True


def take_in(session: Session, letter: Letter, settings: Settings) -> int:
    """Add what came since to the end of its sections; returns how many items that were."""
    new = gather(session, letter, settings)
    if new:
        content = LetterContent.of(letter)
        _put(letter, content, {"entries": in_sections(content.sections, [*content.entries, *new])})
    return len(new)


def save(
    session: Session, letter: Letter, version: int, edit: Edit, actor: str, origin: str = ""
) -> LetterContent:
    """Keep what a form says. The row must be locked. Raises Stale when it was saved in between.

    Items that the form does not name stay as they were, at the end of their section; a form cannot add any.
    """
    content = LetterContent.of(letter)
    if content.version != version or letter.state == "sent":
        raise Stale
    ours = {entry.item_id: entry for entry in content.entries}
    named = {entry.item_id: entry for entry in edit.entries if entry.item_id in ours}
    rest = [entry for entry in content.entries if entry.item_id not in named]
    audit.record(session, actor, "letter.saved", f"letter {letter.slug}", origin, version=version + 1)
    return _put(
        letter,
        content,
        {
            "title": {key: " ".join(text.split())[:NAMED_LIMIT] for key, text in edit.title.items()},
            "opening": {key: text.strip()[:OPENING_LIMIT] for key, text in edit.opening.items()},
            "entries": in_sections(content.sections, [*named.values(), *rest]),
        },
    )


def moved(entries: Sequence[Placed], item_id: int, by: int) -> list[Placed]:
    """The entries with one of them a place up (-1) or down (1) within its section."""
    found = list(entries)
    here = next((at for at, entry in enumerate(found) if entry.item_id == item_id), None)
    if here is None:
        return found
    same = [at for at, entry in enumerate(found) if entry.section == found[here].section]
    there = same.index(here) + by
    if 0 <= there < len(same):
        found[here], found[same[there]] = found[same[there]], found[here]
    return found


def _put(letter: Letter, content: LetterContent, changed: Mapping[str, object]) -> LetterContent:
    new = content.model_copy(update={**changed, "version": content.version + 1})
    letter.content = new.model_dump(mode="json")
    return new
