"""Pictures and files of announcements: taken in, shown by drafts, and given out for as long as one of these stands."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from bot import clock
from bot.approval.file_kinds import Unfit, kind_of
from bot.contracts import Enclosure
from bot.store.db import insert_into
from bot.store.drafts import Draft
from bot.store.files import FileRow, FileUse
from bot.store.items import Item

FILE_LIMIT, ALL_LIMIT, MOST_FILES = 5 * 1024 * 1024, 10 * 1024 * 1024, 10
"""Bytes of one file, and of all of an announcement; and how many there may be."""

UNUSED = timedelta(days=7)
"""How long a file is kept that no draft shows: its form may still be open."""

FileLink = Callable[[str], str]
"""The address of a file, by its key."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that may be taken: the name to show it under, what it is, and its bytes."""

    name: str
    media_type: str
    body: bytes


def looked_at(name: str, body: bytes) -> Looked:
    """Look at a file, before any transaction: that takes its time. Raises Unfit for what is not taken.

    A picture leaves behind what it says of its camera and of where it was taken.
    """
    if not body:
        raise Unfit("This file is empty.")
    if len(body) > FILE_LIMIT:
        raise Unfit("A file has at most 5 MB.")
    shown, media_type = kind_of(name, body)
    if media_type.startswith("image/"):
        from bot.approval.pictures import bare  # only who attaches pictures needs it

        body = bare(body)
    return Looked(shown, media_type, body)


def take_in(session: Session, link: FileLink, files: Iterable[Looked]) -> list[Enclosure]:
    """Keep files, the same one once; returns what a draft says of them. What nobody shows is forgotten in time."""
    unused = ~exists().where(FileUse.file_key == FileRow.key)
    session.execute(delete(FileRow).where(FileRow.created_at < clock.now() - UNUSED, unused))
    return [_said(_kept(session, each), link) for each in files]


def _kept(session: Session, file: Looked) -> FileRow:
    digest = hashlib.sha256(file.body).hexdigest()
    same = select(FileRow).where(FileRow.digest == digest, FileRow.name == file.name).limit(1)
    row = session.scalars(same).first()
    if row is None:
        row = FileRow(
            key=secrets.token_hex(16), name=file.name, media_type=file.media_type, size=len(file.body),
            digest=digest, body=file.body, created_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
    row.created_at = clock.now()  # handed in again, it is kept for as long as one that is new
    return row


def known(session: Session, link: FileLink, keys: Iterable[str]) -> list[Enclosure]:
    """Files that were handed in before, in the order of their keys; those that there are not are left out."""
    wanted = [key for key in dict.fromkeys(keys) if key.isalnum()]  # PostgreSQL takes no NUL
    rows = {row.key: row for row in session.scalars(select(FileRow).where(FileRow.key.in_(wanted)))}
    return [_said(rows[key], link) for key in wanted if key in rows]


def cite(session: Session, draft: Draft) -> None:
    """Remember which files a draft shows."""
    keys = [each["key"] for each in draft.content.get("details", {}).get("files", ())]
    there = select(FileRow.key).where(FileRow.key.in_(keys))
    uses = [{"file_key": key, "draft_id": draft.id} for key in session.scalars(there)] if keys else []
    if uses:
        session.execute(insert_into(session, FileUse).values(uses).on_conflict_do_nothing())


def given_out(session: Session, key: str) -> FileRow | Literal["gone"] | None:
    """A file; "gone" once every announcement that showed it was withdrawn or dropped; None where there is none."""
    row = session.get(FileRow, key)
    if row is None:
        return None
    uses = select(Draft.state, Item.state).join(FileUse, FileUse.draft_id == Draft.id)
    states = session.execute(uses.outerjoin(Item, Item.id == Draft.subject_id).where(FileUse.file_key == key))
    # A correction that was dropped takes nothing from what went out before it.
    found = [item != "withdrawn" if item else draft != "dropped" for draft, item in states]
    return row if not found or any(found) else "gone"


def _said(row: FileRow, link: FileLink) -> Enclosure:
    return Enclosure(key=row.key, name=row.name, media_type=row.media_type, size=row.size, url=link(row.key))
