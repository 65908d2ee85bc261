"""Whose address it is, behind proxies or not."""

from __future__ import annotations

import pytest
from flask import Flask

from bot.settings import Settings
from bot.web.peers import client_address

PROXIES = ("10.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ((), "203.0.113.9", "", "203.0.113.9"),
        ((), "203.0.113.9", "198.51.100.7", "203.0.113.9"),
        (PROXIES, "203.0.113.9", "198.51.100.7", "203.0.113.9"),
        (PROXIES, "10.0.0.1", "", "10.0.0.1"),
        (PROXIES, "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (PROXIES, "10.0.0.1", "192.0.2.66, 198.51.100.7", "198.51.100.7"),
        (PROXIES, "10.0.0.1", "192.0.2.66, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (PROXIES, "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        (PROXIES, "::1", "[2001:db8::7]:443", "2001:db8::7"),
        (PROXIES, "::ffff:10.0.0.1", "198.51.100.7:51234", "198.51.100.7"),
        (PROXIES, "10.0.0.1", "198.51.100.7, <script>", "10.0.0.1"),
        (PROXIES, "10.0.0.1", ", ,", "10.0.0.1"),
        (PROXIES, "", "198.51.100.7", ""),
    ],
)
def test_forwarded_addresses_are_believed_only_from_trusted_proxies(
    proxies: tuple[str, ...], peer: str, forwarded: str, client: str
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with Flask("peers").test_request_context("/", headers=headers, environ_overrides={"REMOTE_ADDR": peer}):
        assert client_address(Settings(trusted_proxies=proxies)) == client
