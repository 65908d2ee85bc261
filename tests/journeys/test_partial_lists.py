"""Sources that tell only what is new or changed of their lists, or read a part of them: what stays, and who hears."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.store.items import ReportRow
from bot.store.sources import Source
from tests.fakes.call_sites import FakeEura, FakeHaeavustuksia
from tests.fakes.rakennerahastot import FakeRakennerahastot
from tests.integrations.eura.test_eura import OWN_PAGE, data, row
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


CONCERNS = "Kestävän kaupunkikehittämisen ekosysteemisopimus, Tampere. Tuemme"
"""Words of a call's own page by which it concerns the network."""


def eura_calls(count: int, title: str) -> list[dict[str, Any]]:
    return [
        row(ident(at), otsikko=f"{title} {at}", rahasto="EAKR", hakutunnus=f"UML-{at}") for at in range(count)
    ]


def own_page(number: int, closes: str = "30.9.2027") -> str:
    page = OWN_PAGE.replace("UML-012", f"UML-{number}").replace("31.1.2027", closes)
    return page.replace("Tuemme", CONCERNS)


@pytest.mark.parametrize("title", ["Innokaupungit, Tampere: haku", "Yleinen haku"])
def test_own_pages_that_a_silent_first_look_had_no_room_for_tell_nobody(
    open_town: OpenTown, title: str
) -> None:
    calls = eura_calls(31, title)
    with FakeEura(data(*calls[:30])) as site:
        site.details = {ident(at): own_page(at) for at in range(31)}
        town = open_town(fetch_allow_private=frozenset({site.place}))
        watch(town, "eura", {"site": site.url, "details": "yes"})
        town.settle()
        assert subjects(town) == []
        next_day(town)
        assert subjects(town) == []
        next_day(town)
        assert subjects(town) == []
        site.data = data(*calls)
        next_day(town)
    assert subjects(town) == [f"Rahoitushaku: {title} 30"]


def test_what_comes_new_while_a_first_look_goes_on_is_told(open_town: OpenTown) -> None:
    calls = eura_calls(31, "Yleinen haku")
    with FakeEura(data(*calls[:30])) as site:
        site.details = {ident(at): own_page(at) for at in range(31)}
        town = open_town(fetch_allow_private=frozenset({site.place}))
        watch(town, "eura", {"site": site.url, "details": "yes"})
        town.settle()
        site.data = data(*calls)
        next_day(town)
    assert subjects(town) == ["Rahoitushaku: Yleinen haku 30"]


def test_days_that_a_first_look_without_data_could_not_read_tell_nobody(open_town: OpenTown) -> None:
    calls = eura_calls(12, "Innokaupungit, Tampere: haku")
    links = "".join(
        f'<a href="/hakuilmoitukset/hakuilmoitus/{call["id"]}/"><h3>{call["otsikko"]}</h3></a>'
        for call in calls
    )
    with FakeEura(None, links) as site:
        town = open_town(fetch_allow_private=frozenset({site.place}))
        watch(town, "eura", {"site": site.url})
        town.settle()
        next_day(town)
        site.data = data(*calls)
        next_day(town)
        assert subjects(town) == []
        site.data = data(*calls[1:], calls[0] | {"hakuaika": {"alku": "2026-06-01", "loppu": "2027-10-15"}})
        next_day(town)
    assert subjects(town) == ["Rahoitushaku: Innokaupungit, Tampere: haku 0"]  # another day of it is news


def notice(site: FakeRakennerahastot, number: int) -> str:
    said = "<p>Kestävän kaupunkikehittämisen haku on auki 1.11.2026–31.1.2027.</p>"
    more = "<p>Innokaupungit vauhdittavat kestävää kasvua.</p>" * 5
    return site.notice(f"haku-{number}", f"Innokaupungit Tampere haku {number} avoinna", said + more)


def test_notices_that_a_silent_first_look_did_not_reach_tell_nobody(open_town: OpenTown) -> None:
    with FakeRakennerahastot() as site:
        paths = [notice(site, number) for number in range(58)]
        site.cards("/hakuajat", *paths)
        town = open_town(fetch_allow_private=frozenset({site.place}))
        watch(town, "rakennerahastot", {"site": site.url("").rstrip("/")})
        town.settle()
        next_day(town)
        assert subjects(town) == []
        assert len(external_ids(town)) == 58
        site.cards("/hakuajat", *paths, notice(site, 58))
        next_day(town)
    assert subjects(town) == ["Rahoitushaku: Innokaupungit Tampere haku 58 avoinna"]


def grant(number: int, **more: Any) -> dict[str, Any]:
    return {
        "hakuasianAsianumero": f"VN/{number}/2026",
        "nimi": {"fi": f"Innokaupungit Tampere haku {number}"},
        "hakuAlkaaDateTimeUtc": "2026-10-31T22:00:00Z",
        "hakuPaattyyDateTimeUtc": "2027-01-31T21:59:00Z",
        "hakuTyyppi": "x",
        **more,
    }


def test_a_row_that_was_broken_at_a_silent_first_look_tells_nobody_when_it_is_mended(
    open_town: OpenTown,
) -> None:
    with FakeHaeavustuksia([grant(1), grant(2, nimi={})]) as site:
        town = open_town(fetch_allow_private=frozenset({site.place}))
        watch(town, "haeavustuksia", {"site": site.url})
        town.settle()
        site.rows = [grant(1), grant(2), grant(3)]
        next_day(town)
    assert subjects(town) == ["Rahoitushaku: Innokaupungit Tampere haku 3"]
