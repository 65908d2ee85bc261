"""Lists of articles on web pages, by selectors."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.clock import When
from bot.contracts import Fetched, SourceFault
from integrations.html_list.source import HtmlListOptions
from tests.fakes.feeds import FakeFeeds
from tests.integrations.page_sources import HTML, asked, page, told

OPTIONS = {"item": "li.article", "title": "h3", "date": ".meta", "category": ".meta", "summary": "p"}


def item(slug: str, title: str, meta: str = "12.05.2026 • Vähähiilisyys", text: str = "Tiivistelmä") -> str:
    return (
        f'<li class="article"><a href="/{slug}/"><h3>{title}</h3></a>'
        f'<span class="meta">{meta}</span><p>{text}</p></li>'
    )


def listed(*items: str) -> str:
    more = "<p>Innokaupungit vauhdittavat kestävää kasvua kaupungeissa ympäri Suomen.</p>" * 3
    return page(f"<main><h1>Ajankohtaista</h1>{more}<ul>{''.join(items)}</ul></main>")


def ask(site: FakeFeeds, body: str | bytes, since: Any = None, **options: Any) -> Fetched:
    site.serve("/ajankohtaista", body, options.pop("content_type", HTML))
    return asked("html_list", site, since, url=site.url("/ajankohtaista"), **{**OPTIONS, **options})


def test_an_article_is_known_by_its_link_and_told_with_date_and_category(feeds: FakeFeeds) -> None:
    fetched = ask(feeds, listed(item("a", "Eka &amp; toka"), item("b", "Toka", "Rahoitus | Tampere")))
    first, second = told(fetched).values()
    assert [each.external_id for each in fetched.reports] == [feeds.url("/a/"), feeds.url("/b/")]
    assert (first.title, first.body, first.url) == (
        {"fi": "Eka & toka"},
        {"fi": "Tiivistelmä"},
        feeds.url("/a/"),
    )
    assert (first.published_at, first.topics, first.cities) == (
        When.parse("2026-05-12"),
        ("vahahiilisyys",),
        (),
    )
    assert (second.published_at, second.topics, second.cities) == (None, ("vesi",), ("tampere",))


def test_links_alone_make_a_list(feeds: FakeFeeds) -> None:
    body = page(
        "<main><ul><li><a href='/x'>Uutinen yksi kaupungeista</a></li><li><a href='/y'>Toinen</a></li></ul></main>"
        * 1
    )
    fetched = ask(feeds, body, item="main li a", title=None, date=None, category=None, summary=None)
    assert [each.title["fi"] for each in told(fetched).values()] == ["Uutinen yksi kaupungeista", "Toinen"]


def test_the_same_list_is_unchanged_in_any_order(feeds: FakeFeeds) -> None:
    first = ask(feeds, listed(item("a", "A"), item("b", "B")))
    assert ask(feeds, listed(item("b", "B"), item("a", "A")), first.cursor).unchanged
    assert not ask(feeds, listed(item("a", "A"), item("b", "B2")), first.cursor).unchanged


def test_one_bad_item_costs_only_itself(feeds: FakeFeeds) -> None:
    hostile = '<li class="article"><a href="javascript:alert(1)"><h3>X</h3></a></li>'
    fetched = ask(feeds, listed(hostile, item("a", ""), item("b", "<b>B</b><script>alert(1)</script>")))
    assert [each.details.title for each in fetched.reports if each.details] == [{"fi": "B"}]
    assert ["no link" in fetched.faults[0], "no title" in fetched.faults[1]] == [True, True]


def test_a_page_that_is_built_otherwise_is_a_fault(feeds: FakeFeeds) -> None:
    with pytest.raises(SourceFault, match="built otherwise") as fault:
        ask(feeds, listed(item("a", "A")).replace('class="article"', 'class="teaser"'))
    assert fault.value.kind == "structure"


@pytest.mark.parametrize(
    "options",
    [{}, {"item": "li["}, {"item": ""}, {"item": "li", "title": "::x:("}, {"item": "li", "colour": "red"}],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        HtmlListOptions.model_validate({"url": "https://a.fi/", **options})
