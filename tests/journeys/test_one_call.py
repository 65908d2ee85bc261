"""The same call told by four sources: one notice with four links, whatever they say of it later."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot import clock
from bot.people.enrolment import Person
from bot.store.sources import Source
from tests.fakes.feeds import FakeFeeds
from tests.journeys.test_call_life import walk
from tests.town import CALL, TAMPERE, OpenTown, Town, text_of
from tests.webhooks import SECRET, saying

ALICE = "alice@example.org"
OTHERS = ("eura", "council", "ministry")
QUARTER = 15 * 60


@pytest.fixture
def feeds() -> Iterator[FakeFeeds]:
    with FakeFeeds() as fake:
        yield fake


@pytest.fixture
def town(open_town: OpenTown, feeds: FakeFeeds) -> Town:
    """A town where two more programs may send, a feed is read, and Dora coordinates."""
    town = open_town(fetch_allow_private=frozenset({feeds.place}))
    town.enrol(Person("Dora", "dora@example.org", role="coordinator", language="en"))
    with town.house.database.writing() as session:
        for name in OTHERS[:2]:
            session.add(
                Source(
                    name=name,
                    kind="webhook",
                    options={"secrets": [SECRET]},
                    defaults={},
                    created_at=clock.now(),
                )
            )
    feeds.serve("/news", entry(), "application/feed+json")
    town.read_feed("ministry", feeds.url("/news"), first_poll="announce")
    with town.house.database.writing() as session:  # asked when the journey says so
        session.query(Source).filter_by(name="ministry").one().paused = True
    return town


def entry(**more: Any) -> str:
    silta = {name: CALL[name] for name in ("kind", "cities", "topics", "closes_at")}
    item = {
        "id": "m-1",
        "title": CALL["title"]["fi"],
        "language": "fi",
        "url": "https://ministry.example.org/1",
    }
    item["_silta"] = silta | {"visibility": "public"} | more
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Haut", "items": [item]}
    return json.dumps(feed)


def say(town: Town, name: str, act: str = "published", **more: Any) -> None:
    """A source says something of the call, in its own way."""
    said = CALL | {"external_id": f"{name}-9", "url": f"https://{name}.example.org/call/9"} | more
    data = {"external_id": said["external_id"]} if act == "withdrawn" else said
    assert town.post(saying(act, **data), name).status_code == 200
    town.settle()


def ask_ministry(town: Town) -> None:
    town.steps.poll_named("ministry")
    town.settle()


def tell_four(town: Town) -> None:
    town.publish()
    say(town, "eura", title={"fi": "VÄHÄHIILINEN Tampere"}, identifier="EURA 2026/7")
    say(town, "council", title={"sv": "Något annat"}, identifier="eura-2026-7")
    ask_ministry(town)


def press(town: Town, page: str, action: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', town.client.get(page).text)
    assert token
    answer = town.client.post(action, data={"csrf_token": token[1]})
    assert answer.status_code == 303
    town.settle()


def subjects(town: Town, address: str = ALICE) -> list[str]:
    return [str(mail["Subject"]) for mail in town.mails(address)]


def test_one_notice_and_the_post_shows_four_links(town: Town) -> None:
    tell_four(town)
    assert len(subjects(town)) == 1
    assert len(town.posts(TAMPERE)) == 1
    shown = json.dumps(town.posts(TAMPERE)[0].blocks)
    for host in ("example.org/haku", "eura.example.org", "council.example.org", "ministry.example.org"):
        assert host in shown
    assert "Told by 4 sources" in town.client.get("/items/1").text


def test_a_deadline_that_one_source_moves_is_told_beside_the_others(town: Town) -> None:
    tell_four(town)
    say(
        town,
        "council",
        "updated",
        title={"sv": "Något annat"},
        identifier="eura-2026-7",
        closes_at="2027-01-29",
    )
    assert [subject for subject in subjects(town, "dora@example.org") if "different deadlines" in subject]
    town.hand.advance(minutes=15)
    town.settle()
    correction = text_of(town.mails(ALICE)[-1])
    assert "29. tammikuuta 2027 (council)" in correction
    assert len(subjects(town)) == 2


def test_one_source_withdraws_and_the_call_lives_until_the_last_does(town: Town, feeds: FakeFeeds) -> None:
    tell_four(town)
    town.withdraw()
    say(town, "eura", "withdrawn")
    assert "eura.example.org" not in json.dumps(town.posts(TAMPERE)[0].blocks)
    assert "council.example.org" in json.dumps(town.posts(TAMPERE)[0].blocks)
    town.hand.advance(minutes=15)
    town.settle()
    assert not [subject for subject in subjects(town) if "Peruttu" in subject]


def test_a_wrong_join_is_parted_and_told_as_a_call_of_its_own(town: Town) -> None:
    town.publish()
    say(town, "eura")
    press(town, "/items/1", "/items/1/part/2")
    assert len(subjects(town)) == 2
    assert "eura.example.org" in text_of(town.mails(ALICE)[1])
    say(town, "eura", "updated", location="Tampere-talo")
    assert "Nothing waits" in town.client.get("/likenesses").text


def test_a_doubtful_one_is_told_and_refused_or_becomes_one(town: Town) -> None:
    town.publish()
    say(town, "eura", closes_at="2027-01-29T16:15:00+02:00")
    say(town, "council", closes_at="2027-02-05T16:15:00+02:00")
    assert len(subjects(town)) == 3
    press(town, "/likenesses", "/likenesses/2/1/same")
    press(town, "/likenesses", "/likenesses/3/1/different")
    assert "Nothing waits" in town.client.get("/likenesses").text
    assert "29. tammikuuta 2027 klo 16.15 (Suomen aikaa) (eura)" in town.client.get("/archive/items/2").text
    town.hand.advance(minutes=15)
    town.settle()
    assert sum("Vähähiilinen" in subject for subject in subjects(town)) <= 4  # and one correction
    say(town, "council", "updated", closes_at="2027-02-05T16:15:00+02:00", amount_eur=7)
    assert "Nothing waits" in town.client.get("/likenesses").text


def two_notices(town: Town) -> None:
    """A call, and what may be the same one with another deadline, both told."""
    town.publish()
    say(town, "eura", closes_at="2027-01-29T16:15:00+02:00")
    assert len(shown(town)) == 2


def shown(town: Town) -> list[str]:
    """What the posts in Tampere's conversation show."""
    return [json.dumps(post.blocks, ensure_ascii=False) for post in town.posts(TAMPERE)]


def own_page(town: Town) -> str:
    found = re.search(r"https?://[^/\s]+(/m/[^/\s]+)", text_of(town.mails(ALICE)[-1]))
    assert found
    return found[1]


def test_the_post_of_what_goes_says_that_it_is_the_same_and_follows_the_other(town: Town) -> None:
    two_notices(town)
    press(town, "/likenesses", "/likenesses/2/1/same")
    assert len(shown(town)) == 2
    kept, gone = shown(town)
    assert "Sama kuin toinen ilmoitus" in gone
    assert "Sama kuin toinen ilmoitus" not in kept
    assert "eura.example.org" in kept
    assert "https://example.org/haku" in gone
    town.update(closes_at="2027-02-12T16:15:00+02:00")
    assert all("12. helmikuuta 2027" in each for each in shown(town))
    town.withdraw()
    say(town, "eura", "withdrawn")
    assert all("Peruutettu" in each for each in shown(town))


def test_the_links_of_what_goes_still_answer_and_what_was_said_by_them_stays(town: Town) -> None:
    two_notices(town)
    mine = own_page(town)
    assert town.client.post(f"{mine}/answer/2", data={"answer": "interested"}).status_code in {200, 303}
    before = town.client.get(f"{mine}/answer/2").text
    press(town, "/likenesses", "/likenesses/2/1/same")
    for page in ("why", "answer", "remind"):
        assert town.client.get(f"{mine}/{page}/2").status_code == 200
    assert "Miksi saat tämän" in town.client.get(f"{mine}/why/2").text
    after = town.client.get(f"{mine}/answer/2").text
    assert before.count("Kiinnostaa") == after.count("Kiinnostaa") > 0
    assert "Interested" in town.client.get("/items/1").text


def test_parted_again_each_post_shows_its_own(town: Town) -> None:
    two_notices(town)
    was = shown(town)
    press(town, "/likenesses", "/likenesses/2/1/same")
    assert shown(town)[1] != was[1]
    press(town, "/items/1", "/items/1/part/2")
    kept, back = shown(town)
    assert len(shown(town)) == 2
    assert "29. tammikuuta 2027" in back
    assert "Sama kuin toinen ilmoitus" not in back
    assert "eura.example.org" in back
    assert "eura.example.org" not in kept
    assert "Lähteet ilmoittavat" not in kept + back
    assert town.client.get(f"{own_page(town)}/why/2").status_code == 200
    assert sum("Rahoitushaku" in subject for subject in subjects(town)) == 2  # nobody is told a third time


FIRST, OTHER = "15. tammikuuta 2027", "29. tammikuuta 2027"


def test_wherever_a_deadline_stands_the_other_ones_stand_beside_it(town: Town) -> None:
    tell_four(town)
    said = {"title": {"sv": "Något annat"}, "identifier": "eura-2026-7", "closes_at": "2027-01-29"}
    say(town, "council", "updated", **said, amount_eur=900000)
    town.hand.advance(minutes=15)
    town.settle()
    mine, asked = own_page(town), "?language=fi"
    for page in (
        "/archive/items/1", "/feed.xml", "/feed.rss", "/feed.json", "/calendar/tampere.ics",
        mine, f"{mine}/items", f"{mine}/why/1", f"{mine}/answer/1",
    ):  # fmt: skip
        answer = town.client.get(page + ("" if page.startswith("/m/") else asked))
        text = " ".join(answer.text.replace("\r\n ", "").split())
        assert answer.status_code == 200, page
        assert FIRST in text, page
        assert OTHER in text, page
    for mail in town.mails(ALICE)[1:]:
        assert OTHER in " ".join(text_of(mail).split())
    money = " ".join(town.client.get(f"/archive/items/1{asked}").text.split())
    assert "1 500 000 euroa (webhook)" in money
    assert "900 000 euroa (council)" in money
    page = town.client.get("/items/1").text
    assert "29 January 2027" in page
    assert "15 January 2027" in page
    walk(town, "2026-11-25", 9)
    digest = " ".join(text_of(town.mails("charlie@example.org")[-1]).split())
    assert "15 January 2027 at 16:15 (Finnish time) (webhook)" in digest
    assert "29 January 2027 (council)" in digest
