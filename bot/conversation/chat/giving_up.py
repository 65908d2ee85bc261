"""What is said when an answer could not be shown in a chat, after all tries: to whoever asked, by mail, and to
coordinators, once a day."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import Fact, Message
from bot.conversation.chat.requests import Claimed
from bot.network import Network
from bot.people.identities import bound
from bot.people.mailing import mail
from bot.planning.alerts import alert
from bot.planning.fixed_words import house_words
from bot.store.contacts import Contact

ASKED = ("say", "press")
"""Kinds of requests whose asker waits for a word."""

_SAID = 300


def tell(session: Session, network: Network, claimed: Claimed, *, done: bool) -> None:
    """Say it, in the transaction that gives the request up. `done`: it has had its effect, unseen."""
    request = claimed.request
    if request.kind not in ASKED:
        return
    contact = bound(session, request.person)
    if contact is not None:
        message = _message(network, contact, request.said if request.kind == "say" else "", done=done)
        mail(session, contact, f"chat-given-up:{claimed.id}", message, "wrote")
    alert(
        session, network, f"chat-given-up:{clock.now():%Y%m%d}",
        "Slack does not take our answers",
        "Somebody used Silta in Slack and saw no answer, although it was tried for some minutes. Those whom we know "
        "hear by mail. See whether Slack is well: `python -m bot doctor`.",
        besides=contact.pseudonym if contact else "",
    )  # fmt: skip


def _message(network: Network, contact: Contact, said: str, *, done: bool) -> Message:
    language = contact.language
    came = "It is done: what you asked for in Slack counts. Only our answer could not be shown there."
    failed = "What you asked for in Slack could not be done, and nothing was changed. Please try again."
    body = words.gettext(language, came if done else failed)
    label = words.gettext(language, "You wrote")
    return Message(
        language=language,
        purpose="confirmation",
        label=network.name[language],
        title=words.gettext(language, "Our answer in Slack did not reach you"),
        preheader=body,
        body=body,
        facts=(Fact(label=label, text=" ".join(said.split())[:_SAID]),) if said.strip() else (),
        words=house_words(language, network),
    )
