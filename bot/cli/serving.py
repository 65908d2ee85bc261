"""`migrate`, `prepare`, `check`: from a fresh checkout to a running service."""

from __future__ import annotations

import os
import re
import secrets as random_secrets
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy import exists, select

from bot import log
from bot.app import House, examples, open_database, read_environment
from bot.cli.opening import our_house
from bot.network import load_network
from bot.people.conversations import common_conversation
from bot.people.enrolment import enrol_all
from bot.people.import_csv import read_people
from bot.settings import Settings
from bot.store.contacts import Contact
from bot.store.schema import migrate
from bot.store.sources import Source

ENV = Path(".env")
ENV_EXAMPLE = Path(__file__).parents[2] / ".env.example"


@click.command("migrate")
def migrate_() -> None:
    """Bring the database to the newest schema and load the network."""
    _migrate(read_environment())
    click.echo("the schema is the newest, the network is loaded")


def _migrate(settings: Settings) -> None:
    from alembic.util import CommandError  # Alembic is an eighth of a start, and no other command needs it

    log.configure(settings.log_level)
    network = load_network(settings.network_file)
    with closing(open_database(settings)) as database:
        try:
            migrate(database, network)
        except CommandError as fault:
            newer = f"The database's schema is newer than this code ({fault}): update Silta."
            raise click.ClickException(newer) from None
        if settings.slack_channel:
            with database.writing() as session:
                common_conversation(session, settings.slack_channel, (settings.default_language,))


@click.command("prepare")
def prepare() -> None:
    """Make what a first start needs: `.env` with secrets, the schema, and the examples in an empty database."""
    if not ENV.exists():
        _make_env()
        click.echo("made .env with fresh secrets")
    settings = read_environment()
    _migrate(settings)
    house = our_house()
    if settings.delivery_mode == "preview" and _is_empty(house):
        _load_examples(house)


def _make_env() -> None:
    text = _with_secrets(ENV_EXAMPLE.read_text("utf-8"))
    only_mine = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(ENV, only_mine, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _with_secrets(text: str) -> str:
    made = {
        "SECRET_KEY": random_secrets.token_hex(32),
        "WEBHOOK_SECRET": "whsec_" + b64encode(random_secrets.token_bytes(24)).decode(),
    }
    for name, value in made.items():
        text = re.sub(rf"^#? ?{name}=.*$", f"{name}={value}", text, count=1, flags=re.MULTILINE)
    return text


def _is_empty(house: House) -> bool:
    names = [source.name for source in examples().sources()]
    with house.database.reading() as session:
        return not session.scalar(select(exists(Contact.id) | exists().where(Source.name.in_(names))))


def _load_examples(house: House) -> None:
    shipped = examples()
    people, sources = read_people(shipped.contacts, house.network), shipped.sources()
    with house.database.writing() as session:
        done = enrol_all(session, people)
        session.add_all(sources)
    click.echo(f"loaded {done.new} example contacts and {len(sources)} example sources")


@click.command("check")
def check() -> None:
    """Say whether Silta can start here: settings, database, schema. `doctor` looks at everything."""
    our_house()


COMMANDS = (migrate_, prepare, check)
