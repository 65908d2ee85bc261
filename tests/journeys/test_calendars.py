"""A deadline in calendars: in the mail, in the city's calendar and in one's own; it moves, and is cancelled."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import vobject

from bot.store.contacts import contact_by_email
from tests.town import OpenTown, Town

Shown = tuple[str, int, str]
"""Day and hour of the deadline, SEQUENCE and STATUS."""


def shown(source: str) -> dict[str, Shown]:
    found: list[Any] = getattr(vobject.readOne(source), "vevent_list", [])
    return {
        each.uid.value: (f"{each.dtstart.value:%d %H:%M}", int(each.sequence.value), each.status.value)
        for each in found
    }


def attached(mail: EmailMessage) -> str:
    (file,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert file.get_filename() == "silta-1.ics"
    content = file.get_content()
    assert isinstance(content, str)
    return content


def everywhere(town: Town, address: str = "alice@example.org") -> list[dict[str, Shown]]:
    """The item in the last mail, in the city's calendar, and in the reader's own."""
    with town.house.database.reading() as session:
        contact = contact_by_email(session, address)
        assert contact
        own = town.house.links.calendar(contact.pseudonym, contact.links_version)
    city = town.client.get("/calendar/tampere.ics").text
    mine = town.client.get(own.removeprefix("http://127.0.0.1:8000")).text
    return [shown(attached(town.mails(address)[-1])), shown(city), shown(mine)]


def test_the_same_entry_moves_and_is_cancelled_in_the_mail_and_in_both_calendars(open_town: OpenTown) -> None:
    town = open_town()
    town.publish()
    assert everywhere(town) == [{"1-closes@innokaupungit.fi": ("15 16:15", 0, "CONFIRMED")}] * 3
    town.update(closes_at="2027-01-29T16:15:00+02:00")
    town.hand.advance(minutes=11)
    town.settle()
    assert len(town.mails("alice@example.org")) == 2
    assert everywhere(town) == [{"1-closes@innokaupungit.fi": ("29 16:15", 1, "CONFIRMED")}] * 3
    town.withdraw()
    town.hand.advance(hours=1, minutes=11)
    town.settle()
    assert everywhere(town) == [{"1-closes@innokaupungit.fi": ("29 16:15", 2, "CANCELLED")}] * 3


def test_what_only_the_network_may_see_is_in_ones_own_calendar_alone(open_town: OpenTown) -> None:
    town = open_town()
    town.publish(visibility="network")
    in_mail, of_city, own = everywhere(town)
    assert in_mail == own != {}
    assert of_city == {}
