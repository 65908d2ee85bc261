"""Workspaces with walls, both ways: what they tell comes in, and what is told to them stands there once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.people.conversations import add_conversation
from bot.store.deliveries import Delivery
from bot.store.items import Item
from bot.store.sources import Source
from tests.fakes.discourse import FakeDiscourse, Topic
from tests.fakes.http_fake import Said
from tests.fakes.loomio import FakeLoomio
from tests.town import OpenTown, Town


@pytest.fixture
def discourse() -> Iterator[FakeDiscourse]:
    with FakeDiscourse() as fake:
        yield fake


@pytest.fixture
def loomio() -> Iterator[FakeLoomio]:
    with FakeLoomio() as fake:
        yield fake


def with_forum(open_town: OpenTown, fake: FakeDiscourse, **options: Any) -> Town:
    town = open_town(fetch_allow_private=frozenset({fake.place}))
    stated = {
        "url": fake.url, "secret": fake.SECRET, "api_key": fake.KEY, "api_username": fake.USER, "category": "7",
        "cities": "tampere=tampere",
    }  # fmt: skip
    add_source(town, "forum", "discourse", stated | options)
    return town


def with_group(open_town: OpenTown, fake: FakeLoomio) -> Town:
    town = open_town(fetch_allow_private=frozenset({fake.place}))
    stated = {"path_secret": fake.PATH, "url": fake.url, "api_key": fake.KEY, "group_id": fake.GROUP}
    add_source(town, "group", "loomio", stated)
    return town


def add_source(town: Town, name: str, kind: str, options: dict[str, Any]) -> None:
    with town.house.database.writing() as session:
        session.add(
            Source(
                name=name, kind=kind, options=options, defaults={"language": "en"}, cursor={}, every=900,
                created_at=clock.now(), first_poll="announce",
            )
        )  # fmt: skip


def let_hear(town: Town, sender: str, name: str, **more: Any) -> None:
    with town.house.database.writing() as session:
        add_conversation(session, name, sender=sender, team=name, languages=("en",), **more)


def tell(town: Town, fake: FakeDiscourse, name: str, about: Any, **more: Any) -> dict[str, Any]:
    body, headers = fake.event(name, about, **more)
    answer = town.client.post("/in/forum", data=body, headers=headers)
    assert answer.status_code == 200, answer.text
    town.settle()
    return dict(answer.json or {})


def items(town: Town) -> list[Item]:
    with town.house.database.reading() as session:
        found = list(session.scalars(select(Item).order_by(Item.id)))
        session.expunge_all()
        return found


def ours(fake: FakeDiscourse) -> list[Topic]:
    return [topic for topic in fake.topics.values() if topic.first.username == fake.USER]


def test_a_topic_comes_in_changes_goes_and_comes_back(open_town: OpenTown, discourse: FakeDiscourse) -> None:
    town = with_forum(open_town, discourse)
    topic = discourse.write(
        "Vähähiilinen Tampere kutsuu", "<p>Tukea on <b>haettavana</b>.</p><script>x</script>"
    )
    assert tell(town, discourse, "topic_created", topic)["status"] == "ignored"
    assert tell(town, discourse, "post_created", topic.first)["status"] == "accepted"
    assert tell(town, discourse, "post_created", topic.first, form=True)["status"] == "duplicate"
    older = discourse.event("post_created", topic.first)
    discourse.edit(topic.first, "<p>Tukea on jaettu.</p>", title="Tampereen tuki on jaettu")
    assert tell(town, discourse, "post_edited", topic.first)["status"] == "updated"
    late = town.client.post("/in/forum", data=older[0], headers=older[1])
    assert late.json == {"status": "duplicate", "item": items(town)[0].id}

    [item] = items(town)
    said = item.content()
    assert (said.kind, said.visibility, said.cities) == ("discussion", "network", ("tampere",))
    assert (said.title, said.body) == ({"en": "Tampereen tuki on jaettu"}, {"en": "Tukea on jaettu."})
    assert said.url == f"{discourse.url}/t/{topic.id}"

    topic.deleted_at = discourse.now
    assert tell(town, discourse, "topic_destroyed", topic)["status"] == "withdrawn"
    assert items(town)[0].state == "withdrawn"
    topic.deleted_at = None
    assert tell(town, discourse, "post_recovered", topic.first)["status"] == "updated"
    assert items(town)[0].state == "published"


def test_what_is_private_ours_or_a_reply_stays_out(open_town: OpenTown, discourse: FakeDiscourse) -> None:
    town = with_forum(open_town, discourse)
    private = discourse.write(
        "A private message to Bob", "<p>For you alone.</p>", archetype="private_message"
    )
    own = discourse.write("What Silta itself has written", "<p>By us.</p>", username="Silta")
    topic = discourse.write("What Alice would like to know", "<p>Who joins?</p>")
    for post in (private.first, own.first, discourse.reply(topic, "<p>Bob does.</p>")):
        assert tell(town, discourse, "post_created", post)["status"] == "ignored"
    assert tell(town, discourse, "user_created", topic)["status"] == "ignored"
    assert items(town) == []


def test_only_who_knows_the_secret_is_heard(open_town: OpenTown, discourse: FakeDiscourse) -> None:
    town = with_forum(open_town, discourse, secret=f"a-new-secret-of-theirs {discourse.SECRET}")
    topic = discourse.write("Signed with the former secret", "<p>While it is changed.</p>")
    assert tell(town, discourse, "post_created", topic.first)["status"] == "accepted"
    body, headers = discourse.event("post_edited", topic.first, secret="somebody-else-made-this")
    assert town.client.post("/in/forum", data=body, headers=headers).status_code == 401
    del headers["X-Discourse-Event-Signature"]
    assert town.client.post("/in/forum", data=body, headers=headers).status_code == 401
    body, headers = discourse.event("post_edited", topic.first)
    other = headers | {"X-Discourse-Instance": "https://elsewhere.example"}
    assert town.client.post("/in/forum", data=body, headers=other).status_code == 403
    assert town.client.post("/in/forum", data=body + b" ", headers=headers).status_code == 401
    ping, signed = discourse.signed({"ping": "OK"}, "ping", "ping")
    assert town.client.post("/in/forum", data=ping, headers=signed).status_code == 200
    for raw in (b"\xff\xfe{}", b"[1]", b'{"post": {"id": "one"}}'):
        refused = discourse.signed({}, "post_created", "post")[1] | _signature(discourse, raw)
        assert town.client.post("/in/forum", data=raw, headers=refused).status_code in {400, 422}


def _signature(fake: FakeDiscourse, raw: bytes) -> dict[str, str]:
    import hashlib
    import hmac

    digest = hmac.new(fake.SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return {"X-Discourse-Event-Signature": f"sha256={digest}"}


def test_the_listing_is_read_and_what_moved_is_read_again(
    open_town: OpenTown, discourse: FakeDiscourse
) -> None:
    town = with_forum(open_town, discourse)
    discourse.write("Rules of this forum, pinned", "<p>Be kind.</p>", category=7, pinned=True)
    topics = [discourse.write(f"Topic number {number} of the forum", "<p>Text.</p>") for number in range(33)]
    first = town.steps.poll_named("forum") if _due(town) else None
    assert first is not None
    assert (first.new, first.fault) == (20, None)
    discourse.edit(topics[0].first, "<p>Another text.</p>")
    discourse.reply(topics[1], "<p>Bumped.</p>")
    again = town.steps.poll_named("forum")
    assert (again.new, again.changed, again.fault) == (2, 0, None)
    assert town.steps.poll_named("forum").new == 0
    discourse.next_answers = [Said(429, {}, (("Retry-After", "90"),))]
    assert "HTTP 429" in str(town.steps.poll_named("forum").fault)
    assert {item.content().cities for item in items(town)} == {("tampere",)}


def _due(town: Town) -> bool:
    with town.house.database.writing() as session:
        source = session.scalars(select(Source).where(Source.name == "forum")).one()
        source.next_at = clock.now()
    return True


def test_a_notice_stands_on_the_wall_once_is_edited_and_struck(
    open_town: OpenTown, discourse: FakeDiscourse
) -> None:
    town = with_forum(open_town, discourse)
    let_hear(town, "discourse", "forum")
    town.publish(body={"en": "Ask @bob [poll]\n\n\n<b>now</b>"}, title={"en": "Short"})
    [topic] = ours(discourse)
    assert topic.category == 7
    assert topic.title.endswith("Short")
    assert len(topic.external_id or "") <= 50
    assert "\n\n" not in topic.first.raw
    assert "&lt;b&gt;now" in topic.first.raw

    town.update(title={"en": "Low-carbon Tampere, the second round"})
    assert topic.title == "Low-carbon Tampere, the second round"
    town.withdraw()
    assert "<del>" in topic.first.raw
    assert len(ours(discourse)) == 1

    # What we wrote comes back by the webhook, and is no news.
    assert tell(town, discourse, "post_created", topic.first)["status"] == "ignored"


def test_a_reminder_goes_below_its_notice(open_town: OpenTown, discourse: FakeDiscourse) -> None:
    town = with_forum(open_town, discourse)
    let_hear(town, "discourse", "forum")
    town.publish(closes_at="2026-12-08T16:15:00+02:00")
    [topic] = ours(discourse)
    town.hand.advance(days=7)
    town.settle()
    assert len(ours(discourse)) == 1
    assert len(topic.posts) > 1


def test_a_line_that_broke_makes_no_second_topic(open_town: OpenTown, discourse: FakeDiscourse) -> None:
    town = with_forum(open_town, discourse)
    let_hear(town, "discourse", "forum")
    discourse.cut_next = True
    town.publish()
    town.hand.advance(minutes=2)
    town.settle()
    assert len(ours(discourse)) == 1
    assert _states(town, "discourse") == ["sent"]


def test_a_forum_that_asks_for_time_gets_it_and_others_do_not_wait(
    open_town: OpenTown, discourse: FakeDiscourse
) -> None:
    town = with_forum(open_town, discourse)
    let_hear(town, "discourse", "forum")
    discourse.next_answers = [Said(429, {"errors": ["slow"], "extras": {"wait_seconds": 300}})]
    town.publish()
    assert ours(discourse) == []
    assert town.told()["C0COMMON"] == 1
    town.hand.advance(minutes=6)
    town.settle()
    assert len(ours(discourse)) == 1


def _states(town: Town, sender: str) -> list[str]:
    with town.house.database.reading() as session:
        return list(session.scalars(select(Delivery.state).where(Delivery.sender == sender)))


def test_what_a_group_says_comes_in_once_and_is_answered_200(open_town: OpenTown, loomio: FakeLoomio) -> None:
    town = with_group(open_town, loomio)
    said = loomio.says(
        "*Alice* started a discussion: <https://loomio.example/d/aBcD/tuki|Tuki *haettavana*>\n\nText."
    )
    answers = [town.client.post(f"/in/group/{loomio.PATH}", data=said) for _ in range(2)]
    assert [(each.status_code, each.json["status"]) for each in answers] == [
        (200, "accepted"),
        (200, "duplicate"),
    ]  # type: ignore[index]
    empty = town.client.post(f"/in/group/{loomio.PATH}", data=loomio.says("  "))
    assert (empty.status_code, empty.json) == (200, {"status": "ignored"})
    for path in ("/in/group", "/in/group/", "/in/group/wrong", f"/in/group/{loomio.PATH}/more"):
        assert town.client.post(path, data=said).status_code in {401, 404}
    assert town.client.post(f"/in/group/{loomio.PATH}", data=b"\xff").status_code == 400
    [item] = items(town)
    content = item.content()
    assert (content.kind, content.title, content.url) == (
        "discussion", {"en": "Tuki haettavana"}, "https://loomio.example/d/aBcD/tuki",
    )  # fmt: skip
    town.hand.advance(days=1)
    assert town.client.post(f"/in/group/{loomio.PATH}", data=said).json["status"] == "accepted"  # type: ignore[index]


def test_a_notice_becomes_a_discussion_and_a_reminder_its_comment(
    open_town: OpenTown, loomio: FakeLoomio
) -> None:
    town = with_group(open_town, loomio)
    let_hear(town, "loomio", "group")
    town.publish(closes_at="2026-12-08T16:15:00+02:00")
    [discussion] = loomio.discussions
    assert discussion["title"] == "Low-carbon Tampere"
    town.hand.advance(days=7)
    town.settle()
    assert len(loomio.discussions) == 1
    assert {comment["discussion_id"] for comment in loomio.comments} == {discussion["id"]}
    back = loomio.says(f"Silta started: <https://loomio.example/d/aBcD|x>\n{discussion['description']}")
    assert town.client.post(f"/in/group/{loomio.PATH}", data=back).json == {"status": "ignored"}


def test_what_broke_on_the_way_to_a_group_is_not_sent_again_by_itself(
    open_town: OpenTown, loomio: FakeLoomio
) -> None:
    town = with_group(open_town, loomio)
    let_hear(town, "loomio", "group")
    loomio.cut_next = True
    town.publish()
    town.hand.advance(minutes=10)
    town.settle()
    assert len(loomio.discussions) == 1
    assert _states(town, "loomio") == ["doubtful"]
