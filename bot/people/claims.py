"""Claims of identity: somebody in a chat says that they are a contact whose address differs from theirs there.

A coordinator decides, in the chat or on the web. Nobody is told whether an address is a contact's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import Fact, Message
from bot.contracts.chat import ChatPerson, Profile
from bot.network import Network
from bot.people.identities import bind, bound
from bot.people.mailing import mail
from bot.planning.alerts import alert
from bot.planning.fixed_words import house_words
from bot.store import audit
from bot.store.chats import IdentityClaim
from bot.store.contacts import Contact, contact_by_email, email_key
from bot.store.db import insert_into

AGAIN = timedelta(days=1)
"""How long somebody whose claim was refused waits before they may make another."""

FORGOTTEN = timedelta(days=90)
"""How long a claim is kept: it holds what a stranger said of themselves."""

Decision = Literal["approved", "refused", "settled", "nobody", "taken", "own"]
"""What became of a claim: settled before; nobody has the address; their account is another contact's already; it
is the decider's own."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as coordinators see it. `contact` is the name of whom they would be, empty when nobody has it."""

    id: int
    name: str
    email: str
    claimed: str
    contact: str


def claim(session: Session, network: Network, profile: Profile, claimed: str, url: str = "") -> bool:
    """Keep a claim and tell coordinators; returns whether one waits now. A person has one open claim.

    `url` is the page where it is decided. One that waits already takes the new address, for who mistyped.
    """
    now, person = clock.now(), profile.person
    session.execute(delete(IdentityClaim).where(IdentityClaim.created_at < now - FORGOTTEN))
    said = {
        "shown_name": profile.name[:200], "shown_email": profile.email[:320],
        "claimed_email": email_key(claimed)[:320], "state": "waiting", "created_at": now, "decided_at": None,
        "decided_by": None,
    }  # fmt: skip
    insert = insert_into(session, IdentityClaim).values(team=person.team, user=person.user, **said)
    may = or_(IdentityClaim.state != "refused", IdentityClaim.decided_at <= now - AGAIN)
    insert = insert.on_conflict_do_update(index_elements=["team", "user"], set_=said, where=may)
    row = session.execute(insert.returning(IdentityClaim.id)).first()
    if row is None:
        return False
    alert(
        session,
        network,
        f"claim:{row.id}:{now:%Y%m%d}",
        "Somebody in Slack asks to be recognised",
        "They say that they are a contact whose address here differs from theirs in Slack. Approve it only if you "
        "know that it is so: they will get everything that the contact gets.",
        url=url,
        does="open:claims",
    )
    return True


def waiting(session: Session, most: int = 50) -> list[Claim]:
    """The claims that wait, the oldest first."""
    rows = session.scalars(
        select(IdentityClaim).where(IdentityClaim.state == "waiting").order_by(IdentityClaim.id).limit(most)
    ).all()
    known = {row.id: contact_by_email(session, row.claimed_email) for row in rows}
    return [
        Claim(row.id, row.shown_name, row.shown_email, row.claimed_email, contact.name if contact else "")
        for row in rows
        for contact in [known[row.id]]
    ]


def decide(
    session: Session, network: Network, claim_id: int, approve: bool, actor: str, origin: str = ""
) -> Decision:
    """Approve or refuse a claim, once, with a line in the trail; an approved one moves the contact's identity.

    The contact hears of it by mail, at the address that they had before, should it not be them.
    `actor` is a pseudonym, or `token` or `local`: who decided. Nobody confirms another account of their own,
    neither one that claims to be them nor one whose address is theirs.
    """
    row = session.get(IdentityClaim, claim_id, with_for_update=True)
    if row is None or row.state != "waiting":
        return "settled"
    person, now = ChatPerson(team=row.team, user=row.user), clock.now()
    if approve:
        contact, holder = contact_by_email(session, row.claimed_email), bound(session, person)
        if contact is None or contact.erased_at is not None:
            return "nobody"
        if holder is not None and holder.id != contact.id:
            return "taken"
        decider = contact_by_email(session, row.shown_email) if row.shown_email else None
        if actor in {contact.pseudonym, decider.pseudonym if decider else ""}:
            return "own"
        bind(session, contact, person, actor, f"claim {claim_id}")
        shown = ", ".join(filter(None, (row.shown_name, row.shown_email))) or person.user
        mail(
            session,
            contact,
            f"identity:{claim_id}:{now:%Y%m%d%H%M%S}",
            _told(network, contact, shown),
            "account",
        )
    state: Decision = "approved" if approve else "refused"
    won = update(IdentityClaim).where(IdentityClaim.id == claim_id, IdentityClaim.state == "waiting")
    won = won.values(state=state, decided_by=actor, decided_at=now)
    session.execute(won.execution_options(synchronize_session=False))
    audit.record(session, actor, f"claim.{state}", f"claim {claim_id}", origin)
    return state


def _told(network: Network, contact: Contact, shown: str) -> Message:
    """What a contact is told: who they are said to be there. What the chat says of a person is no text of ours."""
    language = contact.language
    body = words.gettext(
        language,
        "A coordinator has confirmed that this account in Slack is yours. What is done there counts as yours, and "
        "what you hear may come there. If it is not you, tell your coordinator at once, or reply to this mail.",
    )
    return Message(
        language=language,
        purpose="confirmation",
        label=network.name[language],
        title=words.gettext(language, "Your account in Slack was changed"),
        preheader=body,
        body=body,
        facts=(Fact(label=words.gettext(language, "Account in Slack"), text=" ".join(shown.split())),),
        words=house_words(language, network),
    )
