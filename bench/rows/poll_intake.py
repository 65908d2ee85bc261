"""How long SQLite's one writer is held while a poll that brings much is taken in: new entries, joins, and changes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import event, update
from sqlalchemy.orm import Session

from bench.content import call
from bench.figures import Figure, at_most
from bench.installation import Installation, Place, installation
from bench.row import Row
from bot import clock
from bot.contracts import Cursor, Details, Fetched, Report
from bot.intake.poll import Polled, poll_named
from bot.intake.relevance import Sieve, rules
from bot.intake.relevance.sifting import Difference, apply, differences
from bot.store.items import Item
from bot.store.joining import Judgement
from bot.store.sources import Source, source_named

NEW, JOINED = 5_000, 1_000
FIRST = date(2099, 1, 15)


class Page:
    """A page that shows these reports."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self._reports = reports

    def fetch(self, _since: Cursor) -> Fetched:
        """All of them."""
        return Fetched(self._reports, {})


def measure(place: Place) -> Iterator[Figure]:
    """The longest transaction of each kind of poll, and of `sift`."""
    new, joined = place.size(NEW), place.size(JOINED)
    with place.processes("poll_intake") as processes, installation(processes) as home:
        dict(_polls(home, "warm", "warmer", 50, 50))  # statements are compiled once a process
        for name, (count, held) in _polls(home, "one", "two", new, joined):
            yield at_most(f"poll_{name}", max(held) * 1000, "ms", 100, _over(count, held))
        with home.house.database.writing() as session:  # as if other rules had judged
            session.execute(
                update(Judgement).where(Judgement.report_id <= joined).values(concerns=True, cities=["oulu"])
            )
            session.execute(update(Item).where(Item.id <= joined).values(state="aside"))
        with _held(home) as held:
            count = _sift(home)
        yield at_most("sift", max(held, default=0.0) * 1000, "ms", 100, _over(count, held))


def _polls(
    home: Installation, one: str, two: str, new: int, joined: int
) -> Iterator[tuple[str, tuple[int, Sequence[float]]]]:
    """What each kind of poll is called, how many entries it brought, and how long its transactions were."""
    for kind, reports in (
        ("new", _calls(one, new)),
        ("joined", _calls(two, joined)),
        ("changed", _calls(one, joined, fund="JTF")),
    ):
        with _held(home) as held:
            polled = _poll(home, reports)
        if getattr(polled, kind) != len(reports):
            raise RuntimeError(f"{polled} of {len(reports)}")
        yield kind, (len(reports), held)


def _calls(source: str, count: int, **more: Any) -> list[Report]:
    """Calls that close on 300 days, of which each source has its own page."""
    made = []
    for at in range(count):
        day = FIRST + timedelta(days=at % 300)
        own = {"url": f"https://{source}.example.org/{at}", "closes_at": day.isoformat(), "urgent": False}
        said = call(at).model_dump(exclude={"closes_at", "url", "urgent"})
        made.append(Report(f"{source}-{at}", Details.model_validate({**said, **own, **more})))
    return made


def _poll(home: Installation, reports: Sequence[Report]) -> Polled:
    house, name = home.house, reports[0].external_id.partition("-")[0]
    with house.database.writing() as session:
        if source_named(session, name) is None:
            session.add(
                Source(
                    name=name, kind="feed", options={}, defaults={}, cursor={}, first_poll="announce",
                    next_at=clock.now(), created_at=clock.now(), sifted=name in {"warm", "one"},
                )
            )  # fmt: skip
    return poll_named(house.database, lambda _: Page(reports), name, "bench", house.settings.zone)


def _sift(home: Installation) -> int:
    house = home.house
    sieve = Sieve(house.network, rules())
    with house.database.reading() as session:
        found = differences(session, sieve)
    for each in found:
        house.database.write(partial(_apply, each, house.settings.zone))
    return len(found)


def _apply(each: Difference, zone: str, session: Session) -> None:
    apply(session, [each], zone)


@contextmanager
def _held(home: Installation) -> Iterator[list[float]]:
    """Seconds from each BEGIN IMMEDIATE to its COMMIT."""
    held: list[float] = []
    begun = [0.0]

    def begin(_connection: Any) -> None:
        begun[0] = time.monotonic()

    def commit(_connection: Any) -> None:
        held.append(time.monotonic() - begun[0])

    writer = home.house.database.writer
    event.listen(writer, "begin", begin)
    event.listen(writer, "commit", commit)
    yield held
    event.remove(writer, "begin", begin)
    event.remove(writer, "commit", commit)


def _over(count: int, held: Sequence[float]) -> str:
    return f"{count:,} entries; {len(held)} transactions, {sum(held):.1f} s in all"


ROW = Row("poll_intake", measure, timeout=300)
