"""`doctor`: well is 0, broken is 1 with the remedy, and no secret is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import approval, clock
from bot.network import Network
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.sources import Source
from bot.store.workplace import Account
from bot.work.workers import Worker
from tests.factories import details, plan, tell
from tests.fakes.slack import FakeSlack
from tests.fakes.smtp import FakeSmtp
from tests.unit.cli.conftest import Said, Shell
from tests.unit.people.lists import ALICE, ALWAYS, BOB, a_file

SECRETS = {
    "SECRET_KEY": "hunter2" * 6,
    "SLACK_SIGNING_SECRET": "hunter2",
    "SMTP_USERNAME": "silta",
    "SMTP_PASSWORD": "hunter2",
    "WEBHOOK_SECRET": "whsec_hunter2hunter2hunter2hunter2hunt",
    "ADMIN_TOKEN": "hunter2" * 6,
}


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp(login=("silta", "hunter2")) as fake:
        yield fake


@pytest.fixture
def live(shell: Shell, slack: FakeSlack, smtp: FakeSmtp) -> Shell:
    """Runs a command of an installation that really sends."""

    def run(*arguments: str, **more: str) -> Said:
        settings = {
            "DELIVERY_MODE": "live", "SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url,
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp.port), "SMTP_SECURITY": "none",
            "MAIL_FROM": "silta@example.org", "LOG_LEVEL": "DEBUG", **SECRETS,
        }  # fmt: skip
        return shell(*arguments, **{**settings, **more})

    return run


def broken(said: Said) -> dict[str, str]:
    """What is broken, and what is said about it."""
    found = [line[8:].partition(": ") for line in said.lines if line.startswith("broken")]
    return {what: why for what, _, why in found}


def test_all_is_well(live: Shell, database: Database) -> None:
    with database.writing() as session:
        Worker("separate").beat(session)
    said = live("doctor", SLACK_SIGNING_SECRET="s" * 32, PUBLIC_URL="https://silta.example.org")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        "well    settings (DELIVERY_MODE=live, WORKER=embedded)",
        "well    database and schema",
        "well    clock",
        "well    slack",
        "well    email",
        "well    workers (1 alive)",
        "well    deliveries in doubt",
        "well    approvals",
        "well    source webhook",
    ]


def test_a_slack_app_that_hears_nothing_is_a_note(live: Shell) -> None:
    deaf = "it posts, and hears no command, button or message: set SLACK_SIGNING_SECRET (docs/slack.md)"
    assert f"note    Slack app: {deaf}" in live("doctor", SLACK_SIGNING_SECRET="").lines
    far = "Slack reaches only https, and PUBLIC_URL is http://127.0.0.1:8000"
    assert f"note    Slack app: {far}" in live("doctor", SLACK_SIGNING_SECRET="s" * 32).lines


def test_a_draft_that_nobody_can_approve_is_a_note(
    shell: Shell, database: Database, network: Network
) -> None:
    def work(session: Session) -> None:
        draft = approval.create(session, "announcement", {"title": {"fi": "Tervetuloa"}}, "local")
        approval.submit(session, network, draft.id, "local")

    database.write(work)
    remedy = "give another that role with `contacts import`, or set FOUR_EYES=off in a network of one"
    said = f"note    approvals: a draft waits, and there are no two coordinators or admins: {remedy}"
    assert said in shell("doctor").lines
    assert "well    approvals" in shell("doctor", FOUR_EYES="off").lines


def test_what_is_not_set_up_yet_is_a_note(shell: Shell) -> None:
    said = shell("doctor")
    assert said.code == 0
    assert [line for line in said.lines if line.startswith("note")] == [
        "note    slack: not configured: set SLACK_BOT_TOKEN",
        "note    email: not configured: set SMTP_HOST and MAIL_FROM",
        "note    workers (0 alive): none runs now: `make run`, or `python -m bot worker`",
        "note    source webhook: WEBHOOK_SECRET is not set, so nothing can be signed for /in/webhook",
    ]


def test_a_revoked_token_and_a_refused_login_are_named_and_no_secret_is_told(
    live: Shell, slack: FakeSlack
) -> None:
    slack.revoke()
    said = live("doctor", SMTP_PASSWORD="hunter2-wrong")
    assert said.code == 1
    assert set(broken(said)) == {"slack", "email"}
    assert "Slack refuses the token: token_revoked" in broken(said)["slack"]
    assert "hunter2" not in said.out + said.err
    assert slack.token not in said.out + said.err


def test_a_medium_that_somebody_needs_and_nobody_configured_is_broken(live: Shell, tmp_path: Path) -> None:
    assert broken(live("doctor", SMTP_HOST="", SMTP_USERNAME="", SMTP_PASSWORD="")) == {}
    live("contacts", "import", str(a_file(tmp_path, BOB)))
    said = live("doctor", SMTP_HOST="", SMTP_USERNAME="", SMTP_PASSWORD="")
    assert broken(said) == {"email": "not configured: set SMTP_HOST and MAIL_FROM"}


def test_wrong_settings_are_listed(shell: Shell) -> None:
    said = shell("doctor", PORT="x", SECRET_KEY="")
    assert said.code == 1
    assert [line.split(" (")[0] for line in said.lines] == [
        "broken  settings: PORT must be a port between 1 and 65535",
        said.lines[1].split(" (")[0],
    ]
    assert said.lines[1].startswith("broken  settings: SECRET_KEY is missing: python -c ")


@pytest.mark.parametrize(
    ("url", "what", "remedy"),
    [
        ("postgresql+psycopg://bob:hunter2@127.0.0.1:9/silta", "database", "check DATABASE_URL"),
        ("sqlite:////dev/null/silta.db", "files", "/dev/null cannot be used"),
        ("sqlite:///fresh.db", "database and schema", "run `python -m bot migrate`"),
    ],
)
def test_a_database_that_cannot_be_used_is_named(shell: Shell, url: str, what: str, remedy: str) -> None:
    said = shell("doctor", DATABASE_URL=url)
    assert (said.code, list(broken(said))) == (1, [what])
    assert remedy in broken(said)[what]
    assert "hunter2" not in said.out


def test_sources_are_really_asked(shell: Shell, database: Database) -> None:
    shell("sources", "add", "feed", "well", "--set", "example=news.xml")
    shell("sources", "add", "feed", "dead", "--set", "url=http://127.0.0.1:9/feed.xml")
    shell("sources", "add", "feed", "resting", "--set", "url=http://127.0.0.1:9/feed.xml")
    shell("sources", "add", "webhook", "partner")
    shell("sources", "pause", "resting")
    with database.writing() as session:
        session.execute(update(Source).where(Source.name == "partner").values(options={"secrets": "x"}))
    said = shell("doctor")
    assert said.code == 1
    assert set(broken(said)) == {"source dead", "source partner"}
    assert "well    source well" in said.lines
    with database.reading() as session:  # what it brought was left to the workers
        assert session.scalars(select(Source.asked_at).where(Source.name == "well")).one() is None


def test_what_stands_still_is_named_with_what_moves_it(
    shell: Shell, database: Database, tmp_path: Path
) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALICE, BOB)))
    later = clock.now() + timedelta(minutes=4)
    with database.writing() as session:
        session.add(
            Account(sender="slack", filled_at=clock.now(), blocked_until=later, fault="token_revoked")
        )
        lost = session.scalars(select(Destination).filter_by(address="bob@example.org")).one()
        lost.paused_until, lost.fault = later, "no such mailbox"
    said = shell("doctor")
    assert broken(said) == {
        "sender slack": "stopped: token_revoked",
        f"destination {lost.id}": (
            f"paused: no such mailbox; `python -m bot replay --failed --destination {lost.id}` tries again"
        ),
    }


def test_work_that_waits_for_a_worker_is_broken_and_old_doubts_are_told(
    shell: Shell, database: Database, network: Network, tmp_path: Path
) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALICE)))
    tell(database, details(topics=()), name="webhook")
    plan(database, network)
    assert broken(shell("doctor")) == {}
    with database.writing() as session:
        session.execute(update(Delivery).values(due_at=clock.now() - timedelta(minutes=2)))
    assert list(broken(shell("doctor"))) == ["workers"]
    with database.writing() as session:
        Worker("separate").beat(session)
        session.execute(update(Delivery).values(state="doubtful", due_at=clock.now() - timedelta(hours=2)))
    assert list(broken(shell("doctor"))) == ["deliveries in doubt"]


def test_a_clock_that_is_off_is_told_by_what_has_one_of_its_own(live: Shell, database: Database) -> None:
    ahead = timedelta(minutes=5)
    clock.use(lambda: datetime.now(UTC) + ahead)
    said = live("doctor")
    assert list(broken(said)) == ([] if database.sqlite else ["clock"])
    if not database.sqlite:
        assert re.search(r"it is \+(299|30\d) s off the database server's: let NTP set both", said.out)


def test_a_run_that_sends_and_one_that_cannot_tell_no_secret(
    live: Shell, database: Database, slack: FakeSlack, smtp: FakeSmtp, tmp_path: Path
) -> None:
    slack.add_user("UALICE")
    live(
        "contacts",
        "import",
        str(a_file(tmp_path, ALWAYS, BOB.replace("weekly", "now").replace("oulu", "tampere"))),
    )
    tell(database, details(topics=()), name="webhook")
    first = live("work", "--until-idle")
    assert (first.code, first.out) == (0, "sent 2, held 0, failed 0\n")
    assert (len(slack.messages), len(smtp.mails)) == (1, 1)
    slack.revoke()
    tell(database, details(topics=(), title={"en": "Another"}), name="paper")
    second = live("work", "--until-idle", SMTP_PASSWORD="hunter2-wrong")
    assert (second.code, second.out) == (0, "sent 0, held 2, failed 0\n")
    for said in (first, second):
        assert "hunter2" not in said.out + said.err
        assert slack.token not in said.out + said.err


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"HOWSPACE_ORIGIN": "https://a.example"}, "HOWSPACE_EMBED_SECRET"),
        ({"HOWSPACE_EMBED_SECRET": "hunter2hunter2"}, "HOWSPACE_ORIGIN"),
    ],
)
def test_half_a_page_in_the_workspace_is_broken(live: Shell, given: dict[str, str], lacks: str) -> None:
    assert lacks in broken(live("doctor", **given))["howspace page"]
