"""Links in a mail: those from outside that may be followed, and those that are each reader's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

from bot.contracts import Action
from integrations.email.neutral import one_line

URL_SCHEMES = frozenset({"http", "https", "mailto"})
ANSWER = "/answer/"
"""Begins what follows a reader's own link when the action is an answer."""


class Slot(StrEnum):
    """A place that is filled for each reader."""

    READER = "reader"
    REASON = "reason"
    PAGE = "page"
    UNSUBSCRIBE = "unsubscribe"
    SIGN_IN = "sign_in"


PERSONAL = (Slot.PAGE, Slot.UNSUBSCRIBE, Slot.SIGN_IN)
"""The slots that hold a link of `Outgoing.links`."""


@dataclass(frozen=True, slots=True)
class Slots:
    """What stands in a mail's text until it is filled: `token` and the slot's name. `links` are those there are."""

    token: str
    links: frozenset[Slot]

    def mark(self, slot: Slot) -> str:
        """The mark of a slot."""
        return self.token + slot

    def link(self, slot: Slot) -> str | None:
        """The mark of a link, None where the reader has none."""
        return self.mark(slot) if slot in self.links else None


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its words; the address is http, https, mailto, or a slot's mark and what follows it."""

    label: str
    url: str
    primary: bool = False
    personal: bool = False
    answer: bool = False


def followable(url: str) -> bool:
    """Whether a link may stand in a mail: an absolute http, https or mailto address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in URL_SCHEMES and bool(parts.netloc or parts.scheme == "mailto")


def plain_url(url: str) -> str:
    """An address without spaces and control characters, for text and for attributes."""
    return "".join(one_line(url).split())


def uri(url: str) -> str:
    """An address in ASCII, fit to stand in a header or behind a reader's own link."""
    return quote(one_line(url), safe="%/:=&?~#+!$,;'@()*")


def link_of(action: Action, slots: Slots) -> Link | None:
    """The link of an action; None for one that must not be followed, or that this reader has not."""
    label = one_line(action.label)
    if not action.personal:
        url = plain_url(action.url)
        return Link(label or url, url, action.primary) if followable(url) else None
    mark = slots.link(Slot(action.personal))
    if mark is None or not label:
        return None
    after = uri(action.url)
    return Link(label, mark + after, action.primary, personal=True, answer=after.startswith(ANSWER))
