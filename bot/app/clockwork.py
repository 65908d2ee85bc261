"""What this installation does by the clock: its digests, the effects of approved drafts, its duties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import approval
from bot.work.timed import Clockwork

if TYPE_CHECKING:
    from bot.app.house import House


def clockwork(house: House) -> Clockwork:
    """The clockwork of a worker of this house."""
    zone = house.settings.zone
    return Clockwork(house.network, zone, house.desk, approval.usual_effects(zone))
