"""A page that is edited in place: what is told of it, when it is another round, and what is noise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot import clock
from bot.clock import When
from bot.contracts import Details, Fetched, SourceFault
from integrations.page_watch.source import PageWatchOptions
from tests.fakes.feeds import FakeFeeds
from tests.integrations.page_sources import HTML, asked, page

FIRST = (
    "<h1>EAKR-rahoitus</h1><p>Haku on auki 2.4.–6.5.2026. Haettavana on 2 000 000 euroa.</p>"
    "<p>Hakijoina voivat olla julkiset organisaatiot.</p><p>Päivitetty 1.4.2026 klo 9.15</p><p>Luettu 123 kertaa</p>"
)
APRIL = datetime(2026, 4, 20, 9, tzinfo=UTC)
AUTUMN = datetime(2026, 9, 1, 9, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def turn(moment: datetime) -> None:
        clock.use(lambda: moment)

    return turn


@pytest.fixture(autouse=True)
def _april() -> Any:
    clock.use(lambda: APRIL)
    yield
    clock.use(None)


def ask(feeds: FakeFeeds, content: str, since: Any = None, **options: Any) -> Fetched:
    feeds.serve(
        "/rahoitus",
        page(f"<nav>Etusivu</nav><main>{content}</main>") if "<html" not in content else content,
        HTML,
    )
    return asked("page_watch", feeds, since, url=feeds.url("/rahoitus"), item_kind="call", **options)


def only(fetched: Fetched) -> tuple[str, Details]:
    [report] = fetched.reports
    assert report.details is not None
    return report.external_id, report.details


def test_at_first_sight_the_page_is_told_with_its_dates(feeds: FakeFeeds) -> None:
    own, said = only(ask(feeds, FIRST))
    assert own == feeds.url("/rahoitus") + "#2026-05-06"
    assert (said.title, said.url, said.kind) == ({"fi": "EAKR-rahoitus"}, feeds.url("/rahoitus"), "call")
    assert (said.opens_at, said.closes_at) == (When.parse("2026-04-02"), When.parse("2026-05-06"))
    assert "2 000 000 euroa" in said.body["fi"]
    assert "Etusivu" not in said.body["fi"]


NOISE = {
    "the day of updating": FIRST.replace("1.4.2026 klo 9.15", "3.4.2026 klo 10.00"),
    "a counter": FIRST.replace("123", "1 240"),
    "blanks": FIRST.replace("</p>", "  </p>\n\n\t").replace("Haku on", "Haku\n   on"),
    "an attribute": FIRST.replace("<p>", "<p data-session='x1'>"),
    "a script": FIRST + "<script>var now = 12345</script>",
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_is_no_change(feeds: FakeFeeds, name: str) -> None:
    first = ask(feeds, FIRST)
    assert ask(feeds, NOISE[name], first.cursor).unchanged


def test_a_line_about_an_update_that_says_something_is_no_noise(feeds: FakeFeeds) -> None:
    first = ask(feeds, FIRST)
    assert not ask(feeds, FIRST + "<p>Päivitetty 3.4.: haku jatkuu 8.5. asti</p>", first.cursor).unchanged


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", ("Ennen", "Nyt", "Lisätty", "Poistettu")), ("sv", ("Tidigare", "Nu", "Tillagt", "Borttaget")),
     ("en", ("Before", "Now", "Added", "Removed"))],
)  # fmt: skip
def test_a_change_is_a_revision_that_shows_what_is_otherwise(
    feeds: FakeFeeds, language: str, words: tuple[str, ...]
) -> None:
    first = ask(feeds, FIRST, language=language)
    edited = (
        FIRST.replace("2 000 000 euroa", "3 500 000 euroa")
        .replace("<p>Hakijoina voivat olla julkiset organisaatiot.</p>", "")
        .replace("<h1>", "<p>Hakuinfo pidetään <em>Teamsissa</em> &lt;b&gt; 14.4.</p><h1>")
    )
    own, said = only(ask(feeds, edited, first.cursor, language=language))
    assert own == first.reports[0].external_id
    body = next(iter(said.body.values()))
    change, _, rest = body.partition({"fi": "Sivu nyt", "sv": "Sidan nu", "en": "The page now"}[language])
    assert all(word in change for word in words)
    assert "**3 500**" in change
    assert "2 000 000" in change
    assert "Hakijoina voivat olla julkiset organisaatiot." in change
    assert "Hakijoina" not in rest
    assert "3 500 000" in rest
    assert "Hakuinfo pidetään Teamsissa" in change


def test_a_deadline_that_moves_while_the_round_is_open_is_the_same_call(feeds: FakeFeeds) -> None:
    first = ask(feeds, FIRST)
    own, said = only(ask(feeds, FIRST.replace("6.5.2026", "20.5.2026"), first.cursor))
    assert own == first.reports[0].external_id
    assert said.closes_at == When.parse("2026-05-20")


def test_a_new_deadline_after_the_last_has_passed_is_a_new_round(
    feeds: FakeFeeds, at: Callable[[datetime], None]
) -> None:
    first = ask(feeds, FIRST)
    at(AUTUMN)
    own, said = only(ask(feeds, FIRST.replace("2.4.–6.5.2026", "1.9.–30.10.2026"), first.cursor))
    assert own == feeds.url("/rahoitus") + "#2026-10-30"
    assert "Ennen" not in said.body["fi"]


def test_the_day_of_a_round_that_is_over_may_be_put_right(
    feeds: FakeFeeds, at: Callable[[datetime], None]
) -> None:
    first = ask(feeds, FIRST)
    at(AUTUMN)
    righted = ask(feeds, FIRST.replace("6.5.2026", "8.5.2026"), first.cursor)
    assert only(righted)[0] == first.reports[0].external_id


def test_a_round_that_nobody_saw_open_is_a_round_of_its_own(
    feeds: FakeFeeds, at: Callable[[datetime], None]
) -> None:
    first = ask(feeds, FIRST)
    at(AUTUMN)
    missed = ask(feeds, FIRST.replace("2.4.–6.5.2026", "1.6.–30.6.2026"), first.cursor)
    assert only(missed)[0] == feeds.url("/rahoitus") + "#2026-06-30"


def test_what_is_said_after_the_round_belongs_to_it_and_does_not_hide_the_next(
    feeds: FakeFeeds, at: Callable[[datetime], None]
) -> None:
    first = ask(feeds, FIRST)
    at(AUTUMN)
    closed = ask(
        feeds, "<h1>EAKR-rahoitus</h1><p>Haku on päättynyt. Seuraava haku avautuu syksyllä.</p>", first.cursor
    )
    assert only(closed)[0] == first.reports[0].external_id
    following = ask(feeds, FIRST.replace("2.4.–6.5.2026", "1.9.–30.10.2026"), closed.cursor)
    assert only(following)[0] == feeds.url("/rahoitus") + "#2026-10-30"


@pytest.mark.parametrize(
    "text",
    [
        "<p>Haku A on auki 2.4.–6.5.2026.</p><p>Haku B on auki 2.4.–30.6.2026.</p>",
        "<p>Haku on auki 31.2.–40.5.2026.</p>",
        "<p>Hakuinfo 14.4.2026.</p>",
        "<p>Haku on auki 1.1.1826–5.5.1826.</p>",
    ],
)
def test_what_is_not_beyond_doubt_is_no_deadline(feeds: FakeFeeds, text: str) -> None:
    own, said = only(ask(feeds, f"<h1>EAKR</h1><p>Rahoitusta kaupungeille.</p>{text}"))
    assert (own, said.closes_at) == (feeds.url("/rahoitus"), None)


def test_of_rounds_that_are_over_and_one_that_is_not_the_latter_counts(feeds: FakeFeeds) -> None:
    text = "<p>Kevään haku 2.1.–1.2.2026.</p><p>Uusi haku 2.4.–6.5.2026.</p>"
    assert only(ask(feeds, f"<h1>EAKR</h1>{text}"))[1].closes_at == When.parse("2026-05-06")


ELSEWHERE = {
    "a page of which nothing is left": "<h1>EAKR-rahoitus</h1><p>Sivua ei löytynyt.</p>",
    "a name and a deadline that are gone": "<h1>Poissa</h1><p>Hakijoina voivat olla julkiset organisaatiot.</p>",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_hardly_is_the_page_is_told_only_when_it_stays(feeds: FakeFeeds, name: str) -> None:
    long = FIRST + "".join(f"<p>Rivi {number} kertoo rahoituksesta</p>" for number in range(9))
    first = ask(feeds, long)
    with pytest.raises(SourceFault, match="hardly the page") as doubted:
        ask(feeds, ELSEWHERE[name], first.cursor)
    assert doubted.value.kind == "structure"
    with pytest.raises(SourceFault, match="hardly the page"):
        ask(feeds, "<h1>Muuta</h1>", doubted.value.cursor)
    back = ask(feeds, long, doubted.value.cursor)
    assert back.unchanged
    with pytest.raises(SourceFault, match="hardly the page"):
        ask(feeds, ELSEWHERE[name], back.cursor)
    own, said = only(ask(feeds, ELSEWHERE[name], doubted.value.cursor))
    assert (own, said.closes_at) == (first.reports[0].external_id, None)


def test_what_is_left_out_and_what_is_chosen(feeds: FakeFeeds) -> None:
    options = {"text": "#call", "ignore": ".news", "title": "Pirkanmaan AKKE"}
    content = (
        "<h1>Sivu</h1><div id=call><p>Haku jatkuu.</p><div class=news>Uutinen {}</div></div><p>Muuta {}</p>"
    )
    first = ask(feeds, content.format(1, 1), **options)
    assert only(first)[1].title == {"fi": "Pirkanmaan AKKE"}
    assert ask(feeds, content.format(2, 2), first.cursor, **options).unchanged


def test_a_selector_that_finds_nothing_is_a_fault(feeds: FakeFeeds) -> None:
    for text in ("#gone", "main h6"):
        with pytest.raises(SourceFault, match="built otherwise") as fault:
            ask(feeds, FIRST, text=text)
        assert fault.value.kind == "structure"
    with pytest.raises(SourceFault, match="empty"):
        ask(feeds, f"{FIRST}<div id=x> — </div>", text="#x")


def test_a_page_of_thousands_of_lines_is_compared_in_time(feeds: FakeFeeds) -> None:
    lines = [f"<p>Rivi {number} kertoo rahoituksesta</p>" for number in range(4_000)]
    first = ask(feeds, "".join(lines))
    _, said = only(ask(feeds, "".join(reversed(lines)), first.cursor))
    assert len(said.body["fi"]) <= 50_000


@pytest.mark.parametrize("options", [{"text": "a["}, {"ignore": ":::"}, {"text": ""}, {"selector": "main"}])
def test_options_that_cannot_be_meant_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        PageWatchOptions.model_validate({"url": "https://a.fi/", **options})
