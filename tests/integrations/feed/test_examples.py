"""The shipped examples are real input: all of it is read, and nothing in it is wrong."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from bot.contracts import Defaults, Fetched, Surroundings
from bot.intake.fingerprint import fingerprint
from bot.network import load_network
from bot.people.import_csv import read_people
from integrations import load
from integrations.feed.source import EXAMPLES

NETWORK = load_network()


def fetched(example: str, defaults: Defaults) -> Fetched:
    integration = load("feed")
    assert integration.source is not None
    surroundings = Surroundings(
        "example",
        defaults,
        cities=NETWORK.city_names(),
        topics={topic.slug: list(topic.labels.each()) for topic in NETWORK.topics},
        councils=NETWORK.council_names(),
    )
    return integration.source(integration.options(example=example), surroundings).fetch({})


def test_every_call_is_read_with_its_facts() -> None:
    items = json.loads((EXAMPLES / "calls.json").read_bytes())["items"]
    brought = fetched("calls.json", Defaults(kind="call"))
    assert not brought.faults
    calls = {report.external_id: report.details for report in brought.reports if report.details}
    assert len(calls) == len(items) == 41
    assert {details.kind for details in calls.values()} == {"call"}
    assert {language for details in calls.values() for language in details.title} == {"fi", "sv", "en"}
    for item in items:
        details, said = calls[item["id"]], item["_silta"]
        assert details.body
        assert details.url == item["url"]
        assert list(details.cities) == said["cities"]
        amount = said.get("amount_eur")
        if isinstance(amount, dict):
            told = {figure.language: figure.value for figure in details.figures}
            assert (details.amount_eur, told) == (None, amount)
        else:
            assert details.amount_eur == amount
        assert (details.closes_at is not None) == ("closes_at" in said)


def test_one_title_with_three_deadlines_stays_three_calls() -> None:
    reports = fetched("calls.json", Defaults(kind="call")).reports
    titles = Counter(text for report in reports if report.details for text in report.details.title.values())
    assert titles["Innovaatio- ja osaamisverkostot -teeman tutkimushankehaku"] == 3


def test_the_forms_that_real_calls_take_are_all_there() -> None:
    reports = fetched("calls.json", Defaults(kind="call")).reports
    calls = [report.details for report in reports if report.details]
    assert any(len(call.cutoffs) > 1 for call in calls)
    assert any(call.second_stage_at for call in calls)
    assert any(call.continuous and call.closes_at is None for call in calls)
    assert any(call.may_close_early for call in calls)
    assert any(len(call.figures) > 1 for call in calls)
    assert any(call.briefing_at for call in calls)
    assert any(len(call.title) == 3 for call in calls)
    assert max(Counter(call.url for call in calls).values()) > 1
    assert len({fingerprint(call) for call in calls}) == len(calls)


def test_what_is_invented_says_so() -> None:
    reports = fetched("calls.json", Defaults(kind="call")).reports
    invented = [each for each in reports if each.external_id.startswith("keksitty")]
    assert len(invented) == 7
    for report in invented:
        assert report.details is not None
        assert "https://example.org/" in str(report.details.url)
        assert all(
            title.split(":")[0] in {"Esimerkki", "Exempel", "Example"}
            for title in report.details.title.values()
        )


def test_every_news_item_is_read_and_finds_its_city() -> None:
    brought = fetched("news.xml", Defaults(kind="news", visibility="public"))
    assert not brought.faults
    news = [report.details for report in brought.reports if report.details]
    assert len(news) == 29
    assert {language for details in news for language in details.title} == {"fi", "en"}
    assert {city for details in news for city in details.cities} >= {"oulu", "mikkeli", "vaasa"}
    assert all(details.url and details.body for details in news)
    assert sum(details.published_at is None for details in news) == 10


@pytest.mark.parametrize("example", ["calls.json", "news.xml"])
def test_an_example_read_again_is_unchanged(example: str) -> None:
    integration = load("feed")
    assert integration.source is not None
    source = integration.source(integration.options(example=example), Surroundings("example", Defaults()))
    assert source.fetch(source.fetch({}).cursor).unchanged


def test_the_contacts_cover_every_city_in_three_languages() -> None:
    people = read_people(EXAMPLES / "contacts.csv", NETWORK)
    leads = [city for person in people if person.role == "city_lead" for city in person.cities]
    assert sorted(leads) == sorted(NETWORK.city_names())
    assert {person.language for person in people} == {"fi", "sv", "en"}
    assert {person.role for person in people} == {"admin", "coordinator", "city_lead", "contact", "observer"}
    assert {person.rhythm for person in people} == {"now", "daily", "weekly", "off"}
    assert all(person.email.endswith("@example.org") for person in people)
