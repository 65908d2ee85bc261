"""A workspace's item in Slack leads to the workspace, and what is answered below it comes to its mailbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.people.conversations import add_conversation
from bot.store.chats import ChatRequestRow
from tests.fakes.slack_workspace import Posted
from tests.journeys.slack_desk import SECRET, Desk, desk_of
from tests.town import COMMON, TAMPERE, OpenTown, text_of

WORKSPACE, ADDRESS = "tila@example.org", "https://tila.example.org/keskustelu/7"


@pytest.fixture
def desk(open_town: OpenTown) -> Iterator[Desk]:
    """A discussion of the workspace stands in Tampere's conversation, which lets its answers be carried on."""
    town = open_town(slack_signing_secret=SECRET, workspace_mail=WORKSPACE, default_language="en")
    with town.house.database.writing() as session:
        add_conversation(session, TAMPERE, city="tampere", languages=("en",), bridge="mail")
    with desk_of(town) as made:
        town.publish(kind="discussion", title={"en": "Who wants a joint pilot?"}, url=ADDRESS, closes_at=None)
        yield made


def settle(desk: Desk, **time: float) -> None:
    """Do what people asked for and all that is due by then."""
    made = desk.town.steps.open_chat
    assert made
    chat = made()
    while desk.town.steps.talk(chat):
        pass
    chat.close()
    desk.town.hand.advance(**time)
    desk.town.settle()


def below(desk: Desk, channel: str = TAMPERE) -> Posted:
    return desk.town.posts(channel)[0]


def test_the_notice_leads_to_the_workspace_and_the_answers_come_back_once(desk: Desk) -> None:
    notice = below(desk)
    buttons = [part for block in notice.blocks for part in block.get("elements", []) if part.get("url")]
    assert ADDRESS in [button["url"] for button in buttons]
    assert ADDRESS in notice.text
    wrong = desk.charlie.write(TAMPERE, "Not for us", thread=notice)
    desk.charlie.write(TAMPERE, "We are &lt;in&gt; &amp; ready", thread=notice)
    typo = desk.alice.write(TAMPERE, "Me to", thread=notice)
    desk.alice.edit(typo, "Me too, see <https://example.org/plan|the plan>")
    desk.charlie.delete(wrong)
    settle(desk, minutes=20)
    settle(desk, minutes=20)
    assert "Answers in Slack" in desk.town.client.get("/deliveries").text
    [mail] = desk.town.mails(WORKSPACE)
    assert mail["Subject"] == "Answers in Slack: Who wants a joint pilot?"
    said = text_of(mail).replace("\r\n", "\n")
    assert "* Charlie\n" in said
    assert "We are <in> & ready" in said
    assert "Me too" in said
    assert "Not for us" not in said
    assert ADDRESS in said
    assert not [post for post in desk.town.posts(TAMPERE) if post.thread_ts]  # nothing of ours came of it


def test_what_people_say_elsewhere_is_not_even_kept(desk: Desk) -> None:
    other = desk.charlie.write(TAMPERE, "Lunch?")
    desk.alice.write(TAMPERE, "Yes", thread=other.ts)
    desk.alice.write(COMMON, "Here nobody asked for it", thread=below(desk, COMMON))
    desk.charlie.write(TAMPERE, "We are in", thread=below(desk))
    settle(desk)
    with desk.town.house.database.reading() as session:
        kept = session.scalars(select(ChatRequestRow)).all()
    assert [row.data["kind"] for row in kept] == ["wrote"]
    assert "said" not in kept[0].data
