"""How each setting is read: a parser a kind, and the table of them all."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.clock import When, zone
from bot.contracts import LANGUAGES

Parser = Callable[[str], Any]


def _text(value: str) -> str:
    return value


def _number(value: str) -> int:
    if not value.isdigit() or int(value) > 65_535 * 1000:
        raise ValueError("must be a whole number")
    return int(value)


def _port(value: str) -> int:
    if not value.isdigit() or not 0 < int(value) < 65_536:
        raise ValueError("must be a port between 1 and 65535")
    return int(value)


def _one_of(*choices: str) -> Parser:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of: {', '.join(choices)}")
        return value

    return parse


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://silta.example.org")
    return value.rstrip("/")


def _slack_url(value: str) -> str:
    return _url(value) + "/"


def _database(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError as fault:
        raise ValueError("must be a SQLAlchemy URL such as sqlite:///var/silta.db") from fault
    if url.get_backend_name() == "postgresql" and url.drivername != "postgresql+psycopg":
        raise ValueError("must start with postgresql+psycopg:// (psycopg 3 is the installed driver)")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ValueError("must be a sqlite:/// or postgresql+psycopg:// URL")
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise ValueError("must name a file: an in-memory database cannot be shared by threads")
    return value


def _secret_key(value: str) -> str:
    if len(value) < 32:
        raise ValueError(
            'must have at least 32 characters: python -c "import secrets; print(secrets.token_hex(32))"'
        )
    return value


def _webhook_secret(value: str) -> str:
    for secret in value.split():
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            key = b""
        if not secret.startswith("whsec_") or len(key) < 16:
            raise ValueError("must be whsec_ and base64 of at least 16 bytes; several are split by spaces")
    return value


def _address(value: str) -> str:
    name, address = parseaddr(value)
    if (
        "\n" in value
        or "\r" in value
        or address.count("@") != 1
        or address.startswith("@")
        or address.endswith("@")
    ):
        raise ValueError("must be a mail address such as Silta <silta@example.org>")
    del name
    return value


def _zone_name(value: str) -> str:
    zone(value)
    return value


def _instant(value: str) -> datetime:
    return When.parse(value).begins()


def _names(value: str) -> frozenset[str]:
    return frozenset(part.strip().casefold() for part in value.replace(",", " ").split())


def _networks(value: str) -> tuple[str, ...]:
    parts = tuple(value.replace(",", " ").split())
    for part in parts:
        ipaddress.ip_network(part, strict=False)
    return parts


PARSERS: Mapping[str, Parser] = {
    "DATABASE_URL": _database,
    "SECRET_KEY": _secret_key,
    "PUBLIC_URL": _url,
    "HOST": _text,
    "PORT": _port,
    "STATE_DIR": Path,
    "DELIVERY_MODE": _one_of("preview", "allowlist", "live"),
    "SEND_ONLY_TO": _names,
    "WORKER": _one_of("embedded", "separate"),
    "SLACK_BOT_TOKEN": _text,
    "SLACK_SIGNING_SECRET": _text,
    "SLACK_API_URL": _slack_url,
    "SLACK_CHANNEL": _text,
    "SMTP_HOST": _text,
    "SMTP_PORT": _port,
    "SMTP_USERNAME": _text,
    "SMTP_PASSWORD": _text,
    "SMTP_SECURITY": _one_of("starttls", "tls", "none"),
    "MAIL_FROM": _address,
    "MAIL_REPLY_TO": _address,
    "MAIL_HOURLY_QUOTA": _number,
    "WEBHOOK_SECRET": _webhook_secret,
    "NETWORK_FILE": Path,
    "ADMIN_TOKEN": _secret_key,
    "TRUSTED_PROXIES": _networks,
    "SQLITE_SYNCHRONOUS": _one_of("NORMAL", "FULL"),
    "FETCH_ALLOW_PRIVATE": _names,
    "CLOCK_START": _instant,
    "DEFAULT_TIMEZONE": _zone_name,
    "DEFAULT_LANGUAGE": _one_of(*LANGUAGES),
    "LOG_LEVEL": _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
}
