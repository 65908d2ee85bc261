"""Summaries by a language model: asked for once, ahead of the digests, and never about people."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.contracts import Language, Report
from bot.contracts.summaries import SummaryFault, UselessSummary
from bot.planning.digest_desk import summaries_of
from bot.planning.summarising import masked, summarise
from bot.store.db import Database
from bot.store.digests import Summary
from tests.factories import details, tell

pytestmark = pytest.mark.usefixtures("frozen")
LONG = "Haettavana on tukea kaupungeille. " * 12


class Writer:
    """A model that says what it is told to."""

    model = "small-model"

    def __init__(self, says: str | Exception = "A **short** summary.") -> None:
        self.says, self.asked = says, list[tuple[str, str, Language]]()

    def summarise(self, title: str, body: str, language: Language) -> str:
        self.asked.append((title, body, language))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def kept(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.execute(select(Summary.language, Summary.text, Summary.by).order_by(Summary.language))
        return [(language, text, by) for language, text, by in rows]


def test_each_text_is_summarised_once_in_its_own_language(database: Database) -> None:
    tell(database, details(body={"fi": LONG, "sv": LONG, "en": "Short already."}))
    writer = Writer()
    assert summarise(database, writer) == 2
    assert summarise(database, writer) == 0
    assert kept(database) == [
        ("fi", "A short summary.", "small-model"),
        ("sv", "A short summary.", "small-model"),
    ]
    with database.reading() as session:
        assert summaries_of(session, [1])[1, 1, "fi"] == ("A short summary.", "small-model")


def test_a_new_revision_is_summarised_anew(database: Database) -> None:
    tell(database, Report("one", details(body={"fi": LONG})))
    summarise(database, Writer())
    tell(database, Report("one", details(body={"fi": LONG + "Muutos."})))
    assert summarise(database, Writer()) == 1


def test_what_is_for_the_network_only_is_never_sent(database: Database) -> None:
    tell(database, details(body={"fi": LONG}, visibility="network"))
    assert summarise(database, Writer()) == 0


def test_a_few_at_a_time_so_that_nothing_else_waits(database: Database) -> None:
    tell(database, *(details(body={"fi": LONG}, title={"fi": f"Haku {at}"}) for at in range(7)))
    assert [summarise(database, Writer()) for _ in range(3)] == [5, 2, 0]


def test_addresses_and_numbers_are_masked(database: Database) -> None:
    call = "Kysy: Alice Mäkinen, alice.makinen@example.org, +358 40 123 4567 tai 040-1234567. "
    tell(database, details(title={"fi": "Haku (bob@example.org)"}, body={"fi": call + LONG}))
    writer = Writer()
    summarise(database, writer)
    ((title, body, _),) = writer.asked
    assert "@" not in title + body
    assert "4567" not in body


@pytest.mark.parametrize(
    "text", ["15.1.2027", "klo 16.15", "1 500 000 euroa", "1500000", "2021-2027", "60 %", "EAKR 2.1 ja 5.1"]
)
def test_dates_and_sums_are_not_taken_for_telephone_numbers(text: str) -> None:
    assert masked(text) == text


def test_an_answer_that_is_no_summary_leaves_the_extract_and_is_not_asked_for_again(
    database: Database,
) -> None:
    tell(database, details(body={"fi": LONG}))
    assert summarise(database, Writer(UselessSummary("nonsense"))) == 1
    writer = Writer()
    assert summarise(database, writer) == 0
    with database.reading() as session:
        assert summaries_of(session, [1]) == {}


def test_a_model_that_is_away_is_asked_again_later_and_what_it_wrote_before_is_kept(
    database: Database,
) -> None:
    tell(database, details(body={"fi": LONG}))
    with pytest.raises(SummaryFault):
        summarise(database, Writer(SummaryFault("away")))
    assert kept(database) == []
    assert summarise(database, Writer()) == 1


def test_a_summary_that_is_too_long_or_has_markup_is_cut_and_cleaned(database: Database) -> None:
    tell(database, details(body={"fi": LONG}))
    summarise(database, Writer("**Bold** <script>x</script> " + "word " * 100))
    ((_, text, _),) = kept(database)
    assert len(text) <= 240
    assert "<" not in text
    assert "*" not in text
