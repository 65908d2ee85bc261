"""Messages as they are kept: each said once, under a key that names what it says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Language, Message
from bot.store.db import insert_into
from bot.store.deliveries import MessageRow
from bot.store.items import Item

Compose = Callable[[Language], Message]


def keep_messages(
    session: Session, key: str, purpose: str, languages: Collection[str], compose: Compose, item: Item | None
) -> dict[str, int]:
    """The id of the message under `key` for each set of languages (`fi`, `fi,sv`); missing ones are composed.

    The whole key of one is `<key>:<languages>`. Two processes that compose the same at once keep one.
    """
    keys = {f"{key}:{each}": each for each in languages}
    known = _known(session, keys)
    missing = {whole: each for whole, each in keys.items() if each not in known}
    if not missing:
        return known
    rows = []
    for whole, each in sorted(missing.items()):
        spoken = cast(Sequence[Language], each.split(","))
        content = [compose(language).model_dump(mode="json") for language in spoken]
        rows.append(
            {
                "content_key": whole, "item_id": item.id if item else None,
                "revision": item.revision if item else 0, "purpose": purpose, "languages": each,
                "content": content, "made_at": clock.now(),
            }
        )  # fmt: skip
    session.execute(insert_into(session, MessageRow).values(rows).on_conflict_do_nothing())
    return _known(session, keys)


def _known(session: Session, keys: dict[str, str]) -> dict[str, int]:
    rows = session.execute(
        select(MessageRow.content_key, MessageRow.id).where(MessageRow.content_key.in_(keys))
    )
    return {keys[key]: row_id for key, row_id in rows}
