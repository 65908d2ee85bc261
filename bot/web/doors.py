"""The doors of the sources: each webhook opened once, and anew when its source has changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot import clock
from bot.contracts import Webhook
from bot.intake.inbox import SourceInbox
from bot.store.sources import Source
from bot.web.house import House

LOOK_AGAIN = 1.0
"""Seconds after which a source is looked at again: a paused or changed one is seen so soon."""

_DECIDING = ("id", "kind", "options", "defaults", "publish", "may_be_urgent", "paused")


@dataclass(frozen=True, slots=True)
class Door:
    """One source's way in. `webhook` is None when the source takes no webhooks."""

    source: tuple[object, ...]
    paused: bool
    webhook: Webhook | None
    inbox: SourceInbox
    seen: float


class Doors:
    """All doors that this process opened, by the source's name. Thread-safe: a door is never changed."""

    def __init__(self, house: House, look_again: float = LOOK_AGAIN) -> None:
        self._house = house
        self._look_again = look_again
        self._open: dict[str, Door] = {}

    def find(self, name: str) -> Door | None:
        """The source's door, None when there is no such source. Raises SourceFault when its options are wrong."""
        door = self._open.get(name)
        if door and clock.monotonic() - door.seen < self._look_again:
            return door
        seen = clock.monotonic()
        source = self._look(name)
        if source is None:
            self._open.pop(name, None)
            return None
        deciding = tuple(getattr(source, column) for column in _DECIDING)
        if door and door.source == deciding:
            fresh = Door(deciding, door.paused, door.webhook, door.inbox, seen)
        else:
            settings = self._house.settings
            inbox = SourceInbox(
                self._house.database, self._house.network, source, settings.zone, settings.default_language
            )
            fresh = Door(deciding, source.paused, self._house.open_webhook(source), inbox, seen)
        self._open[name] = fresh
        return fresh

    def _look(self, name: str) -> Source | None:
        with self._house.database.reading() as session:
            source = session.scalar(select(Source).where(Source.name == name))
            if source is not None:
                session.expunge(source)
            return source
