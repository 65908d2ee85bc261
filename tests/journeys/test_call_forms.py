"""The forms that real calls take, from the webhook to the mail and the conversation."""

from __future__ import annotations

from tests.town import TAMPERE, OpenTown, text_of, words_of
from tests.webhooks import saying

FIGURES = {
    "amount_eur": {"fi": 730000, "sv": 1400000},
    "links": [
        {"url": "https://example.org/fi", "language": "fi"},
        {"url": "https://example.org/sv", "language": "sv"},
    ],
}


def flat(text: str) -> str:
    return " ".join(text.split())


def test_figures_that_differ_arrive_side_by_side_and_are_never_added(open_town: OpenTown) -> None:
    town = open_town()
    assert town.publish(**FIGURES) == "accepted"
    [mail] = town.mails("alice@example.org")
    said = flat(text_of(mail))
    assert "730 000 euroa (suomeksi) · 1 400 000 euroa (ruotsiksi)" in said
    assert "https://example.org/sv" in said
    assert "2 130 000" not in said
    assert "730" in words_of(town.posts(TAMPERE))


def test_two_stages_and_cut_offs_are_told_and_can_be_answered(open_town: OpenTown) -> None:
    town = open_town()
    town.publish(
        cutoffs=["2026-12-10"], second_stage_at="2027-06-10T14:00:00+03:00", may_close_early=True,
        authority="Etelä-Savon ELY-keskus", councils=["pirkanmaan-liitto"],
    )  # fmt: skip
    [mail] = town.mails("alice@example.org")
    said = flat(text_of(mail))
    assert "Välikatko: 10. joulukuuta 2026" in said
    assert "Ensimmäinen vaihe sulkeutuu: 15. tammikuuta 2027 klo 16.15" in said
    assert "Toinen vaihe sulkeutuu: 10. kesäkuuta 2027 klo 14.00" in said
    assert "Itä-Suomen elinvoimakeskus (aiemmin Etelä-Savon ELY-keskus)" in said
    assert "Rahoittajat: Pirkanmaan liitto" in said
    assert "/answer/1?as=need_partner" in said
    assert any(part.get_content_type() == "text/calendar" for part in mail.walk())
    # A conversation has no page of its own, so nothing personal is offered there.
    assert "/answer/1" not in words_of(town.posts(TAMPERE))


def test_the_same_title_on_the_same_page_with_another_deadline_is_another_call(open_town: OpenTown) -> None:
    town = open_town()
    page = {"url": "https://example.org/plan", "title": {"fi": "Tutkimushankehaku"}}
    assert town.publish(external_id="plan#1", closes_at="2027-01-31", **page) == "accepted"
    assert town.publish(external_id="plan#2", closes_at="2027-06-30", **page) == "accepted"
    assert town.publish(external_id="plan#1", closes_at="2027-01-31", **page) == "duplicate"
    texts = [flat(text_of(mail)) for mail in town.mails("alice@example.org")]
    assert ["31. tammikuuta 2027" in text for text in texts] == [True, False]
    assert ["30. kesäkuuta 2027" in text for text in texts] == [False, True]


def test_a_call_that_closes_before_it_opens_is_refused_and_nobody_hears_of_it(open_town: OpenTown) -> None:
    town = open_town()
    answer = town.post(
        saying(
            "published",
            external_id="x",
            kind="call",
            title="Haku",
            opens_at="2027-02-01",
            closes_at="2027-01-15",
        )
    )
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"] == [{"field": "data.closes_at", "detail": "is before opens_at"}]
    town.settle()
    assert town.told() == {}
