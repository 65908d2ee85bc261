"""Posts that stand in conversations are edited when their item changes, at once and at any hour.

The notice itself then shows what is true. Who was told hears what changed by a correction (`corrections`).
No conversation reads what has become for some roles only: its posts stay as they are until it is withdrawn.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import Details, Language, Message
from bot.delivery import edits
from bot.network import Network
from bot.planning.messages import keep_messages
from bot.planning.wording import compose, goes_on, strike
from bot.store.items import Item, Revision


def edit_posts(session: Session, network: Network, item: Item) -> None:
    """An item has a new revision: every post of its notice shall show it, struck through when it is withdrawn.

    So do the posts of items that were joined to it, which say that they are the same. While a change waits for
    approval the posts stay as they are.
    """
    if item.state == "joined":
        kept = session.get(Item, item.joined_into)
        if kept is not None:
            _edit(session, network, kept, item)
        return
    _edit(session, network, item, item)
    for gone in session.scalars(select(Item).where(Item.joined_into == item.id, Item.state == "joined")):
        _edit(session, network, item, gone)


def _edit(session: Session, network: Network, item: Item, posted: Item) -> None:
    """Let the posts of an item show what is true of the one that tells of it now: itself or another."""
    if item.state == "waiting" or not (languages := edits.languages_of_posts(session, posted.id)):
        return
    details, struck = item.content(), item.state == "withdrawn"
    if details.roles:
        before = _for_all(session, item)
        if before is None or not struck:
            return
        details = before
    key, purpose = (f"struck:{item.id}", "withdrawal") if struck else (f"notice:{item.id}", "notice")
    content = f"{key}:{item.revision}" if posted is item else f"{key}:{item.revision}:{posted.id}"

    def say(language: Language) -> Message:
        if struck:
            return strike(details, language, network)
        if posted is not item:
            return goes_on(posted.content(), details, language, network, item_id=item.id)
        return compose(
            details, language, network, item_id=item.id, revision=item.revision, changed_at=item.updated_at
        )

    keep_messages(session, content, purpose, languages, say, item)
    edits.wish(session, posted, content, struck=struck)


def _for_all(session: Session, item: Item) -> Details | None:
    """What it said when it was last for all."""
    said = select(Revision.details).where(Revision.item_id == item.id).order_by(Revision.revision.desc())
    each = map(Details.model_validate, filter(None, session.scalars(said)))  # what was withdrawn says nothing
    return next((details for details in each if not details.roles), None)
