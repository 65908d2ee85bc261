"""Why a person hears of an item, and what came of it, in plain sentences of their own language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot import clock, reasons, words
from bot.contracts import Language
from bot.network import Network
from bot.planning.case import Case
from bot.planning.why import fits, reason
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery

_PURPOSES: Mapping[str, str] = {
    "notice": "Notice",
    "reminder": "Reminder",
    "correction": "Correction",
    "change": "Correction",
    "withdrawal": "Withdrawal",
    "confirmation": "Confirmation",
}
_WAYS: Mapping[str, str] = {"slack": "By Slack", "email": "By email"}


@dataclass(frozen=True, slots=True)
class Told:
    """One message about an item, as its reader sees it: what it was, which way it went, and when or why not."""

    what: str
    way: str
    when: str


def because(case: Case, network: Network) -> str:
    """The sentence of the rule that matches now, or that none does."""
    language = case.contact.language
    if case.mute is not None:
        return words.gettext(language, "You hear nothing of this because it is muted.")
    if case.reader is not None and fits(case.details, case.reader):
        return _spoken(reason(network, case.details, case.reader), language, network)
    if case.deliveries:
        return _spoken(case.deliveries[0].reason, language, network)
    return words.gettext(language, "This is not among what you chose to hear, so you are not told of it.")


def told(case: Case) -> list[Told]:
    """What a person was sent about the item, and how, and when."""
    language = case.contact.language
    return [
        Told(
            what=words.gettext(language, _PURPOSES.get(row.purpose, "Notice")),
            way=words.gettext(language, _WAYS.get(row.sender, "By email")),
            when=_when(case, row),
        )
        for row in case.deliveries
    ]


def _spoken(code: str, language: Language, network: Network) -> str:
    try:
        return reasons.spoken(code, language, network)
    except KeyError:  # a city or a topic that is no longer in the network
        return ""


def _when(case: Case, row: Delivery) -> str:
    """What became of one message, in the reader's words."""
    contact = case.contact
    carrier = case.carriers.get(row.id)
    if carrier is not None:
        return words.gettext(
            contact.language, "in your digest: {moment}", moment=_moment(contact, carrier[0])
        )
    if row.state == "held":
        return words.gettext(contact.language, "waits for your next digest")
    if row.state in {"queued", "sending", "doubtful"}:
        return words.gettext(contact.language, "on its way: {moment}", moment=_moment(contact, row))
    if row.state == "sent":
        return words.gettext(contact.language, "sent: {moment}", moment=_moment(contact, row))
    return words.gettext(contact.language, "was not sent")


def _moment(contact: Contact, row: Delivery) -> str:
    at = row.settled_at if row.state == "sent" and row.settled_at else row.due_at
    return clock.When(at=at).spoken(contact.language, contact.timezone)
