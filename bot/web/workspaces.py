"""`/slack/install`: the app comes into a further Slack workspace, in the browser that asked for it.

Slack sends people back to `/slack/oauth_redirect` with a code and our state. Whatever goes wrong on the way is
said on a page in words, with what to do.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, request, session
from werkzeug.wrappers import Response as Redirect

from bot import clock
from bot.contracts.workspaces import Installed, NotInstalled, Workspaces
from bot.people import workspaces as people
from bot.web import guard, headers
from bot.web.house import house
from bot.web.pages import page, words

STATE, BEGUN, LONGEST = "slack_state", "slack_begun", 600
"""What the browser's session keeps of an installation, and the seconds that one may take."""

workspaces = Blueprint("workspaces", __name__)


@workspaces.get("/slack/install")
def show() -> Response:
    """Where the app is installed, and the button that installs it in one more workspace."""
    known = house().workspaces
    answer = page("slack_install.html", on=known is not None, listed=known.listed() if known else ())
    # The form's answer leads to Slack, and browsers hold that against the form.
    url = urlsplit(house().settings.slack_api_url)
    to = f"{url.scheme}://{url.netloc} {url.scheme}://*.{url.netloc}"  # Slack leads on to the workspace's own page
    policy = headers.POLICY.replace("form-action 'self'", f"form-action 'self' {to}")
    answer.headers["Content-Security-Policy"] = policy
    return answer


@workspaces.post("/slack/install")
def begin() -> Redirect:
    """Send the browser to Slack, with a state that works once, for ten minutes, in this browser."""
    state, address = _known().begin()
    session[STATE], session[BEGUN] = state, int(clock.real_now().timestamp())
    return redirect(address, 303)


@workspaces.get("/slack/oauth_redirect")
def finish() -> Response:
    """What came of it."""
    known = _known()
    state, code = request.args.get("state", ""), request.args.get("code", "")
    own, begun = str(session.pop(STATE, "")), int(session.pop(BEGUN, 0))
    if not own or not hmac.compare_digest(state.encode("utf-8", "replace"), own.encode()):
        return _failed("state")
    if clock.real_now().timestamp() - begun > LONGEST or not known.consume(state):
        return _failed("late")
    if "error" in request.args:
        said = words(request.args["error"], 60)
        return _failed("denied" if said == "access_denied" else "refused", said)
    if not code:
        return _failed("refused", "no code")
    came = known.finish(code[:500])  # talks to Slack: no session is open
    if isinstance(came, NotInstalled):
        return _failed(came.why, came.said)
    return _done(came)


def _done(came: Installed) -> Response:
    team, actor, origin = came.workspace.team, guard.actor(), guard.origin()
    lanes, _ = house().database.write(lambda rows: people.back(rows, team, actor, origin))
    return page("slack_installed.html", workspace=came.workspace, lacking=came.lacking, lanes=lanes)


def _failed(why: str, said: str = "") -> Response:
    status = {"unreached": 502, "denied": 200}.get(why, 400)
    redirect_url = f"{house().settings.public_url}/slack/oauth_redirect"
    return page("slack_not_installed.html", status, why=why, said=said, redirect_url=redirect_url)


def _known() -> Workspaces:
    return house().workspaces or abort(404)
