"""What every kind of source makes of sound, changed and broken answers: `python -m tests.integrations.sources_table`.

One house with a database of its own takes it all in as it always does; each line is what its runs counted of one
poll, request or letter, and why something was refused.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from bot import clock
from bot.app import House, open_house
from bot.app.mailbox import mailbox_duties
from bot.intake.setup import new_source
from bot.network import load_network
from bot.store.db import Database
from bot.store.schema import migrate
from bot.store.sources import Source
from bot.store.watch import SourceRun
from bot.web import build
from integrations import load
from tests.conftest import NOON, test_settings
from tests.fakes.imap import FakeImap
from tests.integrations.sites import PLACES, standing
from tests.integrations.table_senders import SENDERS, Door
from tests.integrations.table_steps import STEPS, Step

COUNTED: Final = ("rows", "new", "changed", "unchanged", "joined", "refused")


@dataclass(frozen=True)
class Line:
    """What came of one poll, request or letter. `counts` are as in `COUNTED`."""

    source: str
    step: Step[Any]
    counts: tuple[int, ...]
    reason: str

    @property
    def figures(self) -> str:
        """What is not nothing, in words: "1 new, 1 joined"."""
        said = zip(COUNTED[1:], self.counts[1:], strict=True)
        return ", ".join(f"{count} {name}" for name, count in said if count)

    def __str__(self) -> str:
        numbers = "".join(
            f"{count or '-':>{len(name) + 2}}" for name, count in zip(COUNTED, self.counts, strict=True)
        )
        return f"{self.source:16}{self.step.name:34}{numbers}  {self.reason}".rstrip()


HEAD: Final = f"{'source':16}{'what it answers':34}{''.join(f'  {name}' for name in COUNTED)}  why"


def lines(folder: Path) -> Iterator[Line]:
    """Every line, in order; the database lies in the folder."""
    with ExitStack() as stack:
        clock.use(lambda: NOON)
        stack.callback(clock.use, None)
        sites = {name: stack.enter_context(standing(name)) for name in PLACES}
        imap = stack.enter_context(FakeImap())
        house = _house(folder, frozenset(site.veil.place for site in sites.values()), imap.port)
        stack.callback(house.database.close)
        worker = house.steps("once")
        stack.callback(worker.lanes.journal.close)
        for name, site in sites.items():
            _set_up(house, site.place.kind, name, dict(site.place.options(site.veil.url)), site.place.tells)
            for step in STEPS[name]:
                step.act(site)
                yield _line(house, name, step, lambda name=name: _poll(worker, house, name))
        door = Door(build(house).test_client(), imap, lambda: mailbox_duties(house)[0].run({}))
        for kind, sender in SENDERS.items():
            _set_up(house, kind, sender.name, sender.options, sender.tells)
            for step in sender.steps:
                yield _line(house, sender.name, step, lambda step=step: step.act(door))


def _house(folder: Path, allowed: frozenset[str], imap_port: int) -> House:
    url = f"sqlite:///{folder / 'silta.db'}"
    database = Database(url)
    migrate(database, load_network(None))
    database.close()
    return open_house(
        test_settings(
            url, folder, fetch_allow_private=allowed, imap_host="127.0.0.1", imap_port=imap_port,
            imap_username="silta", imap_password="secret", imap_security="none", log_level="ERROR",
        )
    )  # fmt: skip


def _set_up(house: House, kind: str, name: str, options: dict[str, Any], tells: str) -> None:
    stated = {
        "item_kind": tells, "visibility": "public", "language": "fi", "cities": (), "topics": (), "sifted": None,
        "flood_limit": 0, "publish": "at_once", "urgent": False, "first_poll": "announce", "every": None,
    }  # fmt: skip
    with house.database.writing() as session:
        session.add(new_source(load(kind), _named(name), options, stated))


def _named(name: str) -> str:
    return name.replace(" ", "-").lower()


def _poll(worker: Any, house: House, name: str) -> str:
    polled = worker.poll_named(_named(name))
    if not polled.fault:
        return "; ".join(polled.faults)
    with house.database.reading() as session:
        newest = select(SourceRun.fault_kind).join(Source, Source.id == SourceRun.source_id)
        kind = session.scalar(
            newest.where(Source.name == _named(name)).order_by(SourceRun.id.desc()).limit(1)
        )
    return f"{kind}: {polled.fault}"


def _line(house: House, name: str, step: Step[Any], take: Callable[[], str | None]) -> Line:
    before = _counted(house, name)
    reason = take()
    after = _counted(house, name)
    return Line(name, step, tuple(now - then for now, then in zip(after, before, strict=True)), reason or "")


def _counted(house: House, name: str) -> tuple[int, ...]:
    sums = [func.coalesce(func.sum(getattr(SourceRun, column)), 0) for column in COUNTED]
    with house.database.reading() as session:
        mine = select(*sums).join(Source, Source.id == SourceRun.source_id).where(Source.name == _named(name))
        return tuple(session.execute(mine).one())


def main() -> None:
    """Print the table."""
    os.environ["no_proxy"] = "*"
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for line in lines(Path(folder)):
            print(line)


if __name__ == "__main__":
    main()
