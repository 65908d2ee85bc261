"""`migrate`, `prepare`, `check`, and what every command says when it cannot begin."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.app import read_environment
from bot.cli import build_or_exit
from bot.settings import SettingsFault
from bot.store.db import Database
from bot.store.destinations import Subscription
from tests.unit.cli.conftest import KEY, Shell

EVERY = (
    ["check"],
    ["worker"],
    ["work", "--until-idle"],
    ["poll"],
    ["contacts", "import", "x.csv"],
    ["contacts", "export", "x.csv"],
    ["contacts", "show", "alice@example.org"],
    ["contacts", "erase", "alice@example.org", "--yes"],
    ["destinations", "list"],
    ["sources", "list"],
    ["replay", "--failed"],
    ["why", "--contact", "alice@example.org", "--item", "1"],
)
"""A command of each kind that needs an installation."""


def version(database: Database, found: str) -> str:
    """Let the schema call itself so; returns what it was called before."""
    with database.engine.begin() as connection:
        before = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    return before


def test_migrate_makes_the_schema_and_does_nothing_the_second_time(bare: Shell, tmp_path: Path) -> None:
    for _ in range(2):
        said = bare("migrate", SECRET_KEY=KEY)
        assert (said.code, said.out, said.err) == (0, "the schema is the newest, the network is loaded\n", "")
    assert (tmp_path / "var" / "silta.db").is_file()
    assert bare("check", SECRET_KEY=KEY).code == 0


def test_migrate_opens_the_common_conversation_once(shell: Shell, database: Database) -> None:
    for _ in range(2):
        assert shell("migrate", SLACK_CHANNEL="C0ALL", DEFAULT_LANGUAGE="sv").code == 0
    assert shell("destinations", "list").lines == ["1\tC0ALL\teverything\tnow\tsv"]
    with database.reading() as session:
        assert len(session.scalars(select(Subscription)).all()) == 1


def test_migrate_names_the_faults_of_a_network_file(shell: Shell, tmp_path: Path) -> None:
    wrong = tmp_path / "network.json"
    wrong.write_text("{}")
    said = shell("migrate", NETWORK_FILE=str(wrong))
    assert said.code == 1
    assert said.err.startswith(f"The network in {wrong} cannot be used:\n")


def test_prepare_makes_env_with_fresh_secrets_and_loads_the_examples_once(
    bare: Shell, tmp_path: Path
) -> None:
    said = bare("prepare")
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(
        r"made \.env with fresh secrets\nloaded \d+ example contacts and 2 example sources\n", said.out
    )
    env = tmp_path / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    settings = read_environment()
    assert len(settings.secret_key) == 64
    assert (settings.webhook_secret or "").startswith("whsec_")
    before = env.read_text()
    assert bare("prepare").out == ""
    assert env.read_text() == before
    assert [line.split("\t")[0] for line in bare("sources", "list").lines] == [
        "example-calls", "example-news", "webhook",
    ]  # fmt: skip


def test_prepare_gives_each_installation_its_own_secrets(
    bare: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        bare("prepare")
        secrets |= set(
            re.findall(r"^(?:SECRET_KEY|WEBHOOK_SECRET)=(.{32,})$", Path(".env").read_text(), re.M)
        )
    assert len(secrets) == 4


def test_prepare_loads_no_examples_beside_real_work(bare: Shell) -> None:
    real = bare("prepare", SECRET_KEY=KEY, DELIVERY_MODE="live", SLACK_BOT_TOKEN="xoxb-alice")
    assert real.out == "made .env with fresh secrets\n"
    bare("sources", "add", "feed", "example-news", "--set", "example=news.xml")
    assert bare("prepare").out == ""


@pytest.mark.parametrize("arguments", EVERY, ids=" ".join)
def test_a_database_without_a_schema_is_named_with_its_remedy(bare: Shell, arguments: list[str]) -> None:
    said = bare(*arguments, SECRET_KEY=KEY)
    assert (said.code, said.out) == (2, "")
    assert said.err == "The database has no schema yet: run `python -m bot migrate`.\n"


def test_a_schema_older_or_newer_than_the_code_is_named(shell: Shell, database: Database) -> None:
    newest = version(database, "0000")
    said = shell("check")
    assert said.code == 2
    assert re.fullmatch(
        r"The database has schema 0000, the code wants \d+: run `python -m bot migrate`\.\n", said.err
    )
    newer = shell("migrate")
    assert newer.code == 1
    assert "The database's schema is newer than this code" in newer.err
    version(database, newest)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://bob:hunter2@127.0.0.1:9/silta?connect_timeout=2",
        "sqlite:///not-a-database",
        "sqlite:////dev/null/silta.db",
    ],
)
@pytest.mark.parametrize("arguments", [["check"], ["migrate"], ["work", "--until-idle"]], ids=" ".join)
def test_a_database_that_does_not_answer_is_said_in_a_sentence(
    bare: Shell, tmp_path: Path, arguments: list[str], url: str
) -> None:
    (tmp_path / "not-a-database").write_text("name,email\n" * 200)
    said = bare(*arguments, SECRET_KEY=KEY, DATABASE_URL=url)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "cannot be used" in said.err
    assert "hunter2" not in said.err


@pytest.mark.parametrize("arguments", [*EVERY, ["migrate"]], ids=" ".join)
def test_wrong_settings_are_all_listed_before_anything_happens(bare: Shell, arguments: list[str]) -> None:
    said = bare(*arguments, PORT="x", WORKER="celery")
    assert (said.code, said.out) == (2, "")
    heading, *faults = said.err.splitlines()
    assert heading == "These settings are wrong (environment or .env):"
    assert [fault.split()[1] for fault in faults] == ["PORT", "WORKER", "SECRET_KEY"]


def test_the_environment_wins_over_env_and_env_must_be_text(bare: Shell, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"SECRET_KEY={KEY}\nWORKER=separate\nPORT=x\n")
    assert bare("migrate").code == 2
    assert bare("migrate", PORT="8001").code == 0
    (tmp_path / ".env").write_bytes(b"SECRET_KEY=\xe4\n")
    said = bare("check")
    assert (said.code, "  - .env is not UTF-8 text: save it as UTF-8\n" in said.err) == (2, True)
    with pytest.raises(SettingsFault):
        read_environment()


def test_a_server_that_cannot_start_ends_with_the_list_of_faults(
    bare: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_or_exit()
    assert ended.value.code == 2
    assert "SECRET_KEY is missing" in capsys.readouterr().err


def test_help_is_not_a_fault(bare: Shell) -> None:
    said = bare("--help")
    assert said.code == 0
    assert {"contacts", "sources", "why", "replay"} <= {
        line.split()[0] for line in said.lines if line.split()
    }
    assert bare().code == 2
    assert bare("dance").code == 2


def test_a_start_loads_neither_what_migrates_nor_what_reads_excel() -> None:
    code = "import sys, bot.cli; print(*{'alembic', 'openpyxl', 'PIL', 'holidays'} & sys.modules.keys())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert said == "\n"
