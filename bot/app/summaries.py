"""The duty that has a language model write summaries, where one is configured."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.planning.summarising import summarise
from bot.work.duties import Memory, TimedDuty, every

if TYPE_CHECKING:
    from bot.app.house import House

EVERY = timedelta(minutes=1)


def summary_duties(house: House) -> list[TimedDuty]:
    """One duty, or none without `SUMMARY_URL` and `SUMMARY_MODEL`."""
    settings = house.settings
    if not settings.summary_url or not settings.summary_model:
        return []
    from integrations.summary import ChatSummarizer  # it brings an HTTP client along

    writer = ChatSummarizer(settings.summary_url, settings.summary_model, settings.summary_key)

    def run(memory: Memory) -> Memory:
        summarise(house.database, writer)
        return memory

    return [TimedDuty("summaries", every(EVERY), run)]
