"""Judgements as rows: kept beside each report, and read when its item is put together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.intake.relevance.judge import Judged
from bot.store.db import insert_into
from bot.store.joining import Judgement


def keep_judged(session: Session, judged: Iterable[tuple[int, Judged | None]], now: datetime) -> None:
    """Keep what the rules say of reports, by the report's id. What a coordinator said stays."""
    rows: list[dict[str, Any]] = [
        {
            "report_id": report_id, "concerns": each.concerns, "cities": list(each.cities),
            "topics": list(each.topics), "councils": list(each.councils), "why": [list(why) for why in each.why],
            "rules": each.version, "made_at": now,
        }
        for report_id, each in judged
        if each
    ]  # fmt: skip
    if rows:
        new = insert_into(session, Judgement).values(rows)
        said = {name: new.excluded[name] for name in rows[0] if name != "report_id"}
        session.execute(new.on_conflict_do_update(index_elements=["report_id"], set_=said))


def judgements(session: Session, report_ids: Iterable[int]) -> dict[int, Judgement]:
    """What is judged of these reports."""
    rows = select(Judgement).where(Judgement.report_id.in_(list(report_ids)))
    found = session.scalars(rows.execution_options(populate_existing=True))
    return {row.report_id: row for row in found}


def concerns(row: Judgement) -> bool:
    """Whether it concerns the network: as a coordinator says, else as the rules do."""
    return bool(row.corrected["concerns"]) if row.corrected else row.concerns


def filled(row: Judgement | None, details: Details) -> Details:
    """What a report says, with what was judged of it. What a coordinator chose stands instead of its own."""
    if row is None:
        return details
    if row.corrected and row.corrected["concerns"]:
        chosen = {name: tuple(row.corrected[name]) for name in ("cities", "topics")}
        return details.model_copy(update={**chosen, "councils": details.councils or tuple(row.councils)})
    return Judged(row.concerns, tuple(row.cities), tuple(row.topics), tuple(row.councils)).fill(details)
