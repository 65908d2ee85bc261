"""What is done with a source at once: pause it, let it go on, have it asked, or have it tried out.

No page reads a source: a worker does, when it is asked to.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot import clock
from bot.intake.poll import let_go
from bot.intake.trial import ask_trial, being_read
from bot.store.audit import record
from bot.store.db import ring
from bot.store.sources import Source
from bot.store.watch import SourceTrial
from bot.web import guard
from bot.web.house import house
from bot.web.sources import kind_of, named

source_acts = Blueprint("source_acts", __name__)


@source_acts.post("/sources/<name>/<any(pause, resume, run, try):act>")
def do(name: str, act: str) -> Redirect:
    """Pause a source, let it go on, have it asked now, or have it tried out."""
    acts = {"pause": _pause, "resume": _resume, "run": _run, "try": _try}
    actor, origin = guard.actor(), guard.origin()

    def work(session: Session) -> str:
        source = named(session, name, lock=True)
        said = acts[act](session, source)
        if said is None:
            return _REFUSED[act]
        record(session, actor, f"source.{_PAST[act]}", source.name, origin)
        return said

    flash(house().database.write(work))
    return redirect(url_for("sources.one", name=name), 303)


_PAST = {"pause": "paused", "resume": "resumed", "run": "asked", "try": "tried"}
_REFUSED = {
    "pause": "Nothing was done: it is paused already.",
    "resume": "Nothing was done: it is not paused.",
    "run": "Nothing was done: it is paused, sends by itself, or was asked too short a time ago for its manners.",
    "try": "Nothing was done: it sends by itself, a worker reads it just now, or it was tried too short a time ago.",
}


def _pause(_session: Session, source: Source) -> str | None:
    if source.paused:
        return None
    source.paused = True
    let_go(source)
    return "It is paused: it is not asked, and nothing is taken from it. Resume it when you want."


def _resume(session: Session, source: Source) -> str | None:
    if not source.paused:
        return None
    failed = source.failures > 0
    source.paused, source.failures = False, 0
    if source.next_at is not None and not _lately(source.asked_at, source, failed):
        source.next_at = clock.now()
        ring(session, "poll")
    return "It brings news again."


def _run(session: Session, source: Source) -> str | None:
    if source.paused or source.next_at is None or _lately(source.asked_at, source, source.failures > 0):
        return None
    source.next_at = clock.now()
    ring(session, "poll")
    return "A worker asks it now. Reload this page in a moment to see what came."


def _try(session: Session, source: Source) -> str | None:
    trial = session.get(SourceTrial, source.id)
    # One that a restart cut short may be asked for again.
    done = trial.asked_at if trial and trial.done_at else None
    failed = trial is not None and trial.fault is not None
    if source.next_at is None or (trial and being_read(trial)) or _lately(done, source, failed):
        return None
    ask_trial(session, source)
    return (
        "A worker reads it now and changes nothing. Reload this page in a moment to see what it would bring."
    )


def _lately(asked: datetime | None, source: Source, failed: bool) -> bool:
    """Whether its manners forbid to ask it so soon. What `failed` may be asked after a minute: somebody mends it."""
    kind = kind_of(source)
    least = timedelta(seconds=kind.least_every if kind and not failed else 60)
    return asked is not None and timedelta() <= clock.now() - asked < least
