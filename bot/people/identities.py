"""Who a person of a chat is to the house: bound to a contact by the ids of their workspace and of themselves.

Nobody is ever known by being in a channel, by a name or by an address that they say. An address that their
workspace says of them binds them once; from then on only the ids count. Whoever is bound gets what their
contact gets and no more, guests and people of other organisations alike.
"""

from __future__ import annotations

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import DEFAULT_ZONE, zone
from bot.contracts import Language
from bot.contracts.chat import ChatPerson, Profile
from bot.network import Network
from bot.people.enrolment import BOUND, CHOSE
from bot.people.ways import settle_ways
from bot.planning.alerts import alert
from bot.store import audit, installs
from bot.store.audit import Audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.workplace import own_team

_SAID_BY_LOCALE: dict[str, Language] = {"fi": "fi", "sv": "sv"}
"""Languages that a locale says of a person. English is what a chat has when nobody chose: it says nothing."""


def match(session: Session, profile: Profile) -> Contact | None:
    """The contact that a person of a chat is, bound now if their address says so; None for a stranger.

    By address, whatever its capitals, are found only people of an installed workspace whose account is on, and
    only a contact who has no other living account. The first time, a locale or zone that a person chose in the
    chat takes the place of what nobody chose here.
    """
    contact = bound(session, profile.person)
    if contact is not None or profile.left or profile.foreign or not profile.email.strip():
        return contact
    if not _at_home(session, profile.person.team):
        return None
    contact = contact_by_email(session, profile.email)
    if contact is None or contact.erased_at is not None or _has_another(contact, profile.person):
        return None
    _take_over(session, contact, profile)
    bind(session, contact, profile.person, "slack", "address")
    return contact


def bound(session: Session, person: ChatPerson) -> Contact | None:
    """The contact with that identity. One that was stated without a workspace is of the bot's own."""
    own = person.team == own_team(session)
    team = Contact.slack_team_id == person.team
    mine = or_(team, Contact.slack_team_id.is_(None)) if own else team
    found = select(Contact).where(Contact.slack_user_id == person.user, mine, Contact.erased_at.is_(None))
    return session.scalars(found.order_by(Contact.slack_team_id.is_(None), Contact.id)).first()


def bind(session: Session, contact: Contact, person: ChatPerson, actor: str, how: str) -> None:
    """Give a contact an identity in place of the one they had; direct messages start as they chose.

    Raises IntegrityError when another contact has it: the unique index decides between two at once.
    """
    was = {"was": contact.slack_user_id} if contact.slack_user_id not in {None, person.user} else {}
    contact.slack_team_id, contact.slack_user_id = person.team, person.user
    contact.slack_left_at = None
    session.flush()
    settle_ways(session, [contact])
    audit.record(
        session, actor, BOUND, contact.pseudonym, "slack", team=person.team, user=person.user, how=how,
        **was,
    )  # fmt: skip


def apply(session: Session, network: Network, profile: Profile) -> Contact | None:
    """Follow what a chat says of a person: they came, changed, left, or are back; returns their contact.

    When somebody left, mail takes over, with what waits for them, and coordinators are told once.
    """
    if not profile.left:
        contact = match(session, profile)
        if contact is not None and contact.slack_left_at is not None:
            _back(session, contact)
        return contact
    contact = bound(session, profile.person)
    if contact is not None and contact.slack_left_at is None:
        _leave(session, network, contact)
    return contact


def forget_team(session: Session, team: str) -> int:
    """Let mail take over for all people of a workspace from which the app was removed; returns for how many."""
    people = _people_of(session, team, Contact.slack_left_at.is_(None))
    for contact in people:
        contact.slack_left_at = clock.now()
        audit.record(session, "slack", "identity.left", contact.pseudonym, "slack", how="team")
    session.flush()
    settle_ways(session, people)
    return len(people)


def team_back(session: Session, team: str) -> int:
    """The app is in a workspace again: its people are reached there as before; returns how many they are.

    Who left in the meantime is found by the next walk over them.
    """
    people = _people_of(session, team, Contact.slack_left_at.is_not(None))
    for contact in people:
        contact.slack_left_at = None
        audit.record(session, "slack", "identity.back", contact.pseudonym, "slack", how="team")
    session.flush()
    settle_ways(session, people)
    return len(people)


def settle_team(session: Session, team: str) -> None:
    """Let the ways to all people of a workspace follow what is known of it now."""
    settle_ways(session, _people_of(session, team))


def _people_of(session: Session, team: str, *also: object) -> list[Contact]:
    mine = select(Contact).where(Contact.slack_team_id == team, Contact.erased_at.is_(None), *also)  # type: ignore[arg-type]
    return list(session.scalars(mine.order_by(Contact.id)))


def _at_home(session: Session, team: str) -> bool:
    """Whether the app is in a workspace: elsewhere somebody else says which address a person has.

    Until Slack has said which workspace the own token is of, and where no other is, it may be any.
    """
    own = own_team(session)
    return own == team or installs.is_in(session, team) or (own is None and not installs.is_in(session))


def _has_another(contact: Contact, person: ChatPerson) -> bool:
    """Whether a contact has another account already, and it is not known to be off."""
    same = contact.slack_user_id == person.user and contact.slack_team_id in {None, person.team}
    return contact.slack_user_id is not None and contact.slack_left_at is None and not same


def _leave(session: Session, network: Network, contact: Contact) -> None:
    now = clock.now()
    # Only one of two workers that hear of it at once gets the row, and tells.
    left = update(Contact).where(Contact.id == contact.id, Contact.slack_left_at.is_(None))
    gone = session.execute(left.values(slack_left_at=now).returning(Contact.id)).first()
    if gone is None:
        return
    session.refresh(contact)
    settle_ways(session, [contact])
    audit.record(session, "slack", "identity.left", contact.pseudonym, "slack")
    alert(
        session,
        network,
        f"slack-left:{contact.pseudonym}:{now:%Y%m%d%H%M%S}",
        "{name} has left Slack",
        "Their account there is switched off, so they hear by mail from now on. If they have left the network "
        "too, say who comes in their place.",
        besides=contact.pseudonym,
        name=contact.name or contact.pseudonym,
    )


def _back(session: Session, contact: Contact) -> None:
    contact.slack_left_at = None
    session.flush()
    settle_ways(session, [contact])
    audit.record(session, "slack", "identity.back", contact.pseudonym, "slack")


def _take_over(session: Session, contact: Contact, profile: Profile) -> None:
    """Take language and zone from a person's profile at their very first binding, where nobody chose.

    A language: only Finnish or Swedish, which one has in a chat only by choosing it, and unless the contact has
    ever chosen one here (the audit trail says). A zone: only in place of the usual one.
    """
    acts = session.execute(
        select(Audit.action, Audit.facts).where(
            Audit.subject == contact.pseudonym, Audit.action.in_((BOUND, CHOSE))
        )
    ).all()
    if any(action == BOUND for action, _ in acts):
        return
    chosen = {name for _, facts in acts for name in facts}
    language = _SAID_BY_LOCALE.get(profile.locale.replace("_", "-").partition("-")[0].casefold())
    if language is not None and "language" not in chosen:
        contact.language = language
    if contact.timezone == DEFAULT_ZONE and "timezone" not in chosen and profile.zone:
        try:
            contact.timezone = zone(profile.zone).key
        except ValueError:
            return
