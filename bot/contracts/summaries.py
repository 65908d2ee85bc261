"""Short summaries by a language model, as the house asks for them."""

from __future__ import annotations

from typing import Protocol

from bot.contracts.words import Language


class SummaryFault(Exception):
    """The model cannot be asked, or its answer is none; the text says why."""


class UselessSummary(SummaryFault):
    """The model answered, and not with a summary: asking again would not help."""


class Summarizer(Protocol):
    """Writes summaries. `model` is its name, shown beside them."""

    model: str

    def summarise(self, title: str, body: str, language: Language) -> str:
        """A sentence or two in that language about an item's texts. Raises SummaryFault."""
