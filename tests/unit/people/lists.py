"""Lists of contacts, as coordinators hand them in, and what became of them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from bot.network import Network
from bot.people.enrolment import Enrolled, enrol_all
from bot.people.import_csv import read_people
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic

HEAD = (
    "name,email,slack_user_id,city,role,language,timezone,topics,rhythm,slack_team_id,channel,"
    "hours,ladder,digest_day,digest_hour,letter"
)
ALICE = "Alice,alice@example.org,UALICE,tampere,contact,fi,Europe/Helsinki,vesi,now,,,,,,,yes"
ALWAYS = ALICE.replace(",now,,,,", ",now,,,always,")
"""Alice, who takes messages at any hour: for tests on a real clock."""
BOB = 'Bob,bob@example.org,,oulu,city_lead,sv,Europe/Stockholm,,weekly,,,always,"14,2",monday,9,no'


def a_file(folder: Path, *lines: str, head: str = HEAD, name: str = "contacts.csv") -> Path:
    """A CSV file with a heading and these lines."""
    path = folder / name
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return path


def take_in(database: Database, network: Network, path: Path) -> Enrolled:
    """Import a file."""
    people = read_people(path, network)
    return database.write(lambda session: enrol_all(session, people))


def contact(database: Database, email: str) -> Contact:
    """The contact of that address."""
    with database.reading() as session:
        return session.scalars(select(Contact).where(Contact.email_key == email)).one()


def ways(database: Database) -> dict[str, list[str]]:
    """Where each contact can be reached, by name: the place that is preferred first, `!` where none is told."""
    with database.reading() as session:
        found: dict[str, list[str]] = {}
        for person in session.scalars(
            select(Contact).where(Contact.erased_at.is_(None)).order_by(Contact.id)
        ):
            told = session.scalars(select(Subscription).where(Subscription.contact_id == person.id)).one()
            places = session.scalars(
                select(Destination)
                .where(Destination.contact_id == person.id)
                .order_by(Destination.id != told.destination_id)
            )
            found[person.name] = [place.address for place in places]
            if told.rhythm == "off":
                found[person.name].insert(0, "!")
        return found


def followed(database: Database) -> dict[str, tuple[str, set[str], set[str]]]:
    """The rhythm, cities and topics of each contact's subscription, by name."""
    with database.reading() as session:
        return {
            name: (
                row.rhythm,
                set(session.scalars(select(SubscriptionCity.city).filter_by(subscription_id=row.id))),
                set(session.scalars(select(SubscriptionTopic.topic).filter_by(subscription_id=row.id))),
            )
            for name, row in session.execute(
                select(Contact.name, Subscription).join(Subscription, Subscription.contact_id == Contact.id)
            )
        }
