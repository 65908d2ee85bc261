"""The settings: one frozen object, read from the environment once.

`read_settings` looks at every variable before it complains, so that one start shows every fault with
its remedy. A secret `NAME` may come from a file named by `NAME_FILE`; secrets never reach a log, a page
or an error.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from bot.clock import DEFAULT_ZONE
from bot.contracts import Language
from bot.letter_sections import USUAL_SECTIONS, LetterSection
from bot.setting_parsers import PARSERS

SECRETS = frozenset(
    {
        "DATABASE_URL",  # it may hold a password
        "SECRET_KEY",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CLIENT_SECRET",
        "SMTP_PASSWORD",
        "IMAP_PASSWORD",
        "DKIM_KEY",
        "WEBHOOK_SECRET",
        "HOWSPACE_EMBED_SECRET",
        "ADMIN_TOKEN",
        "SUMMARY_KEY",
        "CREAMAILER_TOKEN",
        "CREAMAILER_SECRET",
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

    database_url: str = field(default="sqlite:///var/silta.db", repr=False)
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
    slack_client_id: str | None = None
    slack_client_secret: str | None = field(default=None, repr=False)
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
    mail_bounce_to: str | None = None
    workspace_mail: str | None = None
    dkim_key: str | None = field(default=None, repr=False)
    dkim_selector: str | None = None
    imap_host: str | None = None
    imap_port: int = 993
    imap_username: str | None = None
    imap_password: str | None = field(default=None, repr=False)
    imap_folder: str = "INBOX"
    imap_security: Literal["tls", "starttls", "none"] = "tls"
    webhook_secret: str | None = field(default=None, repr=False)
    howspace_embed_secret: str | None = field(default=None, repr=False)
    howspace_origin: tuple[str, ...] = ()
    howspace_embed_parameters: tuple[tuple[str, str], ...] = ()
    network_file: Path | None = None
    relevance_file: Path | None = None
    admin_token: str | None = field(default=None, repr=False)
    four_eyes: bool = True
    trusted_proxies: tuple[str, ...] = ()
    sqlite_synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    fetch_allow_private: frozenset[str] = frozenset()
    clock_start: datetime | None = None
    default_timezone: str = "Europe/Helsinki"
    default_language: Language = "fi"
    digest_day: int = 4
    digest_hour: int = 8
    letter_day: int = 4
    letter_hour: int = 8
    letter_sections: tuple[LetterSection, ...] = USUAL_SECTIONS
    summary_url: str | None = None
    summary_key: str | None = field(default=None, repr=False)
    summary_model: str | None = None
    creamailer_token: str | None = field(default=None, repr=False)
    creamailer_secret: str | None = field(default=None, repr=False)
    creamailer_list: str | None = None
    creamailer_url: str = "https://api.cmfile.net"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def zone(self) -> str:
        """The zone of a date without a clock time."""
        return self.default_timezone


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check the environment. Raises SettingsFault with every fault at once."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, parse in PARSERS.items():
        try:
            text = _lookup(name, environ)
            if text:
                values[name.lower()] = parse(text)
        except ValueError as fault:
            faults[name] = f"{name} {fault}{_shown(name, environ)}"
    if "clock_start" in values:
        values["clock_start"] = values["clock_start"].begins(values.get("default_timezone", DEFAULT_ZONE))
    settings = Settings(**values)
    # What follows from a setting that could not be read is not said a second time.
    told = [sentence for names, sentence in _conflicts(settings) if not faults.keys() & names]
    if faults or told:
        raise SettingsFault([*faults.values(), *told])
    return settings


def _lookup(name: str, environ: Mapping[str, str]) -> str:
    file = environ.get(f"{name}_FILE", "").strip() if name in SECRETS else ""
    if not file:
        return environ.get(name, "").strip()
    if environ.get(name, "").strip():
        raise ValueError(f"is set twice: remove {name} or {name}_FILE")
    try:
        text = Path(file).read_text("utf-8").strip()
    except OSError as fault:
        raise ValueError(f"cannot be read from {name}_FILE={file}: {fault.strerror}") from fault
    except ValueError as fault:
        raise ValueError(f"cannot be read from {name}_FILE={file}: it is not UTF-8 text") from fault
    if not text:
        raise ValueError(f"cannot be read from {name}_FILE={file}: the file is empty")
    return text


def _shown(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "").strip()
    if name in SECRETS or ("://" in value and "@" in value):  # an address may hold a password
        return ""
    return f" (it is {value[:80]!r})"


_PAIRS = (
    ("SMTP_USERNAME", "SMTP_PASSWORD"),
    ("SMTP_PASSWORD", "SMTP_USERNAME"),
    ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
    ("SLACK_CLIENT_SECRET", "SLACK_CLIENT_ID"),
    ("IMAP_HOST", "IMAP_USERNAME"),
    ("IMAP_HOST", "IMAP_PASSWORD"),
    ("SUMMARY_URL", "SUMMARY_MODEL"),
    ("SUMMARY_MODEL", "SUMMARY_URL"),
    ("DKIM_KEY", "DKIM_SELECTOR"),
    ("DKIM_SELECTOR", "DKIM_KEY"),
)


def _conflicts(settings: Settings) -> Iterator[tuple[set[str], str]]:
    """What is wrong with settings that are each well by themselves: which they are, and the remedy."""
    mode = settings.delivery_mode
    if not settings.secret_key:
        made_by = 'python -c "import secrets; print(secrets.token_hex(32))" makes one'
        yield {"SECRET_KEY"}, f"SECRET_KEY is missing: {made_by}"
    if settings.smtp_host and not settings.mail_from:
        yield (
            {"SMTP_HOST", "MAIL_FROM"},
            "MAIL_FROM is missing: mail needs a sender, for example Silta <silta@example.org>",
        )
    for one, other in _PAIRS:
        if getattr(settings, one.lower()) and not getattr(settings, other.lower()):
            wanted = "DKIM_KEY_FILE" if other == "DKIM_KEY" else other
            yield {one, other}, f"{wanted} is missing: set it beside {one}, or leave both empty"
    creamailer = ("CREAMAILER_TOKEN", "CREAMAILER_SECRET", "CREAMAILER_LIST")
    lacking = [name for name in creamailer if not getattr(settings, name.lower())]
    if 0 < len(lacking) < len(creamailer):
        are = "is" if len(lacking) == 1 else "are"
        yield set(creamailer), f"{' and '.join(lacking)} {are} missing: Creamailer needs all three, or none"
    if mode == "allowlist" and not settings.send_only_to:
        yield (
            {"SEND_ONLY_TO", "DELIVERY_MODE"},
            "SEND_ONLY_TO is empty: with DELIVERY_MODE=allowlist name the addresses and conversations",
        )
    if mode == "live" and not (settings.smtp_host or settings.slack_bot_token or settings.slack_client_id):
        yield (
            {"DELIVERY_MODE", "SMTP_HOST", "SLACK_BOT_TOKEN", "SLACK_CLIENT_ID"},
            "DELIVERY_MODE=live has nothing to send with: set SMTP_HOST or SLACK_BOT_TOKEN",
        )
    if settings.clock_start and mode == "live" and not _rehearsal(settings):
        yield (
            {"CLOCK_START", "DELIVERY_MODE", "SLACK_API_URL", "SMTP_HOST"},
            "CLOCK_START is refused in live mode unless Slack and SMTP are loopback addresses: remove it, "
            "or set DELIVERY_MODE=preview",
        )
    if settings.network_file and not settings.network_file.is_file():
        yield {"NETWORK_FILE"}, f"NETWORK_FILE does not exist: {settings.network_file}"
    if settings.relevance_file and not settings.relevance_file.is_file():
        yield {"RELEVANCE_FILE"}, f"RELEVANCE_FILE does not exist: {settings.relevance_file}"


def _rehearsal(settings: Settings) -> bool:
    uses_slack = settings.slack_bot_token or settings.slack_client_id
    slack = urlsplit(settings.slack_api_url).hostname if uses_slack else "localhost"
    return all(is_loopback(host) for host in (slack, settings.smtp_host or "localhost"))


def is_loopback(host: str | None) -> bool:
    """Whether a host name or literal address is this machine itself."""
    if host in {"localhost", "localhost."}:
        return True
    try:
        return ipaddress.ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False
