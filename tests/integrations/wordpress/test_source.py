"""Posts of a WordPress site, as its own documentation shapes them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from bot.clock import When
from bot.contracts import Fetched, SourceFault
from integrations.wordpress.source import WordPressOptions
from tests.fakes.feeds import FakeFeeds
from tests.integrations.page_sources import LOGIN, asked, told

POSTS = "/wp-json/wp/v2/posts"


def post(number: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "guid": {"rendered": f"https://site.example/?p={number}"},
        "link": f"https://site.example/haku-{number}/",
        "date_gmt": "2026-05-12T05:30:00",
        "title": {"rendered": "Haku &#8211; uusi"},
        "content": {
            "rendered": "<p>Teksti <a href='/lisaa'>lisää</a><script>alert(1)</script></p>",
            "protected": False,
        },
        "excerpt": {"rendered": "<p>Lyhyt</p>", "protected": False},
        "_embedded": {
            "wp:term": [[{"name": "Tampere"}, {"name": "Rahoitus"}], [{"name": "V\u00e4h\u00e4hiilisyys"}]]
        },
        **more,
    }


def ask(feeds: FakeFeeds, posts: Any, since: Any = None, **options: Any) -> Fetched:
    body = posts if isinstance(posts, bytes) else json.dumps(posts).encode()
    feeds.serve(POSTS, body, "application/json")
    return asked("wordpress", feeds, since, url=feeds.url("/"), **options)


def test_a_post_is_told_with_its_categories_and_safe_text(feeds: FakeFeeds) -> None:
    told_of = told(ask(feeds, [post()], language="sv"))["https://site.example/?p=7"]
    assert told_of.title == {"sv": "Haku – uusi"}
    assert told_of.body == {"sv": "Teksti [lisää](https://site.example/lisaa)"}
    assert told_of.url == "https://site.example/haku-7/"
    assert (told_of.cities, told_of.topics) == (("tampere",), ("vahahiilisyys",))
    assert told_of.published_at == When.parse("2026-05-12T05:30:00Z")
    query = parse_qs(urlsplit(feeds.requests[0].path).query)
    assert query["per_page"] == ["20"]
    assert query["_embed"] == ["wp:term"]
    assert {"link", "_links", "_embedded"} <= set(query["_fields"][0].split(","))


def test_what_did_not_change_is_unchanged_and_what_did_is_told_again(feeds: FakeFeeds) -> None:
    first = ask(feeds, [post(7), post(8)])
    assert ask(feeds, [post(8), post(7)], first.cursor).unchanged
    changed = ask(feeds, [post(7), post(8, title={"rendered": "Toinen"})], first.cursor)
    assert not changed.unchanged
    assert {each.external_id for each in changed.reports} == {
        "https://site.example/?p=7",
        "https://site.example/?p=8",
    }


def test_a_new_title_and_address_leave_a_post_the_same(feeds: FakeFeeds) -> None:
    moved = post(7, link="https://site.example/uusi/", title={"rendered": "Uusi"})
    assert list(told(ask(feeds, [moved]))) == ["https://site.example/?p=7"]


def test_one_bad_post_costs_only_itself(feeds: FakeFeeds) -> None:
    empty = post(9, title={"rendered": ""}, content={"rendered": ""}, excerpt={"rendered": ""})
    fetched = ask(feeds, [{"id": "no", "link": "https://site.example/x"}, post(8), empty, "nonsense"])
    assert [each.external_id for each in fetched.reports] == ["https://site.example/?p=8"]
    assert len(fetched.faults) == 3
    assert "https://site.example/x" in fetched.faults[0]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"code":"rest_disabled","message":"REST is <b>off</b>"}', "structure"),
        (json.dumps([post()]).encode()[:-40], "structure"),
        (LOGIN.encode(), "not_content"),
        (b"", "structure"),
        (b'["a", "b"]', "structure"),
    ],
)
def test_what_is_no_list_of_posts_is_a_fault(feeds: FakeFeeds, body: bytes, kind: str) -> None:
    with pytest.raises(SourceFault) as fault:
        ask(feeds, body)
    assert fault.value.kind == kind


def test_posts_that_are_suddenly_gone_are_a_fault(feeds: FakeFeeds) -> None:
    first = ask(feeds, [post()])
    with pytest.raises(SourceFault, match="1 stood there before") as fault:
        ask(feeds, [], first.cursor)
    assert fault.value.kind == "empty"


@pytest.mark.parametrize(
    "options", [{}, {"url": "https://a:b@c.fi/"}, {"url": "https://c.fi", "path": "https://d.fi"}]
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        WordPressOptions.model_validate(options)
