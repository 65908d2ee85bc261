"""Claims of identity in a chat (`bot.contracts.claims`): each call is one transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot import words
from bot.contracts import Language
from bot.contracts.chat import ChatPerson
from bot.contracts.claims import ClaimDesk, ClaimLine
from bot.contracts.reminding import Told
from bot.network import Network
from bot.people import claims
from bot.people.claims import Claim
from bot.people.identities import bound
from bot.planning.alerts import WATCHERS
from bot.store.contacts import Contact
from bot.store.db import Database

MOST = 10
_LANGUAGES: Mapping[str, Language] = {"fi": "fi", "sv": "sv", "en": "en"}
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,63}")
_DECIDED: Mapping[claims.Decision, str] = {
    "approved": "Approved: they get what the contact gets.",
    "refused": "Refused. They may ask again tomorrow.",
    "settled": "It has been decided already.",
    "nobody": "No contact has that address.",
    "taken": "Their Slack account is another contact's already.",
    "own": "Another coordinator must confirm an account of your own.",
}


class ClaimRoom:
    """`bot.contracts.claims.Claims` over the database. `language` is for those whose own is not known."""

    def __init__(self, database: Database, network: Network, language: Language) -> None:
        self._database, self._network, self._language = database, network, language

    def form(self, language: str) -> Mapping[str, str]:
        """The words of the form."""
        said = _LANGUAGES.get(language, self._language)
        msgids = {
            "title": "This is me", "label": "Your address in the network", "send": "Send", "close": "Close",
            "text": "Tell us your address in the network, and a coordinator will look at it.",
        }  # fmt: skip
        return {name: words.gettext(said, msgid) for name, msgid in msgids.items()}

    def sent(self, language: str, address: str) -> Told | str:
        """Thanks, or what is wrong with the address."""
        said = _LANGUAGES.get(language, self._language)
        if not _ADDRESS.fullmatch(address.strip()) or len(address) > 320:
            return words.gettext(said, "That is no mail address.")
        text = words.gettext(
            said, "Thank you. A coordinator looks at it; when they have approved it, use the app again."
        )
        return Told(words.gettext(said, "This is me"), text, words.gettext(said, "Close"))

    def waiting(self, person: ChatPerson) -> ClaimDesk | Told:
        """What waits; coordinators only."""
        with self._database.reading() as session:
            contact = bound(session, person)
            return self._desk(session, contact, "")

    def decide(self, person: ChatPerson, claim_id: int, approve: bool) -> ClaimDesk | Told:
        """Approve or refuse a claim; the role is asked for anew at every press."""

        def work(session: Session) -> ClaimDesk | Told:
            contact = bound(session, person)
            if contact is None or contact.role not in WATCHERS:
                return self._desk(session, contact, "")
            came = claims.decide(
                session, self._network, claim_id, approve, contact.pseudonym, f"slack {person.team}"
            )
            return self._desk(session, contact, words.gettext(contact.language, _DECIDED[came]))

        return self._database.write(work)

    def _desk(self, session: Session, contact: Contact | None, note: str) -> ClaimDesk | Told:
        language = contact.language if contact else self._language
        title, close = (words.gettext(language, each) for each in ("Who is this?", "Close"))
        if contact is None or contact.role not in WATCHERS:
            return Told(title, words.gettext(language, "Only coordinators can do that."), close)
        found = {"title": title, "close": close}
        found |= {"approve": words.gettext(language, "Approve"), "refuse": words.gettext(language, "Refuse")}
        lines = [_line(language, each) for each in claims.waiting(session, MOST)]
        nobody = "" if lines else words.gettext(language, "Nobody waits.")
        return ClaimDesk(found, lines, note or nobody)


def _line(language: Language, claim: Claim) -> ClaimLine:
    lines = [
        words.gettext(language, "In Slack: {email}", email=claim.email or "–"),
        words.gettext(language, "Says they are: {email}", email=claim.claimed),
        words.gettext(language, "That is the contact {name}.", name=claim.contact)
        if claim.contact
        else words.gettext(language, "No contact has that address."),
    ]
    return ClaimLine(claim.id, claim.name or "–", tuple(lines), bool(claim.contact))
