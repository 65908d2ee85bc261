"""`migrate`, `prepare`, `check`: from a fresh checkout to a running service."""

from __future__ import annotations

import re
import secrets as random_secrets
from base64 import b64encode
from pathlib import Path

import click

from bot import log
from bot.app import House, examples, open_database, open_house, read_environment
from bot.network import load_network
from bot.network_check import NetworkFault
from bot.people.conversations import add_conversation
from bot.people.import_csv import import_contacts
from bot.settings import Settings
from bot.store.contacts import Contact
from bot.store.schema import migrate

ENV = Path(".env")
ENV_EXAMPLE = Path(__file__).parents[2] / ".env.example"


@click.command("migrate")
def migrate_() -> None:
    """Bring the database to the newest schema and load the network."""
    _migrate(read_environment())
    click.echo("the schema is the newest, the network is loaded")


def _migrate(settings: Settings) -> None:
    log.configure(settings.log_level)
    try:
        network = load_network(settings.network_file)
    except NetworkFault as fault:
        raise click.ClickException(str(fault)) from None
    database = open_database(settings)
    migrate(database, network)
    if settings.slack_channel:
        with database.writing() as session:
            languages = (settings.default_language,)
            add_conversation(session, settings.slack_channel, languages=languages)
    database.close()


@click.command("prepare")
def prepare() -> None:
    """Make what a first start needs: `.env` with secrets, the schema, and the examples in an empty database."""
    if not ENV.exists():
        ENV.write_text(_with_secrets(ENV_EXAMPLE.read_text("utf-8")), "utf-8")
        ENV.chmod(0o600)
        click.echo("made .env with fresh secrets")
    settings = read_environment()
    _migrate(settings)
    house = open_house(settings)
    if settings.delivery_mode == "preview" and _is_empty(house):
        _load_examples(house)


def _with_secrets(text: str) -> str:
    made = {
        "SECRET_KEY": random_secrets.token_hex(32),
        "WEBHOOK_SECRET": "whsec_" + b64encode(random_secrets.token_bytes(24)).decode(),
    }
    for name, value in made.items():
        text = re.sub(rf"^#? ?{name}=.*$", f"{name}={value}", text, count=1, flags=re.MULTILINE)
    return text


def _is_empty(house: House) -> bool:
    with house.database.reading() as session:
        return session.query(Contact.id).first() is None


def _load_examples(house: House) -> None:
    shipped = examples()
    with house.database.writing() as session:
        done = import_contacts(session, shipped.contacts, house.network)
        session.add_all(shipped.sources())
    click.echo(f"loaded {done.new} example contacts and {len(shipped.sources())} example sources")


@click.command("check")
def check() -> None:
    """Say whether Silta can start here: settings, database, schema. `doctor` looks at everything."""
    open_house(read_environment()).database.close()


COMMANDS = (migrate_, prepare, check)
