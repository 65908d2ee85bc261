"""A letter goes out: frozen in every language, kept for the archive, and fanned out. Once."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import LANGUAGES
from bot.letters.composing import compose_letter, supply_of
from bot.letters.content import LetterContent
from bot.network import Network
from bot.planning.letter_fanout import announce_letter
from bot.settings import Settings
from bot.store.drafts import Draft, Letter


def release_letter(session: Session, draft: Draft, network: Network, settings: Settings) -> None:
    """The effect of an approved draft of kind `letter`: what was approved goes out. Twice does nothing more.

    Choice, order and openings are those that were approved; an item's own facts are its newest ones, and an
    item that was withdrawn meanwhile is not told.
    """
    letter = session.get_one(Letter, draft.subject_id, with_for_update=True)
    if letter.state == "sent":
        return
    content = LetterContent.model_validate(draft.approved_content or draft.content)
    supply = supply_of(session, content)
    messages = {
        language: compose_letter(letter, content, supply, language, network, settings)
        for language in LANGUAGES
    }
    pages: dict[str, Any] = {key: message.model_dump(mode="json") for key, message in messages.items()}
    # Beside each section's entries the items they tell of, so that the archive can mark what was withdrawn.
    pages["items"] = [
        ids
        for heading in content.sections
        if (
            ids := [
                each.item_id
                for each in content.within(heading.key)
                if not each.out and each.item_id in supply.items
            ]
        )
    ]
    letter.pages = pages
    letter.content = content.model_dump(mode="json")
    letter.state, letter.sent_at = "sent", clock.now()
    letter.send_at = max(sending_time(content, settings.zone), clock.now())
    session.flush()
    announce_letter(session, letter)


def sending_time(content: LetterContent, zone: str) -> datetime:
    """When the letter is meant to reach a reader of the default zone, UTC."""
    local = datetime.combine(content.send_day, time(content.send_hour), clock.zone(zone))
    return local.astimezone(UTC)
