"""A command, from Slack's signed request to the answer that its asker sees."""

from __future__ import annotations

from tests.integrations.slack.app.conftest import App


def test_help_is_answered_in_the_askers_language_and_seen_by_them_alone(app: App) -> None:
    alice = app.slack.person("UALICE", email="Alice@Example.org")
    answer = alice.slash("/silta help")
    assert answer.ok
    assert answer.body == ""
    assert app.answer() == 1
    (shown,) = alice.ephemerals
    assert shown.channel == "C1"
    assert shown.blocks
    assert "Vad" in shown.words or "Du kan" in shown.words, shown.words
    (row,) = app.rows()
    assert (row.state, row.fault, row.reply) == ("answered", None, None)
