"""What a digest says: sections in their order, ranked for the reader, in their language, harmless and small."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml.html import fromstring

from bot.contracts import Entry, Language, Message, Outgoing
from bot.network import Network
from bot.planning.digest_content import Edition, compose
from bot.planning.digest_ranking import MOST, PLACES, Told, place_of, shelve
from integrations.email import INTEGRATION
from tests.factories import ZONE, details

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
SOON, LATER = "2026-12-04T16:15:00+02:00", "2026-12-20"
_NUMBERS = iter(range(1, 10_000))


def told(*purposes: str, changes: Mapping[str, tuple[str, ...]] | None = None, **more: Any) -> Told:
    """An item that is told for these purposes (new, unless said otherwise)."""
    stated = details(**more)
    place = place_of(stated, set(purposes or ["notice"]), NOW, ZONE)
    return Told(next(_NUMBERS), 1, stated, NOW - timedelta(days=3), place, changes or {})


def digest(
    network: Network,
    *items: Told,
    language: Language = "en",
    cities: Sequence[str] = ("tampere",),
    topics: Sequence[str] = (),
    **more: Any,
) -> Message:
    shelves = tuple(shelve(items, cities, topics, NOW, ZONE))
    stated: dict[str, Any] = {
        "rhythm": "weekly", "person": True, "shelves": shelves, "opening": {}, "summaries": {}, "now": NOW,
        "zone": ZONE, "house_zone": ZONE,
    }  # fmt: skip
    return compose(Edition(**{**stated, **more}), language, network)


def named(text: str) -> dict[str, str]:
    return {"en": text, "fi": text, "sv": text}


def the_entry(message: Message) -> Entry:
    ((entry,),) = [section.entries for section in message.sections]
    return entry


def test_sections_come_in_their_order_and_each_item_in_one_of_them(network: Network) -> None:
    message = digest(
        network,
        told("reminder", title=named("Far"), closes_at=LATER),
        told(kind="news", title=named("Town news"), closes_at=None),
        told(kind="discussion", title=named("Talk"), closes_at=None),
        told(kind="event", title=named("Fair"), starts_at="2026-12-01", closes_at=None),
        told("reminder", title=named("Near"), closes_at=SOON),
        told("change", title=named("Moved"), closes_at=LATER),
        told("notice", "change", "reminder", title=named("Call"), closes_at=SOON),
        told(kind="announcement", title=named("Word"), closes_at=None),
        told(kind="news", title=named("Network news"), closes_at=None, cities=()),
    )
    found = {section.title: sorted(entry.title for entry in section.entries) for section in message.sections}
    assert list(found.items()) == [
        ("New", ["Call", "Network news", "Word"]),
        ("Changed", ["Moved"]),
        ("Closing within 14 days", ["Near"]),
        ("Coming events", ["Fair"]),
        ("From the workspace", ["Talk"]),
        ("From the cities", ["Town news"]),
        ("Waiting for your answer", ["Far"]),
    ]
    assert message.title == "Your week: 1 new call, 1 changed, 1 closing"


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fi", "Viikkosi: 2 uutta hakua, 1 sulkeutuva"),
        ("sv", "Din vecka: 2 nya ansökningsomgångar, 1 som stänger"),
        ("en", "Your week: 2 new calls, 1 closing"),
    ],
)
def test_the_title_counts_in_the_readers_language(network: Network, language: Language, title: str) -> None:
    items = (told(), told(), told("reminder", closes_at=SOON))
    assert digest(network, *items, language=language).title == title


def test_a_new_call_that_closes_soon_says_in_how_many_days(network: Network) -> None:
    assert the_entry(digest(network, told(closes_at=SOON))).notes == ("Closes in 7 days.",)
    assert the_entry(digest(network, told(closes_at="2026-11-27"))).notes == ("Closes today.",)
    assert the_entry(digest(network, told(closes_at="2027-01-15"))).notes == ()


def test_days_are_counted_on_the_readers_calendar(network: Network) -> None:
    # At eight in the morning in Auckland it is still the day before in Helsinki.
    message = digest(
        network, told(closes_at="2026-11-28"), zone="Pacific/Auckland", now=NOW.replace(day=26, hour=19)
    )
    assert the_entry(message).notes == ("Closes tomorrow.",)


def test_the_readers_city_comes_first_then_their_topic_then_the_near_deadline(network: Network) -> None:
    items = [
        told(title=named("Far away"), cities=("oulu",), topics=()),
        told(title=named("Soon"), cities=("oulu",), topics=(), closes_at=SOON),
        told(title=named("My topic"), cities=("oulu",)),
        told(title=named("My city"), topics=()),
    ]
    (section,) = digest(network, *items, topics=("vahahiilisyys",)).sections
    assert [entry.title for entry in section.entries] == ["My city", "My topic", "Soon", "Far away"]


def test_a_section_ends_after_ten_and_a_digest_after_about_thirty(network: Network) -> None:
    kinds: list[dict[str, Any]] = [
        {}, {"kind": "event", "starts_at": LATER}, {"kind": "discussion"}, {"kind": "news"},
    ]  # fmt: skip
    message = digest(network, *(told(**{"closes_at": None, **kind}) for kind in kinds for _ in range(25)))
    counts = [len(section.entries) for section in message.sections]
    assert counts == [10, 10, 9, 1]
    assert sum(counts) == MOST
    mores = [section.more.label for section in message.sections if section.more]
    assert mores == ["and 15 more", "and 15 more", "and 16 more", "and 24 more"]
    assert all(section.more and section.more.personal == "page" for section in message.sections)


def test_what_is_only_in_another_language_says_so(network: Network) -> None:
    finnish = told(title={"fi": "Haku"}, body={"fi": "Suomeksi vain."})
    entry = the_entry(digest(network, finnish, language="sv"))
    assert (entry.title, entry.summary) == ("Haku", "Suomeksi vain.")
    assert entry.notes == ("Endast på finska.",)


def test_a_change_has_its_sentences(network: Network) -> None:
    changed = told("change", changes={"en": ("Deadline moved from 4 to 20 December 2026",)}, closes_at=LATER)
    assert the_entry(digest(network, changed)).notes[0] == "Deadline moved from 4 to 20 December 2026"


def test_a_summary_by_a_model_is_used_and_marked_else_the_extract(network: Network) -> None:
    item = told(body=named("The **money** is for cities. It is not much. " * 10))
    plain = the_entry(digest(network, item))
    assert plain.summary.startswith("The money is for cities.")
    assert plain.made_by == ""
    made = {(item.item_id, 1, "en"): ("Money for cities.", "small-model")}
    entry = the_entry(digest(network, item, summaries=made))
    assert (entry.summary, entry.made_by) == ("Money for cities.", "small-model")


def test_the_weeks_letter_opens_a_weekly_digest(network: Network) -> None:
    assert digest(network, told(), opening={"en": "Dear all"}).body == "Dear all"
    assert digest(network, told(), opening={"fi": "Hei kaikki"}).body == ""


def test_three_deadlines_are_drawn_for_a_person_once_a_week(network: Network) -> None:
    items = [told(closes_at=f"2026-12-{day}") for day in (10, 15, 20)]
    drawn = digest(network, *items).picture
    assert drawn is not None
    assert "20 December 2026" in drawn.alt
    assert digest(network, *items, person=False).picture is None
    assert digest(network, *items, rhythm="daily").picture is None


HOSTILE = (
    "<script>alert(1)</script>", "<!channel>", "{{ 7*7 }} {page}", "\u202egnp.exe", "a\r\nBcc: x@example.org",
    "🎉" * 120, "x" * 500, "](javascript:alert(1))", "<b><i>" * 50,
)  # fmt: skip


@pytest.fixture
def drawn() -> Callable[[Message], tuple[str, str]]:
    """The HTML and the text of a message as a mail."""

    def render(message: Message) -> tuple[str, str]:
        assert INTEGRATION.sender is not None
        assert INTEGRATION.sender_options is not None
        options = INTEGRATION.sender_options(host="localhost", mail_from="Silta <silta@example.org>")
        links = {
            "page": "https://silta.example.org/m/token",
            "unsubscribe": "https://silta.example.org/u/token",
        }
        sender = INTEGRATION.sender(options)
        shown = sender.render(
            Outgoing(
                key="k-1", address="alice@example.org", messages=(message,), reason="Because.", links=links
            )
        )
        sender.close()
        return shown.html, shown.text

    return render


def test_hostile_titles_and_texts_stay_text(
    network: Network, drawn: Callable[[Message], tuple[str, str]]
) -> None:
    items = [told(title=named(text), body=named(f"{text}\n\nMore {text} words.")) for text in HOSTILE]
    html, text = drawn(digest(network, *items))
    tree = fromstring(html)
    assert tree.findall(".//script") == []
    assert not [each for each in tree.iter("a") if "javascript" in str(each.get("href"))]
    assert tree.findall(".//i") == []
    assert "7*7" in text
    assert "\u202e" not in text


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_largest_digest_stays_under_a_hundred_kilobytes(
    network: Network, drawn: Callable[[Message], tuple[str, str]], language: Language
) -> None:
    long = "Haettavana on tukea kaupungeille ja korkeakouluille. " * 20
    kinds: list[dict[str, Any]] = [
        {"closes_at": SOON}, {"kind": "event", "starts_at": SOON, "closes_at": None}, {"kind": "discussion"},
    ]  # fmt: skip
    items = [
        told(
            title=named("Pitkä otsikko " * 8),
            body=named(long),
            amount_eur=1_500_000,
            url="https://e.example/" + "p" * 80,
            **kind,
        )
        for kind in kinds
        for _ in range(12)
    ]
    html, text = drawn(digest(network, *items, language=language))
    assert len(html.encode()) < 100_000
    assert len(text.encode()) < 100_000


def test_every_place_has_a_heading(network: Network) -> None:
    items = [Told(next(_NUMBERS), 1, details(), NOW, place) for place in PLACES]
    assert len({section.title for section in digest(network, *items).sections}) == len(PLACES)
