"""A source gives a thing another id and says the same of it: its report goes on under that id, and nobody is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.intake.candidates import STANDING, batches
from bot.intake.fingerprint import fingerprint
from bot.intake.keys import TITLED, day_key, identifier, link_keys, meeting, plain, strong_keys
from bot.intake.likeness import days_between
from bot.intake.records import Content, Known
from bot.store.items import Item, ReportRow
from bot.store.joining import ReportKey

_NAMED = frozenset({"call", "event", "news"})
"""Kinds of things. What people say to each other may be the same twice."""


@dataclass(frozen=True, slots=True)
class _Old:
    """A report of the same source under an id that it does not list any more."""

    known: Known
    external_id: str
    details: Details


def renamed(
    session: Session, source_id: int, contents: Sequence[Content], listed: Collection[str], zone: str
) -> Mapping[str, Known]:
    """Give reports their new ids; returns them by those.

    `contents` are under ids that are not known, and `listed` all ids that the source names just now. The same thing
    has the same number, or the same link, title and day, which no other has; news must be the same to the letter
    but for how the link is spelt.
    An event of the same start, title and place is the same, where no other is like it.
    """
    come = [content for content in contents if content.details.kind in _NAMED and content.keys]
    by_key = _old_ones(session, source_id, come, listed, zone)
    brought = Counter(key for content in come for key in link_keys(content.details))
    meetings = Counter(meeting(content.details) for content in come)
    found: dict[str, Known] = {}
    taken: set[int] = set()
    for content in come:
        old = {
            each.known.report_id: each for key in _keys(content.details, zone) for each in by_key.get(key, ())
        }
        alone = meetings[meeting(content.details)] == 1
        own = all(brought[key] == 1 and len(by_key.get(key, ())) <= 1 for key in link_keys(content.details))
        same = [
            each
            for each in old.values()
            if each.known.report_id not in taken and _same(content, each, own, alone, zone)
        ]
        if len(same) == 1:
            found[content.external_id] = same[0].known
            taken.add(same[0].known.report_id)
    for external_id, known in found.items():
        mine = update(ReportRow).where(ReportRow.id == known.report_id)
        session.execute(mine.values(external_id=external_id))
    return found


def _same(content: Content, old: _Old, own_link: bool, alone: bool, zone: str) -> bool:
    one, other = content.details, old.details
    if one.kind != other.kind:
        return False
    days, met = days_between(one, other, zone), meeting(one)
    number, theirs = identifier(one), identifier(other)
    if number and number == theirs:
        return days != "far"  # a number that is used anew for the next round is another call
    if number and theirs:
        return False
    if not own_link or not link_keys(one) & link_keys(other):
        return alone and met is not None and met == meeting(other)
    if _unlinked(one) == _unlinked(other):
        return True
    titles = [(plain(one.title[each]), plain(other.title[each])) for each in one.title if each in other.title]
    return one.kind in TITLED and days == "same" and bool(titles) and all(a == b for a, b in titles)


def _unlinked(details: Details) -> str:
    """What it says, however its link is spelt: a site that adds a slash to every address has no news."""
    return fingerprint(details.model_copy(update={"url": None, "links": ()}))


def _keys(details: Details, zone: str) -> set[str]:
    """The keys under which it may be found; an event, which few calendars give a link, by its day too."""
    day = day_key(details, zone) if details.kind == "event" else ""
    return strong_keys(details) | ({day} - {""})


def _old_ones(
    session: Session, source_id: int, come: Sequence[Content], listed: Collection[str], zone: str
) -> Mapping[str, Sequence[_Old]]:
    by_key: dict[str, list[_Old]] = defaultdict(list)
    for some in batches(sorted({key for content in come for key in _keys(content.details, zone)})):
        rows = (
            select(ReportKey.key, ReportRow)
            .join(ReportRow, ReportRow.id == ReportKey.report_id)
            .join(Item, Item.id == ReportRow.item_id)
            .where(ReportKey.key.in_(some), ReportRow.source_id == source_id)
            .where(ReportRow.withdrawn.is_(False), Item.state.in_(STANDING))
            .order_by(ReportRow.id)
        )
        for key, row in session.execute(rows):
            if row.external_id not in listed:
                known = Known(row.id, row.item_id, row.fingerprint, False, True, row.as_of)
                by_key[key].append(_Old(known, row.external_id, Details.model_validate(row.details)))
    return by_key
