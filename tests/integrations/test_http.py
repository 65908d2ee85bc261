"""The outgoing client against a server that behaves badly."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from integrations import http
from integrations.http_guard import is_public
from tests.fakes.feeds import FakeFeeds

KIB = 1024


@pytest.fixture
def feeds(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFeeds]:
    monkeypatch.setenv("no_proxy", "*")
    with FakeFeeds() as feeds:
        yield feeds


def allowed(feeds: FakeFeeds) -> frozenset[str]:
    return frozenset({feeds.place})


def test_a_page_comes_back_whole_and_our_name_is_told(feeds: FakeFeeds) -> None:
    feeds.serve("/a", "hei", "text/plain", etag='"1"')
    page = http.fetch(
        feeds.url("/a"),
        allow_private=allowed(feeds),
        headers={"X-Asked": "yes"},
        user_agent=http.user_agent_with("https://silta.example/about"),
    )
    assert (page.status, page.body, page.headers["etag"]) == (200, b"hei", '"1"')
    sent = feeds.requests[0].headers
    assert sent["User-Agent"] == "Silta/0.1 (+https://silta.example/about)"
    assert sent["X-Asked"] == "yes"


def test_passwords_lying_about_on_this_machine_are_not_sent(
    feeds: FakeFeeds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password secret")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    feeds.serve("/a", "hei")
    http.fetch(feeds.url("/a"), allow_private=allowed(feeds))
    assert "Authorization" not in feeds.requests[0].headers


def test_not_modified_is_an_answer(feeds: FakeFeeds) -> None:
    feeds.not_modified("/a")
    assert http.fetch(feeds.url("/a"), allow_private=allowed(feeds)).status == 304


def test_a_redirect_is_followed_and_the_final_address_told(feeds: FakeFeeds) -> None:
    feeds.redirect("/old", "new?x=1#part", 301)
    feeds.serve("/new", "here")
    page = http.fetch(feeds.url("/old"), allow_private=allowed(feeds))
    assert page.body == b"here"
    assert page.url.startswith(feeds.url("/new?x=1"))


def test_redirects_in_a_circle_end(feeds: FakeFeeds) -> None:
    feeds.redirect("/a", "/b")
    feeds.redirect("/b", "/a")
    with pytest.raises(http.TooManyRedirects, match="more than 5"):
        http.fetch(feeds.url("/a"), allow_private=allowed(feeds))
    assert len(feeds.requests) == 6


def test_this_machine_is_private_unless_it_is_excepted_by_host_and_port(feeds: FakeFeeds) -> None:
    feeds.serve("/a", "secret")
    for exceptions in (frozenset[str](), frozenset({"127.0.0.1:1"})):
        with pytest.raises(http.PrivateAddress, match=r"127\.0\.0\.1"):
            http.fetch(feeds.url("/a"), allow_private=exceptions)
    assert feeds.requests == []


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{port}/in", "http://169.254.169.254/latest/meta-data/", "//localhost:{port}/in"],
)
def test_a_redirect_to_a_private_address_is_refused(feeds: FakeFeeds, target: str) -> None:
    with FakeFeeds() as inner:
        inner.serve("/in", "secret")
        feeds.redirect("/a", target.format(port=inner.place.partition(":")[2]))
        with pytest.raises(http.PrivateAddress):
            http.fetch(feeds.url("/a"), allow_private=allowed(feeds))
        assert inner.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_turns_private_after_it_was_checked_is_refused_on_the_socket(
    feeds: FakeFeeds, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """DNS rebinding: a public address for the check, this machine for the connection."""
    feeds.serve("/a", "secret")
    real, answers = socket.getaddrinfo, iter(["93.184.215.14", "127.0.0.1"])

    def rebinding(host: str, *rest: object, **more: object) -> object:
        return real(next(answers), *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    port = feeds.place.partition(":")[2]
    with pytest.raises(http.PrivateAddress, match=r"rebind\.example leads to the private address 127"):
        http.fetch(f"{scheme}://rebind.example:{port}/a")
    assert feeds.requests == []


PRIVATE = """127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1
    255.255.255.255 240.0.0.1 ::1 :: fe80::1%eth0 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::127.0.0.1
    2002:7f00:1:: 64:ff9b::7f00:1 64:ff9b:1::1 2001:db8::1 3fff::1 ::ffff:169.254.169.254"""
PUBLIC = "8.8.8.8 193.166.3.2 2606:4700::1111 ::ffff:8.8.8.8 2002:808:808:: 64:ff9b::808:808"


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_addresses_are_known_in_every_dress(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_let_through(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "[::1]"])
def test_this_machine_spelt_oddly_is_still_this_machine(feeds: FakeFeeds, host: str) -> None:
    with pytest.raises(http.PrivateAddress):
        http.fetch(f"http://{host}:{feeds.place.partition(':')[2]}/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x",
        "file:///etc/passwd",
        "http://",
        "nonsense",
        "http://alice:pw@a.example/",
        "http://[",
    ],
)
def test_only_plain_web_addresses_are_read(url: str) -> None:
    with pytest.raises(http.BadAddress):
        http.fetch(url)


@pytest.mark.parametrize("verb", ["huge", "gzip_bomb"])
def test_twenty_megabytes_are_too_large_packed_or_not(feeds: FakeFeeds, verb: str) -> None:
    getattr(feeds, verb)("/a")
    with pytest.raises(http.TooLarge, match="5 MiB"):
        http.fetch(feeds.url("/a"), allow_private=allowed(feeds))


def test_a_page_exactly_at_the_limit_is_read(feeds: FakeFeeds) -> None:
    feeds.serve("/a", b"x" * KIB)
    assert len(http.fetch(feeds.url("/a"), allow_private=allowed(feeds), limit_bytes=KIB).body) == KIB
    with pytest.raises(http.TooLarge):
        http.fetch(feeds.url("/a"), allow_private=allowed(feeds), limit_bytes=KIB - 1)


@pytest.mark.parametrize("headers_too", [True, False])
def test_a_server_that_drips_is_cut_off_at_the_deadline(feeds: FakeFeeds, headers_too: bool) -> None:
    feeds.slow("/a", headers_too=headers_too)
    with pytest.raises(http.TooSlow, match="too slow"):
        http.fetch(feeds.url("/a"), allow_private=allowed(feeds), deadline=0.3)


def test_waiting_for_the_hosts_turn_is_not_the_servers_time(feeds: FakeFeeds) -> None:
    feeds.serve("/a", "hei")
    feeds.redirect("/b", feeds.url("/a"))
    waits = iter((1.1, 0.0))
    page = http.fetch(
        feeds.url("/b"), allow_private=allowed(feeds), deadline=1, before=lambda _: sleep(next(waits))
    )
    assert page.body == b"hei"
    feeds.slow("/c", headers_too=True)
    with pytest.raises(http.TooSlow):
        http.fetch(feeds.url("/c"), allow_private=allowed(feeds), deadline=0.3, before=lambda _: None)


def test_a_server_that_says_nothing_times_out(feeds: FakeFeeds) -> None:
    feeds.silent("/a")
    with pytest.raises(http.Unreachable, match="timed out"):
        http.fetch(feeds.url("/a"), allow_private=allowed(feeds), timeout=(1, 0.2))


def test_half_an_answer_is_not_an_answer(feeds: FakeFeeds) -> None:
    feeds.drop("/a")
    with pytest.raises(http.Unreachable):
        http.fetch(feeds.url("/a"), allow_private=allowed(feeds))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://nowhere.invalid/", "https://{place}/", "http://a..example/"]
)
def test_what_cannot_be_reached_is_said_so(feeds: FakeFeeds, url: str) -> None:
    with pytest.raises(http.HttpFault, match=r"cannot be|not a web"):
        http.fetch(url.format(place=feeds.place), allow_private=allowed(feeds) | {"127.0.0.1:1"})


@pytest.mark.parametrize(
    ("status", "said", "least", "most"),
    [
        (500, None, None, None),
        (404, None, None, None),
        (410, None, None, None),
        (429, "120", 120, 120),
        (503, "Tue, 01 Jan 2999 00:00:00 GMT", 86_400, 86_400),
        (503, "Tue, 01 Jan 2019 00:00:00 GMT", 0, 0),
        (503, "9" * 400, 86_400, 86_400),
        (503, "soon", None, None),
    ],
)
def test_a_refusal_tells_its_status_and_the_wait_it_asks_for(
    feeds: FakeFeeds, status: int, said: str | None, least: float | None, most: float | None
) -> None:
    feeds.raise_status("/a", status, **({"Retry_After": said} if said else {}))
    with pytest.raises(http.BadStatus, match=str(status)) as caught:
        http.fetch(feeds.url("/a"), allow_private=allowed(feeds))
    assert caught.value.status == status
    wait = caught.value.retry_after
    assert wait is None if least is None else least <= (wait or 0) <= (most or 0)


def test_a_configured_proxy_is_trusted_and_the_name_still_checked(
    feeds: FakeFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An HTTP proxy gets the whole address as its path, and may itself stand at a private address."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", f"http://{feeds.place}")
    feeds.serve("http://93.184.215.14/feed", "through the proxy")
    feeds.serve("http://only-the-proxy-knows.invalid/feed", "named by the proxy")
    assert http.fetch("http://93.184.215.14/feed").body == b"through the proxy"
    assert http.fetch("http://only-the-proxy-knows.invalid/feed").body == b"named by the proxy"
    with pytest.raises(http.PrivateAddress):
        http.fetch("http://169.254.169.254/feed")
