"""Where everything meets: settings, store, integrations, steps and web. Nothing else imports integrations."""

from bot.app.examples import examples
from bot.app.house import (
    House,
    NotReady,
    open_database,
    open_house,
    read_environment,
)
from bot.app.kinds import check_options, integration, source_kinds
from bot.app.serving import create_app

__all__ = [
    "House",
    "NotReady",
    "check_options",
    "create_app",
    "examples",
    "integration",
    "open_database",
    "open_house",
    "read_environment",
    "source_kinds",
]
