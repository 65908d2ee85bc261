"""What coordinators read when a source is in trouble: once, in their language, with what to try; and at its end."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bot.people.enrolment import Person
from tests.fakes.feeds import FakeFeeds
from tests.town import OpenTown, Town, html_of, text_of

LANGUAGES = ("fi", "sv", "en")
PAGE = "http://127.0.0.1:8000/sources/news"
DAY = 86_400
SAID = {
    "fi": ("Lähdettä news ei voi lukea", "viimeksi kunnossa 24.11.2026 12:00", "captchan", "Lähde news toimii taas"),
    "sv": ("Källan news kan inte läsas", "senast 24.11.2026 12:00", "captcha", "Källan news fungerar igen"),
    "en": ("The source news cannot be read", "last on 24.11.2026 12:00", "a captcha", "The source news is well again"),
}  # fmt: skip


@pytest.fixture
def feeds() -> Iterator[FakeFeeds]:
    with FakeFeeds() as fake:
        yield fake


def news(feeds: FakeFeeds, *numbers: int) -> None:
    items = [{"id": f"{each}", "title": f"Uutinen {each}", "content_text": "Sisältö"} for each in numbers]
    document = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    feeds.serve("/news", json.dumps(document), "application/feed+json", etag=f'"{numbers}"')


@pytest.fixture
def town(open_town: OpenTown, feeds: FakeFeeds) -> Town:
    """A feed that is read once a day, and a coordinator of each language."""
    town = open_town(fetch_allow_private=frozenset({feeds.place}))
    coordinators = (
        Person(f"Charlie {each}", f"{each}@example.org", ("oulu",), language=each, role="coordinator", hours="always")
        for each in LANGUAGES
    )  # fmt: skip
    town.enrol(*coordinators)
    news(feeds, 1)
    town.read_feed("news", feeds.url("/news"), every=DAY)
    town.settle()
    return town


def days(town: Town, count: int) -> None:
    for _ in range(count):
        town.hand.advance(DAY * 1.2)  # a source that cannot be read rests a little longer than a day
        town.settle()


def subjects(town: Town, language: str) -> list[str]:
    mails = [str(mail["Subject"]) for mail in town.mails(f"{language}@example.org")]
    return [each.partition(": ")[2] for each in mails if " news " in each]


def test_a_login_page_instead_of_news_is_told_once_in_three_languages_and_so_is_its_end(
    town: Town, feeds: FakeFeeds
) -> None:
    feeds.serve("/news", "<html><form>Log in <input type=password></form></html>", "text/html")
    days(town, 1)
    assert all(subjects(town, each) == [] for each in LANGUAGES)
    days(town, 3)
    news(feeds, 1)
    days(town, 2)
    for language in LANGUAGES:
        title, last_good, remedy, over = SAID[language]
        assert subjects(town, language) == [title, over]
        mail = next(each for each in town.mails(f"{language}@example.org") if title in str(each["Subject"]))
        for part in (text_of(mail), html_of(mail)):
            words = " ".join(part.split())
            assert last_good in words
            assert remedy in words
            assert PAGE in words


def test_after_a_restart_a_source_is_asked_whether_anything_changed(
    open_town: OpenTown, town: Town, feeds: FakeFeeds
) -> None:
    again = open_town(fetch_allow_private=frozenset({feeds.place}))
    days(again, 1)
    assert [request.headers.get("If-None-Match") for request in feeds.requests] == [None, '"(1,)"']
