"""What a draft says: its details, and when it goes out at the earliest."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from bot import clock
from bot.contracts import Details
from bot.store.drafts import Draft


def details_of(draft: Draft) -> Details | None:
    """What an item or an announcement says; None for a letter, and for what cannot be read."""
    try:
        return Details.model_validate(draft.content["details"])
    except (KeyError, ValidationError):
        return None


def send_at(draft: Draft) -> datetime | None:
    """When it goes out at the earliest, where that was stated."""
    said = draft.content.get("send_at")
    return clock.When.parse(said).begins() if said else None
