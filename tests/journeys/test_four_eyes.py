"""From a mailed link to a message: two coordinators, one announcement, real mail."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.people.enrolment import Person
from tests.town import Town, text_of
from tests.unit.web.browser import Browser, seen

COORDINATORS = (
    Person("Dora", "dora@example.org", ("oulu",), role="coordinator", language="en"),
    Person("Eve", "eve@example.org", ("oulu",), role="admin", language="sv"),
)


def signed_in(town: Town, name: str) -> Browser:
    """A browser that asked for a link, found it in its mail, and pressed the button."""
    browser = Browser.of(town.app)
    browser.submit("/sign-in", "/sign-in/mail", email=f"{name}@example.org")
    town.settle()
    (mail,) = [each for each in town.mails(f"{name}@example.org") if "/sign-in/" in text_of(each)]
    assert mail["List-Unsubscribe"] is None
    (link,) = set(re.findall(r"http://\S+/sign-in/[\w.-]+", text_of(mail)))
    path = urlsplit(link).path
    assert browser.submit(path, path).status_code == 303
    return browser


def test_an_announcement_is_written_approved_and_read(town: Town) -> None:
    town.enrol(*COORDINATORS)
    dora, eve = signed_in(town, "dora"), signed_in(town, "eve")
    form = {"kind": "announcement", "visibility": "network", "title_fi": "Tervetuloa", "cities": "tampere"}
    dora.submit("/announce", "/announce", **form, do="submit")
    town.settle()
    (told,) = [mail for mail in town.mails("eve@example.org") if "Tervetuloa" in str(mail["Subject"])]
    assert "/approvals/1" in text_of(told)
    assert len(town.mails("dora@example.org")) == 1
    assert "Dora" in seen(eve.get("/approvals/1"))
    eve.submit("/approvals/1", "/approvals/1/approve", version="1")
    town.settle()
    assert [str(mail["Subject"]) for mail in town.mails("alice@example.org")] == []
    town.hand.advance(minutes=1)
    town.settle()
    assert ["Tervetuloa" in str(mail["Subject"]) for mail in town.mails("alice@example.org")] == [True]


def test_a_link_that_was_used_opens_nothing_for_who_finds_the_mail(town: Town) -> None:
    town.enrol(*COORDINATORS)
    signed_in(town, "dora")
    (mail,) = town.mails("dora@example.org")
    path = urlsplit(re.findall(r"http://\S+/sign-in/[\w.-]+", text_of(mail))[0]).path
    thief = Browser.of(town.app)
    assert thief.get(path).status_code == 410
    assert "Ask for a new link" in seen(thief.get(path))
