"""What the Slack app needs of the house: the counter, and one protocol for each room of listeners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.contracts.announcing import Announcing
from bot.contracts.chat import Counter
from bot.contracts.claims import Claims
from bot.contracts.reminding import Reminding


@dataclass(frozen=True)
class SlackHouse:
    """What listeners may call. `token_of` gives the bot's token of a workspace, None where it is not installed."""

    counter: Counter
    token_of: Callable[[str], str | None]
    announcing: Announcing | None = None
    reminding: Reminding | None = None
    claims: Claims | None = None
