"""Senders: which media the environment configures, the walls of sources, and what makes a sender of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from bot.app.workspaces import TokenOf
from bot.settings import Settings
from bot.store.db import Database
from bot.store.destinations import Destination
from bot.store.sources import source_named
from bot.work.steps import MakeSender
from integrations import load
from integrations.walls import Wall

WALLS = ("discourse", "loomio")
"""Kinds of sources that can be written to. A destination's address is the source's name."""

NO_TOKEN = "none"  # noqa: S105
"""What the Slack integration takes for a token where the app has none of its own."""


def makers(options: Mapping[str, BaseModel]) -> dict[str, MakeSender]:
    """What makes a sender of each medium; every call makes one, with a connection of its own."""
    return {name: partial(_make, name, chosen) for name, chosen in options.items()}


def _make(name: str, options: BaseModel) -> Any:
    make = load(name).sender
    if make is None:
        raise LookupError(f"{name} cannot send")
    return make(options)


def sender_options(settings: Settings, token_of: TokenOf | None = None) -> dict[str, BaseModel]:
    """The options of each sender that the environment configures. `token_of` gives the token of a workspace."""
    chosen: dict[str, BaseModel] = {}
    if settings.slack_bot_token or settings.slack_client_id:
        several = token_of if settings.slack_client_id else None
        chosen["slack"] = _options(
            "slack", token=settings.slack_bot_token or NO_TOKEN, api_url=settings.slack_api_url,
            interactive=bool(settings.slack_signing_secret), token_of=several,
        )  # fmt: skip
    if settings.smtp_host and settings.mail_from:
        chosen["email"] = _options(
            "email", host=settings.smtp_host, port=settings.smtp_port, username=settings.smtp_username,
            password=settings.smtp_password, security=settings.smtp_security, mail_from=settings.mail_from,
            reply_to=settings.mail_reply_to, hourly_quota=settings.mail_hourly_quota,
            bounce_to=settings.mail_bounce_to, dkim_key=settings.dkim_key, dkim_selector=settings.dkim_selector,
        )  # fmt: skip
    return chosen


def wall_options(settings: Settings, database: Database) -> dict[str, BaseModel]:
    """The options of the senders to workspace walls: they ask for a source's own options when they need them."""

    def wall_of(kind: str, name: str) -> Wall | None:
        with database.reading() as session:
            source = source_named(session, name)
        if source is None or source.kind != kind:
            return None
        try:
            options = load(kind).options.model_validate(source.options)
        except ValidationError:  # the page of sources says what is wrong with them
            return None
        return Wall(options, settings.fetch_allow_private)

    def names(kind: str) -> list[str]:
        with database.reading() as session:
            return list(session.scalars(select(Destination.address).where(Destination.sender == kind)))

    return {
        kind: _options(
            kind, wall_of=partial(wall_of, kind), names=partial(names, kind), home=settings.public_url
        )
        for kind in WALLS
    }


def unsent_options() -> dict[str, BaseModel]:
    """Options good enough to show a message of a medium that is not configured; nothing is ever sent with them."""
    return {
        "slack": _options("slack", token="not-configured"),  # noqa: S106
        "email": _options("email", host="localhost", mail_from="Silta <silta@example.org>"),
    }


def _options(name: str, **values: Any) -> BaseModel:
    model = load(name).sender_options
    if model is None:
        raise LookupError(f"{name} cannot send")
    return model(**values)
