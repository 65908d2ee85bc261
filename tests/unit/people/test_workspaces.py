"""Workspaces come and go: one that is gone stops its lanes and no others; Slack is asked who left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import House
from bot.app.chat_people import chat_people_duties
from bot.contracts.chat import ChatPerson
from bot.contracts.workspaces import Installed
from bot.delivery import teams
from bot.people import identities, workspaces
from bot.people.conversations import add_conversation
from bot.store.audit import Audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.deliveries import MessageRow
from bot.store.destinations import Destination
from bot.store.workplace import Account, own_team
from tests.conftest import FrozenClock
from tests.factories import deliveries, details, person, plan, tell
from tests.fakes.slack import TOKEN, FakeSlack
from tests.fakes.slack_oauth import CLIENT_ID, CLIENT_SECRET


@pytest.fixture
def slack(frozen: FrozenClock) -> Iterator[FakeSlack]:
    with FakeSlack(any_channel=True) as fake:
        fake.add_channel("C1")
        fake.add_channel("C2", team="T2")
        yield fake


def install(house: House, slack: FakeSlack) -> None:
    """Bob lets the app into T2."""
    assert house.workspaces is not None
    _, page = house.workspaces.begin()
    code = slack.person("UBOB", team="T2").authorize(page).partition("code=")[2].partition("&")[0]
    assert isinstance(house.workspaces.finish(code), Installed)


@pytest.fixture
def house(slack: FakeSlack, open_test_house: Callable[..., House]) -> House:
    """A live house with its own workspace T1, installed in T2 too; Bob coordinates and hears by mail."""
    house = open_test_house(
        slack_bot_token=TOKEN, slack_client_id=CLIENT_ID, slack_client_secret=CLIENT_SECRET,
        slack_api_url=slack.api_url, delivery_mode="live",
    )  # fmt: skip
    install(house, slack)
    with house.database.writing() as session:
        workspaces.learn_own(session, "T1")
        person(session, "Bob", role="coordinator", cities=(), channel="email")
        for team, channel in (("", "C1"), ("T2", "C2")):
            add_conversation(session, channel, team=team, hours="always")
    return house


def serve(house: House) -> None:
    sender = house.senders["slack"]()
    try:
        house.steps("test").lanes.serve("slack", sender)
    finally:
        sender.close()


def posted(slack: FakeSlack) -> list[str]:
    return sorted(message.channel for message in slack.messages)


def states(house: House) -> list[tuple[str, str]]:
    with house.database.reading() as session:
        places = dict(session.execute(select(Destination.id, Destination.address)).all())
    rows = deliveries(house.database)
    return sorted((places[row.destination_id], row.state) for row in rows if row.sender == "slack")


def test_each_workspace_is_served_with_its_own_token(house: House, slack: FakeSlack) -> None:
    tell(house.database, details())
    plan(house.database, house.network)
    serve(house)
    assert posted(slack) == ["C1", "C2"]


def test_a_revoked_workspace_stops_its_own_lanes_and_loses_nothing(
    house: House, slack: FakeSlack, frozen: FrozenClock
) -> None:
    slack.revoke("xoxb-T2-1")
    tell(house.database, details())
    plan(house.database, house.network)
    serve(house)
    assert states(house) == [("C1", "sent"), ("C2", "queued")]
    with house.database.writing() as session:
        assert teams.stopped(session) == ["T2"]
        assert session.get_one(Account, ("slack", "")).blocked_until is None
        workspaces.back(session, "T2", "test", "test")
    install(house, slack)
    frozen.advance(5)
    serve(house)
    assert posted(slack) == ["C1", "C2"]


@pytest.mark.parametrize("token", ["xoxb-T2-1", TOKEN])
def test_a_revoked_token_that_only_a_failing_post_shows_is_told_once_and_by_mail(
    house: House, slack: FakeSlack, frozen: FrozenClock, token: str
) -> None:
    with house.database.writing() as session:
        person(session, "Charlie", role="admin", cities=(), slack_user_id="UCHARLIE", hours="always")
    slack.revoke(token)
    tell(house.database, details())
    plan(house.database, house.network)
    for _ in range(3):
        serve(house)
        house.steps("test").sweep()
        frozen.advance(301)
    told = [row for row in deliveries(house.database) if row.purpose == "alert"]
    ways = {"email"} if token == TOKEN else {"email", "slack"}
    assert (len(told), {row.sender for row in told}) == (2, ways)
    with house.database.reading() as session:
        bodies = [
            message["body"] for row in told for message in session.get_one(MessageRow, row.message_id).content
        ]
    assert all("token_revoked" in body for body in bodies)
    assert all(("T2" in body) == (token != TOKEN) for body in bodies)


def test_a_removed_app_is_told_once_and_people_hear_by_mail(house: House) -> None:
    with house.database.writing() as session:
        identities.bind(session, person(session, "Alice"), ChatPerson(team="T2", user="UALICE"), "t", "t")
    tell(house.database, details())
    plan(house.database, house.network)
    for _ in range(2):
        house.database.write(lambda session: workspaces.gone(session, house.network, "T2"))
    assert [row for row in states(house) if row[0] == "C2"] == [("C2", "queued")]
    told = [row.sender for row in deliveries(house.database, "queued") if row.purpose == "alert"]
    mailed = [row for row in deliveries(house.database) if row.sender == "email" and row.purpose == "notice"]
    assert (told, len(mailed)) == (["email"], 1)


def test_the_end_of_the_own_token_stops_the_account(house: House) -> None:
    house.database.write(lambda session: workspaces.gone(session, house.network, "T1"))
    with house.database.reading() as session:
        assert session.get_one(Account, ("slack", "")).blocked_until is not None
        assert teams.stopped(session) == []


def test_without_an_own_workspace_the_end_of_one_stops_no_other(
    slack: FakeSlack, open_test_house: Callable[..., House]
) -> None:
    house = open_test_house(
        slack_client_id=CLIENT_ID, slack_client_secret=CLIENT_SECRET, slack_api_url=slack.api_url
    )
    install(house, slack)
    house.database.write(lambda session: workspaces.back(session, "T2", "test", "test"))
    for _ in ("app_uninstalled", "tokens_revoked"):
        house.database.write(lambda session: workspaces.gone(session, house.network, "T2"))
    with house.database.reading() as session:
        account = session.get(Account, ("slack", ""))
        assert account is None or account.blocked_until is None


def test_the_own_workspace_is_asked_for_anew_each_day(house: House) -> None:
    with house.database.writing() as session:
        workspaces.learn_own(session, "TBEFORE")
    (duty,) = chat_people_duties(house)
    duty.run({})
    with house.database.reading() as session:
        assert own_team(session) == "T1"


def test_a_walk_finds_who_left_without_an_event(house: House, slack: FakeSlack, frozen: FrozenClock) -> None:
    slack.person("UALICE", email="alice@example.org")
    slack.person("UCHARLIE", team="T2", deleted=True)
    with house.database.writing() as session:
        person(session, "Alice", slack_user_id="UALICE")
        identities.bind(session, person(session, "Charlie"), ChatPerson(team="T2", user="UCHARLIE"), "t", "t")
    (duty,) = chat_people_duties(house)
    memory: Any = duty.run({})
    asked = slack.requests["users.info"]
    assert duty.run(memory) == memory
    assert slack.requests["users.info"] == asked == 2
    with house.database.reading() as session:
        left = session.scalars(select(Contact.name).where(Contact.slack_left_at.is_not(None))).all()
    assert left == ["Charlie"]
    frozen.advance(days=1)
    duty.run(memory)
    assert slack.requests["users.info"] == 4


def test_the_own_workspace_is_learnt_and_its_people_keep_one_way(
    slack: FakeSlack, open_test_house: Callable[..., House]
) -> None:
    house = open_test_house(slack_bot_token=TOKEN, slack_api_url=slack.api_url)
    with house.database.writing() as session:
        identities.bind(session, person(session, "Alice"), ChatPerson(team="T1", user="UALICE"), "t", "t")
    (duty,) = chat_people_duties(house)
    duty.run({})
    with house.database.reading() as session:
        assert own_team(session) == "T1"
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        mine = (Destination.contact_id == contact.id, Destination.sender == "slack")
        assert session.scalars(select(Destination.team).where(*mine)).all() == [""]


def test_an_installation_that_died_before_its_lanes_moved_is_taken_up(house: House, slack: FakeSlack) -> None:
    with house.database.writing() as session:
        contact = person(session, "Charlie")
        identities.bind(session, contact, ChatPerson(team="T2", user="UCHARLIE"), "slack", "address")
    house.database.write(lambda session: workspaces.gone(session, house.network, "T2"))
    install(house, slack)  # the token is kept, and the process is gone before it did the rest
    with house.database.reading() as session:
        assert teams.stopped(session) == ["T2"]
    (duty,) = chat_people_duties(house)
    duty.run({})
    duty.run({})
    with house.database.reading() as session:
        charlie = contact_by_email(session, "charlie@example.org")
        acts = select(Audit.actor).where(Audit.subject == "T2", Audit.action == workspaces.INSTALLED)
        assert teams.stopped(session) == []
        assert charlie is not None
        assert charlie.slack_left_at is None
        assert session.scalars(acts).all() == ["silta"]
