"""Why one person was told, or not: it says what planning does."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.contracts import CHANNELS, KINDS, RHYTHMS, ROLES, Details, Report
from bot.intake.accept import Rights
from bot.intake.decisions import same
from bot.intake.relevance import Sieve, load_rules
from bot.intake.relevance.correcting import put_aside
from bot.network import Network
from bot.people.conversations import add_conversation
from bot.people.enrolment import Person, enrol, enrol_all
from bot.people.erasure import erase
from bot.planning.audiences import Whom, audience
from bot.planning.case import Case, look
from bot.planning.why import decisions, fits, reason
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.destinations import Subscription
from bot.store.items import Item
from tests.conftest import FrozenClock
from tests.factories import ZONE, details, person, plan, tell

Said = dict[str, str]

NONE = "no personal copy"
FOR_ALL = "the contact none and hears only what is for all"
OULU, VESI, SLACK = ("oulu",), ("vesi",), {"slack_user_id": "UALICE"}


def case(database: Database, item: int = 1, email: str = "alice@example.org") -> Case:
    with database.reading() as session:
        contact = contact_by_email(session, email)
        assert contact
        found = look(session, contact, item)
        assert found
        session.expunge_all()
        return found


def said(database: Database, network: Network, item: int = 1, email: str = "alice@example.org") -> Said:
    """The decisions by their first word."""
    lines = decisions(case(database, item, email), network, ZONE, clock.now())
    return dict(line.partition(": ")[::2] for line in lines)


def someone(dice: random.Random, network: Network, number: int) -> Person:
    cities, topics = ([each.slug for each in these] for these in (network.cities[:4], network.topics[:4]))
    return Person(
        f"Bob {number}", f"bob{number}@example.org", tuple(dice.sample(cities, dice.randint(0, 2))),
        topics=tuple(dice.sample(topics, dice.choice((0, 0, 1, 2)))), rhythm=dice.choice(RHYTHMS),
        channel=dice.choice((None, *CHANNELS)), role=dice.choice(ROLES),
        slack_user_id=f"U{number}" if dice.random() < 0.5 else None,
    )  # fmt: skip


def something(dice: random.Random, network: Network) -> Details:
    cities, topics = ([each.slug for each in these] for these in (network.cities[:4], network.topics[:4]))
    return details(
        kind=dice.choice(KINDS), closes_at=None, urgent=dice.random() < 0.3,
        cities=tuple(dice.sample(cities, dice.randint(0, 2))), topics=tuple(dice.sample(topics, dice.randint(0, 2))),
        roles=tuple(dice.sample(ROLES, dice.choice((0, 0, 0, 2)))),
    )  # fmt: skip


def test_it_says_of_each_what_planning_finds_for_all(database: Database, network: Network) -> None:
    dice = random.Random(2026)
    with database.writing() as session:
        enrol_all(session, [someone(dice, network, number) for number in range(80)])
        for row in session.scalars(select(Subscription).where(Subscription.id % 5 == 0)):
            row.kinds = ",call,event,"
    items = [something(dice, network) for _ in range(40)]
    told = [tell(database, each, name=f"paper-{at}")[0].item_id for at, each in enumerate(items)]
    with database.reading() as session:
        readers = {
            contact.pseudonym: seen.reader
            for contact in session.scalars(select(Contact))
            if (seen := look(session, contact, told[0] or 0)) and seen.reader
        }
        some = 0
        for each, item_id in zip(items, told, strict=True):
            found = audience(network, Whom(each, 0, 1_000_000))
            planned = dict(session.execute(select(found.c.recipient, found.c.reason)).all())
            kept = session.get_one(Item, item_id).content()
            assert {
                who: reason(network, kept, one) for who, one in readers.items() if fits(kept, one)
            } == planned
            some += len(planned)
    assert len(readers) == 80
    assert 300 < some < len(items) * len(readers)


@pytest.mark.parametrize(
    ("mine", "item", "says"),
    [
        ({}, {}, {"cities": "tampere in both"}),
        ({}, {}, {"result": "it fits. You get this because Tampere follows carbon neutrality."}),
        ({"cities": OULU}, {}, {"cities": "no overlap, the item has tampere, the contact oulu", "result": NONE}),
        ({"cities": ()}, {}, {"cities": f"no overlap, the item has tampere, {FOR_ALL}", "result": NONE}),
        ({}, {"cities": ()}, {"cities": "the item names none, so all fit"}),
        ({"topics": VESI}, {}, {"topics": "no overlap, the item has vahahiilisyys, the contact vesi", "result": NONE}),
        ({"topics": ("vesi", "vahahiilisyys")}, {}, {"topics": "vahahiilisyys in both"}),
        ({}, {"topics": VESI}, {"topics": "the contact chose none, so all fit (the item has vesi)"}),
        ({"rhythm": "weekly"}, {}, {"rhythm": "weekly: held for the digest"}),
        ({"rhythm": "weekly"}, {"urgent": True}, {"rhythm": "weekly, but it is urgent: at once"}),
        ({"rhythm": "off"}, {}, {"rhythm": "off, so nothing personal", "result": NONE, "delivery": "none"}),
        ({"channel": "conversation-only"}, {}, {"rhythm": "hears in conversations only, so nothing personal"}),
        ({}, {}, {"channel": "prefers whatever is there, has no Slack identity: by email"}),
        (SLACK, {}, {"channel": "prefers whatever is there, has a Slack identity: by slack"}),
        ({**SLACK, "channel": "email"}, {}, {"channel": "prefers email, has a Slack identity: by email"}),
        ({"role": "observer"}, {}, {"contact": "active, role observer", "roles": "the item names none, so all fit"}),
        (
            {},
            {"roles": ("city_lead", "admin")},
            {
                "roles": "no: for city leads and administrators only; the contact's role is contact",
                "result": NONE,
            },
        ),
        (
            {"role": "city_lead"},
            {"roles": ("city_lead",)},
            {"roles": "for city leads only, and the contact is one"},
        ),
        ({}, {"kind": "news", "urgent": True}, {"item 1": "news, public, published, revision 1, urgent"}),
    ],
)  # fmt: skip
def test_each_decision_is_said(
    frozen: FrozenClock, database: Database, network: Network, mine: Any, item: Any, says: Said
) -> None:
    with database.writing() as session:
        person(session, **mine)
    tell(database, details(**item))
    plan(database, network)
    found = said(database, network)
    assert {word: found[word] for word in says} == says


def test_what_came_of_it_is_said(frozen: FrozenClock, database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session)
        for rule in ({"city": "tampere"}, {"city": "oulu"}):
            add_conversation(session, f"C{rule['city']}", **rule)
    tell(database, details(cities=()))
    assert said(database, network)["delivery"] == "none yet: the item is being planned"
    plan(database, network)
    found = said(database, network)
    due = "notice of revision 1, queued by email, due Tue 2026-11-24 12:00 Europe/Helsinki, 0 attempts"
    assert found["delivery 1"] == due
    copies = {word: told for word, told in found.items() if word.startswith("conversation")}
    assert copies == {
        "conversation Ctampere": "Here because this conversation is for Tampere. delivery 2: notice of revision 1, "
        "queued by slack, due Tue 2026-11-24 12:00 Europe/Helsinki, 0 attempts"
    }


def test_a_subscription_to_some_kinds_is_said(database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session)
        session.scalars(select(Subscription)).one().kinds = ",event,news,"
    tell(database, details())
    assert said(database, network)["kinds"] == "only event, news, so call is not told"


def test_why_somebody_got_nothing_though_it_fits(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details(), rights=Rights(tell=False))
    tell(database, details(title={"en": "Another"}), name="other")
    plan(database, network)
    with database.writing() as session:
        person(session, "Bob")
        person(session, "Charlie", cities=("oulu",))
    assert said(database, network)["delivery"].startswith("none: the item was not announced")
    assert said(database, network, 2, "bob@example.org")["delivery"] == (
        "none: the contact came after the item was planned"
    )
    frozen.advance(days=365)
    assert (
        said(database, network)["time"]
        == "it was over Fri 2027-01-15 16:15 Europe/Helsinki, so nobody is told any more"
    )


def test_a_choice_made_after_planning_is_said(database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session, cities=("oulu",))
    tell(database, details())
    plan(database, network)
    with database.writing() as session:
        enrol(session, Person("Alice", "alice@example.org", ("tampere",)))
    assert said(database, network)["delivery"] == "none: it did not fit, or it was over, when it was planned"


def test_who_was_erased_has_no_subscription(database: Database, network: Network) -> None:
    with database.writing() as session:
        alice = person(session)
    tell(database, details())
    with database.writing() as session:
        erase(session, session.get_one(Contact, alice.id), "command")
    with database.reading() as session:
        found = look(session, session.get_one(Contact, alice.id), 1)
        assert found
        assert decisions(found, network, ZONE, clock.now())[1:] == [
            "contact: erased, role contact",
            "subscription: none, so nothing is personal",
        ]
        assert look(session, session.get_one(Contact, alice.id), 99) is None


def test_an_item_of_several_sources_names_them_and_a_joined_one_its_item(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details(url="https://example.org/one"), name="eura")
    tell(database, details(url="https://example.org/two"), name="council")
    assert said(database, network)["sources"] == "told by 2, eura, council"
    tell(database, details(url="https://example.org/three", closes_at="2027-01-29"), name="ministry")
    database.write(lambda session: same(session, 3, 1, ZONE, "coordinator"))
    assert said(database, network, 2)["sources"] == "it is told as item 1"


def test_what_was_set_aside_says_by_whom_and_that_nobody_is_told(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    sieve = Rights(sieve=Sieve(network, load_rules()))
    tell(database, details(title={"fi": "Kalastajien investointituki"}, topics=(), cities=()), rights=sieve)
    akke = details(title={"fi": "Pirkanmaan liiton AKKE-haku"}, closes_at="2027-03-01")
    tell(database, Report("akke", akke), rights=sieve)
    plan(database, network)
    nothing = (
        "the rules find nothing in it that concerns the network, so nobody is told and nothing reminds of it"
    )
    found = said(database, network)
    assert (found["set aside"], found["result"], found["delivery"]) == (nothing, NONE, "none: it lies aside")
    assert "set aside" not in said(database, network, 2)
    database.write(lambda session: put_aside(session, 2, "coordinator"))
    by = "a coordinator said that it does not concern the network"
    assert said(database, network, 2)["set aside"].startswith(by)
