"""A person's own page: shown when they open it, again when it changes, and never an older one over a newer."""

from __future__ import annotations

import pytest

from tests.fakes.slack_people import Person
from tests.fakes.slack_views import View
from tests.integrations.slack.app.conftest import App


@pytest.fixture
def alice(app: App) -> Person:
    return app.slack.person("UALICE", email="alice@example.org")


def _language(alice: Person) -> str:
    """What is chosen in the list of languages."""
    assert alice.home is not None
    chosen = [
        element["initial_option"]["value"]
        for block in alice.home.blocks
        for element in [*block.get("elements", ()), block.get("accessory") or {}]
        if '"language"' in str(element.get("initial_option", {}).get("value", ""))
    ]
    return chosen[0] if chosen else ""


def _choose(alice: Person, view: View | None, language: str) -> None:
    """Choose a language in the list of that version of the page."""
    assert view is not None
    for block in view.blocks:
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            for option in element.get("options", ()):
                if option["value"] == f'{{"do":"language","language":"{language}"}}':
                    assert alice.press(view, element["action_id"], option["value"]).ok
                    return
    raise AssertionError("languages cannot be chosen")


def test_opening_the_page_shows_it(app: App, alice: Person) -> None:
    assert alice.open_home().ok
    assert alice.home is None
    app.answer()
    assert alice.home is not None
    assert "Tammerfors" in alice.home.text


def test_a_stranger_sees_how_to_become_known(app: App) -> None:
    bob = app.slack.person("UBOB", email="bob@elsewhere.example", locale="sv-SE")
    bob.open_home()
    app.answer()
    assert bob.home is not None
    assert '"open:claim:' in str(bob.home.blocks).replace("'", '"')


def test_a_choice_on_the_page_is_done_and_shown_on_it(app: App, alice: Person) -> None:
    alice.open_home()
    app.answer()
    assert '"sv"' in _language(alice)
    _choose(alice, alice.home, "fi")
    app.answer()
    assert '"fi"' in _language(alice)
    assert "Tampere" in alice.home.text  # type: ignore[union-attr]
    assert alice.ephemerals == []
    assert alice.messages == []


def test_two_choices_in_a_row_on_the_same_version_are_both_shown(app: App, alice: Person) -> None:
    alice.open_home()
    app.answer()
    old = alice.home
    _choose(alice, old, "fi")
    _choose(alice, old, "en")
    app.answer()
    assert '"en"' in _language(alice)
    assert [row.state for row in app.rows()] == ["answered"] * 3


def test_an_older_opening_does_not_cover_a_newer_page(app: App, alice: Person) -> None:
    alice.open_home()
    app.answer()
    alice.open_home()
    _choose(alice, alice.home, "fi")
    app.steps.talk(app.chat)
    app.slack.fail_next("hash_conflict", method="views.publish")
    app.answer()
    assert '"fi"' in _language(alice)
    assert [row.state for row in app.rows()] == ["answered"] * 3


def test_a_command_that_changes_something_is_shown_on_the_page_too(app: App, alice: Person) -> None:
    alice.open_home()
    app.answer()
    alice.slash("/silta language fi")
    app.answer()
    assert len(alice.ephemerals) == 1
    assert '"fi"' in _language(alice)
