"""What people do in a chat: requests, identities to confirm, edits of posts, replies in threads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the new tables and widen the old ones; nothing that was kept is lost."""
    _requests()
    _identities()
    _edits()
    _replies()
    _forms()
    _columns()


def _requests() -> None:
    op.create_table(
        "chat_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("reply", DOCUMENT, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    open_ = sa.text("state IN ('waiting', 'done')")
    op.create_index(
        "ix_chat_requests_open", "chat_requests", ["due_at"], sqlite_where=open_, postgresql_where=open_
    )
    op.create_index(
        "ix_chat_requests_person",
        "chat_requests",
        ["person", "id"],
        sqlite_where=open_,
        postgresql_where=open_,
    )
    op.create_index("ix_chat_requests_made", "chat_requests", ["created_at"])


def _identities() -> None:
    op.create_table(
        "identity_claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("shown_name", sa.String(length=200), nullable=False),
        sa.Column("shown_email", sa.String(length=320), nullable=False),
        sa.Column("claimed_email", sa.String(length=320), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("team", "user", name="uq_identity_claims_person"),
    )


def _edits() -> None:
    op.create_table(
        "post_edits",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("struck", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("done_version", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"]),
        sa.PrimaryKeyConstraint("delivery_id"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_post_edits_due", "post_edits", ["due_at"], sqlite_where=due, postgresql_where=due)


def _replies() -> None:
    op.create_table(
        "thread_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("mailed_at", INSTANT, nullable=True),
        sa.Column("gone_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("team", "place", "ts", name="uq_thread_replies"),
    )
    op.create_index("ix_thread_replies_delivery_id", "thread_replies", ["delivery_id"])


def _forms() -> None:
    op.create_table(
        "chat_forms",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("filler", sa.String(length=32), nullable=False),
        sa.Column("fields", DOCUMENT, nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_chat_forms_created_at", "chat_forms", ["created_at"])
    op.create_table(
        "standing_posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("draft_id"),
    )
    op.create_index("ix_standing_posts_next_at", "standing_posts", ["next_at"])


def _columns() -> None:
    no, nothing = sa.false(), ""
    with op.batch_alter_table("contacts") as table:
        table.add_column(sa.Column("slack_left_at", INSTANT, nullable=True))
        table.add_column(sa.Column("named", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("installation", sa.Column("slack_team", sa.String(length=32), nullable=True))
    with op.batch_alter_table("destinations") as table:
        table.add_column(sa.Column("broadcast", sa.Boolean(), nullable=False, server_default=no))
        table.add_column(sa.Column("bridge", sa.String(length=8), nullable=False, server_default=nothing))
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("thread_of", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_deliveries_thread_of", "deliveries", ["thread_of"], ["id"])
