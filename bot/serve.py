"""The server: granian's main process, which imports next to nothing of Silta, and the process that serves.

One serving process is enough for a network of thousands; `python -m bot worker` adds hands, not this. When
the serving process dies it is started again.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from typing import Any

from dotenv import dotenv_values
from granian.constants import Interfaces, Loops
from granian.server import Server

THREADS = 64
"""Requests served at once: those that wait for a commit share the next one (`bot.intake.gather`)."""

PARENT_EVERY = 0.5
"""Seconds between looks at whether the main process lives."""


def main(prepared: bool = False) -> int:
    """Check that Silta can run, unless it was just prepared, and serve until told to stop; returns the exit code."""
    if prepared:
        serve()
        return 0
    # Checked in a process of its own, so that this one, which only supervises, stays small.
    checked = subprocess.run([sys.executable, "-m", "bot", "check"], check=False)
    if checked.returncode:
        return checked.returncode
    serve()
    return 0


def serve() -> None:
    """Serve at HOST and PORT."""
    settings = {**dotenv_values(".env"), **os.environ}
    logging.getLogger("_granian").addFilter(_worth_saying)
    Server(
        "wsgi:app",
        address=settings.get("HOST") or "127.0.0.1",
        port=int(settings.get("PORT") or 8000),
        interface=Interfaces.WSGI,
        loop=Loops.asyncio,
        blocking_threads=THREADS,
        backlog=2048,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=30,
    ).serve(target_loader=partial(_load, os.getpid()), wrap_loader=False)


def _worth_saying(record: logging.LogRecord) -> bool:
    """All but granian's warning of many threads: ours wait for a commit and leave the processors alone (THREADS)."""
    return f"up to {THREADS} Python threads" not in record.getMessage()


def _load(parent: int) -> Any:
    """Build the application in the serving process, and let its loop begin."""
    gc.disable()  # what is imported stays: to look for garbage among it took a fifth of the start
    from bot.app import create_app

    gc.freeze()
    gc.enable()
    threading.Thread(target=_end_with, args=(parent,), name="silta-parent", daemon=True).start()
    app = create_app()
    app.extensions["silta"].begin()
    return app


def _end_with(parent: int) -> None:
    """End in order when the main process was killed: its successor must not share the port with us."""
    while os.getppid() == parent:
        time.sleep(PARENT_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(prepared="--prepared" in sys.argv[1:]))
