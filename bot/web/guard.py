"""The guard: coordinators' pages answer only to whom they may (docs/model.md, *Pages before sign-in*).

Everything is closed unless it stands in `PUBLIC`: a new page is guarded without anybody thinking of it.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import Response, current_app, request, session

from bot.settings import Settings
from bot.web.failures import Failures
from bot.web.house import house
from bot.web.pages import page
from bot.web.peers import client_address, why_not_local

PUBLIC = frozenset({"calendars", "incoming", "health", "readers"})
"""Blueprints that answer to everybody, because a signature or a token guards them, or nothing needs to."""

SIGNED_IN = "signed_in"


def check() -> Response | None:
    """Let a request pass (None), or answer it in the page's stead. Runs before every request."""
    if request.endpoint in {None, "static"} or request.blueprint in PUBLIC:
        return None
    settings = house().settings
    if settings.admin_token:
        if request.blueprint == "sign_in" or _proven(settings):
            return None
        return refuse(too_many_failures(settings) if "Authorization" in request.headers else None)
    why = why_not_local(settings)
    return page("closed.html", 403, why=why, port=settings.port) if why else None


def refuse(wait: int | None) -> Response:
    """Ask for the token; 429 with the seconds to wait when there were too many wrong ones, else 401."""
    path = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else "/"
    response = page("sign_in.html", 429 if wait else 401, next=path, wrong=False)
    if wait:
        response.headers["Retry-After"] = str(wait)
    response.headers["WWW-Authenticate"] = 'Bearer realm="Silta"'
    return response


def token_is_right(settings: Settings, token: str) -> bool:
    """Whether this is ADMIN_TOKEN, compared in constant time."""
    return hmac.compare_digest(token.encode("utf-8", "replace"), (settings.admin_token or "").encode())


def sign_in(settings: Settings) -> None:
    """Let this browser in, until it signs out or ADMIN_TOKEN changes."""
    session.clear()
    session.permanent = True
    session[SIGNED_IN] = _mark(settings)


def too_many_failures(settings: Settings) -> int | None:
    """Count a wrong token; returns the seconds to wait when there were too many."""
    failures: Failures = current_app.extensions["silta.failures"]
    return failures.count(f"token {client_address(settings)}")


def _proven(settings: Settings) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token_is_right(settings, token.strip()):
        return True
    return hmac.compare_digest(str(session.get(SIGNED_IN, "")).encode(), _mark(settings).encode())


def _mark(settings: Settings) -> str:
    """What a signed-in cookie holds: it ends with the token, and does not tell it."""
    secret = f"{settings.secret_key}\0{settings.admin_token}"
    return hmac.digest(secret.encode(), b"silta.signed-in", hashlib.sha256).hex()
