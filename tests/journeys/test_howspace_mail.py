"""From a workspace's letter in the mailbox to those who are told, without the link that would let them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.planning.corrections import APART, QUIET
from bot.store import metadata
from bot.store.sources import Source
from tests.fakes.imap import FakeImap
from tests.integrations.howspace_letters import LOGIN, SECRET, letter
from tests.town import OpenTown, Town, text_of

ALICE = "alice@example.org"


@pytest.fixture
def imap() -> Iterator[FakeImap]:
    with FakeImap() as server:
        yield server


@pytest.fixture
def town(open_town: OpenTown, imap: FakeImap) -> Town:
    return open_town(
        imap_host="127.0.0.1", imap_port=imap.port, imap_username="silta", imap_password="secret",
        imap_security="none",
    )  # fmt: skip


def workspace(town: Town, **more: Any) -> None:
    """Let a workspace be a source that tells of Tampere."""
    options = {
        "senders": "howspace.com", "authserv": "mx.example.org", "automations": True,
        "hosts": "acme.howspace.com", **more,
    }  # fmt: skip
    with town.house.database.writing() as session:
        row = Source(name="acme", kind="howspace", options=options, cursor={}, created_at=clock.now())
        row.defaults = {"kind": "announcement", "cities": ["tampere"]}
        session.add(row)


def a_minute_later(town: Town) -> None:
    town.hand.advance(61)
    town.settle()


def everything(town: Town, folder: Path) -> bytes:
    """All that is kept: every file of the installation, and every row of every table."""
    with town.house.database.reading() as session:
        # Plain tuples: the text of a Row leaves the middle of what is long out.
        rows = [
            str([tuple(row) for row in session.execute(select(table))]) for table in metadata.sorted_tables
        ]
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return b"\n".join([*files, "\n".join(rows).encode()])


def test_an_automations_mail_is_told_once_and_its_login_link_is_kept_nowhere(
    town: Town, imap: FakeImap, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    workspace(town)
    raw = letter(f"Kokous on torstaina.\n{LOGIN}", f"<p>Kokous on torstaina. <a href='{LOGIN}'>Avaa</a></p>")
    imap.put(raw, raw)
    a_minute_later(town)
    (told,) = town.mails(ALICE)
    assert "Kokous perjantaina" in told["Subject"]
    assert "Kokous on torstaina" in text_of(told)
    assert imap.flags() == [{r"\Seen"}, {r"\Seen"}]
    out, err = capfd.readouterr()
    kept = everything(town, tmp_path) + told.as_bytes() + out.encode() + err.encode()
    assert b"Kokous on torstaina" in kept
    assert SECRET.encode() not in kept


@pytest.mark.parametrize("command", ["STORE", "FETCH"])
def test_a_line_that_breaks_loses_and_doubles_nothing(town: Town, imap: FakeImap, command: str) -> None:
    workspace(town)
    imap.put(letter(f"Kokous on torstaina.\n{LOGIN}"))
    imap.drop_at = command
    a_minute_later(town)
    imap.drop_at = ""
    for _ in range(5):
        a_minute_later(town)
    assert len(town.mails(ALICE)) == 1
    assert imap.flags() == [{r"\Seen"}]


def test_a_growing_count_of_unread_things_is_told_once_a_day(town: Town, imap: FakeImap) -> None:
    workspace(town)
    for count in (3, 5, 9):
        imap.put(letter(LOGIN, subject=f"{count} new notifications in Acme", number=count))
        a_minute_later(town)
    for _ in range(3):  # past what corrections wait for, and lie apart
        town.hand.advance((QUIET + APART).total_seconds())
        town.settle()
    (told,) = town.mails(ALICE)
    assert "3 new notifications in Acme" in told["Subject"]
    assert "9 new notifications in Acme" in town.client.get("/items/1").text


def test_counts_that_come_together_are_told_as_the_last_one(town: Town, imap: FakeImap) -> None:
    workspace(town)
    imap.put(*(letter(LOGIN, subject=f"{n} new notifications in Acme", number=n) for n in (3, 5)))
    a_minute_later(town)
    (told,) = town.mails(ALICE)
    assert "5 new notifications in Acme" in told["Subject"]


def test_without_proof_of_the_sender_it_waits_for_approval(town: Town, imap: FakeImap) -> None:
    workspace(town, authserv="")
    imap.put(letter("Kokous on torstaina.", vouched=None))
    a_minute_later(town)
    assert town.mails(ALICE) == []
    assert "Kokous perjantaina" in town.client.get("/approvals").text


@pytest.mark.parametrize(
    ("hosts", "links"),
    [
        ("*.howspace.com", "https://acme.howspace.com/sivu"),
        ("acme.howspace.com", "https://evil.howspace.com/sivu"),
        ("acme.howspace.com", "https://acme.howspace.com/sivu https://evil.howspace.com/sivu"),
        ("acme.howspace.com", "https://www.howspace.com/"),
        ("acme.howspace.com", "ei mitään"),
    ],
)
def test_another_customer_of_the_same_vendor_is_not_told_unasked(
    town: Town, imap: FakeImap, hosts: str, links: str
) -> None:
    workspace(town, hosts=hosts)
    imap.put(letter(f"Kokous on torstaina: {links}"))
    a_minute_later(town)
    assert town.mails(ALICE) == []
    assert "Kokous perjantaina" in town.client.get("/approvals").text


def test_an_organisations_own_domain_speaks_for_itself(town: Town, imap: FakeImap) -> None:
    workspace(town, senders="acme.example")
    vouched = "mx.example.org; dmarc=pass header.from=acme.example"
    imap.put(letter("Kokous on torstaina.", sender="no-reply@acme.example", vouched=vouched))
    a_minute_later(town)
    assert len(town.mails(ALICE)) == 1


def test_a_mail_that_only_lets_in_is_left_to_people(town: Town, imap: FakeImap) -> None:
    workspace(town)
    imap.put(letter(LOGIN, subject="Kirjautumislinkkisi työtilaan"))
    a_minute_later(town)
    assert imap.flags() == [{r"\Seen", r"\Flagged"}]


def test_a_forged_letter_and_one_of_a_paused_or_broken_source_bring_nothing(
    town: Town, imap: FakeImap
) -> None:
    workspace(town, authserv="mx.elsewhere.example")
    imap.put(letter("Kokous on torstaina."))
    a_minute_later(town)
    for change in ({"paused": True}, {"paused": False, "options": {"senders": "@"}}):
        with town.house.database.writing() as session:
            row = session.scalars(select(Source).where(Source.name == "acme")).one()
            for name, value in change.items():
                setattr(row, name, value)
        imap.put(letter("Kokous on torstaina.", number=2))
        a_minute_later(town)
    assert town.mails(ALICE) == []
    assert town.client.get("/items/1").status_code == 404
