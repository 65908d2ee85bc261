"""Bounces and complaints: what follows for the address, and what does not for anybody else's."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.delivery.settlement import NEVER
from bot.people.enrolment import Person, enrol
from bot.people.suppression import address_digest, lift, pause_suppressed, suppressed
from bot.store.audit import Audit
from bot.store.contacts import contact_by_email
from bot.store.deliveries import Delivery, MessageRow
from bot.store.mailbox import MailSeen, Suppression
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.conversation.conftest import Post


def test_a_bounce_for_good_pauses_the_address_and_tells_the_coordinators(post: Post) -> None:
    with post.house.database.writing() as session:
        factories.person(session, "Charlie", role="coordinator", language="en", cities=())
    assert post.bounce().note == "lasting"
    place = post.place()
    assert (place.paused_until, place.fault) == (NEVER, "mail to this address came back for good")
    (row,) = post.look(lambda session: session.scalars(select(Suppression)).all())
    assert (row.address, row.reason, row.detail) == (address_digest("alice@example.org"), "bounced", "550 no")
    first = post.look(lambda session: session.scalars(select(Delivery).order_by(Delivery.id)).first())
    assert (first.state, first.error) == ("sent", "bounced for good: 550 no")
    said = post.look(
        lambda session: session.scalars(
            select(MessageRow.content).join(Delivery, Delivery.message_id == MessageRow.id)
            .where(Delivery.purpose == "alert")
        ).all()
    )  # fmt: skip
    assert [content[0]["title"] for content in said] == ["Mail to Alice comes back"]


def test_what_bounced_for_good_goes_the_other_way_once(post: Post) -> None:
    assert post.bounce("bob").note == "lasting"
    assert post.bounce("bob").note == "lasting"
    others = post.look(
        lambda session: session.execute(
            select(Delivery.sender, Delivery.state).where(Delivery.dedupe_key.endswith(":other"))
        ).all()
    )
    assert [tuple(row) for row in others] == [("slack", "queued")]


@pytest.mark.parametrize("purpose", ["sign-in", "confirmation"])
def test_a_sign_in_link_or_a_confirmation_goes_no_other_way(post: Post, purpose: str) -> None:
    key = post.more_mail("bob", purpose=purpose, item_id=None)
    assert post.bounce("bob", key=key).note == "lasting"
    assert not post.look(
        lambda session: session.scalars(select(Delivery).where(Delivery.dedupe_key.endswith(":other"))).all()
    )


@pytest.mark.parametrize("recipients", [("bob@example.org",), ("mallory@example.net",), ()])
def test_a_bounce_of_another_address_does_nothing(post: Post, recipients: tuple[str, ...]) -> None:
    assert post.bounce(recipients=recipients).note == "another address"
    assert post.place().paused_until is None
    assert post.look(lambda session: session.scalars(select(Suppression)).all()) == []


def test_a_bounce_with_a_forged_key_does_nothing_and_leaves_nothing(post: Post) -> None:
    assert post.bounce(key="silta-1-0123456789abcdef").note == "unknown"
    assert post.place().paused_until is None
    assert post.look(lambda session: session.scalars(select(MailSeen)).all()) == []


def test_a_bounce_of_a_slack_message_is_none(post: Post) -> None:
    with post.house.database.writing() as session:
        row = session.scalars(select(Delivery).order_by(Delivery.id)).first()
        assert row
        row.sender = "slack"
    assert post.bounce().note == "unknown"


def test_passing_bounces_are_counted_and_five_over_a_week_are_for_good(
    post: Post, frozen: FrozenClock
) -> None:
    notes = [post.bounce(lasting=False).note]
    for _ in range(5):
        frozen.advance(days=2)
        notes.append(post.bounce(key=post.more_mail(), lasting=False).note)
    assert notes == ["passing", "passing", "passing", "passing", "lasting", "lasting"]
    assert post.contact().bounces == 6
    assert post.place().paused_until == NEVER


def test_five_passing_bounces_within_a_day_are_passing_still(post: Post, frozen: FrozenClock) -> None:
    for _ in range(8):
        frozen.advance(hours=1)
        assert post.bounce(key=post.more_mail(), lasting=False).note == "passing"
    assert post.place().paused_until is None


def test_a_mail_that_arrived_begins_the_count_anew(post: Post, frozen: FrozenClock) -> None:
    for _ in range(4):
        frozen.advance(days=2)
        post.bounce(key=post.more_mail(), lasting=False)
    assert post.contact().bounces == 4
    frozen.advance(days=2)
    post.more_mail()
    assert post.bounce(key=post.more_mail(), lasting=False).note == "passing"
    assert post.contact().bounces == 1


def test_a_delay_and_then_a_failure_of_one_mail_count_once(post: Post) -> None:
    assert post.bounce(lasting=False).note == "passing"
    assert post.bounce(lasting=False).note == "known"
    assert post.contact().bounces == 1
    assert post.bounce().note == "lasting"


def test_a_complaint_stops_all_messages_as_unsubscribing_does(post: Post) -> None:
    assert post.complaint().note == "complained"
    assert post.contact().rhythm == "off"
    assert post.place().paused_until == NEVER
    actions = post.look(lambda session: session.scalars(select(Audit.action).order_by(Audit.id)).all())
    assert {"contact.chose", "contact.complained", "address.suppressed"} <= set(actions)
    assert post.confirmations() == []


def test_a_complaint_that_hides_the_address_is_believed_and_one_that_names_another_is_not(post: Post) -> None:
    assert post.complaint(recipients=("bob@example.org",)).note == "another address"
    assert post.contact().rhythm == "now"
    assert post.complaint(recipients=()).note == "complained"
    assert post.contact().rhythm == "off"


def test_the_list_outlives_a_new_enrolment_and_is_lifted_by_hand(post: Post) -> None:
    post.bounce()
    with post.house.database.writing() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        place = post.place()
        session.merge(place).paused_until = None
        session.flush()
        pause_suppressed(session, [alice])
    assert post.place().paused_until == NEVER
    with post.house.database.writing() as session:
        assert suppressed(session, ["Alice@Example.org", "bob@example.org"]) == {
            "Alice@Example.org": "bounced"
        }
        assert lift(session, " ALICE@example.org", "command")
        assert not lift(session, "alice@example.org", "command")
    assert (post.place().paused_until, post.contact().bounces) == (None, 0)
    with post.house.database.writing() as session:
        enrol(session, Person("Alice", "alice@example.org", ("tampere",)))
        assert suppressed(session, ["alice@example.org"]) == {}


def test_after_lifting_it_can_bounce_and_be_told_again(post: Post) -> None:
    with post.house.database.writing() as session:
        factories.person(session, "Charlie", role="coordinator", language="en", cities=())
    for _ in range(2):
        assert post.bounce(key=post.more_mail()).note == "lasting"
        with post.house.database.writing() as session:
            lift(session, "alice@example.org", "command")
    alerts = post.look(
        lambda session: session.scalars(select(Delivery.id).where(Delivery.purpose == "alert")).all()
    )
    assert len(alerts) == 2
