"""Settings: defaults, every fault at once with its remedy, and secrets that are never told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.setting_parsers import PARSERS
from bot.settings import SECRETS, Settings, SettingsFault, is_loopback, read_settings

KEY = "k" * 40
WHSEC = "whsec_" + "A" * 32
PEM = f"-----BEGIN PRIVATE KEY-----\n{'A' * 64}\n-----END PRIVATE KEY-----"
TOGETHER: dict[str, dict[str, str]] = {
    "DKIM": {"DKIM_SELECTOR": "silta1", "DKIM_KEY": PEM.replace("AAAAAAA", "hunter2")},
    "SLACK": {"SLACK_CLIENT_ID": "12.34", "SLACK_CLIENT_SECRET": "hunter2"},
    "CREAMAILER": {"CREAMAILER_TOKEN": "hunter2", "CREAMAILER_SECRET": "hunter2", "CREAMAILER_LIST": "abc"},
}
"""Settings that are of no use alone, by the beginning of their names."""


def faults(**environ: str) -> list[str]:
    with pytest.raises(SettingsFault) as caught:
        read_settings({"SECRET_KEY": KEY, **environ})
    return caught.value.faults


def test_the_defaults_are_those_of_the_documented_interface() -> None:
    settings = read_settings({"SECRET_KEY": KEY})
    promised: dict[str, Any] = {
        "database_url": "sqlite:///var/silta.db",
        "public_url": "http://127.0.0.1:8000",
        "host": "127.0.0.1",
        "port": 8000,
        "delivery_mode": "preview",
        "worker": "embedded",
        "slack_bot_token": None,
        "slack_api_url": "https://slack.com/api/",
        "slack_channel": None,
        "smtp_host": None,
        "smtp_port": 587,
        "smtp_security": "starttls",
        "mail_from": None,
        "mail_hourly_quota": None,
        "webhook_secret": None,
        "network_file": None,
        "admin_token": None,
        "trusted_proxies": (),
        "sqlite_synchronous": "NORMAL",
        "fetch_allow_private": frozenset(),
        "clock_start": None,
        "default_timezone": "Europe/Helsinki",
        "default_language": "fi",
    }
    assert {name: getattr(settings, name) for name in promised} == promised


def test_every_setting_has_a_parser_and_a_place() -> None:
    assert {name.lower() for name in PARSERS} == set(Settings.__dataclass_fields__)
    assert set(PARSERS) >= SECRETS


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("DATABASE_URL", "postgresql+psycopg://bob:pw@db/silta", "postgresql+psycopg://bob:pw@db/silta"),
        ("PUBLIC_URL", "https://silta.example.org/", "https://silta.example.org"),
        ("PUBLIC_URL", "https://example.org/silta/", "https://example.org/silta"),
        ("SLACK_API_URL", "http://127.0.0.1:8090/api", "http://127.0.0.1:8090/api/"),
        ("SEND_ONLY_TO", "Alice@Example.org, C012AB3CD", frozenset({"alice@example.org", "c012ab3cd"})),
        ("SLACK_CHANNEL", "C012AB3CD", "C012AB3CD"),
        ("SMTP_PASSWORD", " with spaces inside ", "with spaces inside"),
        ("MAIL_FROM", "Silta <silta@example.org>", "Silta <silta@example.org>"),
        ("MAIL_FROM", "silta@localhost", "silta@localhost"),
        ("MAIL_REPLY_TO", "hei@päijänne.example", "hei@päijänne.example"),
        ("MAIL_HOURLY_QUOTA", "500", 500),
        ("WEBHOOK_SECRET", f"{WHSEC} {WHSEC}", f"{WHSEC} {WHSEC}"),
        ("TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16 ::1", ("10.0.0.5", "10.1.0.0/16", "::1")),
        (
            "FETCH_ALLOW_PRIVATE",
            "Feeds.internal:8080,[::1]:80",
            frozenset({"feeds.internal:8080", "[::1]:80"}),
        ),
        ("CLOCK_START", "2027-01-15T08:00:00+02:00", datetime(2027, 1, 15, 6, tzinfo=UTC)),
        ("STATE_DIR", "/var/lib/silta", Path("/var/lib/silta")),
        ("FOUR_EYES", "off", False),
        ("FOUR_EYES", "On", True),
    ],
)
def test_a_setting_is_read(name: str, text: str, value: object) -> None:
    environ = {"SECRET_KEY": KEY, "SMTP_USERNAME": "bob" if name == "SMTP_PASSWORD" else "", name: text}
    assert getattr(read_settings(environ), name.lower()) == value


def test_a_bare_day_begins_in_the_default_zone() -> None:
    environ = {"SECRET_KEY": KEY, "CLOCK_START": "2027-01-15", "DEFAULT_TIMEZONE": "Europe/Stockholm"}
    assert read_settings(environ).clock_start == datetime(2027, 1, 14, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("DATABASE_URL", "mysql://db/silta", "must begin with sqlite:/// or postgresql+psycopg://"),
        ("DATABASE_URL", "postgresql://db/silta", "must begin with sqlite:/// or postgresql+psycopg://"),
        ("DATABASE_URL", "sqlite+aiosqlite:///a.db", "must begin with sqlite:///"),
        ("DATABASE_URL", "silta.db", "must be a SQLAlchemy URL"),
        ("DATABASE_URL", "sqlite://", "must name a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "must name a file"),
        ("SECRET_KEY", "short", "must have at least 32 characters"),
        ("PUBLIC_URL", "silta.example.org", "must be an address such as https://"),
        ("PUBLIC_URL", "https://silta.example.org/?a=b", "must be an address such as https://"),
        ("PUBLIC_URL", "https://[::1", "must be an address such as https://"),
        ("PUBLIC_URL", "https://silta.example.org:99999", "must be an address such as https://"),
        ("HOST", "http://127.0.0.1", "must be a host name"),
        ("PORT", "0", "must be a port between 1 and 65535"),
        ("PORT", "²", "must be a port between 1 and 65535"),
        ("DELIVERY_MODE", "Live", "must be one of: preview, allowlist, live"),
        ("WORKER", "celery", "must be one of: embedded, separate"),
        ("SLACK_BOT_TOKEN", "xoxb token", "without spaces"),
        ("SLACK_CHANNEL", "#general", "must be a conversation's id such as C012AB3CD"),
        ("SMTP_HOST", "smtp://mail.example.org", "must be a host name"),
        ("SMTP_PORT", "65536", "must be a port"),
        ("SMTP_SECURITY", "ssl", "must be one of: starttls, tls, none"),
        ("MAIL_FROM", "Silta", "must be a mail address such as"),
        ("MAIL_FROM", "Silta <silta@example.org>\r\nBcc: bob@example.org", "must be a mail address such as"),
        ("MAIL_REPLY_TO", "a@example.org, b@example.org", "must be a mail address such as"),
        ("MAIL_BOUNCE_TO", "Silta <silta@example.org>", "is not a mail address"),
        ("DKIM_KEY", "not a key", "must be an RSA key in PEM"),
        ("DKIM_SELECTOR", "a b", "must be the name before ._domainkey"),
        ("MAIL_HOURLY_QUOTA", "0", "must be a whole number from 1"),
        ("WEBHOOK_SECRET", "whsec_dG9vIHNob3J0", "at least 24 bytes"),
        ("WEBHOOK_SECRET", "secret", "must be whsec_"),
        ("WEBHOOK_SECRET", "whsec_§§", "must be whsec_"),
        ("ADMIN_TOKEN", "guess", "must have at least 32 characters"),
        ("TRUSTED_PROXIES", "proxy.internal", "must be IP addresses or networks"),
        ("SQLITE_SYNCHRONOUS", "OFF", "must be one of: NORMAL, FULL"),
        ("FETCH_ALLOW_PRIVATE", "feeds.internal", "must be host:port pairs"),
        ("FETCH_ALLOW_PRIVATE", "http://feeds.internal:80", "must be host:port pairs"),
        ("CLOCK_START", "2027-01-15T08:00", "add +02:00"),
        ("CLOCK_START", "tomorrow", "must be ISO 8601"),
        ("DEFAULT_TIMEZONE", "Helsinki", "is not a time zone such as Europe/Helsinki"),
        ("DEFAULT_LANGUAGE", "de", "must be one of: fi, sv, en"),
        ("LOG_LEVEL", "LOUD", "must be one of: DEBUG"),
        ("NETWORK_FILE", "/nowhere/network.json", "does not exist: /nowhere/network.json"),
        ("FOUR_EYES", "maybe", "must be one of: on, off"),
    ],
)
def test_a_faulty_setting_is_named_with_its_remedy(name: str, text: str, remedy: str) -> None:
    (fault,) = faults(**{name: text})
    assert fault.startswith(f"{name} ")
    assert remedy in fault


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing: python -c"),
        ({"SMTP_HOST": "mail.example.org"}, "MAIL_FROM is missing"),
        ({"SMTP_USERNAME": "bob"}, "SMTP_PASSWORD is missing: set it beside SMTP_USERNAME"),
        ({"SMTP_PASSWORD": "pw"}, "SMTP_USERNAME is missing: set it beside SMTP_PASSWORD"),
        ({"DKIM_SELECTOR": "silta1"}, "DKIM_KEY_FILE is missing: set it beside DKIM_SELECTOR"),
        ({"DKIM_KEY": PEM}, "DKIM_SELECTOR is missing: set it beside DKIM_KEY"),
        ({"DELIVERY_MODE": "allowlist"}, "SEND_ONLY_TO is empty"),
        ({"DELIVERY_MODE": "live"}, "DELIVERY_MODE=live has nothing to send with"),
        (
            {"CLOCK_START": "2027-01-15", "DELIVERY_MODE": "live", "SLACK_BOT_TOKEN": "xoxb-alice"},
            "CLOCK_START is refused in live mode",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_named(environ: dict[str, str], fault: str) -> None:
    (found,) = faults(**environ)
    assert found.startswith(fault)


def test_a_rehearsal_in_live_mode_may_send_to_this_machine() -> None:
    environ = {
        "SECRET_KEY": KEY, "DELIVERY_MODE": "live", "CLOCK_START": "2027-01-15", "MAIL_FROM": "a@example.org",
        "SMTP_HOST": "localhost", "SLACK_BOT_TOKEN": "xoxb-a", "SLACK_API_URL": "http://127.0.0.1:8090/api/",
    }  # fmt: skip
    assert read_settings(environ).clock_start is not None


def test_every_fault_is_told_at_once_and_none_twice() -> None:
    found = faults(
        PORT="x",
        SECRET_KEY="short",
        SMTP_HOST="mail.example.org",
        MAIL_FROM="nobody",
        DELIVERY_MODE="allowlist",
    )
    assert [fault.split()[0] for fault in found] == ["SECRET_KEY", "PORT", "MAIL_FROM", "SEND_ONLY_TO"]


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_comes_from_a_file(tmp_path: Path, name: str) -> None:
    known = {"DATABASE_URL": "sqlite:///other.db", "WEBHOOK_SECRET": WHSEC, "DKIM_KEY": PEM}
    value = known.get(name, KEY[:-1] + "x")
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    environ = {"SECRET_KEY": KEY, "SMTP_USERNAME": "bob", "SMTP_PASSWORD": "pw"}
    environ |= TOGETHER.get(name.partition("_")[0], {})
    environ.pop(name, None)
    assert getattr(read_settings({**environ, f"{name}_FILE": str(file)}), name.lower()) == value


def test_a_secret_in_two_places_or_in_a_faulty_file_is_refused(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text(" \n")
    binary.write_bytes(b"\xff\xfe\x00")
    assert faults(SECRET_KEY_FILE=str(empty)) == [
        "SECRET_KEY is set twice: remove SECRET_KEY or SECRET_KEY_FILE"
    ]
    for file, why in (
        (tmp_path / "none", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (empty, "the file is empty"),
        (binary, "it is not UTF-8 text"),
    ):
        (fault,) = faults(ADMIN_TOKEN_FILE=str(file))
        assert fault == f"ADMIN_TOKEN cannot be read from ADMIN_TOKEN_FILE={file}: {why}"


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_in_no_fault_and_not_in_the_settings_form(name: str) -> None:
    wrong = "postgresql://bob:hunter2@db/x" if name == "DATABASE_URL" else "hunter2 \x07"
    for fault in faults(**{name: wrong}, PORT="x"):
        assert "hunter2" not in fault
    right = {
        "DATABASE_URL": "postgresql+psycopg://bob:hunter2@db/x",
        "WEBHOOK_SECRET": "whsec_hunter2hunter2hunter2hunter2hunt",
        "SMTP_USERNAME": "bob",
        "SMTP_PASSWORD": "hunter2",
    }
    right |= TOGETHER.get(name.partition("_")[0], {})
    right[name] = right.get(name, "hunter2" * 6)
    assert "hunter2" not in repr(read_settings({"SECRET_KEY": KEY, **right}))


def test_an_address_with_a_password_is_not_shown() -> None:
    assert "hunter2" not in faults(PUBLIC_URL="https://bob:hunter2@silta.example.org")[0]


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True),
        ("10.0.0.1", False), ("localhost.example.org", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_what_is_this_machine_itself(host: str | None, here: bool) -> None:
    assert is_loopback(host) is here
