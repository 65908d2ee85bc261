"""Signing in with ADMIN_TOKEN, and out."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, session
from werkzeug.wrappers import Response as Redirect

from bot.store import audit
from bot.web import guard
from bot.web.house import house
from bot.web.pages import back_to, page
from bot.web.peers import client_address

sign_in = Blueprint("sign_in", __name__)


@sign_in.get("/sign-in")
def ask() -> Response:
    """The form."""
    return page("sign_in.html", next="/", wrong=False)


@sign_in.post("/sign-in")
def enter() -> Response | Redirect:
    """Let in whoever knows the token."""
    settings = house().settings
    onward = back_to(request.form.get("next"), "/")
    if settings.admin_token and not guard.token_is_right(settings, request.form.get("token", "").strip()):
        wait = guard.too_many_failures(settings)
        response = page("sign_in.html", 429 if wait else 401, next=onward, wrong=True)
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response
    if settings.admin_token:
        guard.sign_in(settings)
        origin = client_address(settings)
        house().database.write(lambda rows: audit.record(rows, "coordinator", "signed.in", "pages", origin))
    return redirect(onward, 303)


@sign_in.post("/sign-out")
def leave() -> Redirect:
    """Forget this browser."""
    session.clear()
    return redirect("/sign-in", 303)
