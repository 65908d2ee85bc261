"""The sender's options and pace."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.contracts import Pace
from integrations import load
from integrations.email import EmailOptions, EmailSender

RIGHT: dict[str, Any] = {"host": "smtp.example.org", "mail_from": "Silta <silta@example.org>"}


def test_the_integration_is_registered_with_its_sender() -> None:
    integration = load("email")
    assert (integration.name, integration.sender_options, integration.sender) == (
        "email",
        EmailOptions,
        EmailSender,
    )
    assert integration.options().model_dump() == {}


def test_defaults_are_those_of_a_submission_server() -> None:
    options = EmailOptions(**RIGHT)
    assert (options.port, options.security, options.domain) == (587, "starttls", "example.org")
    assert options.pace == Pace(connections=2, batch=100)


def test_the_domain_of_message_ids_can_be_another() -> None:
    assert EmailOptions(**RIGHT, list_domain="lists.example.org").domain == "lists.example.org"


@pytest.mark.parametrize("quota", [1, 2, 9, 10, 100, 3600, 5000])
def test_an_hour_never_carries_more_than_the_quota(quota: int) -> None:
    pace = EmailSender(EmailOptions(**RIGHT, hourly_quota=quota)).pace
    assert pace.account_rate is not None
    assert pace.account_burst >= 1
    assert 0 < pace.account_rate * 3600 <= quota
    assert pace.account_burst + pace.account_rate * 3600 <= max(quota, 2)


WRONG: dict[str, dict[str, Any]] = {
    "no host": {"host": ""},
    "no sender": {"mail_from": ""},
    "a name only": {"mail_from": "Silta"},
    "two senders": {"mail_from": "a@example.org, b@example.org"},
    "an injected sender": {"mail_from": "Silta <silta@example.org>\r\nBcc: bob@example.org"},
    "a sender with letters": {"mail_from": "sää@example.org"},
    "a bad reply address": {"reply_to": "nobody"},
    "a port out of range": {"port": 70000},
    "unknown security": {"security": "ssl"},
    "a user without password": {"username": "silta"},
    "a password without user": {"password": "x"},
    "no quota at all": {"hourly_quota": 0},
    "an unknown option": {"hots": "x"},
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        EmailOptions(**(RIGHT | WRONG[name]))


def test_the_password_is_never_shown() -> None:
    options = EmailOptions(**RIGHT, username="silta", password="s3cret")
    assert "s3cret" not in repr(options) + str(options) + options.model_dump_json()
