"""Senders from settings: which media the environment configures, and what makes a sender of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel

from bot.app.workspaces import TokenOf
from bot.settings import Settings
from bot.work.steps import MakeSender
from integrations import load

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
