"""The duty that asks Slack about the people it is to reach: chat.postMessage to a switched-off account succeeds.

An account that is switched off is told by an event, where one comes. Each day everybody is asked about once, some
people at a time (users.info, tier 4: a hundred a minute), so that nobody writes to an empty room for long.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts.chat import Chat, ChatPerson, Profile
from bot.people import identities, workspaces
from bot.store.contacts import Contact
from bot.store.workplace import own_team
from bot.work.duties import Memory, TimedDuty, every

if TYPE_CHECKING:
    from bot.app.house import House

EVERY = timedelta(minutes=2)
MOST = 20
"""People who are asked about in one go."""


def chat_people_duties(house: House) -> list[TimedDuty]:
    """The duty `slack-people`, where Slack can be asked."""
    if not (house.settings.slack_bot_token or house.workspaces):
        return []

    def run(memory: Memory) -> Memory:
        from integrations.slack.app.chat import open_chat
        from integrations.slack.teams import NO_TOKEN, team_of

        if house.workspaces:
            house.database.write(workspaces.take_up)
        token, api_url = house.settings.slack_bot_token, house.settings.slack_api_url
        with house.database.reading() as session:
            own = own_team(session)
        # Each day anew: the token may be another workspace's by now.
        if token and (own is None or clock.now().date().isoformat() not in memory.values()):
            team = team_of(token, api_url)
            if team is not None:
                own = team
                house.database.write(lambda session: workspaces.learn_own(session, own))
        chat = open_chat({"token": token or NO_TOKEN, "token_of": house.token_of, "api_url": api_url})
        try:
            return ask_some(house, chat, memory, own)
        finally:
            chat.close()

    return [TimedDuty("slack-people", every(EVERY), run)]


def ask_some(house: House, chat: Chat, memory: Memory, own: str | None) -> Memory:
    """Ask about the next people of today's round; `after` is the last contact who was asked about."""
    today = clock.now().date().isoformat()
    after = int(memory.get("after", 0)) if memory.get("day") == today else 0
    if memory.get("done") == today:
        return memory
    with house.database.reading() as session:
        people = _next(session, after, own)
    found = [profile for _, person in people if (profile := chat.profile(person, person.team))]
    for profile in found:
        house.database.write(lambda session, each=profile: _follow(session, house, each))  # type: ignore[misc]
    if len(people) < MOST:
        return {"done": today}
    return {"day": today, "after": people[-1][0]}


def _next(session: Session, after: int, own: str | None) -> list[tuple[int, ChatPerson]]:
    rows = session.execute(
        select(Contact.id, Contact.slack_team_id, Contact.slack_user_id)
        .where(Contact.slack_user_id.is_not(None), Contact.erased_at.is_(None), Contact.id > after)
        .order_by(Contact.id)
        .limit(MOST)
    )
    return [(key, ChatPerson(team=team or own or "", user=str(user))) for key, team, user in rows]


def _follow(session: Session, house: House, profile: Profile) -> None:
    # Only of whom is known already: a walk binds nobody.
    if identities.bound(session, profile.person) is not None:
        identities.apply(session, house.network, profile)
