"""The installation, its workers and its senders' accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.store.types import Row


class Installation(Row):
    """This installation: one row. `key` makes delivery keys unique between installations.

    `loop_holder` is the worker that runs the embedded loop, until `loop_until` unless it renews. `slack_team`
    is the workspace of its own Slack token, as Slack said it; None until Slack was asked.
    """

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32))
    loop_holder: Mapped[str | None] = mapped_column(String(64))
    loop_until: Mapped[datetime | None]
    slack_team: Mapped[str | None] = mapped_column(String(32))


class WorkerRow(Row):
    """A process that runs the steps, and when it was last seen."""

    __tablename__ = "workers"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    host: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


HOST = "host"
"""The sender of an account that is none's: of a host that sources are read from, `team` being a hash of its name."""


class Account(Row):
    """What all destinations of one sender share, in one workspace: a token bucket, and whether it is stopped.

    `team` is the workspace, empty for the installation's own and where there are none. `tokens` were there at
    `filled_at`; `blocked_until` with `fault` is a wait the medium asked for, or since `stopped_at` a fault that
    an administrator must mend and hears of at `told_at`.
    """

    __tablename__ = "accounts"
    sender: Mapped[str] = mapped_column(String(16), primary_key=True)
    team: Mapped[str] = mapped_column(String(32), primary_key=True, default="", server_default="")
    tokens: Mapped[float] = mapped_column(default=0.0)
    filled_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(Text)
    stopped_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


def own_team(session: Session) -> str | None:
    """The workspace of the installation's own Slack token; None until Slack has said it."""
    return session.scalar(select(Installation.slack_team).where(Installation.id == 1))


def know_own_team(session: Session, team: str) -> bool:
    """Keep what Slack said is the workspace of the installation's own token; returns whether that is new."""
    row = session.get_one(Installation, 1)
    was, row.slack_team = row.slack_team, team
    return was != team
