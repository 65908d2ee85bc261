"""A worker like `python -m bot worker`, but with Slack served as fast as one says.

    python -m bench.hands RATE        (posts a second over all conversations)

Slack's account rate is no setting of the environment, because Slack's own limit does not move; a server
without limits would otherwise be served at four posts a second.
"""

from __future__ import annotations

import signal
import sys
import threading
from dataclasses import replace

from bot.app import open_house, read_environment
from bot.app.senders import makers, sender_options
from bot.work.loop import Loop


def main(rate: float) -> None:
    """Work until SIGTERM."""
    settings = read_environment()
    options = sender_options(settings)
    burst = max(1, int(rate))
    options["slack"] = options["slack"].model_copy(update={"workspace_rate": rate, "workspace_burst": burst})
    senders = makers(options)
    house = replace(
        open_house(settings), senders=senders, paces={name: make().pace for name, make in senders.items()}
    )
    ended = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: ended.set())
    loop = Loop(house.steps("separate"))
    loop.start()
    ended.wait()
    loop.stop()


if __name__ == "__main__":
    main(float(sys.argv[1]))
