"""Signing in by a mailed link or with ADMIN_TOKEN, and out.

A link is bound to the browser that asked: a secret in its cookie, whose digest is in the link's row. GET
shows a button and changes nothing, because mail scanners follow links; POST signs in, once.
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, redirect, request, session
from limits import RateLimitItemPerMinute
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot.people import sign_in as links
from bot.store import audit
from bot.store.contacts import email_key
from bot.web import guard
from bot.web.house import house
from bot.web.pages import back_to, page, typed

BROWSER, ONWARD = "browser", "onward"
FROM_ONE_CLIENT = RateLimitItemPerMinute(20, 15)
FOR_ONE_ADDRESS = RateLimitItemPerMinute(5, 15)
LONGEST = 320

sign_in = Blueprint("sign_in", __name__)


@sign_in.get("/sign-in")
def ask() -> Response:
    """The forms."""
    onward = back_to(request.args.get("next"), "/")
    return page("sign_in.html", next=onward, ways=guard.ways_in(house().settings), wrong="")


@sign_in.post("/sign-in")
def enter() -> Response | Redirect:
    """Let in whoever knows the token."""
    settings = house().settings
    onward = back_to(request.form.get("next"), "/")
    if settings.admin_token and not guard.token_is_right(settings, request.form.get("token", "").strip()):
        return _again(guard.too_many_failures(settings), 401, onward, "token")
    if settings.admin_token:
        guard.open_token_session(settings)
        origin = guard.origin()
        house().database.write(lambda rows: audit.record(rows, "token", "signed.in", "pages", origin))
    return redirect(onward, 303)


@sign_in.post("/sign-in/mail")
def send() -> Response | Redirect:
    """Mail a link, if that address is a coordinator's. What is answered never says whether it is."""
    address, origin = typed(request.form.get("email"))[:LONGEST], guard.origin()
    onward = back_to(request.form.get("next"), "/")
    if not guard.ways_in(house().settings).mail:
        return _again(None, 400, onward, "mail")
    wait = guard.too_often(f"links from {origin}", FROM_ONE_CLIENT)
    wait = wait or guard.too_often(f"links for {email_key(address)}", FOR_ONE_ADDRESS)
    if wait:
        return _again(wait, 429, onward, "often")
    browser = session.setdefault(BROWSER, secrets.token_urlsafe(32))
    session[ONWARD] = onward
    network = house().network
    house().database.write(lambda rows: links.ask(rows, network, address, browser, origin))
    return redirect("/sign-in/asked", 303)


@sign_in.get("/sign-in/asked")
def asked() -> Response:
    """What to do now; the same for everybody."""
    return page("sign_in_asked.html", minutes=int(links.LINK_AGE.total_seconds() // 60))


@sign_in.get("/sign-in/<token>")
def offer(token: str) -> Response:
    """A button, or why the link does not open here; changes nothing."""
    with house().database.reading() as rows:
        standing = _standing(rows, token)
    status = {"ready": 200, "elsewhere": 403, "unknown": 404}.get(standing, 410)
    return page("sign_in_link.html", status, standing=standing)


@sign_in.post("/sign-in/<token>")
def use(token: str) -> Response | Redirect:
    """Sign in by the link, once."""
    sign_in_id, browser, origin = house().links.read_sign_in(token), _browser(), guard.origin()
    entered = (
        house().database.write(lambda rows: links.enter(rows, sign_in_id, browser, origin))
        if sign_in_id is not None
        else None
    )
    if entered is None:
        return offer(token)
    onward = back_to(session.get(ONWARD), "/")
    guard.open_mailed_session(entered)
    return redirect(onward, 303)


@sign_in.post("/sign-out")
def leave() -> Redirect:
    """Forget this browser, and end its session wherever the cookie may be."""
    begun, origin = guard.mailed_session(), guard.origin()
    if begun:
        house().database.write(lambda rows: links.leave(rows, *begun, origin))
    session.clear()
    return redirect("/sign-in", 303)


def _again(wait: int | None, status: int, onward: str, wrong: str) -> Response:
    ways = guard.ways_in(house().settings)
    response = page("sign_in.html", 429 if wait else status, next=onward, ways=ways, wrong=wrong)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _standing(rows: Session, token: str) -> links.Standing:
    sign_in_id = house().links.read_sign_in(token)
    return "unknown" if sign_in_id is None else links.look(rows, sign_in_id, _browser())


def _browser() -> str:
    return str(session.get(BROWSER, ""))
