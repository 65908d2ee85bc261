"""What stands round every page: the rehearsal's banner, the delivery mode, the footer; and the words for states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from bot import clock
from bot.planning.forecast import when_again
from bot.store.deliveries import Delivery
from bot.store.drafts import Draft
from bot.store.sources import Source
from bot.web import prose
from bot.web.guard import Visitor, visitor
from bot.web.house import House

VERSION = "0.1.0"

STATES: Mapping[str, tuple[str, str]] = {
    "queued": ("Queued", "goes out when it is due and its turn has come"),
    "held": ("Held", "waits for a digest"),
    "sending": ("Sending", "is in a worker's hands"),
    "sent": ("Sent", "arrived"),
    "digested": ("In a digest", "is told by a digest"),
    "doubtful": ("In doubt", "the line broke: nobody knows yet whether it arrived"),
    "previewed": ("Previewed", "was kept in by the delivery mode and only shown"),
    "failed": ("Failed", "was given up"),
    "expired": ("Too late", "its time was over before it could go out"),
    "cancelled": ("Cancelled", "is not wanted any more"),
}
"""What each state of a delivery is called, and what it means."""

KINDS: Mapping[str, str] = {
    "announcement": "Announcement",
    "call": "Funding call",
    "event": "Event",
    "news": "News",
    "discussion": "Discussion",
}
PURPOSES: Mapping[str, str] = {
    "notice": "Notice",
    "reminder": "Reminder",
    "correction": "Correction",
    "change": "Change",
    "withdrawal": "Withdrawal",
    "digest": "Digest",
    "letter": "Weekly letter",
    "confirmation": "Confirmation",
    "sign-in": "Sign-in link",
    "alert": "Word to coordinators",
    "bridge": "Answers in Slack",
}
MEDIA: Mapping[str, str] = {
    "slack": "Slack",
    "email": "Email",
    "discourse": "Discourse",
    "loomio": "Loomio",
}
RHYTHMS: Mapping[str, str] = {
    "now": "At once",
    "daily": "Daily digest",
    "weekly": "Weekly digest",
    "off": "Nothing",
}
ITEM_STATES: Mapping[str, str] = {
    "published": "Published",
    "waiting": "Waits for approval",
    "withdrawn": "Withdrawn",
    "aside": "Set aside: not told",
    "joined": "Told as another item",
}


@dataclass(frozen=True)
class Frame:
    """The frame of one page. Its properties ask only when a template does."""

    house: House

    @property
    def mode(self) -> str:
        """preview, allowlist or live."""
        return self.house.settings.delivery_mode

    @property
    def mode_means(self) -> str:
        """The delivery mode in a sentence."""
        allowed = len(self.house.settings.send_only_to)
        return {
            "preview": "Preview mode: nothing leaves. Every message is shown under Preview instead.",
            "allowlist": f"Allow-list mode: only {allowed} {'address' if allowed == 1 else 'addresses'} named in "
            "SEND_ONLY_TO get messages. All others are shown under Preview instead.",
            "live": "Live mode: messages go out to everyone they fit.",
        }[self.mode]

    @property
    def rehearsal(self) -> str | None:
        """What time it is here, when the clock is moved."""
        if not clock.shifted():
            return None
        return prose.moment(clock.now(), self.house.settings.zone, "EEEE d MMMM y, HH:mm")

    @property
    def next_look(self) -> Any:
        """When the next source is asked; None when none is."""
        with self.house.database.reading() as rows:
            return rows.scalar(select(func.min(Source.next_at)).where(Source.paused.is_(False)))

    @property
    def visitor(self) -> Visitor | None:
        """Who is asking; None on pages that are open to everybody."""
        return visitor()

    @property
    def to_approve(self) -> int:
        """How many drafts wait for approval."""
        with self.house.database.reading() as rows:
            waiting = select(func.count()).select_from(Draft).where(Draft.state == "waiting")
            return rows.scalar(waiting) or 0

    def again_at(self, ids: Iterable[int]) -> dict[int, datetime]:
        """When these deliveries would go out if they were sent again, by id; nothing for those that go now."""
        wanted, now = list(ids), clock.now()
        with self.house.database.reading() as rows:
            found = rows.scalars(select(Delivery).where(Delivery.id.in_(wanted))) if wanted else ()
            return {key: at for key, at in when_again(rows, found, now).items() if at > now}


def dress(app: Flask, house: House) -> None:
    """Teach the templates the house's words."""
    zone = house.settings.zone
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        markdown=prose.markdown,
        moment=partial(prose.moment, zone_name=zone),
        with_code=prose.with_code,
    )
    env.globals.update(
        frame=Frame(house), version=VERSION, zone=zone, network=house.network, states=STATES, kinds=KINDS,
        media=MEDIA, purposes=PURPOSES, rhythms=RHYTHMS, item_states=ITEM_STATES,
    )  # fmt: skip
