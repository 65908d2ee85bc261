"""An installation of the first version keeps everything when its schema is brought up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from bot.network import Network
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow
from bot.store.destinations import Subscription
from bot.store.items import Item
from bot.store.schema import MIGRATIONS, migrate, newest_version
from bot.store.workplace import Account
from tests.conftest import postgresql

THEN = "2026-11-24 08:00:00+00:00"
ROWS = (
    "INSERT INTO contacts (id, pseudonym, name, email, email_key, language, timezone, role, rhythm, cities,"
    " topics, links_version, created_at) VALUES (1, 'p1', 'Alice', 'alice@example.org', 'alice@example.org',"
    f" 'fi', 'Europe/Lisbon', 'contact', 'weekly', '[]', '[]', 1, '{THEN}')",
    "INSERT INTO items (id, kind, visibility, state, urgent, revision, details, created_at, updated_at)"
    f" VALUES (1, 'call', 'public', 'published', FALSE, 1, '{{}}', '{THEN}', '{THEN}')",
    "INSERT INTO destinations (id, sender, team, address, address_key, contact_id, languages, failures,"
    f" created_at) VALUES (1, 'email', '', 'alice@example.org', 'alice@example.org', 1, 'fi', 0, '{THEN}')",
    "INSERT INTO subscriptions (id, destination_id, contact_id, rhythm, everywhere, kinds, created_at)"
    f" VALUES (1, 1, 1, 'weekly', FALSE, '', '{THEN}')",
    "INSERT INTO messages (id, item_id, revision, purpose, languages, content, made_at)"
    f" VALUES (1, 1, 1, 'notice', 'fi', '[]', '{THEN}')",
    "INSERT INTO deliveries (id, item_id, revision, message_id, destination_id, sender, recipient, purpose,"
    " rhythm, reason, urgent, state, due_at, attempts, doubts, dedupe_key, created_at) VALUES (1, 1, 1, 1, 1,"
    f" 'email', 'p1', 'notice', 'weekly', 'all', FALSE, 'held', '{THEN}', 0, 0, 'notice:1:p1', '{THEN}')",
    "INSERT INTO sources (id, name, kind, options, defaults, publish, may_be_urgent, first_poll, every, paused,"
    f" cursor, failures, created_at) VALUES (1, 'example-news', 'feed', '{json.dumps({})}', '{{}}', 'at_once',"
    f" FALSE, 'announce', 900, FALSE, '{{}}', 0, '{THEN}')",
    "INSERT INTO accounts (sender, tokens, filled_at, blocked_until, failures, fault)"
    f" VALUES ('slack', 0.5, '{THEN}', '{THEN}', 3, 'token_revoked')",
    "INSERT INTO audit (id, at, actor, action, subject, origin, facts)"
    f" VALUES (1, '{THEN}', 'alice', 'looked', 'item 1', '', '{{}}')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the first version with one of everything in it."""
    admin = postgresql()
    if request.param == "sqlite" or admin is None:
        yield _filled(f"sqlite:///{tmp_path / 'old.db'}")
        return
    name = f"silta_test_old_{tmp_path.name}".replace("-", "_").lower()
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield _filled(make_url(admin).set(database=name).render_as_string(hide_password=False))
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def _filled(url: str) -> Database:
    database, config = Database(url), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in ROWS:
            connection.execute(text(row))
        connection.commit()
    return database


def test_nothing_is_lost_and_what_is_new_has_a_value(old: Database, network: Network) -> None:
    migrate(old, network)
    migrate(old, network)
    with old.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.state, delivery.carrier_id) == ("held", None)
        assert session.scalars(select(MessageRow.content_key)).all() == ["notice:1:1:fi"]
        mine = session.scalars(select(Subscription)).one()
        assert (mine.hours, mine.ladder) == ("Europe/Lisbon 8-17", ",30,14,7,2,0,")
        assert mine.digest_at is not None  # its first turn says when the next one is
        limits = dict(session.execute(text("SELECT name, flood_limit FROM sources")).all())
        assert session.get_one(Account, ("slack", "")).fault == "token_revoked"
        item = session.get_one(Item, 1)
        assert (item.roles, item.is_for("observer"), item.joined_into) == ("", True, None)
        assert limits == {"example-news": 0, "webhook": 20}
    with old.writing() as session, pytest.raises(Exception, match="append-only"):
        session.execute(text("DELETE FROM audit"))
    old.close()


def test_the_newest_version_is_the_one_that_alembic_ends_at() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert newest_version() == script.get_current_head()
