"""Logging: one JSON line an event when nobody watches, coloured lines on a terminal.

Secrets do not reach a logger because settings hide them; what people wrote is never logged, only ids.
"""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Set the level and form of all logging of this process, once, at its start."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is when something is said
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a room."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=name)
    return bound
