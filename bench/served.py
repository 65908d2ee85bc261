"""The server of `python -m bot.serve`, with `POST /bench/204` answered before the application sees it.

That answer is what the same server can do at best; the product has no such route.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import bot.app
from bot.serve import main
from bot.settings import Settings

PATH = "/bench/204"

_create_app = bot.app.create_app


def _create_app_with_204(settings: Settings | None = None) -> Any:
    app = _create_app(settings)
    inner = app.wsgi_app

    def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == PATH:
            start_response("204 No Content", [])
            return [b""]
        return inner(environ, start_response)

    app.wsgi_app = outer  # type: ignore[method-assign]
    return app


# At import, so that it also holds where the serving process is spawned and imports this anew.
bot.app.create_app = _create_app_with_204

if __name__ == "__main__":
    sys.exit(main())
