"""The guard: coordinators' pages answer only to whom they may (docs/model.md, *Identity*).

Who may: a coordinator or admin who signed in by a mailed link; whoever proves ADMIN_TOKEN; and, where no
ADMIN_TOKEN is set, whoever sits at the machine itself. Everything is closed unless it stands in `PUBLIC`:
a new page is guarded without anybody thinking of it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import cast

from flask import Response, current_app, g, request, session
from limits import RateLimitItem

from bot.people import sign_in as links
from bot.settings import Settings
from bot.web.failures import ALLOWED, Failures
from bot.web.house import house
from bot.web.pages import page
from bot.web.peers import client_address, why_not_local

PUBLIC = frozenset(
    {
        "answers",
        "bounces",
        "archive",
        "feeds",
        "calendars",
        "embed",
        "files",
        "incoming",
        "health",
        "readers",
        "reader_items",
        "slack",
    }
)
"""Blueprints that answer to everybody, because a signature or a token guards them, or nothing needs to."""

TOKEN_SESSION = "signed_in"  # noqa: S105
MAILED_SESSION = "sign_in"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking. `actor` is how the audit trail calls them: a pseudonym, `token` or `local`."""

    actor: str
    name: str
    signed_in: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody could sign in from where they are: by a mailed link, by ADMIN_TOKEN."""

    mail: bool
    token: bool


def check() -> Response | None:
    """Let a request pass (None), or answer it in the page's stead. Runs before every request."""
    if request.endpoint in {None, "static"} or request.blueprint in PUBLIC:
        return None
    settings = house().settings
    g.visitor = _recognise(settings)
    ways = ways_in(settings)
    if g.visitor or (request.blueprint == "sign_in" and (ways.mail or ways.token)):
        return None
    if not (ways.mail or ways.token):
        return page("closed.html", 403, why=why_not_local(settings), port=settings.port)
    return _refuse(settings, ways)


def visitor() -> Visitor | None:
    """Who is asking; None on pages that are open to everybody."""
    return cast(Visitor | None, g.get("visitor"))


def actor() -> str:
    """Whose act this request is, for the audit trail."""
    found = visitor()
    return found.actor if found else "somebody"


def origin() -> str:
    """Where this request comes from, for the audit trail."""
    return client_address(house().settings)


def ways_in(settings: Settings) -> Ways:
    """How somebody could sign in from where this request comes from.

    A mailed link needs mail that leaves; on the machine itself the preview shows it.
    """
    leaves = bool(settings.smtp_host and settings.mail_from) and settings.delivery_mode != "preview"
    return Ways(mail=leaves or why_not_local(settings) is None, token=bool(settings.admin_token))


def token_is_right(settings: Settings, token: str) -> bool:
    """Whether this is ADMIN_TOKEN, compared in constant time."""
    return hmac.compare_digest(token.encode("utf-8", "replace"), (settings.admin_token or "").encode())


def open_token_session(settings: Settings) -> None:
    """Let this browser in, until it signs out or ADMIN_TOKEN changes."""
    session.clear()
    session.permanent = True
    session[TOKEN_SESSION] = _mark(settings)


def open_mailed_session(entered: links.Entered) -> None:
    """Let this browser in as the contact, until the row of that sign-in ends it."""
    session.clear()
    session.permanent = True
    session[MAILED_SESSION] = [entered.id, entered.nonce]


def mailed_session() -> tuple[int, str] | None:
    """The row and the secret of this browser's mailed sign-in."""
    match session.get(MAILED_SESSION):
        case [int(row), str(nonce)]:
            return row, nonce
        case _:
            return None


def too_often(what: str, allowed: RateLimitItem = ALLOWED) -> int | None:
    """Count something that must not be done often; returns the seconds to wait when it was."""
    failures: Failures = current_app.extensions["silta.failures"]
    return failures.count(what, allowed)


def too_many_failures(settings: Settings) -> int | None:
    """Count a wrong token; returns the seconds to wait when there were too many."""
    return too_often(f"token {client_address(settings)}")


def _recognise(settings: Settings) -> Visitor | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.admin_token and scheme.lower() == "bearer" and token_is_right(settings, token.strip()):
        return Visitor("token", "ADMIN_TOKEN", signed_in=False)
    if begun := mailed_session():
        with house().database.reading() as rows:
            contact = links.who(rows, *begun)
        if contact is not None:
            return Visitor(contact.pseudonym, contact.name, signed_in=True)
    if settings.admin_token:
        known = str(session.get(TOKEN_SESSION, "")).encode()
        right = hmac.compare_digest(known, _mark(settings).encode())
        return Visitor("token", "ADMIN_TOKEN", signed_in=True) if right else None
    return None if why_not_local(settings) else Visitor("local", "this machine", signed_in=False)


def _refuse(settings: Settings, ways: Ways) -> Response:
    """Ask who it is; 429 with the seconds to wait when there were too many wrong tokens, else 401."""
    wait = too_many_failures(settings) if ways.token and "Authorization" in request.headers else None
    path = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else "/"
    response = page("sign_in.html", 429 if wait else 401, next=path, ways=ways, wrong="")
    if wait:
        response.headers["Retry-After"] = str(wait)
    response.headers["WWW-Authenticate"] = 'Bearer realm="Silta"'
    return response


def _mark(settings: Settings) -> str:
    """What a signed-in cookie holds: it ends with the token, and does not tell it."""
    secret = f"{settings.secret_key}\0{settings.admin_token}"
    return hmac.digest(secret.encode(), b"silta.signed-in", hashlib.sha256).hex()
