"""Silta as a guest: every request waits for its host's turn, robots.txt is obeyed; how long a certificate is good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.contracts import Defaults, SourceFault, Surroundings
from integrations import reading
from integrations.http_faults import BadStatus, RobotsForbid, RobotsUnread
from integrations.http_manners import Robots
from tests.fakes.feeds import CERTIFICATE, FakeFeeds

DAY = 86_400
OURS = "User-agent: Silta\nDisallow: /private\nAllow: /private/but-this\n\nUser-agent: *\nDisallow: /\n"


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def feeds(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFeeds]:
    monkeypatch.setenv("no_proxy", "*")
    with FakeFeeds() as feeds:
        yield feeds
    reading.ROBOTS.forget()


def at_home(feeds: FakeFeeds) -> Surroundings:
    return Surroundings("news", Defaults(), "https://silta.example/about", frozenset({feeds.place}))


def test_robots_txt_is_read_once_a_day_and_by_our_name() -> None:
    clock, files = Clock(), [OURS, "User-agent: *\nDisallow:"]
    robots, asked = Robots(clock), []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return files[len(asked) - 1].encode()

    robots.check("https://a.example/public", fetch)
    robots.check("https://a.example/private/but-this?x=1", fetch)
    with pytest.raises(RobotsForbid):
        robots.check("https://a.example/private/x", fetch)
    clock.wait(DAY + 1)
    robots.check("https://a.example/private/x", fetch)
    assert asked == ["https://a.example/robots.txt"] * 2


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_without_robots_txt_all_is_allowed(feeds: FakeFeeds, status: int) -> None:
    feeds.raise_status("/robots.txt", status)
    feeds.serve("/a", "hei")
    assert reading.read(feeds.url("/a"), at_home(feeds)).body == b"hei"


@pytest.mark.parametrize(("status", "kind"), [(429, "limited"), (500, "unreachable"), (503, "unreachable")])
def test_while_robots_txt_cannot_be_read_nothing_is_and_it_is_asked_again(
    feeds: FakeFeeds, status: int, kind: str
) -> None:
    """Which passes by itself: nobody need be asked for leave."""
    feeds.raise_status("/robots.txt", status, Retry_After="120")
    feeds.serve("/a", "hei")
    with pytest.raises(SourceFault, match=rf"robots\.txt .*{status}") as told:
        reading.read(feeds.url("/a"), at_home(feeds))
    assert (told.value.kind, told.value.retry_after) == (kind, 120)
    feeds.serve("/robots.txt", "")
    assert reading.read(feeds.url("/a"), at_home(feeds)).body == b"hei"


def test_a_page_that_robots_txt_forbids_is_not_asked_for_not_even_by_a_redirect(feeds: FakeFeeds) -> None:
    feeds.serve("/robots.txt", b"\xef\xbb\xbf" + OURS.encode(), "text/plain")
    feeds.serve("/private/x", "secret")
    feeds.redirect("/a", "/private/x")
    for path in ("/private/x", "/a"):
        with pytest.raises(SourceFault, match=r"robots\.txt") as told:
            reading.read(feeds.url(path), at_home(feeds))
        assert told.value.kind == "robots"
    assert [request.path for request in feeds.requests] == ["/robots.txt", "/a"]
    assert feeds.requests[0].headers["User-Agent"] == "Silta/0.1 (+https://silta.example/about)"


@pytest.mark.parametrize(
    "rules", [b"<html>Disallow: /</html>" * 10, b"\0\xff\xfe" * 1_000, b"Disallow: /a\n" * 9, b""]
)
def test_a_robots_txt_that_is_none_forbids_nothing(feeds: FakeFeeds, rules: bytes) -> None:
    feeds.serve("/robots.txt", rules)
    feeds.serve("/a", "hei")
    assert reading.read(feeds.url("/a"), at_home(feeds)).body == b"hei"


def test_every_request_to_the_public_internet_waits_for_its_turn(
    feeds: FakeFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a proxy, so that the address is a public one: robots.txt takes the first turn, the page the next."""
    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", f"http://{feeds.place}")
    waited: list[str] = []
    for path in ("/robots.txt", "/a", "/b"):
        feeds.serve(f"http://93.184.215.14{path}", "")
    public = Surroundings("news", Defaults(), wait_for_turn=waited.append)
    reading.read("http://93.184.215.14/a", public)
    assert waited == ["93.184.215.14"] * 2
    reading.read("http://93.184.215.14/b", public)
    assert waited == ["93.184.215.14"] * 3
    assert len(feeds.requests) == 3


@pytest.mark.parametrize("path", ["/a", "/robots.txt"])
def test_a_host_that_asks_to_be_left_alone_is_by_all_sources(
    feeds: FakeFeeds, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", f"http://{feeds.place}")
    for each in ("/robots.txt", "/a"):
        feeds.serve(f"http://93.184.215.14{each}", "")
    feeds.raise_status(f"http://93.184.215.14{path}", 429, **{"Retry-After": "120"})
    resting: list[tuple[str, float]] = []
    public = Surroundings("news", Defaults(), let_rest=lambda *said: resting.append(said))
    with pytest.raises(SourceFault, match="429"):
        reading.read("http://93.184.215.14/a", public)
    assert resting == [("93.184.215.14", 120)]


def test_a_page_tells_until_when_its_certificate_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with FakeFeeds(tls=True) as secure, FakeFeeds() as plain:
        secure.serve("/a", "hei")
        plain.redirect("/a", secure.url("/a"))
        both = Surroundings("news", Defaults(), allow_private=frozenset({secure.place, plain.place}))
        plain.serve("/b", "hei")
        for url in (secure.url("/a"), plain.url("/a")):
            assert reading.read(url, both).certificate_ends == datetime(2046, 1, 1, tzinfo=UTC)
        assert reading.read(plain.url("/b"), both).certificate_ends is None
    reading.ROBOTS.forget()


def test_a_fetcher_of_rules_that_finds_none_is_told_apart_from_one_that_fails() -> None:
    def broken(url: str) -> bytes:
        raise BadStatus(502)

    with pytest.raises(RobotsUnread, match="502"):
        Robots(Clock()).check("https://a.example/", broken)
