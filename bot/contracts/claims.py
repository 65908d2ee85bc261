"""Claims of identity in a chat: the form in which somebody says who they are, and the list on which it is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.contracts.chat import ChatPerson
from bot.contracts.reminding import Told

CLAIM = "claim:"
"""How what a form said begins, as the counter takes it; the address follows."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim that waits, as lines to be read. `known`: the address is a contact's, so it can be approved."""

    id: int
    name: str
    lines: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class ClaimDesk:
    """What waits, for a coordinator. `words`: title, approve, refuse, close; `note` is what came of the last press."""

    words: Mapping[str, str]
    lines: Sequence[ClaimLine]
    note: str = ""


class Claims(Protocol):
    """The house's side. Each call opens and closes its own transaction."""

    def form(self, language: str) -> Mapping[str, str]:
        """The words of the form: title, text, label, send, close."""

    def sent(self, language: str, address: str) -> Told | str:
        """What is said when the form is handed in: thanks, or what is wrong with the address. Keeps nothing."""

    def waiting(self, person: ChatPerson) -> ClaimDesk | Told:
        """What waits; coordinators only."""

    def decide(self, person: ChatPerson, claim_id: int, approve: bool) -> ClaimDesk | Told:
        """Approve or refuse a claim; coordinators only. Returns what still waits."""
