"""`/approvals/identities`: people in a chat who say that they are a contact, and what coordinators decide."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect
from werkzeug.wrappers import Response as Redirect

from bot.people import claims as people
from bot.web import guard
from bot.web.house import house
from bot.web.pages import page

DECIDED = {
    "approved": "Approved: they get what the contact gets.",
    "refused": "Refused. They may ask again tomorrow.",
    "settled": "Nothing was done: it has been decided already.",
    "nobody": "Nothing was done. No contact has that address: refuse it, or add the contact first.",
    "taken": "Nothing was done. Their Slack account is another contact's already.",
    "own": "Nothing was done. Another coordinator must confirm an account of your own.",
}

claims = Blueprint("claims", __name__)


@claims.get("/approvals/identities")
def show() -> Response:
    """The claims that wait."""
    with house().database.reading() as session:
        waiting = people.waiting(session)
    return page("claims.html", waiting=waiting)


@claims.post("/approvals/identities/<int(max=2147483647):claim_id>/<any(approve, refuse):act>")
def decide(claim_id: int, act: str) -> Redirect:
    """Approve or refuse one."""
    actor, origin = guard.actor(), guard.origin()
    done = house().database.write(
        lambda session: people.decide(session, house().network, claim_id, act == "approve", actor, origin)
    )
    flash(DECIDED[done])
    return redirect("/approvals/identities", 303)
