"""The server: granian's main process, which imports next to nothing of Silta, and the process that serves.

One serving process is enough for a network of thousands; `python -m bot worker` adds hands, not this. When
the serving process dies it is started again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from granian.constants import Interfaces, Loops
from granian.server import Server

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Check that Silta can run, then serve until told to stop; returns the exit code."""
    # Checked in a process of its own, so that this one, which only supervises, stays small.
    checked = subprocess.run([sys.executable, "-m", "bot", "check"], check=False)
    if checked.returncode:
        return checked.returncode
    serve()
    return 0


def serve() -> None:
    """Serve at HOST and PORT."""
    settings = {**dotenv_values(".env"), **os.environ}
    Server(
        "wsgi:app",
        address=settings.get("HOST") or "127.0.0.1",
        port=int(settings.get("PORT") or 8000),
        interface=Interfaces.WSGI,
        loop=Loops.asyncio,
        blocking_threads=16,
        backlog=2048,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=30,
    ).serve(target_loader=_load, wrap_loader=False)


def _load() -> Any:
    """Build the application in the serving process, and let its loop begin."""
    from bot.app import create_app

    app = create_app()
    app.extensions["silta"].begin()
    return app


if __name__ == "__main__":
    sys.exit(main())
