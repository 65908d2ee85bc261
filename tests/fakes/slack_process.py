"""The fake Slack as a process of its own, for tests that kill others and for the benchmarks."""

from __future__ import annotations

import argparse
import signal
import ssl
import threading
from pathlib import Path

from tests.fakes.slack import FakeSlack


def main() -> None:
    """Serve until SIGTERM or SIGINT. Every channel and person exists; the token is `xoxb-alice`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; it is printed")
    parser.add_argument("--log", type=Path, help="a JSON line for each accepted message is added to it")
    parser.add_argument("--unlimited", action="store_true", help="no rate limits")
    parser.add_argument("--workspace-rate", type=float, default=5.0, help="posts a second to all channels")
    parser.add_argument("--fault-rate", type=float, default=0.0, help="share of posts that break")
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    chosen = parser.parse_args()
    tls = None
    if chosen.tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*chosen.tls)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log = chosen.log.open("a", encoding="utf-8") if chosen.log else None
    limits = not chosen.unlimited
    with FakeSlack(limits=limits, any_channel=True, tls=tls, port=chosen.port, log=log) as slack:
        slack.limits.workspace_rate = chosen.workspace_rate
        slack.random_faults(chosen.fault_rate, seed=chosen.seed)
        print(slack.api_url, flush=True)
        stop.wait()
    if log is not None:
        log.close()
