"""Have a language model write summaries ahead of the digests, where one is configured.

Only public items are sent, only their title and text, and mail addresses and telephone numbers are masked.
Digests never wait for a model: what has no summary by then shows its extract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Language
from bot.contracts.summaries import Summarizer, UselessSummary
from bot.planning.variants import variant
from bot.store.db import Database, insert_into
from bot.store.digests import Summary
from bot.store.items import Item
from bot.summaries import LONGEST, plain, shortened

AT_ONCE = 5
"""Summaries asked for in one go: a slow model must not hold up what else is due."""

AGE = timedelta(days=8)
"""Items older than this come in no new digest."""

LOOKED_AT = 500
_MAIL = re.compile(r"[^\s@<>()\[\]]+@[^\s@<>()\[\]]+\.\w+")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00|0)\d(?:[\s()/-]{0,2}\d){5,13}(?![\w])")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A summary that is still to be written, with what the model may read."""

    item_id: int
    revision: int
    language: Language
    title: str
    body: str


def summarise(database: Database, writer: Summarizer, most: int = AT_ONCE) -> int:
    """Have up to `most` summaries written and keep them; returns how many models' answers were kept.

    No transaction is open while the model thinks. Raises SummaryFault when it cannot be asked at all.
    """
    with database.reading() as session:
        wanted = [each for _, each in zip(range(most), _wanted(session), strict=False)]
    for each in wanted:
        try:
            text = shortened(" ".join(plain(writer.summarise(each.title, each.body, each.language)).split()))
        except UselessSummary:
            text = ""  # it would not be better the next time: the extract stays
        row = {
            "item_id": each.item_id, "revision": each.revision, "language": each.language, "text": text,
            "by": writer.model[:80], "made_at": clock.now(),
        }  # fmt: skip
        database.write(lambda session, row=row: _keep(session, row))  # type: ignore[misc]
    return len(wanted)


def masked(text: str) -> str:
    """A text without mail addresses and telephone numbers."""
    return _PHONE.sub("…", _MAIL.sub("…", text))


def _wanted(session: Session) -> Iterator[Wanted]:
    recent = (Item.state == "published", Item.visibility == "public", Item.updated_at > clock.now() - AGE)
    items = session.scalars(select(Item).where(*recent).order_by(Item.id.desc()).limit(LOOKED_AT)).all()
    keys = select(Summary.item_id, Summary.revision, Summary.language)
    known = set(session.execute(keys.where(Summary.item_id.in_([item.id for item in items]))))
    for item in items:
        details = item.content()
        for language, body in details.body.items():
            text = masked(plain(body))
            # What is short already is its own summary.
            if len(text) > LONGEST and (item.id, item.revision, language) not in known:
                title = masked(variant(details.title, language)[1])
                yield Wanted(item.id, item.revision, language, title, text)


def _keep(session: Session, row: dict[str, object]) -> None:
    session.execute(insert_into(session, Summary).values(row).on_conflict_do_nothing())
