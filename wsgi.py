"""The WSGI entry: any server takes `wsgi:app`; `python wsgi.py` serves by itself."""

from __future__ import annotations

import sys
from typing import Any


def __getattr__(name: str) -> Any:
    """Build the application when a server first asks for it, so that only a serving process does."""
    if name != "app":
        raise AttributeError(name)
    from bot.cli import build_or_exit

    app = globals()["app"] = build_or_exit()
    return app


if __name__ == "__main__":
    from bot.serve import main

    sys.exit(main())
