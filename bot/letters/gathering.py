"""Which items a letter tells of: public ones of its window that no letter before it had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.letter_sections import LetterSection, section_of
from bot.letters.content import LetterContent, Placed
from bot.settings import Settings
from bot.store.drafts import Letter
from bot.store.items import Item, ReportRow
from bot.store.sources import REMOVED, Source

LOOK_BACK = 6
"""Letters whose items do not come again."""

MOST = 300
"""Items that a letter can hold: the form of the page that edits it stays well under its limit."""

FAR = datetime(2999, 12, 31, tzinfo=UTC)


def gather(session: Session, letter: Letter, settings: Settings) -> list[Placed]:
    """The items that the letter does not have yet, each in its section, the most pressing first.

    The window is half-open. What came after the letter before was gathered, on the last day of that
    letter's window, is in this one: nothing falls between two letters.
    """
    before = session.scalars(
        select(Letter).where(Letter.closes < letter.closes).order_by(Letter.closes.desc()).limit(LOOK_BACK)
    ).all()
    told = {entry.item_id for each in (letter, *before) for entry in LetterContent.of(each).entries}
    since = before[0].opens if before else letter.opens
    found = session.scalars(
        select(Item)
        .where(
            Item.visibility == "public",
            Item.state == "published",
            Item.created_at >= midnight(since, settings.zone),
            Item.created_at < midnight(letter.closes, settings.zone),
        )
        .order_by(Item.id)
    )
    items = [item for item in found if item.id not in told and not _over(item)]
    items.sort(key=lambda item: (_pressing(item), -item.id))
    # What does not fit any more stays for the next letter.
    return place(
        session, items[: max(0, MOST - len(letter.content.get("entries", ())))], settings.letter_sections
    )


def place(session: Session, items: Sequence[Item], sections: Sequence[LetterSection]) -> list[Placed]:
    """Each item in the section that the rules name."""
    sources = _sources(session, [item.id for item in items])
    return [
        Placed(
            item_id=item.id,
            section=section_of(
                sections,
                item.kind,
                item.details.get("cities", ()),
                item.details.get("topics", ()),
                sources[item.id],
            ),
        )
        for item in items
    ]


def _sources(session: Session, item_ids: Collection[int]) -> Mapping[int, set[str]]:
    """The names of the sources, and of their kinds, that each item comes from."""
    rows = session.execute(
        select(ReportRow.item_id, Source.name, Source.kind)
        .join(Source, Source.id == ReportRow.source_id)
        .where(ReportRow.item_id.in_(item_ids))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for item_id, name, kind in rows:
        found[item_id] |= {name.partition(REMOVED)[0], kind}
    return found


def _over(item: Item) -> bool:
    """Whether there is no sense in telling of it any more."""
    ends = item.closes_at if item.kind == "call" else (item.ends_at or item.starts_at)
    return item.kind in {"call", "event"} and ends is not None and ends <= clock.now()


def _pressing(item: Item) -> datetime:
    """What a reader must know first comes first: deadlines of calls, days of events."""
    when = {"call": item.closes_at, "event": item.starts_at}.get(item.kind)
    return when or FAR


def midnight(day: date, zone: str) -> datetime:
    """The first instant of a day in a zone, UTC."""
    return datetime.combine(day, time(), clock.zone(zone)).astimezone(UTC)


def week_before(day: date) -> date:
    """Where the window of a first letter opens."""
    return day - timedelta(days=7)
