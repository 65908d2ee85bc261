"""The workspaces of a chat come and go: their lanes and people follow, and coordinators are told."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.delivery import accounts, teams
from bot.network import Network
from bot.people import identities
from bot.planning.alerts import alert
from bot.store import audit, installs
from bot.store.audit import Audit
from bot.store.workplace import Account, know_own_team, own_team

INSTALLED, GONE = "workspace.installed", "workspace.gone"
REMOVED = "the app was removed from this workspace: install it again at /slack/install"
TOLD = (
    "It was refused with: {fault}. Somebody who runs Silta must mend that. What is queued waits and is not lost; "
    "Silta tries again every five minutes."
)
TOLD_OF_TEAM = (
    "In the workspace {team} it was refused with: {fault}. Install the app there again, at /slack/install. What is "
    "queued for it waits and is not lost; the other workspaces hear as before."
)
MEDIA = {"slack": "Slack", "email": "e-mail"}
REVOKED = "token_revoked: the app was removed, or its token revoked: install it again and set SLACK_BOT_TOKEN"


def gone(session: Session, network: Network, team: str) -> None:
    """The app was removed from a workspace, or its token revoked: nothing is sent there from now on.

    What waits for people goes by mail, what waits for conversations stays until the app is back.
    Slack says it twice, as the app's removal and as its token's end: the second changes nothing.
    """
    here = installs.forget(session, team)
    if not here and _is_own(session, team):
        account = accounts.account(session, teams.SENDER)
        accounts.stop(account, REVOKED)
        account.told_at = clock.now()
        tell = "own"
    else:
        stopped = teams.stop(session, team, REMOVED)
        people = identities.forget_team(session, team)
        tell = team if here or stopped or people else ""
    audit.record(session, "slack", "workspace.gone", team, "slack")
    if tell:
        alert(
            session,
            network,
            _once_a_day(teams.SENDER, tell),
            "Silta was removed from a Slack workspace",
            "Nothing is sent to the workspace {team} any more: its people hear by mail, and its channels' messages "
            "wait. If that was a mistake, install the app there again.",
            urgent=True,
            broken=teams.SENDER if tell == "own" else "",
            team=team,
        )


def tell_of_stopped(session: Session, network: Network) -> int:
    """Tell of senders that only an administrator can mend, each once; returns of how many was told.

    No event says that a token was revoked, or a password changed, when the app missed it: a failing message does.
    """
    untold = (Account.stopped_at.is_not(None), Account.told_at.is_(None))
    rows = session.scalars(
        select(Account).where(*untold).order_by(Account.sender, Account.team).with_for_update()
    )
    count = 0
    for row in rows.all():
        row.told_at = clock.now()
        sender = row.sender.partition(":")[0]
        alert(
            session,
            network,
            _once_a_day(sender, row.team or "own"),
            "Nothing can be sent over {medium}",
            TOLD_OF_TEAM if row.team else TOLD,
            urgent=True,
            broken="" if row.team else sender,
            medium=MEDIA.get(sender, sender),
            team=row.team,
            fault=row.fault,
        )
        count += 1
    return count


def _once_a_day(sender: str, team: str) -> str:
    """The key of an alert about a sender or a workspace of it: an event and a failing message may both tell of it."""
    return f"stopped:{sender}:{team}:{clock.now():%Y%m%d}"


def _is_own(session: Session, team: str) -> bool:
    """Whether it is the own token's workspace. Until Slack has said which that is: any that was never installed.

    Without an own token Slack never says it, and the second word of a removal must not stop all the others.
    """
    own = own_team(session)
    installed = select(Audit.id).where(Audit.action == INSTALLED, Audit.subject == team).limit(1)
    return own == team or (own is None and session.scalar(installed) is None)


def back(session: Session, team: str, actor: str, origin: str) -> tuple[int, int]:
    """The app is in a workspace, perhaps again; returns how many lanes and people go on there."""
    audit.record(session, actor, INSTALLED, team, origin)
    return teams.resume(session, team), identities.team_back(session, team)


def take_up(session: Session) -> int:
    """Let workspaces go on where the app is installed and nothing followed; returns how many they were.

    The token is kept first, by slack_sdk's own store: a process that dies right then leaves the lanes stopped.
    """
    left = [team for team in installs.teams(session) if _last_word(session, team) != INSTALLED]
    for team in left:
        back(session, team, "silta", "")
    return len(left)


def _last_word(session: Session, team: str) -> str | None:
    said = select(Audit.action).where(Audit.subject == team, Audit.action.in_((INSTALLED, GONE)))
    return session.scalar(said.order_by(Audit.id.desc()).limit(1))


def learn_own(session: Session, team: str) -> bool:
    """Keep which workspace is the bot's own, as Slack says it; returns whether that is news.

    People who were met there before it was known are reached without naming it from now on.
    """
    if not know_own_team(session, team):
        return False
    session.flush()
    identities.settle_team(session, team)
    return True
