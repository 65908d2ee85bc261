"""`/sources/<name>/remove`: a source is removed, once its coordinator has read what stays; and put back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot.intake.removal import KEPT, Unremovable, put_back, remove, restorable, unremovable, what_stays
from bot.store.audit import record
from bot.store.sources import Source
from bot.web import guard
from bot.web.house import house
from bot.web.pages import page
from bot.web.sources import named

source_removal = Blueprint("source_removal", __name__)


@source_removal.get("/sources/<name>/remove")
def ask(name: str) -> Response:
    """What would be removed, and what stays."""
    with house().database.reading() as session:
        source = named(session, name)
        return page(
            "source_remove.html", source=source, stays=what_stays(session, source),
            fault=unremovable(session, source), days=KEPT.days,
        )  # fmt: skip


@source_removal.post("/sources/<name>/remove")
def do(name: str) -> Redirect:
    """Remove a source."""
    actor, origin = guard.actor(), guard.origin()

    def work(session: Session) -> str:
        source = named(session, name, lock=True)
        remove(session, source)
        record(session, actor, "source.removed", name, origin)
        return f"{name} was removed; what it brought stays. It can be put back, below."

    return _done(work, url_for("sources.one", name=name))


@source_removal.post("/removed-sources/<int(max=2147483647):source_id>/put-back")
def undo(source_id: int) -> Redirect:
    """Put a removed source back."""
    actor, origin = guard.actor(), guard.origin()

    def work(session: Session) -> str:
        source = session.get(Source, source_id, with_for_update=True)
        if source is None or not restorable(source):
            abort(404)
        name = put_back(session, source)
        record(session, actor, "source.restored", name, origin)
        if source.next_at is None or source.paused:
            return f"{name} is back."
        quietly = source.well_at is None and source.first_poll == "silent"
        how = (
            "what it holds by now is taken in silently"
            if quietly
            else "what it told before is not told again"
        )
        return f"{name} is back, and is asked in a moment: {how}."

    return _done(work, url_for("sources.show"))


def _done(work: Callable[[Session], str], otherwise: str) -> Redirect:
    try:
        flash(house().database.write(work))
    except Unremovable as fault:
        flash(f"Nothing was done. {fault}")
        return redirect(otherwise, 303)
    return redirect(url_for("sources.show"), 303)
