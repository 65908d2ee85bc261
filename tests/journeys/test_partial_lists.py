"""Sources that tell only what is new or changed of their lists, or read a part of them: what stays, and who hears."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from bot import clock
from bot.store.items import ReportRow
from bot.store.sources import Source
from tests.fakes.call_sites import FakeEura
from tests.integrations.eura.test_eura import data, row
from tests.town import OpenTown, Town, text_of

ALICE = "alice@example.org"


def ident(number: int) -> str:
    """An id as EURA gives them."""
    return str(uuid.UUID(int=number + 0x0A4F9D9E55B14C3D9A533F1F7E8F0000))


def watch(town: Town, kind: str, options: dict[str, Any], **more: Any) -> None:
    """Let a sifted source of calls be asked once a day."""
    stated = {"defaults": {}, "cursor": {}, "every": 86_400, "sifted": True, **more}
    with town.house.database.writing() as session:
        source = Source(name=kind, kind=kind, options=options, **stated)
        source.next_at = source.created_at = clock.now()
        session.add(source)


def subjects(town: Town) -> list[str]:
    """What Alice's mails are about."""
    return [str(mail["Subject"]) for mail in town.mails(ALICE)]


def next_day(town: Town) -> None:
    """The next poll, and the corrections that follow it."""
    town.hand.advance(days=1)
    town.settle()
    town.hand.advance(minutes=15)
    town.settle()


def external_ids(town: Town) -> list[str]:
    with town.house.database.reading() as session:
        return list(session.scalars(select(ReportRow.external_id).order_by(ReportRow.id)))


def test_a_call_that_stands_keeps_its_report_when_another_of_its_number_joins_it(open_town: OpenTown) -> None:
    one = row(
        ident(1),
        otsikko="Innokaupungit, Tampere: haku A",
        hakutunnus="UML-1",
        hakuaika={"alku": "2026-11-01", "loppu": "2027-01-31"},
    )
    other = row(
        ident(2),
        otsikko="Innokaupungit, Oulu: haku B",
        hakutunnus="UML-1",
        hakuaika={"alku": "2026-12-01", "loppu": "2027-02-28"},
    )
    with FakeEura(data(one)) as site:
        town = open_town(fetch_allow_private=frozenset({site.place}))
        watch(town, "eura", {"site": site.url}, first_poll="announce")
        town.settle()
        site.data = data(one, other)
        next_day(town)
    assert external_ids(town) == [ident(1), ident(2)]
    said = " ".join(text_of(town.mails(ALICE)[-1]).split())
    assert "31. tammikuuta 2027" in said
    assert "28. helmikuuta 2027" in said
