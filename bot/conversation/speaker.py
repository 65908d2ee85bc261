"""Who speaks to the house: what every room of the conversation needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.contracts import Language
from bot.links import Links
from bot.network import Network
from bot.people.answers import By
from bot.planning.alerts import WATCHERS
from bot.store.contacts import Contact


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it, about which item (None: about none), how, and from where (for the audit trail)."""

    contact: Contact
    item_id: int | None
    by: By
    origin: str

    @property
    def language(self) -> Language:
        """The language to answer in."""
        return self.contact.language

    @property
    def coordinates(self) -> bool:
        """Whether they look after the network."""
        return self.contact.role in WATCHERS


@dataclass(frozen=True, slots=True)
class Room:
    """Where it is said: the network, the zone in which bare dates end, the installation's links where known.

    `shared`: others read the answer too, so that nothing in it is for the speaker alone.
    """

    network: Network
    zone: str
    links: Links | None = None
    shared: bool = False

    def page(self, path: str) -> str:
        """The address of a page of the installation; empty where its address is not known."""
        return self.links.site(path) if self.links else ""
