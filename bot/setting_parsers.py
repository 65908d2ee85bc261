"""How each setting is read: a parser a kind, and the table of them all.

A parser takes the text of a setting, never empty, and raises ValueError with what it must be.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.clock import When, zone
from bot.contracts import LANGUAGES
from bot.embed_settings import EMBED
from bot.letter_sections import read_sections

Parser = Callable[[str], Any]

DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_MADE_BY = 'python -c "import secrets; print(secrets.token_hex(32))" makes one'

# RFC 5322's dot-atom with RFC 6531's letters; quoted local parts are legal, unused and refused.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_LABEL = r"[^\W_](?:[^\W_]|-){0,62}(?<!-)"
_MAIL = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*")
_NAMED = re.compile(r"[^<>]*<([^<>]+)>|([^<>]+)")


def _text(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line of text")
    return value


def _token(value: str) -> str:
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError("must be letters, digits and signs without spaces, as the service shows it")
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[^\s/@]+", value):
        raise ValueError("must be a host name or an IP address")
    return value


def _number(least: int, most: int, what: str) -> Parser:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"must be {what}")
        return int(value)

    return parse


_port = _number(1, 65_535, "a port between 1 and 65535")


def _one_of(*choices: str) -> Parser:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of: {', '.join(choices)}")
        return value

    return parse


def _url(value: str) -> str:
    wanted = "must be an address such as https://silta.example.org, without user, query or fragment"
    try:
        parts = urlsplit(value)
        well = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as fault:
        raise ValueError(wanted) from fault
    if not well or "@" in parts.netloc or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", value):
        raise ValueError(wanted)
    return value.rstrip("/")


def _database(value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as fault:
        raise ValueError("must be a SQLAlchemy URL such as sqlite:///var/silta.db") from fault
    if url.drivername not in DRIVERS:
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg:// (psycopg 3 is installed)")
    if url.get_backend_name() == "sqlite" and (not url.database or ":memory:" in url.database):
        raise ValueError("must name a file: an in-memory database cannot be shared by threads")
    return value


def _secret_key(value: str) -> str:
    if len(value) < 32:
        raise ValueError(f"must have at least 32 characters: {_MADE_BY}")
    return value


def _webhook_secret(value: str) -> str:
    for secret in value.split():
        prefix, _, encoded = secret.partition("whsec_")
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except ValueError:
            key = b""
        if prefix or len(key) < 24:
            raise ValueError("must be whsec_ and base64 of at least 24 bytes; several are split by spaces")
    return value


def mail_address(text: str) -> str:
    """A bare mail address such as alice@example.org. Raises ValueError for anything else."""
    if not _is_mailbox(text) or "." not in text.rpartition("@")[2]:
        raise ValueError(f"{text[:80]!r} is not a mail address")
    return text


def _is_mailbox(text: str) -> bool:
    # RFC 5321, 4.5.3.1: 64 octets before the @, 254 in all
    local = text.rpartition("@")[0].encode("utf-8", "replace")
    return bool(_MAIL.fullmatch(text)) and text.isprintable() and len(local) <= 64 and len(text) <= 254


def _author(value: str) -> str:
    found = _NAMED.fullmatch(value)
    address = (found[1] or found[2]).strip() if found else ""
    local = address.rpartition("@")[0]
    if not _is_mailbox(address) or not local.isascii() or not value.isprintable():
        raise ValueError("must be a mail address such as Silta <silta@example.org>")
    return value


def _pem(value: str) -> str:
    if not re.fullmatch(
        r"-----BEGIN (RSA )?PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END (RSA )?PRIVATE KEY-----", value
    ):
        raise ValueError("must be an RSA key in PEM: openssl genrsa -out dkim.pem 2048 makes one")
    return value


def _selector(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", value):
        raise ValueError("must be the name before ._domainkey in DNS, such as silta2026")
    return value


def conversation_id(text: str) -> str:
    """The id of a Slack conversation, such as C012AB3CD. Raises ValueError for a name or anything else."""
    if not re.fullmatch(r"[CGD][A-Z0-9]{1,31}", text):
        raise ValueError("must be a conversation's id such as C012AB3CD (at the end of its details in Slack)")
    return text


def _names(value: str) -> frozenset[str]:
    return frozenset(value.replace(",", " ").casefold().split())


def _host_ports(value: str) -> frozenset[str]:
    pairs = _names(value)
    if not all(re.fullmatch(r"([^\s:/@]+|\[[0-9a-f:.]+\]):[0-9]{1,5}", pair) for pair in pairs):
        raise ValueError("must be host:port pairs such as feeds.internal:8080, split by commas")
    return pairs


def _networks(value: str) -> tuple[str, ...]:
    parts = tuple(value.replace(",", " ").split())
    try:
        for part in parts:
            ipaddress.ip_network(part, strict=False)
    except ValueError as fault:
        raise ValueError("must be IP addresses or networks such as 10.0.0.5 or 10.0.0.0/8") from fault
    return parts


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(value: str) -> int:
    """A day of the week, 0 for Monday."""
    if value.casefold() not in _DAYS:
        raise ValueError(f"must be one of: {', '.join(_DAYS)}")
    return _DAYS.index(value.casefold())


PARSERS: Mapping[str, Parser] = {
    "DATABASE_URL": _database,
    "SECRET_KEY": _secret_key,
    "PUBLIC_URL": _url,
    "HOST": _host,
    "PORT": _port,
    "STATE_DIR": Path,
    "DELIVERY_MODE": _one_of("preview", "allowlist", "live"),
    "SEND_ONLY_TO": _names,
    "WORKER": _one_of("embedded", "separate"),
    "SLACK_BOT_TOKEN": _token,
    "SLACK_SIGNING_SECRET": _token,
    "SLACK_CLIENT_ID": _token,
    "SLACK_CLIENT_SECRET": _token,
    "SLACK_API_URL": lambda value: _url(value) + "/",
    "SLACK_CHANNEL": conversation_id,
    "SMTP_HOST": _host,
    "SMTP_PORT": _port,
    "SMTP_USERNAME": _text,
    "SMTP_PASSWORD": _text,
    "SMTP_SECURITY": _one_of("starttls", "tls", "none"),
    "MAIL_FROM": _author,
    "MAIL_REPLY_TO": _author,
    "MAIL_BOUNCE_TO": mail_address,
    "WORKSPACE_MAIL": mail_address,
    "DKIM_KEY": _pem,
    "DKIM_SELECTOR": _selector,
    "MAIL_HOURLY_QUOTA": _number(1, 10_000_000, "a whole number from 1, or empty for no limit"),
    "IMAP_HOST": _host,
    "IMAP_PORT": _port,
    "IMAP_USERNAME": _text,
    "IMAP_PASSWORD": _text,
    "IMAP_FOLDER": _text,
    "IMAP_SECURITY": _one_of("tls", "starttls", "none"),
    "WEBHOOK_SECRET": _webhook_secret,
    **EMBED,
    "NETWORK_FILE": Path,
    "RELEVANCE_FILE": Path,
    "ADMIN_TOKEN": _secret_key,
    "FOUR_EYES": lambda value: _one_of("on", "off")(value.casefold()) == "on",
    "TRUSTED_PROXIES": _networks,
    "SQLITE_SYNCHRONOUS": _one_of("NORMAL", "FULL"),
    "FETCH_ALLOW_PRIVATE": _host_ports,
    "CLOCK_START": When.parse,
    "DEFAULT_TIMEZONE": lambda value: zone(value).key,
    "DEFAULT_LANGUAGE": _one_of(*LANGUAGES),
    "DIGEST_DAY": _weekday,
    "DIGEST_HOUR": _number(0, 23, "an hour from 0 to 23"),
    "SUMMARY_URL": _url,
    "SUMMARY_KEY": _token,
    "SUMMARY_MODEL": _text,
    "LETTER_DAY": _weekday,
    "LETTER_HOUR": _number(0, 23, "an hour from 0 to 23"),
    "LETTER_SECTIONS": read_sections,
    "CREAMAILER_TOKEN": _token,
    "CREAMAILER_SECRET": _text,
    "CREAMAILER_LIST": _token,
    "CREAMAILER_URL": _url,
    "LOG_LEVEL": _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
}
