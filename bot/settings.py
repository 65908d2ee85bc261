"""The settings: one frozen object, read from the environment once.

`read_settings` looks at every variable before it complains, so that one start shows every fault with
its remedy. A secret `NAME` may come from a file named by `NAME_FILE`; secrets never reach a log, a page
or an error.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from bot.contracts import Language
from bot.setting_parsers import PARSERS

SECRETS = frozenset(
    {
        "SECRET_KEY",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SMTP_PASSWORD",
        "WEBHOOK_SECRET",
        "ADMIN_TOKEN",
    }
)
Mode = Literal["preview", "allowlist", "live"]
Worker = Literal["embedded", "separate"]


class SettingsFault(Exception):
    """The environment is wrong. `faults` holds one sentence for each, with its remedy."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides; docs/operations.md says what each does."""

    database_url: str = "sqlite:///var/silta.db"
    secret_key: str = field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    state_dir: Path = Path("var")
    delivery_mode: Mode = "preview"
    send_only_to: frozenset[str] = frozenset()
    worker: Worker = "embedded"
    slack_bot_token: str | None = field(default=None, repr=False)
    slack_signing_secret: str | None = field(default=None, repr=False)
    slack_api_url: str = "https://slack.com/api/"
    slack_channel: str | None = None
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_username: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_from: str | None = None
    mail_reply_to: str | None = None
    mail_hourly_quota: int | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    network_file: Path | None = None
    admin_token: str | None = field(default=None, repr=False)
    trusted_proxies: tuple[str, ...] = ()
    sqlite_synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    fetch_allow_private: frozenset[str] = frozenset()
    clock_start: datetime | None = None
    default_timezone: str = "Europe/Helsinki"
    default_language: Language = "fi"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def zone(self) -> str:
        """The zone of a date without a clock time."""
        return self.default_timezone


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check the environment. Raises SettingsFault with every fault at once."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, parse in PARSERS.items():
        try:
            text = _lookup(name, environ)
            if text:
                values[name.lower()] = parse(text)
        except (ValueError, OSError) as fault:
            shown = "" if name in SECRETS else f" (it is {environ.get(name, '')!r})"
            faults.append(f"{name} {_plain(fault)}{shown}")
    if not faults:
        settings = Settings(**values)
        faults = _conflicts(settings)
        if not faults:
            return settings
    raise SettingsFault(faults)


def _lookup(name: str, environ: Mapping[str, str]) -> str:
    file = environ.get(f"{name}_FILE", "") if name in SECRETS else ""
    if file and environ.get(name):
        raise ValueError(f"is set twice: remove {name} or {name}_FILE")
    return Path(file).read_text("utf-8").strip() if file else environ.get(name, "").strip()


def _plain(fault: Exception) -> str:
    if isinstance(fault, UnicodeDecodeError):
        return "names a file that is not UTF-8 text"
    if isinstance(fault, OSError):
        return f"names a file that cannot be read: {fault.strerror}"
    return str(fault)


def _conflicts(settings: Settings) -> list[str]:
    faults = []
    if not settings.secret_key:
        faults.append(
            'SECRET_KEY is missing: python -c "import secrets; print(secrets.token_hex(32))" makes one'
        )
    if settings.smtp_host and not settings.mail_from:
        faults.append("MAIL_FROM is missing: mail needs a sender, for example Silta <silta@example.org>")
    if settings.delivery_mode == "allowlist" and not settings.send_only_to:
        faults.append(
            "SEND_ONLY_TO is empty: with DELIVERY_MODE=allowlist name the addresses and conversations"
        )
    if settings.delivery_mode == "live" and not (settings.smtp_host or settings.slack_bot_token):
        faults.append("DELIVERY_MODE=live has nothing to send with: set SMTP_HOST or SLACK_BOT_TOKEN")
    if settings.clock_start and settings.delivery_mode == "live" and not _rehearsal(settings):
        faults.append("CLOCK_START is refused in live mode unless Slack and SMTP are loopback addresses")
    if settings.network_file and not settings.network_file.is_file():
        faults.append(f"NETWORK_FILE does not exist: {settings.network_file}")
    return faults


def _rehearsal(settings: Settings) -> bool:
    slack = urlsplit(settings.slack_api_url).hostname if settings.slack_bot_token else "localhost"
    return all(is_loopback(host) for host in (slack, settings.smtp_host or "localhost"))


def is_loopback(host: str | None) -> bool:
    """Whether a host name or literal address is this machine itself."""
    if host in {"localhost", "localhost."}:
        return True
    try:
        return ipaddress.ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False
