"""The desk: where digests are composed, once for all readers who get the same, and kept."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import LANGUAGES, Details, Entry, Language
from bot.network import Network
from bot.planning.digest_content import Edition, Summaries, compose
from bot.planning.digest_ranking import Told, place_of, shelve
from bot.planning.digest_rows import Held, Reader
from bot.store.db import insert_into
from bot.store.deliveries import MessageRow
from bot.store.digests import Summary
from bot.store.drafts import Letter
from bot.store.items import Item

KEPT = 2_000
"""Items, changes and entries that a desk keeps of each; of digests ten times as many, without their content."""

LETTER_AGE = timedelta(days=6)
"""How long after its release a letter's opening still begins weekly digests."""


@dataclass(slots=True)
class Composed:
    """A digest as messages keep it: the key that names what it says, and a message a language.

    Once it is kept there is no content here any more: only the key is needed.
    """

    key: str
    content: list[dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Known:
    """What a batch of digests goes by, read once: items, changes, summaries and the letter's opening."""

    items: Mapping[tuple[int, int], tuple[Details, datetime]]
    changes: Mapping[int, Mapping[str, tuple[str, ...]]]
    summaries: Summaries
    opening: Mapping[Language, str]


@dataclass(frozen=True)
class Desk:
    """Where digests are composed: one for the whole process, for it keeps what it has read and composed."""

    network: Network
    zone: str
    _items: dict[tuple[int, int], tuple[Details, datetime]] = field(default_factory=dict, repr=False)
    _changes: dict[int, Mapping[str, tuple[str, ...]]] = field(default_factory=dict, repr=False)
    _composed: dict[object, Composed] = field(default_factory=dict, repr=False)
    _entries: dict[datetime, dict[object, Entry]] = field(default_factory=dict, repr=False)
    _wanted: dict[object, tuple[str, Edition]] = field(default_factory=dict, repr=False)
    _written: list[Composed] = field(default_factory=list, repr=False)

    def look_up(
        self, session: Session, held: Collection[Held], opening: Mapping[Language, str], now: datetime
    ) -> Known:
        """Read what these digests go by, as far as the desk does not know it."""
        hour = _hour(now)
        for old in [each for each in self._entries if each != hour]:
            del self._entries[old]
        for kept in (self._items, self._changes, self._entries.setdefault(hour, {})):
            if len(kept) > KEPT:
                kept.clear()
        if len(self._composed) > 10 * KEPT:
            self._composed.clear()
        self._read_items(session, {(each.item_id, each.revision) for each in held})
        self._read_changes(session, {each.message_id for each in held if each.message_id})
        items = {each.item_id for each in held}
        return Known(self._items, self._changes, summaries_of(session, items), opening)

    def group(self, reader: Reader, held: Sequence[Held], known: Known, now: datetime) -> object:
        """What decides what a digest says: readers of one group get the same.

        It is composed anew each hour, for deadlines draw nearer.
        """
        mine = {each.item_id for each in held} if known.summaries else ()
        return (
            reader.languages, reader.zone, reader.rhythm, reader.person, reader.cities, reader.topics,
            held, _hour(now), tuple(known.opening.items()) if reader.rhythm == "weekly" else (),
            tuple(each for each in known.summaries if each[0] in mine),
        )  # fmt: skip

    def composed(self, group: object) -> Composed | None:
        """That group's digest, None while it is not composed."""
        return self._composed.get(group)

    def want(self, group: object, reader: Reader, held: Sequence[Held], known: Known, now: datetime) -> None:
        """Have that group's digest composed, when no transaction is open: a picture takes its time."""
        told = self._told(held, known, now)
        edition = Edition(
            rhythm=reader.rhythm,
            person=reader.person,
            shelves=tuple(shelve(told, reader.cities, reader.topics, now, self.zone)),
            opening=known.opening if reader.rhythm == "weekly" else {},
            summaries=known.summaries,
            now=now,
            zone=reader.zone,
            house_zone=self.zone,
            entries=self._entries.setdefault(_hour(now), {}),
        )
        self._wanted[group] = (reader.languages, edition)

    def compose_wanted(self) -> int:
        """Compose what is wanted; returns how many digests that were."""
        count = len(self._wanted)
        while self._wanted:
            group, (languages, edition) = self._wanted.popitem()
            spoken = cast(Sequence[Language], languages.split(","))
            content = [compose(edition, each, self.network).model_dump(mode="json") for each in spoken]
            named = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
            self._composed[group] = Composed(f"digest:{named}:{languages}", content)
        return count

    def keep(self, session: Session, composed: Collection[Composed], now: datetime) -> dict[str, int]:
        """The id of each digest's message by key; those that are not kept yet are kept."""
        wanted = {each.key: each for each in composed}
        query = select(MessageRow.content_key, MessageRow.id).where(MessageRow.content_key.in_(wanted))
        known: dict[str, int] = dict(session.execute(query).all())
        rows = [
            {
                "content_key": key, "item_id": None, "revision": 0, "purpose": "digest",
                "languages": key.rpartition(":")[2], "content": each.content, "made_at": now,
            }
            for key, each in sorted(wanted.items()) if key not in known and each.content is not None
        ]  # fmt: skip
        self._written.extend(wanted.values())
        if not rows:
            return known
        session.execute(insert_into(session, MessageRow).on_conflict_do_nothing(), rows)
        return dict(session.execute(query).all())

    def committed(self, *, well: bool) -> None:
        """What was kept is committed, or was not: what is kept need not be held here."""
        for each in self._written if well else ():
            each.content = None
        self._written.clear()

    def forget(self, keys: Collection[str]) -> None:
        """Forget digests that are not kept any more, so that they are composed anew."""
        for group in [group for group, each in self._composed.items() if each.key in keys]:
            del self._composed[group]

    def _told(self, held: Sequence[Held], known: Known, now: datetime) -> list[Told]:
        """Each item once, with all that is held of it."""
        by_item: dict[tuple[int, int], list[Held]] = defaultdict(list)
        for each in held:
            by_item[each.item_id, each.revision].append(each)
        told = []
        for key, those in by_item.items():
            details, created_at = known.items[key]
            place = place_of(details, {each.purpose for each in those}, now, self.zone)
            by_language = next((known.changes[each.message_id] for each in those if each.message_id), {})
            changes = by_language if place == "changed" else {}
            told.append(Told(key[0], key[1], details, created_at, place, changes))
        return told

    def _read_items(self, session: Session, keys: set[tuple[int, int]]) -> None:
        missing = {item_id for item_id, revision in keys if (item_id, revision) not in self._items}
        for item in session.scalars(select(Item).where(Item.id.in_(missing))) if missing else ():
            self._items[item.id, item.revision] = (item.content(), item.created_at)

    def _read_changes(self, session: Session, ids: set[int]) -> None:
        missing = ids - self._changes.keys()
        query = select(MessageRow.id, MessageRow.content).where(MessageRow.id.in_(missing))
        for row_id, content in session.execute(query) if missing else ():
            self._changes[row_id] = {each["language"]: tuple(each.get("changes", ())) for each in content}


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def summaries_of(session: Session, item_ids: Collection[int]) -> Summaries:
    """The summaries that a language model made of these items."""
    query = select(Summary.item_id, Summary.revision, Summary.language, Summary.text, Summary.by)
    rows = session.execute(query.where(Summary.item_id.in_(item_ids), Summary.text != "")) if item_ids else ()
    return {(item, revision, language): (text, by) for item, revision, language, text, by in rows}


def opening_of(session: Session, now: datetime) -> dict[Language, str]:
    """How the week's released letter begins, in the languages in which it does."""
    sent = select(Letter.content).where(Letter.state == "sent", Letter.sent_at > now - LETTER_AGE)
    content = session.scalar(sent.order_by(Letter.sent_at.desc()).limit(1)) or {}
    texts = content.get("opening", {})
    return {language: str(texts[language]) for language in LANGUAGES if str(texts.get(language, "")).strip()}
