"""Who is not told: those who have answered, and those who muted the item."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_

from bot.store.answers import AnswerRow, Mute
from bot.store.destinations import Subscription, SubscriptionCity


def silent(item_id: int) -> tuple[ColumnElement[bool], ...]:
    """Who has neither answered (unless they asked to be reminded all the same) nor muted the item."""
    answered = exists().where(
        AnswerRow.item_id == item_id,
        AnswerRow.contact_id == Subscription.contact_id,
        AnswerRow.remind.is_(False),
    )
    return (~answered, not_muted(item_id))


def not_muted(item_id: int) -> ColumnElement[bool]:
    """Who has not muted the item, nor their city's lead for the whole city."""
    mine = and_(Mute.item_id == item_id, Mute.contact_id == Subscription.contact_id)
    citys = and_(
        Mute.item_id == item_id,
        Mute.city == SubscriptionCity.city,
        SubscriptionCity.subscription_id == Subscription.id,
    )
    return ~or_(exists().where(mine), exists().where(citys))
