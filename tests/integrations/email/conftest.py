"""A mail server that really speaks SMTP, and senders that speak to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integrations.email import EmailOptions, EmailSender
from tests.fakes.smtp import FakeSmtp

SenderFor = Callable[..., EmailSender]


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    """A mail server without TLS and login."""
    with FakeSmtp() as server:
        yield server


@pytest.fixture
def sender_for() -> Iterator[SenderFor]:
    """Make senders for a server; they are closed at the end."""
    senders: list[EmailSender] = []

    def make(server: FakeSmtp, **options: Any) -> EmailSender:
        asked = {
            "host": "127.0.0.1",
            "port": server.port,
            "security": server.security,
            "mail_from": "Innokaupungit <silta@example.org>",
            "timeout": 5,
            "verdict_timeout": 5,
        }
        senders.append(EmailSender(EmailOptions(**(asked | options))))
        return senders[-1]

    yield make
    for sender in senders:
        sender.close()
