"""Presets: sources of this network that are added by one word."""

from __future__ import annotations

from bot.app import check_options, integration
from bot.intake.presets import presets
from bot.network import Network
from bot.store.db import Database
from bot.store.sources import Source, source_named
from tests.unit.cli.conftest import Shell


def row(database: Database, name: str) -> Source:
    with database.reading() as session:
        found = source_named(session, name)
    assert found
    return found


def test_every_preset_can_be_added_as_it_stands(network: Network) -> None:
    assert {"innokaupungit", "pirkanmaa", "rakennerahastot", "sttinfo", "urban-initiative"} <= set(presets())
    for preset in presets().values():
        assert set(preset.cities) <= {city.slug for city in network.cities}
        assert set(preset.topics) <= {topic.slug for topic in network.topics}
        for way in preset.ways:
            room = integration(way.kind)
            assert room.source, preset.name
            assert check_options(room, way.options)
            assert way.guessed


def test_a_preset_is_a_source_with_its_languages_topics_and_rhythm(shell: Shell, database: Database) -> None:
    said = shell("sources", "add", "--preset", "rakennerahastot")
    assert said.code == 0
    assert said.lines[0] == "rakennerahastot was added"
    assert "not verified: the paths of the pages" in said.out
    calls = row(database, "rakennerahastot")
    assert (calls.kind, calls.every, calls.sifted, calls.first_poll) == (
        "rakennerahastot",
        86_400,
        True,
        "silent",
    )
    shell("sources", "add", "--preset", "urban-initiative", "eui", "--way", "feed")
    news = row(database, "eui")
    assert (news.kind, news.defaults["language"], news.defaults["topics"]) == (
        "feed",
        "en",
        ["kaupunkikehittaminen"],
    )


def test_what_is_said_beside_a_preset_goes_before_it(shell: Shell, database: Database) -> None:
    shell(
        "sources", "add", "--preset", "pirkanmaa", "news", "--publish", "at_once", "--all", "--every", "3600",
        "--set", "url=https://www.pirkanmaa.fi/toinen/",
    )  # fmt: skip
    news = row(database, "news")
    assert (news.publish, news.sifted, news.every) == ("at_once", False, 3_600)
    assert news.options == {"url": "https://www.pirkanmaa.fi/toinen/"}
    assert news.defaults["visibility"] == "public"


def test_the_list_says_what_of_each_is_not_verified(shell: Shell) -> None:
    said = shell("sources", "presets").out
    for preset in presets().values():
        assert f"{preset.name}\t" in said
    assert said.count("not verified: ") == sum(len(preset.ways) for preset in presets().values())


def test_what_cannot_be_done_is_said(shell: Shell) -> None:
    for words, why in (
        (["--preset", "inokaupungit"], "there is no preset 'inokaupungit': there are innokaupungit"),
        (["--preset", "urbact", "--way", "feed"], "urbact is not read as 'feed': there are page_watch"),
        (["--preset", "urbact", "feed", "news"], "only a NAME is given"),
        (["--way", "feed", "feed", "news"], "--way belongs to --preset"),
        (["feed"], "KIND and NAME are wanted"),
        ([], "KIND and NAME are wanted"),
        (["rakennerahastot", "x", "--every", "3600"], "asked at most every 21,600 seconds"),
    ):
        said = shell("sources", "add", *words)
        assert said.code != 0
        assert why in said.err
