"""One installation, opened by one process: what the web, the steps and the commands work with."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values
from sqlalchemy.orm import Session

from bot import clock, log
from bot.app.chat import open_chat, serving
from bot.app.clockwork import clockwork
from bot.app.kinds import check_options, integration, source_kinds
from bot.app.mailbox import open_mailbox, read_letter
from bot.app.rules import use_rules
from bot.app.senders import makers, sender_options, unsent_options, wall_options
from bot.app.workspaces import TokenOf, open_workspaces, tokens
from bot.contracts import (
    Fetched,
    Integration,
    Language,
    Letter,
    Mailbox,
    Pace,
    SourceFault,
    Surroundings,
    Webhook,
)
from bot.contracts import Source as Asked
from bot.contracts.chat import ChatDoor
from bot.contracts.workspaces import Workspaces
from bot.delivery.envelopes import Stationery
from bot.delivery.journal import Journal
from bot.delivery.lanes import Lanes
from bot.intake.turns import let_rest, wait_for_turn
from bot.links import Links
from bot.network import Network, load_network
from bot.people import roster_lines
from bot.planning import alerts, digest_times
from bot.planning.digests import Desk
from bot.planning.notices import announce
from bot.settings import Settings, SettingsFault, read_settings
from bot.store.db import Database
from bot.store.network import read_network
from bot.store.schema import schema_fault
from bot.store.sources import HOUSE_KIND, Source
from bot.store.workplace import Installation
from bot.work.steps import MakeSender, Steps
from bot.work.workers import Worker
from integrations import load

if TYPE_CHECKING:
    from bot.app.howspace import Exports


class NotReady(Exception):
    """The database cannot be used as it is; the text says what to do."""


@dataclass(frozen=True)
class House:
    """One installation, opened by one process: what the web, the steps and the commands work with."""

    settings: Settings
    database: Database
    network: Network
    links: Links
    installation: str
    senders: Mapping[str, MakeSender]
    renderers: Mapping[str, MakeSender]
    paces: Mapping[str, Pace]
    workspaces: Workspaces | None
    token_of: TokenOf

    @property
    def stationery(self) -> Stationery:
        """What every envelope has in common."""
        return Stationery(self.network, self.links, self.installation, self.settings.zone, self.roster)

    def roster(self, session: Session, item_id: int, languages: Sequence[Language]) -> tuple[str, ...]:
        """Who answered to an item, as its posts say it: a line for each language."""
        return roster_lines.lines(session, self.network, item_id, languages)

    @cached_property
    def desk(self) -> Desk:
        """Where digests are composed."""
        return Desk(self.network, self.settings.zone)

    def open_mailbox(self) -> Mailbox | None:
        """The mailbox for replies and bounces; None when none is configured."""
        return open_mailbox(self.settings)

    def read_letter(self, raw: bytes) -> Letter:
        """What a letter is, from its bytes."""
        return read_letter(raw)

    def open_chat(self) -> ChatDoor | None:
        """Where Slack brings what happens in it; None where no app is set up."""
        return open_chat(self)

    @property
    def journals(self) -> Path:
        """The folder with the workers' journals."""
        return self.settings.state_dir / "journals"

    def allowed(self, address: str) -> bool:
        """Whether the delivery mode lets a message out to this address."""
        mode = self.settings.delivery_mode
        return mode == "live" or (mode == "allowlist" and address.casefold() in self.settings.send_only_to)

    def open_source(self, source: Source) -> Asked:
        """The asking side of a source. Raises SourceFault when its kind or options are wrong."""
        kind = integration(source.kind)
        if kind.source is None:
            raise SourceFault(f"{source.kind} cannot be asked; it only sends")
        return kind.source(check_options(kind, source.options), self.surroundings(source))

    def open_webhook(self, source: Source) -> Webhook | None:
        """The receiving side of a source, None when it has none. Raises SourceFault when its options are wrong."""
        if source.kind == HOUSE_KIND:
            return None
        kind = integration(source.kind)
        if kind.webhook is None:
            return None
        return kind.webhook(check_options(kind, self._own_options(source)), self.surroundings(source))

    def source_kinds(self) -> Mapping[str, Integration]:
        """The integrations that bring news in, by name."""
        return {name: load(name) for name in source_kinds()}

    def sample_reader(self, source: Source) -> Callable[[bytes], Fetched] | None:
        """What says what a source would make of a body; None where none can. What it gives raises SourceFault."""
        if source.kind == HOUSE_KIND:
            return None
        kind = integration(source.kind)
        if (read := kind.sample) is None:
            return None
        return lambda body: read(check_options(kind, source.options), self.surroundings(source), body)

    def exports(self, source: Source) -> Exports | None:
        """What reads the files that a source's workspace exports; None where it exports none."""
        if source.kind != "howspace":
            return None
        from bot.app.howspace import Exports

        return Exports(self, source)

    def _own_options(self, source: Source) -> Mapping[str, Any]:
        # The source that `migrate` makes takes its secrets from the environment, so that they can be rotated there.
        if source.name != "webhook":
            return source.options
        if not self.settings.webhook_secret:
            raise SourceFault("WEBHOOK_SECRET is not set, so nothing can be signed for /in/webhook")
        return {**source.options, "secrets": self.settings.webhook_secret}

    def surroundings(self, source: Source) -> Surroundings:
        """What a source may know of the house."""
        return Surroundings(
            name=source.name,
            defaults=source.stated_defaults(self.settings.default_language),
            contact_url=self.settings.public_url,
            allow_private=self.settings.fetch_allow_private,
            cities=self.network.city_names(),
            topics=self.network.topic_words(),
            councils=self.network.council_names(),
            wait_for_turn=partial(wait_for_turn, self.database),
            let_rest=partial(let_rest, self.database),
        )

    def steps(self, kind: str) -> Steps:
        """The steps of a new worker of this process, with its journal."""
        worker = Worker(kind)
        lanes = Lanes(
            database=self.database,
            journal=Journal(self.journals, worker.id, durable=self.settings.sqlite_synchronous == "FULL"),
            journals=self.journals,
            stationery=self.stationery,
            allowed=self.allowed,
            replan=announce,
            paces=self.paces,
            stopping=threading.Event(),
        )
        chat, speaker = serving(self) or (None, None)
        steps = Steps(
            self.database, self.network, worker, lanes, self.senders, self.paces, self.open_source,
            self.settings.zone, clockwork(self), chat=chat, open_chat=speaker,
        )  # fmt: skip
        steps.enlist()
        return steps


def read_environment() -> Settings:
    """The settings from the environment and `.env` (the environment wins). Raises SettingsFault."""
    try:
        stated = dotenv_values(".env")
    except UnicodeDecodeError:
        raise SettingsFault([".env is not UTF-8 text: save it as UTF-8"]) from None
    return read_settings({**{name: value or "" for name, value in stated.items()}, **os.environ})


def open_database(settings: Settings) -> Database:
    """The database of the settings."""
    return Database(settings.database_url, settings.sqlite_synchronous)


def open_house(settings: Settings) -> House:
    """Open an installation. Raises NotReady when the schema is not the one this code needs."""
    log.configure(settings.log_level)
    clock.set_clock(settings.clock_start)
    alerts.use(settings.public_url)
    digest_times.use(digest_times.Usual(settings.digest_day, settings.digest_hour))
    database = open_database(settings)
    if fault := schema_fault(database.engine):
        database.close()
        raise NotReady(fault)
    with database.reading() as session:
        network = read_network(session) or load_network(settings.network_file)
        installation = session.get_one(Installation, 1).key
    use_rules(settings.relevance_file, network)
    database.engine.dispose()  # a server may fork after this: connections must not be shared
    workspaces = open_workspaces(settings, database)
    token_of = tokens(settings, database, workspaces)
    options = {**sender_options(settings, token_of), **wall_options(settings, database)}
    return House(
        settings=settings,
        database=database,
        network=network,
        links=Links(settings.secret_key, settings.public_url),
        installation=installation,
        senders=makers(options),
        renderers=makers({**unsent_options(), **options}),
        paces={name: make().pace for name, make in makers(options).items()},
        workspaces=workspaces,
        token_of=token_of,
    )
