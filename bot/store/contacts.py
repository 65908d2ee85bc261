"""Contacts: the people of the network."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.contracts import Channel, Language, Rhythm, Role
from bot.store.types import Row


def new_pseudonym() -> str:
    """A name that says nothing about the person and outlives their erasure."""
    return secrets.token_hex(8)


class Contact(Row):
    """A person: one name, one address. Erased people leave a row with a pseudonym and nothing else.

    What they chose for themselves, empty or None for the network's usual: `hours` (sending hours, `8-17`),
    `ladder` (days before a deadline, `30,14,7,2,0`), `digest_day` (0 is Monday) and `digest_hour`.
    `letter`: they get the weekly letter. `bounces` counts passing failures of their address in a row.
    `named`: people of other cities may see their name beside their answer. `slack_left_at`: their Slack
    account is switched off since then, so mail takes over.
    """

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_slack", "slack_team_id", "slack_user_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(32), unique=True, default=new_pseudonym)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    email_key: Mapped[str | None] = mapped_column(String(320), unique=True)
    language: Mapped[Language] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(String(16))
    rhythm: Mapped[Rhythm] = mapped_column(String(8))
    channel: Mapped[Channel | None] = mapped_column(String(24))
    cities: Mapped[list[str]]
    topics: Mapped[list[str]]
    slack_team_id: Mapped[str | None] = mapped_column(String(32))
    slack_user_id: Mapped[str | None] = mapped_column(String(32))
    links_version: Mapped[int] = mapped_column(default=1)
    letter: Mapped[bool] = mapped_column(default=True)
    hours: Mapped[str] = mapped_column(String(16), default="")
    ladder: Mapped[str] = mapped_column(String(60), default="")
    digest_day: Mapped[int | None]
    digest_hour: Mapped[int | None]
    bounces: Mapped[int] = mapped_column(default=0)
    named: Mapped[bool] = mapped_column(default=False)
    slack_left_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


def email_key(address: str) -> str:
    """What makes two spellings of an address one person: case and surrounding space do not count."""
    return address.strip().casefold()


def contact_by_email(session: Session, address: str) -> Contact | None:
    """The contact with that address, however it is spelled."""
    return session.scalar(select(Contact).where(Contact.email_key == email_key(address)))
