"""Signed webhooks, each checked, deduplicated and committed before its answer, over 32 connections.

Against the same server's empty 204, from a bare Flask application and, without a target, from before any
framework. Each request is an item of its own, and they fan out to nobody. The
embedded worker runs all the while; the last figure is taken while it also mails 100,000 readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from sqlalchemy import func, select

from bench.content import call, signed_requests
from bench.figures import Figure, at_least_times, at_most
from bench.installation import Installation, Place, installation, mail_settings
from bench.load import CLIENT, Load, load
from bench.processes import Processes
from bench.row import Row
from bench.served import BARE, EMPTY
from bench.sinks import mail_sink, reached
from bot.network import load_network
from bot.store.items import Item

ROUNDS, SECONDS, READERS = 3, 4.0, 100_000
HEADROOM = 2.5
"""Requests that are made ready, as a multiple of what a short try took."""

TRIED = 5_000
"""Requests of the short try: more than any server answers in its second."""

WEBHOOK = "/in/webhook"


def measure(place: Place) -> Iterator[Figure]:
    """The rate and its delays on a quiet system, then the delays during a fan-out."""
    yield from _quiet(place)
    yield _during_fanout(place)


def _quiet(place: Place) -> Iterator[Figure]:
    seconds = SECONDS / 4 if place.quick else SECONDS
    with place.processes("webhook_intake") as processes, installation(processes) as home:
        _, port = home.server("-m", "bench.served")
        rate = _try(processes, port, [])
        rounds = []
        for _ in range(ROUNDS):
            nothing = [
                load(processes, port, signed_requests(500, path, []), seconds, again=True)
                for path in (EMPTY, BARE)
            ]
            webhooks = _webhooks(processes, port, [], rate, seconds)
            home.at_rest()
            rounds.append((webhooks, *nothing))
        _all_kept(home, [webhooks for webhooks, *_ in rounds])
    ours, empty, bare = (median(each.rate for each in column) for column in zip(*rounds, strict=True))
    yield at_least_times(
        "webhook_intake", ours, "requests/s",
        other=empty, against=f"Flask's empty 204 on this server ({CLIENT})", times=0.25,
    )  # fmt: skip
    yield Figure(
        "webhook_intake_vs_wsgi", round(ours, 1), "requests/s",
        f"a 204 before any framework: {bare:,.0f} requests/s", round(ours / bare, 3),
    )  # fmt: skip
    p50, p99 = (median(getattr(each, part) for each, *_ in rounds) for part in ("p50", "p99"))
    yield at_most("webhook_p99", p99, "ms", 50, f"32 connections; p50 {p50:.1f} ms")


def _during_fanout(place: Place) -> Figure:
    readers, seconds = place.size(READERS), SECONDS / 4 if place.quick else 2 * SECONDS
    nobodys = [load_network(None).cities[15].slug]
    with place.processes("webhook_p99_during_fanout") as processes:
        sink = mail_sink(processes)
        with installation(processes, readers=readers, cities=15, settings=mail_settings(sink.port)) as home:
            _, port = home.server("-m", "bench.served")
            rate = _try(processes, port, nobodys)
            home.at_rest()
            home.publish(call(), "call")
            reached(sink, readers // 100)
            before = sink.taken()
            webhooks = _webhooks(processes, port, nobodys, rate, seconds)
            after = sink.taken()
        if not before < after < readers:
            raise RuntimeError(f"the fan-out did not run all the while: {before} to {after} of {readers}")
        beside = f"{webhooks.rate:,.0f} requests/s beside {(after - before) / webhooks.seconds:,.0f} mails/s"
        return at_most("webhook_p99_during_fanout", webhooks.p99, "ms", 150, beside)


def _try(processes: Processes, port: int, cities: list[str]) -> float:
    """Warm the server up; returns the answers a second."""
    return load(processes, port, signed_requests(TRIED, WEBHOOK, cities), 1.0).rate


def _webhooks(processes: Processes, port: int, cities: list[str], rate: float, seconds: float) -> Load:
    requests = signed_requests(int(rate * seconds * HEADROOM), WEBHOOK, cities)
    done = load(processes, port, requests, seconds)
    if done.refused or done.broken:
        raise RuntimeError(f"{done.refused} requests were refused and {done.broken} connections broke")
    if done.requests >= len(requests):
        raise RuntimeError(
            f"{len(requests)} requests were too few: the rate would be theirs, not the server's"
        )
    return done


def _all_kept(home: Installation, loads: list[Load]) -> None:
    with home.house.database.reading() as session:
        items = session.scalar(select(func.count()).select_from(Item)) or 0
    if items < sum(each.requests for each in loads):
        raise RuntimeError("requests were answered whose items are not in the database")


ROW = Row("webhook_intake", measure, timeout=300)
