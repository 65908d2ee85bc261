"""The integrations: one folder each, loaded on first use.

To add one: a folder whose `__init__` has `INTEGRATION`, and its line here (CONTRIBUTING.md has the recipe).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from bot.contracts import Integration

INTEGRATIONS = {
    "slack": "integrations.slack",
    "email": "integrations.email",
    "webhook": "integrations.webhook",
    "feed": "integrations.feed",
    "calendar": "integrations.calendar",
    "eura": "integrations.eura",
    "haeavustuksia": "integrations.haeavustuksia",
    "sedia": "integrations.sedia",
    "wordpress": "integrations.wordpress",
    "html_list": "integrations.html_list",
    "page_watch": "integrations.page_watch",
    "rakennerahastot": "integrations.rakennerahastot",
    "discourse": "integrations.discourse",
    "loomio": "integrations.loomio",
    "signed_json": "integrations.signed_json",
    "howspace": "integrations.howspace",
}


@cache
def load(name: str) -> Integration:
    """The integration of that name. Raises KeyError for a name that is not registered."""
    integration: Integration = import_module(INTEGRATIONS[name]).INTEGRATION
    return integration
