"""When a file is given out no more, and when its bytes are deleted. That it was there, and what it was, stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Literal

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.store import audit
from bot.store.drafts import Draft
from bot.store.files import FileRow, FileUse
from bot.store.items import Item

UNUSED = timedelta(days=7)
"""How long a file is kept that no draft shows: its form may still be open."""

KEPT = timedelta(days=30)
"""How long the bytes of a file stay that is given out no more, counted from the last change of what showed it."""

End = Literal["withdrawn", "replaced"]
_Use = tuple[Draft, str | None]


def given_out(session: Session, key: str) -> FileRow | End | None:
    """A file; what became of one that is given out no more; None where there is none."""
    row = session.get(FileRow, key)
    return None if row is None else ended(key, _uses(session, key)) or row


def ended(key: str, uses: Iterable[_Use]) -> End | None:
    """What became of a file, by the drafts that showed it and the states of their items: None while one shows it.

    A correction replaces a file once it has gone out; until then it takes nothing from what stands.
    """
    end: End | None = None
    for draft, item in uses:
        told = draft.told_content
        if item == "withdrawn" or (told is None and draft.state == "dropped"):
            end = end or "withdrawn"
        elif told is None or any(
            key == each for content in (told, draft.content) for each in shown_in(content)
        ):
            return None
        else:
            end = "replaced"
    return end


def shown_in(content: dict[str, object]) -> list[str]:
    """The keys of the files that a draft's content shows."""
    details = content.get("details")
    return [each["key"] for each in details.get("files", ())] if isinstance(details, dict) else []


def forget_unused(session: Session) -> int:
    """Delete files that no draft has shown in time; returns how many."""
    unused = ~exists().where(FileUse.file_key == FileRow.key)
    lost = delete(FileRow).where(FileRow.created_at < clock.now() - UNUSED, unused).returning(FileRow.key)
    return len(session.execute(lost).all())


def over(session: Session, keys: Sequence[str] | None = None) -> Iterator[tuple[FileRow, End]]:
    """Files, of some or of all, that have been given out no more for so long that their bytes go; locked when some."""
    until = clock.now() - KEPT
    lately = exists().where(
        FileUse.file_key == FileRow.key, Draft.id == FileUse.draft_id, Draft.updated_at > until
    )
    old = select(FileRow).where(has_bytes(), FileRow.created_at < until, ~lately).order_by(FileRow.key)
    if keys is not None:
        old = old.where(FileRow.key.in_(keys)).with_for_update()
    for row in session.scalars(old).all():
        if end := ended(row.key, _uses(session, row.key)):
            yield row, end


def delete_bytes(session: Session, keys: Sequence[str]) -> int:
    """Delete the bytes of those files that are over; returns how many that were.

    A row without bytes still says what the file was called, how long it was, and its digest: what was told can be
    proven.
    """
    found = list(over(session, keys))
    for row, end in found:
        audit.record(
            session, "silta", "file.deleted", f"file {row.key}", why=end, size=row.size, digest=row.digest
        )
        row.body = b""
    return len(found)


def has_bytes() -> ColumnElement[bool]:
    """Whether a file is still there as a whole: none is taken that is empty."""
    return func.length(FileRow.body) > 0


def _uses(session: Session, key: str) -> list[_Use]:
    uses = select(Draft, Item.state).join(FileUse, FileUse.draft_id == Draft.id)
    found = session.execute(uses.outerjoin(Item, Item.id == Draft.subject_id).where(FileUse.file_key == key))
    return [(draft, item) for draft, item in found]
