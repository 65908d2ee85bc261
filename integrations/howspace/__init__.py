"""Howspace: what a workspace sends us by mail, and the files that its hosts export.

It has no public interface to read a workspace or to write into it: publishing there is the embed page, and mail to
its participants.
"""

from __future__ import annotations

from bot.contracts import Capabilities, Integration
from integrations.howspace.letters import HowspaceLetters
from integrations.howspace.options import HowspaceOptions


def _can(options: HowspaceOptions) -> Capabilities:
    return Capabilities(mail=bool(options.senders), people=True)


INTEGRATION = Integration(
    name="howspace",
    title="Howspace",
    options=HowspaceOptions,
    letters=HowspaceLetters,
    capabilities=_can,
)
