"""Howspace: what a workspace sends us by mail, the files that its hosts export, and its Partner API where it is set up.

The Partner API's addresses are documented nowhere, so they are options, and off. Publishing into a workspace is the
embed page, and mail to its participants.
"""

from __future__ import annotations

from bot.contracts import Capabilities, Integration
from integrations.howspace.letters import HowspaceLetters
from integrations.howspace.options import HowspaceOptions
from integrations.howspace.partner_news import HowspaceSource


def _can(options: HowspaceOptions) -> Capabilities:
    return Capabilities(read=options.does("news"), mail=bool(options.senders), people=True)


def _polled(options: HowspaceOptions) -> bool:
    """What is half set is asked as well: then it says what is missing."""
    return options.does("news") or bool(options.missing())


INTEGRATION = Integration(
    name="howspace",
    title="Howspace",
    options=HowspaceOptions,
    source=HowspaceSource,
    polled=_polled,
    letters=HowspaceLetters,
    capabilities=_can,
)
