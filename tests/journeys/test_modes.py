"""What the delivery mode lets out, and that changing it releases nothing."""

from __future__ import annotations

from tests.town import COMMON, TAMPERE, OpenTown, text_of

FOR_ALL: dict[str, list[str]] = {"cities": [], "topics": []}


def test_in_preview_nothing_leaves_and_everything_is_shown(open_town: OpenTown) -> None:
    town = open_town(delivery_mode="preview")
    town.publish()
    assert town.told() == {}
    assert town.slack.connections + town.smtp.connections == 0
    page = town.client.get("/preview").text
    for shown in ("Vähähiilinen Tampere", "Alice", TAMPERE, COMMON, "Charlie"):
        assert shown in page


def test_with_an_allow_list_only_those_on_it_get_anything(open_town: OpenTown) -> None:
    town = open_town(
        delivery_mode="allowlist", send_only_to=frozenset({"alice@example.org", TAMPERE.lower()})
    )
    town.publish(**FOR_ALL)
    assert town.told() == {"alice@example.org": 1, TAMPERE: 1}


def test_going_live_releases_nothing_that_was_previewed(open_town: OpenTown) -> None:
    town = open_town(delivery_mode="preview")
    town.publish()
    live = open_town(delivery_mode="live")
    live.settle()
    assert live.told() == {}
    live.publish(external_id="second")
    assert live.told() == {TAMPERE: 1, COMMON: 1, "alice@example.org": 1}


def test_a_medium_that_is_not_configured_keeps_its_messages_until_it_is(open_town: OpenTown) -> None:
    town = open_town(smtp_host=None)
    town.publish()
    assert town.told() == {TAMPERE: 1, COMMON: 1}
    assert "email is not configured" in town.client.get("/").text.lower()
    mended = open_town()
    mended.hand.advance(minutes=6)
    mended.settle()
    assert "Vähähiilinen" in text_of(mended.mails("alice@example.org")[0])
