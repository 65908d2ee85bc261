"""What outside text becomes in a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from bot.app import House
from bot.network import Network
from bot.store.deliveries import STATES
from bot.web import prose
from bot.web.frame import STATES as STATE_WORDS
from bot.web.frame import VERSION
from bot.web.pages import back_to, number, page, words
from tests.conftest import FrozenClock

HELSINKI = "Europe/Helsinki"


@pytest.fixture
def open_test_house(open_plain_house: Callable[..., House]) -> Callable[..., House]:
    return open_plain_house


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**a** *b* ~~c~~", "<p><strong>a</strong> <em>b</em> <s>c</s></p>\n"),
        ("# One\n\n###### Six", "<h3>One</h3>\n<h6>Six</h6>\n"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"),
        ("[a](javascript:x)", "<p>[a](javascript:x)</p>\n"),
        ("[a](//evil.example)", '<p><a rel="noopener noreferrer nofollow">a</a></p>\n'),
        (
            "[a](https://b.example)",
            '<p><a href="https://b.example" rel="noopener noreferrer nofollow">a</a></p>\n',
        ),
    ],
)
def test_markdown_from_outside_can_do_nothing(source: str, html: str) -> None:
    assert html in prose.markdown(source)


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://a.example", True),
        ("HTTP://a.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, followed: bool) -> None:
    assert prose.web_link(url) == (url if followed else None)


def test_what_stands_between_backticks_is_code_and_is_escaped() -> None:
    assert prose.with_code("run `a <b>` & `c`") == "run <code>a &lt;b&gt;</code> &amp; <code>c</code>"
    assert prose.with_code("one ` alone") == "one <code> alone</code>"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 24, 7, 5, tzinfo=UTC), "Tue 24 Nov, 09:05"),
        (datetime(2026, 12, 31, 22, 5, tzinfo=UTC), "1 Jan 2027, 00:05"),
    ],
)
def test_moments_are_said_in_the_zone_with_the_year_where_it_is_another(
    frozen: FrozenClock, at: datetime, said: str
) -> None:
    assert prose.moment(at, HELSINKI) == said


def test_cities_are_named_and_too_many_are_counted(network: Network) -> None:
    assert prose.cities_named(network, ()) == "All cities"
    assert prose.cities_named(network, ("tampere", "atlantis")) == "Tampere, atlantis"
    assert prose.cities_named(network, ("tampere", "turku", "oulu", "lahti")) == "Tampere, Turku and 2 more"


def test_a_reason_that_this_process_cannot_say_is_shown_as_it_stands(network: Network) -> None:
    assert prose.because(network, "city_topic:atlantis:diving") == "city_topic:atlantis:diving"
    assert prose.topic_name(network, "diving") == "diving"


def test_what_a_browser_chokes_on_is_replaced(app: Flask) -> None:
    with app.test_request_context():
        for text in ("\x00", "\x1b", "\ud800", "\x7f"):
            shown = page("fault.html", title=f"a{text}b", advice="").get_data(as_text=True)
            assert "a\ufffdb" in shown
            assert text not in shown


def test_queries_become_what_the_database_takes() -> None:
    assert number("12") == 12
    assert [number(text) for text in ("", "x", "-1", "1e3", "٣", "9" * 10, None)] == [None] * 7
    assert words(" a\x00 \ud800b\n") == "a b"
    assert len(words("x" * 9000)) == 200


@pytest.mark.parametrize("path", ["/a", "/a?b=c&d=%2F", "/"])
def test_a_form_leads_back_into_the_house(path: str) -> None:
    assert back_to(path, "/home") == path


def test_the_version_is_the_projects() -> None:
    assert f'version = "{VERSION}"' in Path("pyproject.toml").read_text("utf-8")
    assert set(STATE_WORDS) == set(STATES)
