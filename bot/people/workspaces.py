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
from bot.store.workplace import know_own_team, own_team

INSTALLED, GONE = "workspace.installed", "workspace.gone"
REMOVED = "the app was removed from this workspace: install it again at /slack/install"
REVOKED = "token_revoked: the app was removed, or its token revoked: install it again and set SLACK_BOT_TOKEN"


def gone(session: Session, network: Network, team: str) -> None:
    """The app was removed from a workspace, or its token revoked: nothing is sent there from now on.

    What waits for people goes by mail, what waits for conversations stays until the app is back.
    Slack says it twice, as the app's removal and as its token's end: the second changes nothing.
    """
    here = installs.forget(session, team)
    if not here and _is_own(session, team):
        accounts.stop(accounts.account(session, teams.SENDER), REVOKED)
        tell = "own"
    else:
        stopped = teams.stop(session, team, REMOVED)
        people = identities.forget_team(session, team)
        tell = team if here or stopped or people else ""
    audit.record(session, "slack", GONE, team, "slack")
    if tell:
        alert(
            session,
            network,
            f"workspace-gone:{tell}:{clock.now():%Y%m%d}",
            "Silta was removed from a Slack workspace",
            "Nothing is sent to the workspace {team} any more: its people hear by mail, and its channels' messages "
            "wait. If that was a mistake, install the app there again.",
            urgent=True,
            team=team,
        )


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
