"""The server of `python -m bot.serve`, with two empty answers beside the product, which has no such route.

`POST /bench/204` is a bare Flask application that does nothing; `POST /bench/wsgi-204` is answered before any
application. What the same server and framework, and the server alone, can do at best.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

import bot.app
from bot.serve import main
from bot.settings import Settings

EMPTY, BARE = "/bench/204", "/bench/wsgi-204"

_create_app = bot.app.create_app
_nothing = Flask("bench.nothing")


@_nothing.post(EMPTY)
def _empty() -> tuple[str, int]:
    return "", 204


def _create_app_with_204(settings: Settings | None = None) -> Flask:
    app = _create_app(settings)
    product = app.wsgi_app

    def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == BARE:
            start_response("204 No Content", [])
            return [b""]
        return (_nothing.wsgi_app if path == EMPTY else product)(environ, start_response)

    app.wsgi_app = outer  # type: ignore[method-assign]
    return app


# At import, so that it also holds where the serving process is spawned and imports this anew.
bot.app.create_app = _create_app_with_204

if __name__ == "__main__":
    sys.exit(main())
