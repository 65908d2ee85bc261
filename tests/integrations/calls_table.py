"""What the call sources make of sound, changed and broken sites: `python -m tests.integrations.calls_table`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.contracts import Cursor, SourceFault
from tests.fakes.call_sites import FakeEura, FakeHaeavustuksia, FakeSedia, FakeSite, Response
from tests.integrations.call_sources import asked
from tests.integrations.eura import test_eura as eura
from tests.integrations.haeavustuksia import test_haeavustuksia as haeavustuksia
from tests.integrations.sedia import test_sedia as sedia

Step = tuple[str, Callable[[Any], None]]


def _set(**values: Any) -> Callable[[Any], None]:
    def change(site: FakeSite) -> None:
        for name, value in values.items():
            setattr(site, name, value)

    return change


BROKEN: list[Step] = [
    ("half an answer", _set(broken=Response(200, b'<html><body><p>{"results": [{', "text/html"))),
    ("a captcha", _set(broken=FakeEura.page("<h1>Just a moment…</h1>Verify you are human"))),
    ("out of service", _set(broken=Response(503))),
    ("well again", _set(broken=None)),
]
SITES: dict[str, tuple[Callable[[], FakeSite], list[Step]]] = {
    "eura": (
        lambda: FakeEura(eura.data(eura.row(), eura.CALL)),
        [
            ("another title", _set(data=eura.data(eura.row(otsikko="Toinen nimi"), eura.CALL))),
            ("a new call", _set(data=eura.data(eura.row(), eura.CALL, eura.row("new")))),
            ("a bad row", _set(data=eura.data(eura.row(), eura.row(eura.CITY, otsikko="")))),
            ("only links", _set(data=None, anchors=eura.ANCHOR + "x" * 500)),
        ],
    ),
    "haeavustuksia": (
        lambda: FakeHaeavustuksia([haeavustuksia.ROADS, haeavustuksia.CITIES], page_size=1),
        [
            ("another order", lambda site: site.rows.reverse()),
            ("a bad row", _set(rows=[haeavustuksia.ROADS, {**haeavustuksia.CITIES, "nimi": None}])),
            ("no rows", _set(broken=Response.of({"totalCount": 0, "pageCount": 0, "hakuilmoitukset": []}))),
        ],
    ),
    "sedia": (
        lambda: FakeSedia([sedia.row()]),
        [
            ("a deadline moved", _set(results=[sedia.row(deadlineDate="2027-10-01T15:00:00.000+0000")])),
            ("a bad row", _set(results=[sedia.row(), sedia.row("BAD", title=5)])),
            (
                "filters ignored",
                _set(broken=Response.of({"totalResults": 642_000, "results": [sedia.row()]})),
            ),
        ],
    ),
}


def lines() -> Iterator[str]:
    """A line for each poll, each after the one before it."""
    yield f"{'source':14}{'its site':18}{'told':>5}  what was wrong"
    for kind, (make, steps) in SITES.items():
        cursor: Cursor = {}
        with make() as site:
            for name, change in [("sound", _set()), ("the same", _set()), *steps, *BROKEN]:
                change(site)
                try:
                    fetched = asked(kind, site, cursor)
                except SourceFault as fault:
                    yield f"{kind:14}{name:18}{'-':>5}  {fault.kind}: {fault.reason}"
                    continue
                cursor = fetched.cursor
                yield f"{kind:14}{name:18}{len(fetched.reports):5}  {'; '.join(fetched.faults)}".rstrip()


if __name__ == "__main__":
    print("\n".join(lines()))
