"""Summaries: what a text says, in a sentence or two."""

from bot.summaries.sentences import LONGEST, extract, plain, shortened

__all__ = ["LONGEST", "extract", "plain", "shortened"]
