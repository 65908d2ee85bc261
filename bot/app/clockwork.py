"""What this installation does by the clock: its digests, the effects of approved drafts, its duties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import approval
from bot.app.bridge import bridge_duties
from bot.app.letters import letter_duties
from bot.app.mailbox import mailbox_duties
from bot.app.summaries import summary_duties
from bot.letters.release import release_letter
from bot.work.timed import Clockwork

if TYPE_CHECKING:
    from bot.app.house import House


def clockwork(house: House) -> Clockwork:
    """The clockwork of a worker of this house."""
    settings = house.settings
    effects = approval.usual_effects(settings.zone)
    effects["letter"] = lambda session, draft: release_letter(session, draft, house.network, settings)
    approvals = f"{settings.public_url}/approvals"
    duties = (*letter_duties(house), *summary_duties(house), *mailbox_duties(house), *bridge_duties(house))
    return Clockwork(house.network, settings.zone, house.desk, effects, approvals, duties)
