"""The letters of this installation: the duty that begins one, and the list at Creamailer."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.contracts.newsletter import NewsletterList
from bot.letters.duty import due_letters
from bot.letters.subscribers import sync
from bot.letters.writing import next_start
from bot.settings import Settings
from bot.work.duties import Memory, TimedDuty, every

if TYPE_CHECKING:
    from bot.app.house import House

EVERY = timedelta(hours=1)
"""How often the list is looked at: the service counts requests by the hour."""


def letter_duties(house: House) -> list[TimedDuty]:
    """The duty `letter`, and `creamailer` where a list is configured."""

    def begin(memory: Memory) -> Memory:
        house.database.write(lambda session: due_letters(session, house.network, house.settings))
        return memory

    duties = [TimedDuty("letter", partial(next_start, house.settings), begin)]
    if open_list(house.settings) is not None:
        duties.append(TimedDuty("creamailer", every(EVERY), partial(keep_in_step, house)))
    return duties


def open_list(settings: Settings) -> NewsletterList | None:
    """The letter's list at Creamailer; None when none is configured."""
    if not (settings.creamailer_token and settings.creamailer_secret and settings.creamailer_list):
        return None
    from integrations.creamailer import Creamailer, CreamailerOptions

    return Creamailer(
        CreamailerOptions.model_validate(
            {
                "token": settings.creamailer_token, "secret": settings.creamailer_secret,
                "list_id": settings.creamailer_list, "url": settings.creamailer_url,
            }
        )
    )  # fmt: skip


def keep_in_step(house: House, memory: Memory) -> Memory:
    """Go on with a round over the list. Out of live mode it is only read: nothing leaves."""
    service = open_list(house.settings)
    if service is None:
        return memory
    try:
        return sync(house.database, service, memory, tell=house.settings.delivery_mode == "live")
    finally:
        service.close()
