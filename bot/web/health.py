"""`/healthz` and `/readyz`: whether the process lives, and whether the service can do its work."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import clock
from bot.store.schema import schema_fault
from bot.store.workplace import WorkerRow
from bot.web.house import House, house
from bot.web.problems import as_json

FRESH = timedelta(seconds=30)
"""A worker that was seen within this time is at work."""

NO_WORKER = {
    "embedded": "No worker was seen for 30 seconds: the server's own worker starts with it; see its log.",
    "separate": "No worker was seen for 30 seconds: start one with `python -m bot worker`.",
}

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return as_json(200, {"status": "ok"})


@health.get("/readyz")
def ready() -> Response:
    """Database, schema and worker are as they should be; 503 with the reasons when they are not."""
    reasons = _faults(house())
    if reasons:
        return as_json(503, {"status": "not ready", "reasons": reasons}, {"Retry-After": "5"})
    return as_json(200, {"status": "ready"})


def _faults(house: House) -> list[str]:
    try:
        fault = schema_fault(house.database.engine)
        if fault:
            return [fault]
        with house.database.reading() as session:
            return [] if worker_seen(session) else [NO_WORKER[house.settings.worker]]
    except SQLAlchemyError:
        return ["The database does not answer."]


def worker_seen(session: Session) -> bool:
    """Whether a worker was at work just now. Heartbeats run on real time."""
    return bool(session.scalar(select(exists().where(WorkerRow.seen_at > clock.real_now() - FRESH))))
