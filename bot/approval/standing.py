"""Posts that the network repeats: when the next time comes near a draft is made, and any coordinator approves it.

They begin when an announcement that says so goes out, and end when it is corrected to say so no more, or withdrawn.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.approval.drafts import create, submit
from bot.network import Network
from bot.store.db import insert_into
from bot.store.drafts import Draft, StandingPost

AHEAD = timedelta(days=2)
"""How long before it is to go out a draft is made, so that there is time to approve it."""

WEEK = timedelta(days=7)
NETWORK = "network"
"""The author of what is repeated: it belongs to nobody."""

_MOMENTS = ("starts_at", "ends_at", "closes_at", "opens_at")


def remember(session: Session, draft: Draft, zone: str) -> None:
    """An announcement has gone out: repeat it, as it asks; or no more, where it asks for that no more."""
    rhythm = draft.content.get("repeat")
    if not rhythm:
        forget(session, draft)
        return
    now = clock.now()
    first = max(clock.When.parse(said).begins(), now) if (said := draft.content.get("send_at")) else now
    post = session.scalar(select(StandingPost).where(StandingPost.draft_id == draft.id).with_for_update())
    if post is not None:  # corrected: day and hour stay, and what is drafted for them is not drafted again
        following = next_time(post.first_at, rhythm, now, zone)
        drafted = post.next_at if post.rhythm == rhythm else None
        post.next_at = max(following, drafted or following)
        post.rhythm, post.content = rhythm, draft.content
        return
    made = {
        "rhythm": rhythm, "content": draft.content, "first_at": first, "draft_id": draft.id,
        "next_at": next_time(first, rhythm, now, zone), "made_by": draft.author, "created_at": now,
    }  # fmt: skip
    session.execute(insert_into(session, StandingPost).values(made))


def forget(session: Session, draft: Draft) -> None:
    """Repeat an announcement no more."""
    rest = update(StandingPost).where(StandingPost.draft_id == draft.id)
    session.execute(rest.values(next_at=None))


def make_due(session: Session, network: Network, zone: str, url: str = "") -> int:
    """Make a draft of each post whose next time is near, and put it forward; returns how many."""
    near = select(StandingPost).where(StandingPost.next_at <= clock.now() + AHEAD)
    posts = session.scalars(near.order_by(StandingPost.next_at).with_for_update(skip_locked=True)).all()
    for post in posts:
        at = max(post.next_at or clock.now(), clock.now())
        draft = create(session, "announcement", _content(post, at, zone), NETWORK)
        submit(session, network, draft.id, NETWORK, url=f"{url}/{draft.id}" if url else "")
        post.next_at = next_time(post.first_at, post.rhythm, at, zone)
    return len(posts)


def next_time(first: datetime, rhythm: str, after: datetime, zone: str) -> datetime:
    """The next time after an instant, on the clock of that zone.

    Weekly is the same weekday and hour; monthly is the same weekday of the month, such as the second Tuesday,
    or the last one where there is no fifth.
    """
    local = first.astimezone(clock.zone(zone)).replace(tzinfo=None)
    day = local
    while (at := day.replace(tzinfo=clock.zone(zone))) <= after or day <= local:
        day = day + WEEK if rhythm == "weekly" else _month_later(day, (local.day - 1) // 7)
    return at.astimezone(first.tzinfo)


def _month_later(day: datetime, ordinal: int) -> datetime:
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    that = first + timedelta(days=(day.weekday() - first.weekday()) % 7) + ordinal * WEEK
    return that if that.month == first.month else that - WEEK


def _content(post: StandingPost, at: datetime, zone: str) -> dict[str, Any]:
    """What is said this time: its moments are as many days later as it is itself."""
    where = clock.zone(zone)
    days = at.astimezone(where).date() - post.first_at.astimezone(where).date()
    details = dict(post.content["details"])
    for name in _MOMENTS:
        if details.get(name):
            details[name] = _later(clock.When.parse(details[name]), days, zone).isoformat()
    said = {name: value for name, value in post.content.items() if name != "repeat"}
    return {**said, "details": details, "send_at": clock.When.parse(at).isoformat()}


def _later(when: clock.When, by: timedelta, zone: str) -> clock.When:
    if when.day is not None:
        return clock.When(day=when.day + by)
    assert when.at is not None
    local = when.at.astimezone(clock.zone(zone)).replace(tzinfo=None) + by
    return clock.When.parse(local.replace(tzinfo=clock.zone(zone)))
