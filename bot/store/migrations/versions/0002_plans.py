"""Reminders, corrections, digests, answers, drafts, letters, sign-ins, and what comes back by mail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the new tables and widen the old ones; nothing that was kept is lost."""
    op.create_table(
        "digest_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rhythm", "closes", name="uq_digest_runs"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("approver", sa.String(length=120), nullable=True),
        sa.Column("approved_version", sa.Integer(), nullable=True),
        sa.Column("approved_content", DOCUMENT, nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("release_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_drafts_state", "drafts", ["state", "release_at"], unique=False)
    op.create_index("uq_drafts_subject", "drafts", ["kind", "subject_id"], unique=True)

    op.create_table(
        "duties",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("ran_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("memory", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_duties_next_at", "duties", ["next_at"], unique=False)

    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=16), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("pages", DOCUMENT, nullable=True),
        sa.Column("send_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "list_subscribers",
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("synced_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "mail_seen",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("for_people", sa.Boolean(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_mail_seen_seen_at", "mail_seen", ["seen_at"], unique=False)

    op.create_table(
        "suppressions",
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "answers",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("remind", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["items.id"],
        ),
        sa.PrimaryKeyConstraint("item_id", "contact_id"),
    )
    op.create_index("ix_answers_contact", "answers", ["contact_id"], unique=False)

    op.create_table(
        "corrections",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["items.id"],
        ),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("ix_corrections_due_at", "corrections", ["due_at"], unique=False)

    op.create_table(
        "mutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("city", sa.String(length=64), nullable=True),
        sa.Column("by_contact_id", sa.Integer(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["by_contact_id"],
            ["contacts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["city"],
            ["cities.slug"],
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["items.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "city", name="uq_mutes_city"),
        sa.UniqueConstraint("item_id", "contact_id", name="uq_mutes_contact"),
    )
    op.create_index("ix_mutes_contact_id", "mutes", ["contact_id"], unique=False)

    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(length=12), nullable=False),
        sa.Column("moment", sa.String(length=40), nullable=False),
        sa.Column("steps", sa.String(length=40), nullable=False),
        sa.Column("fire_on", sa.Date(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["items.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_reminders_contact_id", "reminders", ["contact_id"], unique=False)
    op.create_index(
        "ix_reminders_due",
        "reminders",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index("ix_reminders_item_id", "reminders", ["item_id"], unique=False)

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sign_ins_contact_id", "sign_ins", ["contact_id"], unique=False)

    op.create_table(
        "summaries",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "revision", "language"),
    )
    op.create_table(
        "digest_parts",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["digest_runs.id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "recipient"),
    )
    op.create_index("ix_digest_parts_delivery_id", "digest_parts", ["delivery_id"], unique=False)

    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_items_waiting", "items", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    _widen_contacts()
    _widen_subscriptions()
    _widen_outbox()
    with op.batch_alter_table("sources") as table:
        table.add_column(sa.Column("flood_limit", sa.Integer(), nullable=False, server_default="20"))
    op.execute("UPDATE sources SET flood_limit = 0 WHERE name IN ('example-news', 'example-calls')")


def _widen_contacts() -> None:
    with op.batch_alter_table("contacts") as table:
        table.add_column(sa.Column("letter", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("hours", sa.String(length=16), nullable=False, server_default=""))
        table.add_column(sa.Column("ladder", sa.String(length=60), nullable=False, server_default=""))
        table.add_column(sa.Column("digest_day", sa.Integer(), nullable=True))
        table.add_column(sa.Column("digest_hour", sa.Integer(), nullable=True))
        table.add_column(sa.Column("bounces", sa.Integer(), nullable=False, server_default="0"))


def _widen_subscriptions() -> None:
    hours = sa.Column("hours", sa.String(length=80), nullable=False, server_default="Europe/Helsinki 8-17")
    ladder = sa.Column("ladder", sa.String(length=60), nullable=False, server_default=",30,14,7,2,0,")
    with op.batch_alter_table("subscriptions") as table:
        table.add_column(hours)
        table.add_column(ladder)
        table.add_column(sa.Column("digest_day", sa.Integer(), nullable=True))
        table.add_column(sa.Column("digest_hour", sa.Integer(), nullable=True))
        table.add_column(sa.Column("digest_at", INSTANT, nullable=True))
    op.create_index(
        "ix_subscriptions_digest",
        "subscriptions",
        ["digest_at"],
        sqlite_where=sa.text("digest_at IS NOT NULL"),
        postgresql_where=sa.text("digest_at IS NOT NULL"),
    )
    zone = "(SELECT timezone FROM contacts WHERE contacts.id = subscriptions.contact_id) || ' 8-17'"
    op.execute(f"UPDATE subscriptions SET hours = {zone} WHERE contact_id IS NOT NULL")  # noqa: S608
    # Digests whose hour is unknown are due at once: their first turn says when the next one is.
    op.execute("UPDATE subscriptions SET digest_at = created_at WHERE rhythm IN ('daily', 'weekly')")


def _widen_outbox() -> None:
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("content_key", sa.String(length=160), nullable=True))
        table.alter_column("item_id", existing_type=sa.Integer(), nullable=True)
        table.drop_constraint("uq_messages_content", type_="unique")
    op.execute(
        "UPDATE messages SET content_key = purpose || ':' || item_id || ':' || revision || ':' || languages"
    )
    with op.batch_alter_table("messages") as table:
        table.alter_column("content_key", existing_type=sa.String(length=160), nullable=False)
        table.create_unique_constraint("uq_messages_content_key", ["content_key"])
    op.create_index("ix_messages_item_id", "messages", ["item_id"])
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("carrier_id", sa.Integer(), nullable=True))
        table.alter_column("item_id", existing_type=sa.Integer(), nullable=True)
        table.create_foreign_key("fk_deliveries_carrier", "deliveries", ["carrier_id"], ["id"])
    for name, column, where in (
        ("ix_deliveries_carrier", "carrier_id", "carrier_id IS NOT NULL"),
        ("ix_deliveries_held", "recipient", "state = 'held'"),
    ):
        op.create_index(
            name, "deliveries", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
    with op.batch_alter_table("fanouts") as table:
        for name, other in (("letter_id", "letters"), ("reminder_id", "reminders"), ("source_id", "sources")):
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
            table.create_foreign_key(f"fk_fanouts_{name}", other, [name], ["id"])
        table.add_column(sa.Column("gathered", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.alter_column("item_id", existing_type=sa.Integer(), nullable=True)
    op.create_index("ix_fanouts_source", "fanouts", ["source_id", "created_at"])
