"""The feeds, as feed readers and the standards read them."""

from __future__ import annotations

import json
from datetime import datetime

import feedparser
import pytest
from lxml import etree
from sqlalchemy import update

from bot.app import House
from bot.contracts import Report
from bot.store.items import Item
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.letters.conftest import begin, send, week, write
from tests.unit.web.browser import Browser

ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = "<script>alert(1)</script> & ]]> \x01 \u202e \ufffe <b>x</b>"


@pytest.fixture
def news(house: House, frozen: FrozenClock) -> House:
    factories.tell(house.database, *week())
    return house


def titles(browser: Browser, path: str) -> list[str]:
    parsed = feedparser.parse(browser.get(path).data)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [str(entry.title) for entry in parsed.entries]


@pytest.mark.parametrize("path", ["/feed.xml", "/feed.rss"])
def test_the_newest_public_items_in_the_language_asked_for(news: House, browser: Browser, path: str) -> None:
    assert titles(browser, f"{path}?language=en") == [
        "For all",
        "News from Oulu",
        "Höstseminarium",
        "Low-carbon Tampere",
    ]
    assert titles(browser, f"{path}?language=sv")[0] == "För alla"


def test_a_city_or_topic_narrows_it_to_what_fits(news: House, browser: Browser) -> None:
    assert titles(browser, "/feed.xml?language=en&city=tampere") == [
        "For all",
        "Höstseminarium",
        "Low-carbon Tampere",
    ]
    assert titles(browser, "/feed.rss?language=en&city=oulu&topic=energia") == [
        "For all",
        "News from Oulu",
        "Höstseminarium",
    ]
    assert browser.get("/feed.xml?city=atlantis").status_code == 404
    assert browser.get("/feed.json?topic=%3Cb%3E").status_code == 404


def test_the_atom_feed_has_all_that_rfc_4287_requires(news: House, browser: Browser) -> None:
    answer = browser.get("/feed.xml?language=en&city=tampere")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.data)
    assert feed.tag == f"{ATOM}feed"
    for parent in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1, name
        assert datetime.fromisoformat(str(parent.findtext(f"{ATOM}updated"))).tzinfo
        assert str(parent.findtext(f"{ATOM}id")).startswith("urn:uuid:")
        assert [each.get("href") for each in parent.findall(f"{ATOM}link") if each.get("rel") == "alternate"]
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "InnoCities"
    ids = [str(entry.findtext(f"{ATOM}id")) for entry in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    own = [each.get("href") for each in feed.findall(f"{ATOM}link") if each.get("rel") == "self"]
    assert own == ["http://127.0.0.1:8000/feed.xml?city=tampere&language=en"]
    seminar = feed.findall(f"{ATOM}entry")[1]
    assert seminar.get("{http://www.w3.org/XML/1998/namespace}lang") == "sv"


def test_the_rss_feed_has_all_that_rss_2_requires(news: House, browser: Browser) -> None:
    answer = browser.get("/feed.rss?language=fi")
    assert answer.mimetype == "application/rss+xml"
    channel = etree.fromstring(answer.data).find("channel")
    assert channel is not None
    assert all(
        channel.findtext(name) for name in ("title", "link", "description", "language", "lastBuildDate")
    )
    for item in channel.findall("item"):
        assert item.find("guid").get("isPermaLink") == "false"  # type: ignore[union-attr]
        assert item.findtext("pubDate").endswith("+0000")  # type: ignore[union-attr]


def test_the_json_feed_is_one_of_version_1_1(news: House, browser: Browser) -> None:
    answer = browser.get("/feed.json?language=en")
    assert answer.mimetype == "application/feed+json"
    feed = json.loads(answer.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert {type(feed[name]) for name in ("title", "home_page_url", "feed_url", "language")} == {str}
    call = feed["items"][-1]
    assert call["url"] == "https://example.org/haku"
    assert "<strong>tukea</strong>" in call["content_html"]
    assert "Closes: 15 January 2027 at 16:15 (Finnish time)" in call["content_html"]
    assert call["tags"] == ["Funding call", "Tampere", "carbon neutrality"]
    for item in feed["items"]:
        assert item["id"]
        assert datetime.fromisoformat(item["date_published"]).tzinfo


def test_ids_stay_when_the_address_of_the_house_changes(news: House, browser: Browser) -> None:
    first = [entry.id for entry in feedparser.parse(browser.get("/feed.xml").data).entries]
    factories.tell(news.database, Report("call", factories.details(title={"en": "Renamed"})))
    again = feedparser.parse(browser.get("/feed.xml?language=en").data).entries
    assert [entry.id for entry in again] == first
    assert again[-1].title == "Renamed"


@pytest.mark.parametrize("path", ["/feed.xml", "/feed.rss", "/feed.json", "/archive/feed.xml"])
def test_a_program_that_has_it_already_gets_nothing(
    news: House, browser: Browser, frozen: FrozenClock, path: str
) -> None:
    send(news, frozen, begin(news))
    first = browser.get(path)
    assert first.headers["Last-Modified"]
    for header, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        assert browser.get(path, headers={header: value}).status_code == 304
    frozen.advance(minutes=5)
    factories.tell(news.database, Report("new", factories.details(title={"fi": "Uusi"})))
    changed = browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == (304 if path.startswith("/archive") else 200)


def test_an_empty_feed_is_a_feed_and_always_the_same(
    house: House, browser: Browser, frozen: FrozenClock
) -> None:
    first = browser.get("/feed.xml")
    frozen.advance(days=1)
    assert browser.get("/feed.xml").data == first.data
    assert titles(browser, "/feed.xml") == titles(browser, "/archive/feed.xml") == []
    assert json.loads(browser.get("/feed.json").data)["items"] == []


def test_hostile_text_breaks_no_form_and_can_do_nothing(house: House, browser: Browser) -> None:
    factories.tell(
        house.database, factories.details(title={"fi": EVIL}, body={"fi": EVIL}, url="javascript:alert(1)")
    )
    for path in ("/feed.xml?language=fi", "/feed.rss?language=fi"):
        (entry,) = feedparser.parse(browser.get(path).data, sanitize_html=False).entries
        assert "<script>" not in entry.summary
        assert entry.link.startswith("http://127.0.0.1:8000/archive/items/1")
    (item,) = json.loads(browser.get("/feed.json?language=fi").data)["items"]
    assert "<script>" not in item["content_html"]


def test_withdrawn_and_network_items_are_in_no_feed(news: House, browser: Browser) -> None:
    factories.tell(news.database, Report("call", None))
    found = titles(browser, "/feed.xml?language=fi")
    assert "Vähähiilinen Tampere" not in found
    assert "Vain verkostolle" not in found


def test_only_the_newest_fifty_are_told(house: House, browser: Browser, frozen: FrozenClock) -> None:
    say = factories.details
    factories.tell(house.database, *(say(title={"fi": f"Haku {number}"}) for number in range(60)))
    found = titles(browser, "/feed.rss?language=fi")
    assert (len(found), found[0], found[-1]) == (50, "Haku 59", "Haku 10")


def test_letters_have_a_feed_of_their_own(news: House, browser: Browser, frozen: FrozenClock) -> None:
    letter = begin(news)
    write(news, letter)
    send(news, frozen, letter)
    (entry,) = feedparser.parse(browser.get("/archive/feed.xml?language=en").data).entries
    assert (entry.title, entry.link) == (
        "InnoCities: week 48",
        "http://127.0.0.1:8000/archive/2026-48?language=en",
    )
    assert "Dear reader" in entry.summary
    assert "Low-carbon Tampere" in entry.summary
    for other in ("rss", "json"):
        assert "Low-carbon Tampere" in browser.get(f"/archive/feed.{other}?language=en").text


def test_what_is_not_public_any_more_is_told_by_no_old_letter(
    news: House, browser: Browser, frozen: FrozenClock
) -> None:
    letter = begin(news)
    write(news, letter)
    send(news, frozen, letter)
    with news.database.writing() as session:
        session.execute(update(Item).values(visibility="network"))
    for path in ("/archive/feed.xml", "/archive/feed.json", "/archive", "/archive/2026-48"):
        assert "Low-carbon Tampere" not in browser.get(f"{path}?language=en").text, path
