"""`sources` through the real entry."""

from __future__ import annotations

import re

from sqlalchemy import select

from bot.store.db import Database
from bot.store.sources import Source, source_named
from tests.unit.cli.conftest import Shell


def row(database: Database, name: str) -> Source | None:
    with database.reading() as session:
        return source_named(session, name)


def test_a_feed_is_added_paused_and_resumed(shell: Shell, database: Database) -> None:
    said = shell(
        "sources", "add", "feed", "turku-news", "--set", "example=news.xml", "--city", "turku", "--topic", "vesi",
        "--item-kind", "event", "--visibility", "public", "--language", "sv", "--publish", "after_approval",
        "--urgent", "--first-poll", "announce", "--every", "3600",
    )  # fmt: skip
    assert (said.code, said.out) == (0, "turku-news was added\n")
    feed = row(database, "turku-news")
    assert feed
    assert feed.defaults == {
        "kind": "event", "visibility": "public", "language": "sv", "cities": ["turku"], "topics": ["vesi"],
    }  # fmt: skip
    assert (feed.options, feed.publish, feed.may_be_urgent, feed.first_poll, feed.every) == (
        {"example": "news.xml"}, "after_approval", True, "announce", 3600,
    )  # fmt: skip
    assert shell("sources", "pause", "turku-news").out == "turku-news is paused\n"
    assert "turku-news\tfeed\tnot asked yet\tpaused" in shell("sources", "list").lines
    assert shell("sources", "resume", "turku-news").out == "turku-news brings news again\n"
    assert "turku-news\tfeed\tnot asked yet\twell" in shell("sources", "list").lines


def test_a_paused_source_is_not_asked(shell: Shell) -> None:
    shell("sources", "add", "feed", "news", "--set", "example=news.xml")
    shell("sources", "pause", "news")
    assert shell("poll").out == ""
    shell("sources", "resume", "news")
    assert shell("poll").out.startswith("news: new ")


def test_a_webhook_gets_a_secret_that_is_shown_once(shell: Shell, database: Database) -> None:
    said = shell("sources", "add", "webhook", "partner")
    assert "it listens at POST /in/partner" in said.out
    found = re.search(r"whsec_\S+", said.out)
    assert found
    assert found[0] not in shell("sources", "list").out
    partner = row(database, "partner")
    assert partner
    assert partner.next_at is None


def test_a_source_is_quiet_news_unless_told_otherwise(shell: Shell, database: Database) -> None:
    shell("sources", "add", "feed", "news", "--set", "example=news.xml")
    news = row(database, "news")
    assert news
    assert (news.defaults["kind"], news.publish, news.may_be_urgent, news.first_poll) == (
        "news", "at_once", False, "silent",
    )  # fmt: skip


REFUSED: list[tuple[list[str], int, str]] = [
    (["add", "fax", "x"], 1, "there is no source kind 'fax': there are"),
    (["add", "slack", "x"], 1, "there is no source kind 'slack': there are"),
    (["add", "feed", "Not A Name", "--set", "example=news.xml"], 1, "small letters, digits, - and _"),
    (
        ["add", "feed", "x"],
        1,
        "feed does not take these options: options: Value error, give either url or example",
    ),
    (["add", "feed", "x", "--set", "url"], 1, "--set takes key=value, not 'url'"),
    (["add", "feed", "x", "--set", "=1"], 1, "--set takes key=value, not '=1'"),
    (["add", "feed", "x", "--set", "url=ftp://a"], 1, "feed does not take these options: url: "),
    (["add", "feed", "x", "--set", "uri=https://example.org/"], 1, "uri: Extra inputs are not permitted"),
    (["add", "feed", "x", "--set", "example=../../etc/passwd"], 1, "example: "),
    (
        ["add", "webhook", "x", "--set", "secrets=hunter2"],
        1,
        "webhook does not take these options: secrets",
    ),
    (["add", "feed", "x", "--set", "example=news.xml", "--city", "tampree"], 1, "did you mean tampere?"),
    (["add", "feed", "x", "--set", "example=news.xml", "--topic", "vesii"], 1, "did you mean vesi"),
    (["add", "feed", "x", "--every", "5"], 2, "5 is not in the range"),
    (["add", "sedia", "x", "--every", "3600"], 1, "at most every 21,600 seconds, out of manners"),
    (["add", "webhook", "webhook"], 1, "there is a source 'webhook' already"),
    (["pause", "nothing"], 1, "there is no source 'nothing': there are webhook"),
    (["resume", "nothing"], 1, "there is no source 'nothing': there are webhook"),
]


def test_what_cannot_be_done_is_said(shell: Shell, database: Database) -> None:
    for arguments, code, said in REFUSED:
        found = shell("sources", *arguments)
        assert (arguments, found.code, found.out) == (arguments, code, "")
        assert said in found.err
        assert "hunter2" not in found.err
    with database.reading() as session:
        assert session.scalars(select(Source.name)).all() == ["webhook"]


def test_a_dry_run_says_what_would_come_and_takes_nothing_in(shell: Shell) -> None:
    shell("sources", "add", "feed", "paper", "--set", "example=news.xml")
    for _ in range(2):
        said = shell("poll", "paper", "--dry-run")
        assert "paper: would be new 29, changed 0, unchanged 0" in said.out
    assert "paper: new 29" in shell("poll", "paper").out
    assert "paper: would be new 0, changed 0, unchanged 29" in shell("poll", "paper", "--dry-run").out
    assert "can be asked" in shell("poll", "none", "--dry-run").err


def test_a_source_is_removed_and_put_back(shell: Shell, database: Database) -> None:
    shell("sources", "add", "feed", "turku-news", "--set", "example=news.xml")
    assert shell("sources", "remove", "turku-news").lines == [
        "turku-news was removed; what it brought stays",
        "within 30 days this undoes it: python -m bot sources put-back turku-news",
    ]
    assert "turku-news" not in shell("sources", "list").out
    assert shell("sources", "remove", "turku-news").code == 1
    assert "there are turku-news" in shell("sources", "put-back", "turku").err
    assert shell("sources", "put-back", "turku-news").out == "turku-news is back\n"
    assert "there are none" in shell("sources", "put-back", "turku-news").err
    feed = row(database, "turku-news")
    assert feed
    assert (feed.options, feed.paused) == ({"example": "news.xml"}, False)
    assert "pause it instead" in shell("sources", "remove", "webhook").err
