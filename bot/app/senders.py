"""Senders from settings: which media the environment configures, and what makes a sender of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel

from bot.settings import Settings
from bot.work.steps import MakeSender
from integrations import load


def makers(options: Mapping[str, BaseModel]) -> dict[str, MakeSender]:
    """What makes a sender of each medium; every call makes one, with a connection of its own."""
    return {name: partial(_make, name, chosen) for name, chosen in options.items()}


def _make(name: str, options: BaseModel) -> Any:
    make = load(name).sender
    if make is None:
        raise LookupError(f"{name} cannot send")
    return make(options)


def sender_options(settings: Settings) -> dict[str, BaseModel]:
    """The options of each sender that the environment configures."""
    chosen: dict[str, BaseModel] = {}
    if settings.slack_bot_token:
        chosen["slack"] = _options(
            "slack", token=settings.slack_bot_token, api_url=settings.slack_api_url,
            interactive=bool(settings.slack_signing_secret),
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
