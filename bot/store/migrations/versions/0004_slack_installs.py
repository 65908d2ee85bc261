"""The Slack workspaces where the app is installed: the tables of slack_sdk's SQLAlchemy stores."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables; the columns are slack_sdk's, with room for encrypted tokens."""
    bot = (*_names(32, "bot_id", "bot_user_id"), *_names(1000, "bot_scopes"), *_tokens("bot"))
    op.create_table("slack_bots", *_common(), *bot, *_ends())
    op.create_table(
        "slack_installations",
        *_common(),
        *bot,
        sa.Column("user_id", sa.String(length=32), nullable=False),
        *_names(1000, "user_scopes"),
        *_tokens("user"),
        *_names(
            200,
            "enterprise_url",
            "incoming_webhook_url",
            "incoming_webhook_channel",
            "incoming_webhook_channel_id",
            "incoming_webhook_configuration_url",
        ),
        *_names(32, "token_type"),
        *_ends(),
    )
    op.create_table(
        "slack_oauth_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("expire_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    where = ["client_id", "enterprise_id", "team_id"]
    op.create_index("slack_bots_idx", "slack_bots", [*where, "installed_at"])
    op.create_index("slack_installations_idx", "slack_installations", [*where, "user_id", "installed_at"])
    op.create_index("ix_slack_oauth_states_state", "slack_oauth_states", ["state"])


def _common() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("app_id", sa.String(length=32), nullable=False),
        *_names(32, "enterprise_id", "team_id"),
        *_names(200, "enterprise_name", "team_name"),
    ]


def _ends() -> list[Any]:
    return [
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    ]


def _names(length: int, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(length=length), nullable=True) for name in names]


def _tokens(whose: str) -> list[sa.Column[Any]]:
    return [
        sa.Column(f"{whose}_token", sa.Text(), nullable=True),
        sa.Column(f"{whose}_refresh_token", sa.Text(), nullable=True),
        sa.Column(f"{whose}_token_expires_at", sa.DateTime(), nullable=True),
    ]
