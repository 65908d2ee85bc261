"""Loomio's room: what its texts say, and that its key is in no word of ours."""

from __future__ import annotations

import pytest

from bot.contracts import Defaults, Misconfigured, Rejected, Surroundings
from integrations.loomio import INTEGRATION
from integrations.loomio.options import LoomioOptions
from integrations.walls import Wall, WallOptions
from tests.contract.test_integrations import outgoing
from tests.fakes.http_fake import Said
from tests.fakes.loomio import FakeLoomio

NEAR = Surroundings(name="group", defaults=Defaults(language="fi"))
OPTIONS = LoomioOptions.model_validate({"path_secret": FakeLoomio.PATH})


@pytest.mark.parametrize(
    ("said", "title", "url"),
    [
        (
            "*Alice* kysyy: <https://l.example/d/a|Kuka *tulee*?>\nTeksti",
            "Kuka tulee?",
            "https://l.example/d/a",
        ),
        ("Bob: [Kuka tulee?](https://l.example/p/b)", "Kuka tulee?", "https://l.example/p/b"),
        ("\n**Vain tekstiä**\nrivillä", "Vain tekstiä", None),
        ("<javascript:alert(1)|Paina> tästä", "javascript:alert(1)|Paina tästä", None),
        ("***", "–", None),
        ("<https://user@l.example/|Nimi>", "https://user@l.example/|Nimi", None),
    ],
)
def test_a_text_has_a_title_and_a_link(said: str, title: str, url: str | None) -> None:
    assert INTEGRATION.sample is not None
    [report] = INTEGRATION.sample(OPTIONS, NEAR, FakeLoomio.says(said)).reports
    assert report.details is not None
    assert (report.details.title, report.details.url) == ({"fi": title}, url)
    assert (report.details.kind, report.details.visibility) == ("discussion", "network")


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b'{"text": 5}', b'{"blocks": []}'])
def test_what_has_no_text_is_said(body: bytes) -> None:
    assert INTEGRATION.sample is not None
    shown = INTEGRATION.sample(OPTIONS, NEAR, body)
    assert shown.faults
    assert not shown.reports


def test_the_key_goes_in_the_body_and_into_no_word_of_ours() -> None:
    with FakeLoomio() as loomio:
        stated = {"path_secret": loomio.PATH, "url": loomio.url, "api_key": loomio.KEY, "group_id": 7}
        wall = Wall(LoomioOptions.model_validate(stated), frozenset({loomio.place}))
        assert INTEGRATION.sender is not None
        sender = INTEGRATION.sender(WallOptions(wall_of=lambda _: wall, names=lambda: ["group"]))
        loomio.next_answers = [
            Said(422, {"errors": {"api_key": [f"{loomio.KEY} is odd"]}}),
            Said(403, {"error": loomio.KEY}),
        ]
        refused, forbidden = sender.send([outgoing(), outgoing()])
        assert isinstance(refused, Rejected)
        assert isinstance(forbidden, Misconfigured)
        assert loomio.KEY not in refused.reason + forbidden.reason + repr(wall.options)
        assert all(asked.document["api_key"] == loomio.KEY and not asked.query for asked in loomio.requests)
        assert sender.check() == []
