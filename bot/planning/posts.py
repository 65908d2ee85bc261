"""Posts that stand in conversations are edited when their item changes, at once and at any hour.

The notice itself then shows what is true. Who was told hears what changed by a correction (`corrections`).
No conversation reads what has become for some roles only: its posts stay as they are until it is withdrawn.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.delivery import edits
from bot.network import Network
from bot.planning.messages import keep_messages
from bot.planning.wording import compose, strike
from bot.store.items import Item, Revision


def edit_posts(session: Session, network: Network, item: Item) -> None:
    """An item has a new revision: every post of its notice shall show it, struck through when it is withdrawn.

    While a change waits for approval the posts stay as they are.
    """
    if item.state == "waiting" or not (languages := edits.languages_of_posts(session, item.id)):
        return
    details, struck = item.content(), item.state == "withdrawn"
    if details.roles:
        before = _for_all(session, item)
        if before is None or not struck:
            return
        details = before
    if struck:
        content, purpose = f"struck:{item.id}:{item.revision}", "withdrawal"
    else:
        content, purpose = f"notice:{item.id}:{item.revision}", "notice"
    keep_messages(
        session, content, purpose, languages,
        lambda language: strike(details, language, network) if struck else compose(
            details, language, network, item_id=item.id, revision=item.revision, changed_at=item.updated_at
        ),
        item,
    )  # fmt: skip
    edits.wish(session, item, content, struck=struck)


def _for_all(session: Session, item: Item) -> Details | None:
    """What it said when it was last for all."""
    said = select(Revision.details).where(Revision.item_id == item.id).order_by(Revision.revision.desc())
    each = map(Details.model_validate, filter(None, session.scalars(said)))  # what was withdrawn says nothing
    return next((details for details in each if not details.roles), None)
