"""The page inside the workspace in a real browser: framed by another site, by keyboard, without cookies and scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import Workspace
from tests.unit.approval.test_file_kinds import picture
from tests.workspace import signed

pytestmark = pytest.mark.of_sqlite

Open = Callable[..., Page]


def inside(page: Page) -> Frame:
    """The document of the frame."""
    return page.frames[1]


def violations(frame: Frame) -> list[tuple[str, Any]]:
    """What axe-core finds wrong with a document."""
    found = Axe().run(cast(Page, frame)).response["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found]


def test_by_keyboard_alone_an_answer_is_given_and_seen(open_page: Open, workspace: Workspace) -> None:
    page = open_page(workspace.own + signed(), java_script_enabled=False)
    frame = page.frame_locator("iframe")
    button = frame.locator("#item-1").get_by_role("button", name="Kiinnostaa")
    expect(button).to_have_attribute("aria-pressed", "false")
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.and_(frame.locator(":focus")).count():
            break
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(frame.locator("#item-1").get_by_role("status")).to_be_visible()
    assert page.context.cookies() == []


@pytest.mark.parametrize("email", ["alice@example.org", "charlie@example.org", "mallory@example.org"])
def test_nothing_is_in_the_way_of_anybody(open_page: Open, workspace: Workspace, email: str) -> None:
    """A contact's, a coordinator's and a guest's page: axe-core finds nothing, all opened and in the dark too."""
    page = open_page(workspace.own + signed(email), width=360)
    frame = inside(page)
    assert violations(frame) == []
    frame.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.emulate_media(color_scheme="dark")
    assert violations(frame) == []
    assert frame.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_told_and_refused_is_readable_too(open_page: Open, workspace: Workspace) -> None:
    page = open_page(workspace.own + signed("charlie@example.org"))
    frame = inside(page)
    frame.get_by_role("button", name="Svenska").click()
    expect(frame.get_by_role("heading", name="Utsläppssnål stadsregion 2027")).to_be_visible()
    frame.locator("summary", has_text="Skriv ett meddelande").click()
    frame.get_by_role("button", name="Lägg fram").click()
    expect(frame.get_by_role("alert")).to_be_visible()
    assert violations(frame) == []
    frame.get_by_label("Rubrik: Svenska").fill("Möte")
    frame.get_by_label("Text: Svenska").fill("Välkomna.")
    frame.get_by_role("button", name="Lägg fram").click()
    expect(frame.get_by_role("status")).to_have_text("Framlagt: en annan koordinator godkänner det.")
    assert violations(inside(open_page(workspace.own + signed(secret="guessed-secret")))) == []


def test_a_picture_goes_with_an_announcement_without_a_script(open_page: Open, workspace: Workspace) -> None:
    page = open_page(workspace.own + signed("charlie@example.org"), width=360)
    frame = inside(page)
    frame.locator("summary", has_text="Post an announcement").click()
    frame.get_by_label("Title: English").fill("Meeting")
    chosen: Any = {"name": "bridge.png", "mimeType": "image/png", "buffer": picture("PNG")}
    frame.get_by_label("Add", exact=True).set_input_files(chosen)
    frame.get_by_role("button", name="Put forward").click()
    asked = frame.get_by_label("What bridge.png shows, in words")
    expect(asked).to_have_attribute("aria-invalid", "true")
    assert violations(frame) == []
    assert frame.evaluate("document.documentElement.scrollWidth") <= 360
    asked.fill("A bridge at night")
    frame.get_by_role("button", name="Put forward").click()
    expect(frame.get_by_role("status")).to_have_text("Put forward: another coordinator approves it.")


_PAIR = """selector => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.cssText = 'forced-color-adjust: none; background: Highlight; color: HighlightText';
  const colours = each => { const style = getComputedStyle(each); return [style.backgroundColor, style.color] };
  const found = [...document.querySelectorAll(selector)].map(colours), meant = colours(probe);
  probe.remove();
  return [found, meant];
}"""


def test_in_high_contrast_what_is_chosen_what_presses_and_what_is_told_stand_out(
    open_page: Open, workspace: Workspace
) -> None:
    page = open_page(workspace.own + signed("charlie@example.org"), forced_colors="active")
    frame = inside(page)
    frame.locator("#item-1").get_by_role("button", name="Interested").click()
    expect(frame.locator("#item-1").get_by_role("status")).to_be_visible()
    for selector, count in (("[aria-pressed=true]", 2), ("button.primary", 3)):
        found, meant = frame.evaluate(_PAIR, selector)
        assert found == [meant] * count, selector
    (plain, *_), meant = frame.evaluate(_PAIR, "#item-2 button")
    assert plain != meant
    for selector in (".chip", "[role=status]"):
        width = "each => getComputedStyle(each).borderTopWidth"
        assert frame.locator(selector).first.evaluate(width) != "0px", selector


def test_another_site_cannot_frame_it(open_page: Open, workspace: Workspace) -> None:
    assert "Alice" not in inside(open_page(workspace.foreign + signed())).content()
    assert "Alice" in inside(open_page(workspace.own + signed())).content()
