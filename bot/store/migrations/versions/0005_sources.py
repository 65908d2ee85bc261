"""What sources brought and how they are: runs, troubles, what concerns the network, and reports that are joined."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the new tables and widen the old ones; nothing that was kept is lost."""
    _runs()
    _troubles()
    _judgements()
    _likenesses()
    _files()
    _homes()
    _columns()
    _accounts()


def _runs() -> None:
    op.create_table(
        "source_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.Column("fault_kind", sa.String(length=16), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("faults", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_source_runs_source", "source_runs", ["source_id", "started_at"])
    sent = sa.text("asked_by = 'sent'")
    op.create_index(
        "uq_source_runs_sent",
        "source_runs",
        ["source_id", "started_at"],
        unique=True,
        sqlite_where=sent,
        postgresql_where=sent,
    )
    op.create_table(
        "source_trials",
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, INSTANT, nullable=name != "asked_at") for name in _INSTANTS),
        sa.Column("fault", sa.Text(), nullable=True),
        *(sa.Column(name, DOCUMENT, nullable=False) for name in ("faults", "counts", "rows")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
    )


_INSTANTS = ("asked_at", "lease_until", "done_at")
_COUNTS = ("rows", "new", "changed", "unchanged", "joined", "refused")


def _troubles() -> None:
    op.create_table(
        "source_troubles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    open_ = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_source_troubles_open",
        "source_troubles",
        ["source_id", "kind"],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )
    op.create_index("ix_source_troubles_source", "source_troubles", ["source_id", "began_at"])


def _judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("concerns", sa.Boolean(), nullable=False),
        *(sa.Column(name, DOCUMENT, nullable=False) for name in ("cities", "topics", "councils", "why")),
        sa.Column("rules", sa.String(length=16), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("corrected", DOCUMENT, nullable=True),
        sa.Column("corrected_by", sa.String(length=255), nullable=True),
        sa.Column("corrected_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id"),
    )


def _likenesses() -> None:
    op.create_table(
        "likenesses",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("why", DOCUMENT, nullable=False),
        sa.Column("own_item_id", sa.Integer(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String(length=255), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["own_item_id"], ["items.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("report_id", "item_id"),
    )
    op.create_index("ix_likenesses_item", "likenesses", ["item_id"])
    offered = sa.text("state = 'offered'")
    op.create_index(
        "ix_likenesses_offered", "likenesses", ["made_at"], sqlite_where=offered, postgresql_where=offered
    )

    op.create_table(
        "report_keys",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "key"),
    )
    op.create_index("ix_report_keys_key", "report_keys", ["key"])


def _homes() -> None:
    op.create_table(
        "chat_homes",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=False),
        sa.Column("shown_at", INSTANT, nullable=False),
        sa.Column("stale_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team", "user"),
    )
    op.create_index("ix_chat_homes_contact_id", "chat_homes", ["contact_id"])
    stale = sa.text("stale_at IS NOT NULL")
    op.create_index(
        "ix_chat_homes_stale", "chat_homes", ["stale_at"], sqlite_where=stale, postgresql_where=stale
    )


def _columns() -> None:
    _add("drafts", sa.Column("told_content", DOCUMENT, nullable=True))
    _add("reports", sa.Column("details", DOCUMENT, nullable=True))
    _add("reports", sa.Column("as_of", INSTANT, nullable=True))
    _add("items", sa.Column("joined_into", sa.Integer(), nullable=True))
    _add("items", sa.Column("roles", sa.String(length=80), nullable=False, server_default=""))
    _add("sources", sa.Column("sifted", sa.Boolean(), nullable=False, server_default=sa.false()))
    _add("sources", sa.Column("usual_gap", sa.Integer(), nullable=True))
    _add("sources", sa.Column("fault_kind", sa.String(length=16), nullable=True))
    _add("sources", sa.Column("certificate_ends", INSTANT, nullable=True))


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_files_digest", "files", ["digest"])
    op.create_table(
        "file_uses",
        sa.Column("file_key", sa.String(length=32), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_key"], ["files.key"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_key", "draft_id"),
    )


def _add(table: str, column: sa.Column[Any]) -> None:
    op.add_column(table, column)


def _accounts() -> None:
    """An account for each workspace; those there are become the own workspace's."""
    op.create_table(
        "accounts_of_teams",
        sa.Column("sender", sa.String(length=16), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("filled_at", INSTANT, nullable=False),
        sa.Column("blocked_until", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("sender", "team", name="pk_accounts"),
    )
    op.execute(
        "INSERT INTO accounts_of_teams (sender, tokens, filled_at, blocked_until, failures, fault)"
        " SELECT sender, tokens, filled_at, blocked_until, failures, fault FROM accounts"
    )
    op.drop_table("accounts")
    op.rename_table("accounts_of_teams", "accounts")
