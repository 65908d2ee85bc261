"""The Slack workspaces where the app is installed, as slack_sdk's SQLAlchemy stores read and write them.

The columns are slack_sdk's own (`slack_sdk.oauth.installation_store.sqlalchemy`), except that tokens, which stand
here encrypted, may be long. Rows are written by `integrations.slack.installs`; the tables stand here so that the
schema is whole, and so that tokens go in the same transaction as what follows from their end.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, String, Table, Text, delete, func, select
from sqlalchemy.orm import Session

from bot.store.types import Row


def _table(name: str, *columns: Column[object]) -> Table:
    scopes = ("client_id", "enterprise_id", "team_id")
    own = [column.name for column in columns if column.name == "user_id"]
    installed = Column("installed_at", DateTime(), nullable=False, default=func.now())
    return Table(
        name,
        Row.metadata,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("client_id", String(32), nullable=False),
        Column("app_id", String(32), nullable=False),
        Column("enterprise_id", String(32)),
        Column("enterprise_name", String(200)),
        Column("team_id", String(32)),
        Column("team_name", String(200)),
        Column("bot_token", Text),
        Column("bot_id", String(32)),
        Column("bot_user_id", String(32)),
        Column("bot_scopes", String(1000)),
        Column("bot_refresh_token", Text),
        Column("bot_token_expires_at", DateTime()),
        *columns,
        Column("is_enterprise_install", Boolean, default=False, nullable=False),
        installed,
        Index(f"{name}_idx", *scopes, *own, "installed_at"),
    )


BOTS = _table("slack_bots")

INSTALLATIONS = _table(
    "slack_installations",
    Column("enterprise_url", String(200)),
    Column("user_id", String(32), nullable=False),
    Column("user_token", Text),
    Column("user_scopes", String(1000)),
    Column("user_refresh_token", Text),
    Column("user_token_expires_at", DateTime()),
    Column("incoming_webhook_url", String(200)),
    Column("incoming_webhook_channel", String(200)),
    Column("incoming_webhook_channel_id", String(200)),
    Column("incoming_webhook_configuration_url", String(200)),
    Column("token_type", String(32)),
)

STATES = Table(
    "slack_oauth_states",
    Row.metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String(200), nullable=False),
    Column("expire_at", DateTime(), nullable=False),
    Index("ix_slack_oauth_states_state", "state"),
)


def forget(session: Session, team: str) -> bool:
    """Delete a workspace's tokens; returns whether there were any."""
    rows = session.execute(delete(BOTS).where(BOTS.c.team_id == team).returning(BOTS.c.id)).all()
    session.execute(delete(INSTALLATIONS).where(INSTALLATIONS.c.team_id == team))
    return bool(rows)


def is_in(session: Session, team: str | None = None) -> bool:
    """Whether the app was installed in a workspace; None asks for any."""
    rows = select(BOTS.c.id).where(BOTS.c.team_id.is_not(None) if team is None else BOTS.c.team_id == team)
    return session.scalar(rows.limit(1)) is not None


def teams(session: Session) -> list[str]:
    """The workspaces where the app is installed."""
    there = select(BOTS.c.team_id).where(BOTS.c.team_id.is_not(None)).distinct()
    return list(session.scalars(there.order_by(BOTS.c.team_id)))
