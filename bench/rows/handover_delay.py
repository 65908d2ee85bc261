"""How long an item waits on an idle system, from the webhook's request to its mail at the server.

That is more than from the commit to the sender: it includes the request before and the mail's transfer
after. The moments between are drawn, so that no rhythm of ours is met.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from statistics import median, quantiles

from bench.content import signed_requests
from bench.figures import Figure, at_most
from bench.installation import Place, installation, mail_settings
from bench.load import post
from bench.processes import wait_until
from bench.row import Row
from bench.sinks import LoggedSink

SAMPLES = 50


def measure(place: Place) -> Iterator[Figure]:
    """With the embedded worker, then with a separate one."""
    yield _delay(place, "handover_delay", "embedded")
    yield _delay(place, "handover_delay_separate", "separate")


def _delay(place: Place, name: str, worker: str) -> Figure:
    samples = max(10, place.size(SAMPLES))
    with place.processes(name) as processes:
        sink = LoggedSink(processes, "tests.fakes.smtp")
        with installation(processes, readers=1, settings=mail_settings(sink.port)) as home:
            if worker == "separate":
                home.workers(1)
            _, port = home.server(WORKER=worker)
            begun = []
            for at, request in enumerate(signed_requests(samples + 1, "/in/webhook", [])):
                time.sleep(random.uniform(0.3, 0.7))
                begun.append(time.time())
                if post(port, request) != 200:
                    raise RuntimeError("the webhook was refused")
                wait_until("the mail", lambda upto=at: sink.taken() > upto, 30)  # type: ignore[misc]
            taken = [row["time"] for row in sink.rows()]
    delays = [(end - start) * 1000 for start, end in zip(begun, taken, strict=True)][
        1:
    ]  # the first one dials
    p95 = quantiles(delays, n=20)[18]
    return at_most(name, p95, "ms", 250, f"{worker} worker, p95 of {samples}; median {median(delays):.0f} ms")


ROW = Row("handover_delay", measure, timeout=240)
