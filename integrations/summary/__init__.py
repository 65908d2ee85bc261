"""Summaries by any endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

from integrations.summary.client import ChatSummarizer

__all__ = ["ChatSummarizer"]
