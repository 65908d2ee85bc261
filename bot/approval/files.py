"""Pictures and files of announcements: looked at, taken in, and shown by drafts (`file_ends`: for how long)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.approval.file_ends import has_bytes, shown_in
from bot.approval.file_kinds import Unfit, kind_of
from bot.contracts import Enclosure
from bot.store.db import insert_into
from bot.store.drafts import Draft
from bot.store.files import FileRow, FileUse

FILE_LIMIT, ALL_LIMIT, MOST_FILES = 5 * 1024 * 1024, 10 * 1024 * 1024, 10
"""Bytes of one file, and of all of an announcement; and how many there may be."""

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
    """Keep files, the same one once; returns what a draft says of them."""
    return [_said(_kept(session, each), link) for each in files]


def _kept(session: Session, file: Looked) -> FileRow:
    digest = hashlib.sha256(file.body).hexdigest()
    same = select(FileRow, has_bytes()).where(FileRow.digest == digest, FileRow.name == file.name).limit(1)
    row, whole = session.execute(same.with_for_update()).one_or_none() or (None, True)
    if row is None:
        row = FileRow(
            key=secrets.token_hex(16), name=file.name, media_type=file.media_type, size=len(file.body),
            digest=digest, body=file.body, created_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
    row.created_at = clock.now()  # handed in again, it is kept for as long as one that is new
    if not whole:
        row.body = file.body
    return row


def known(session: Session, link: FileLink, keys: Iterable[str]) -> list[Enclosure]:
    """Files that were handed in before, in the order of their keys; those that there are not are left out."""
    wanted = [key for key in dict.fromkeys(keys) if key.isalnum()]  # PostgreSQL takes no NUL
    there = select(FileRow).where(FileRow.key.in_(wanted), has_bytes())
    rows = {row.key: row for row in session.scalars(there)}
    return [_said(rows[key], link) for key in wanted if key in rows]


def cite(session: Session, draft: Draft) -> None:
    """Remember which files a draft shows."""
    keys = shown_in(draft.content)
    there = select(FileRow.key).where(FileRow.key.in_(keys))
    uses = [{"file_key": key, "draft_id": draft.id} for key in session.scalars(there)] if keys else []
    if uses:
        session.execute(insert_into(session, FileUse).values(uses).on_conflict_do_nothing())


def _said(row: FileRow, link: FileLink) -> Enclosure:
    return Enclosure(key=row.key, name=row.name, media_type=row.media_type, size=row.size, url=link(row.key))
