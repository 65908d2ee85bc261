"""What messages say: notices with all a call's facts, reminders that count down, corrections, withdrawals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import buttons, clock
from bot.clock import When
from bot.contracts import LANGUAGES, AskCalendar, AskWhy, GiveAnswer, Language, Message, MuteItem
from bot.network import Network
from bot.planning.wording import compose, correct, remind, withdraw
from tests.factories import details

CALL: dict[str, Any] = {
    "title": {"fi": "Haku", "sv": "Ansökan", "en": "Call"},
    "body": {"fi": "Haetaan *nyt*.", "sv": "Sök *nu*.", "en": "Apply *now*."},
    "url": "https://example.org/haku",
    "fund": "EAKR",
    "authority": "Pirkanmaan liitto",
    "councils": ["uudenmaan-liitto"],
    "objectives": ["1.1", "2.1"],
    "amount_eur": 1_500_000,
    "support_percent": 60,
    "opens_at": "2026-11-24",
    "briefing_at": "2026-12-01T09:00:00+02:00",
    "cutoffs": ["2026-12-10"],
    "closes_at": "2027-01-15T16:15:00+02:00",
    "cities": ["tampere", "turku"],
    "contact_role": "Rahoitusasiantuntija",
}


def facts(message: Message) -> list[tuple[str, str]]:
    said = [(fact.label, fact.text or fact.when.spoken(message.language)) for fact in message.facts if fact]  # type: ignore[union-attr]
    return [(label, text.replace("\xa0", " ")) for label, text in said]


@pytest.mark.usefixtures("frozen")
def test_a_notice_says_all_that_is_known_of_a_call(network: Network) -> None:
    message = compose(details(**CALL), "sv", network, item_id=12)
    assert facts(message) == [
        ("Öppnar", "24 november 2026"),
        ("Infotillfälle", "1 december 2026 kl. 9.00 (finsk tid)"),
        ("Mellanstängning", "10 december 2026"),
        ("Stänger", "15 januari 2027 kl. 16.15 (finsk tid)"),
        ("Fond", "ERUF"),
        ("Myndighet", "Birkalands förbund"),
        ("Finansiärer", "Nylands förbund"),
        ("Belopp", "1 500 000 euro"),
        ("Stöd högst", "60 %"),
        ("Särskilda mål", "1.1, 2.1"),
        ("Städer", "Tammerfors, Åbo"),
        ("Mer information ger", "Rahoitusasiantuntija"),
    ]
    assert message.purpose == "notice"
    assert message.title == "Ansökan"
    assert message.body == "Sök *nu*."
    preheader = message.preheader.replace("\xa0", " ")
    assert preheader == "Stänger den 10 december 2026 · 1 500 000 euro · Tammerfors, Åbo"


def test_a_call_is_answered_by_personal_links_and_opened_by_the_main_one(network: Network) -> None:
    main, *rest = compose(details(**CALL), "en", network, item_id=12).actions
    others = [action for action in rest if action.url]
    assert (main.label, main.url, main.primary, main.personal) == (
        "Open the call",
        "https://example.org/haku",
        True,
        "",
    )
    assert {(other.label, other.url) for other in others} == {
        ("Interested", "/answer/12?as=interested"),
        ("Need a partner", "/answer/12?as=need_partner"),
        ("Not for us", "/answer/12?as=not_for_us"),
        ("Seen", "/answer/12?as=seen"),
        ("Remind me", "/remind/12"),
        ("Mute this", "/mute/12"),
    }
    assert {(other.personal, other.primary) for other in others} == {("page", False)}


def test_in_a_chat_each_of_them_and_more_is_a_button_that_says_what_it_does(network: Network) -> None:
    actions = compose(details(**CALL), "en", network, item_id=12).actions
    does = {action.label: action.does for action in actions if action.does}
    assert does.pop("Remind me") == "open:remind:12"
    assert {label: buttons.read(each) for label, each in does.items()} == {
        "Interested": (GiveAnswer("interested"), 12),
        "Need a partner": (GiveAnswer("need_partner"), 12),
        "Not for us": (GiveAnswer("not_for_us"), 12),
        "Seen": (GiveAnswer("seen"), 12),
        "Mute this": (MuteItem(), 12),
        "Add to calendar": (AskCalendar(), 12),
        "Why this?": (AskWhy(), 12),
    }


def test_what_is_no_item_yet_cannot_be_answered_and_news_needs_no_answer(network: Network) -> None:
    assert [action.label for action in compose(details(**CALL), "en", network).actions] == ["Open the call"]
    news = compose(details(kind="news"), "en", network, item_id=12).actions
    assert [(action.label, action.url, action.personal) for action in news] == [
        ("Seen", "", ""), ("Why this?", "", "")
    ]  # fmt: skip
    talk = compose(details(kind="discussion"), "en", network, item_id=12).actions
    assert [action.label for action in talk if action.url] == ["Mute this"]


@pytest.mark.parametrize(
    ("authority", "closes", "said"),
    [
        ("Etelä-Savon ELY-keskus", "2025-06-30", "South Savo ELY Centre"),
        ("etela-savon-ely-keskus", "2025-12-31", "South Savo ELY Centre"),
        ("Etelä-Savon ELY-keskus", "2026-03-15",
         "Economic Development Centre of Eastern Finland (formerly South Savo ELY Centre)"),
        ("NTM-centralen i Södra Savolax", "2026-01-01",
         "Economic Development Centre of Eastern Finland (formerly South Savo ELY Centre)"),
        ("Itä-Suomen elinvoimakeskus", "2026-03-15", "Economic Development Centre of Eastern Finland"),
        ("Nobody & <b>Sons</b>", "2026-03-15", "Nobody & <b>Sons</b>"),
    ],
)  # fmt: skip
def test_an_authority_goes_by_the_name_of_the_day(
    authority: str, closes: str, said: str, network: Network
) -> None:
    message = compose(details(authority=authority, closes_at=closes), "en", network)
    assert dict(facts(message))["Authority"] == said


def test_figures_that_differ_stand_side_by_side_each_with_its_source(network: Network) -> None:
    figures = [
        {"name": "amount_eur", "value": 730000, "language": "fi", "url": "https://example.org/fi"},
        {"name": "amount_eur", "value": 1400000, "language": "sv", "url": "https://example.org/sv"},
    ]
    message = compose(details(figures=figures), "fi", network)
    assert dict(facts(message))["Rahoitus"] == "730 000 euroa (suomeksi) · 1 400 000 euroa (ruotsiksi)"
    assert [(action.label, action.url) for action in message.actions] == [
        ("Lähde: suomeksi", "https://example.org/fi"),
        ("Lähde: ruotsiksi", "https://example.org/sv"),
    ]
    assert message.notes == ("Luvut eroavat kielen tai lähteen mukaan: tarkista ne lähteestä.",)
    assert "euroa" not in message.preheader


def test_language_versions_and_sources_are_linked_and_the_main_page_once(network: Network) -> None:
    links = [
        {"url": "https://example.org/sv", "language": "sv"},
        {"url": "https://example.org/haku", "language": "fi"},
        {"url": "https://eura2021.fi/x", "label": "EURA 2021"},
        *({"url": f"https://example.org/{n}"} for n in range(40)),
    ]
    actions = compose(details(url="https://example.org/haku", links=links), "en", network).actions
    assert [action.label for action in actions][:3] == [
        "Open the call",
        "Source: in Swedish",
        "Source: EURA 2021",
    ]
    assert len(actions) == 7


@pytest.mark.parametrize(
    ("more", "labels"),
    [
        ({"second_stage_at": "2027-04-23T13:00:00+03:00"}, ["First stage closes", "Second stage closes"]),
        ({"cutoffs": ["2026-12-01", "2027-01-01"]}, ["Cut-off", "Cut-off", "Closes"]),
        ({"closes_at": None}, []),
    ],
)
def test_stages_and_cut_offs_are_named(more: dict[str, Any], labels: list[str], network: Network) -> None:
    message = compose(details(cities=(), **{"closes_at": "2027-01-15", **more}), "en", network)
    assert [label for label, _ in facts(message)] == labels


@pytest.mark.usefixtures("frozen")
def test_cut_offs_that_have_passed_are_no_longer_told_while_others_come(network: Network) -> None:
    days = ["2026-09-30", *(f"2027-{month:02}-01" for month in range(1, 10))]
    message = compose(details(closes_at=None, continuous=True, cutoffs=days, cities=()), "en", network)
    told = [text for label, text in facts(message) if label == "Cut-off"]
    assert told == [f"1 {month} 2027" for month in ("January", "February", "March", "April", "May", "June")]
    closed = compose(details(closes_at=None, cutoffs=["2026-09-30"], cities=()), "en", network)
    assert facts(closed) == [("Cut-off", "30 September 2026")]


def test_dates_that_cannot_be_right_are_said_to_be_wrong(network: Network) -> None:
    message = compose(details(opens_at="2027-02-01", closes_at="2027-01-15"), "en", network)
    assert message.notes == ("The dates cannot be right: check them at the source.",)


def test_an_event_closes_its_registration(network: Network) -> None:
    said = details(kind="event", closes_at="2026-12-01", starts_at="2026-12-08", cities=())
    assert [label for label, _ in facts(compose(said, "en", network))] == ["Registration closes", "Starts"]
    assert said.closes_at is not None
    told = remind(said, "en", network, item_id=1, about="closes", moment=said.closes_at, days=1)
    assert told.label == "Registration closes tomorrow"


@pytest.mark.parametrize(
    ("fund", "fi", "sv", "en"),
    [
        ("EAKR", "EAKR", "ERUF", "ERDF"),
        ("eruf", "EAKR", "ERUF", "ERDF"),
        ("ESR+", "ESR+", "ESF+", "ESF+"),
        ("JTF", "JTF", "FRO", "JTF"),
        ("URBACT IV", "URBACT IV", "URBACT IV", "URBACT IV"),
    ],
)
def test_a_structural_fund_goes_by_the_readers_abbreviation(
    fund: str, fi: str, sv: str, en: str, network: Network
) -> None:
    labels: dict[Language, str] = {"fi": "Rahasto", "sv": "Fond", "en": "Fund"}
    said = [dict(facts(compose(details(fund=fund), each, network)))[label] for each, label in labels.items()]
    assert said == [fi, sv, en]


@pytest.mark.usefixtures("frozen")
def test_a_call_that_is_still_to_open_says_so_first(network: Network) -> None:
    message = compose(details(opens_at="2027-01-11", cities=()), "en", network)
    assert message.preheader == "Opens on 11 January 2027"


def test_a_continuous_call_says_so_and_that_it_may_close_early(network: Network) -> None:
    message = compose(details(closes_at=None, continuous=True, may_close_early=True), "en", network)
    assert ("Closes", "open all the time") in facts(message)
    assert message.notes == ("The call may close early, when the money runs out.",)
    assert message.preheader == "Open all the time · Tampere"


@pytest.mark.parametrize(
    ("language", "title", "note"),
    [("fi", "Call", "Vain englanniksi."), ("sv", "Call", "Endast på engelska."), ("en", "Call", None)],
)
def test_a_reader_gets_the_best_version_and_is_told(
    language: Language, title: str, note: str | None, network: Network
) -> None:
    message = compose(details(title={"en": "Call"}), language, network)
    assert (message.title, message.notes) == (title, (note,) if note else ())


def test_a_text_that_is_only_in_another_language_is_said_to_be(network: Network) -> None:
    said = details(title={"fi": "Haku", "sv": "Ansökan", "en": "Call"}, body={"fi": "Teksti"})
    assert compose(said, "sv", network).notes == ("Texten finns bara på finska.",)
    assert compose(said, "fi", network).notes == ()


@pytest.mark.parametrize(
    ("about", "moment", "days", "fi", "sv", "en"),
    [
        ("closes", "2027-01-15T16:15:00+02:00", 7,
         "Sulkeutuu 7 päivän kuluttua", "Stänger om 7 dagar", "Closes in 7 days"),
        ("closes", "2027-01-15T16:15:00+02:00", 1,
         "Sulkeutuu huomenna klo 16.15 (Suomen aikaa)", "Stänger i morgon kl. 16.15 (finsk tid)",
         "Closes tomorrow at 16:15 (Finnish time)"),
        ("closes", "2027-01-15T16:15:00+02:00", 0,
         "Sulkeutuu tänään klo 16.15 (Suomen aikaa)", "Stänger i dag kl. 16.15 (finsk tid)",
         "Closes today at 16:15 (Finnish time)"),
        ("closes", "2026-12-10", 0, "Välikatko tänään", "Mellanstängning i dag", "Cut-off today"),
        ("opens", "2026-11-24", 1, "Avautuu huomenna", "Öppnar i morgon", "Opens tomorrow"),
        ("briefing", "2026-12-01T09:00:00+02:00", 1,
         "Infotilaisuus huomenna klo 9.00 (Suomen aikaa)", "Infotillfälle i morgon kl. 9.00 (finsk tid)",
         "Briefing tomorrow at 09:00 (Finnish time)"),
        ("starts", "2027-02-01", 2, "Alkaa 2 päivän kuluttua", "Börjar om 2 dagar", "Starts in 2 days"),
    ],
)  # fmt: skip
def test_a_reminder_counts_down(
    about: str, moment: str, days: int, fi: str, sv: str, en: str, network: Network
) -> None:
    said = details(**CALL, starts_at="2027-02-01")

    def label(language: Language) -> str:
        told = remind(
            said, language, network, item_id=1, about=about, moment=When.parse(moment), days=days
        )  # fmt: skip
        assert (told.purpose, told.body) == ("reminder", "")
        assert told.preheader
        return told.label

    assert (label("fi"), label("sv"), label("en")) == (fi, sv, en)


def test_the_second_stage_is_reminded_of_by_its_name(network: Network) -> None:
    said = details(closes_at="2026-11-17", second_stage_at="2027-04-23")
    for moment, label in (
        ("2026-11-17", "First stage closes in 14 days"),
        ("2027-04-23", "Second stage closes in 14 days"),
    ):
        told = remind(said, "en", network, item_id=1, about="closes", moment=When.parse(moment), days=14)
        assert told.label == label


def test_a_reminder_that_somebody_asked_for_is_theirs(network: Network) -> None:
    said = details(**CALL)
    assert said.closes_at is not None
    told = remind(said, "en", network, item_id=1, about="personal", moment=said.closes_at, days=3)
    assert told.label == "Your reminder"
    assert told.preheader.startswith("Closes in 3 days · ")
    # Of something undated, and of something that is over meanwhile.
    undated = details(closes_at=None)
    for moment, days in ((When.parse("2026-12-03"), 0), (said.closes_at, -2)):
        told = remind(undated, "en", network, item_id=1, about="personal", moment=moment, days=days)
        assert (told.label, told.preheader) == ("Your reminder", "")


def test_a_correction_begins_with_what_changed_and_tells_the_text_only_when_it_did(network: Network) -> None:
    before = details(**CALL)
    moved = details(**{**CALL, "closes_at": "2027-01-29T16:15:00+02:00"})
    told = correct(before, moved, "en", network, item_id=12)
    assert (told.purpose, told.label, told.body) == ("correction", "Changed", "")
    assert told.changes == ("Deadline moved from 15 to 29 January 2027",)
    assert told.preheader == told.changes[0]
    assert dict(facts(told))["Closes"] == "29 January 2027 at 16:15 (Finnish time)"
    worded = details(**{**CALL, "body": {"en": "Anew."}})
    assert correct(before, worded, "en", network, item_id=12).body == "Anew."


@pytest.mark.usefixtures("frozen")
def test_a_deadline_moved_to_yesterday_closes_the_call(network: Network) -> None:
    yesterday = clock.now().date() - timedelta(days=1)
    told = correct(details(), details(closes_at=yesterday), "en", network, item_id=1)
    assert told.changes[-1] == "This call is now closed."


def test_a_correction_that_shows_nothing_still_says_something(network: Network) -> None:
    told = correct(details(), details(topics=()), "sv", network, item_id=1)
    assert told.changes == ("Några uppgifter har uppdaterats.",)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("call", "This funding call has been withdrawn."),
        ("event", "This event has been cancelled."),
        ("news", "This piece of news has been withdrawn."),
        ("announcement", "This announcement has been withdrawn."),
        ("discussion", "This discussion has been withdrawn."),
    ],
)
def test_what_is_withdrawn_leaves_nothing_to_rely_on(kind: str, sentence: str, network: Network) -> None:
    told = withdraw(details(**{**CALL, "kind": kind}), "en", network, item_id=12)
    assert (told.purpose, told.label, told.changes, told.preheader) == (
        "withdrawal",
        "Withdrawn",
        (sentence,),
        sentence,
    )
    assert (told.body, told.facts, told.title) == ("", (), "Call")
    assert [(action.url, action.primary) for action in told.actions] == [("https://example.org/haku", False)]


def test_the_moments_of_a_call_go_with_it_as_a_calendar_file(network: Network) -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    [file] = compose(details(**CALL), "fi", network, item_id=12, revision=3, changed_at=at).attachments
    assert file.media_type.startswith("text/calendar")
    assert "SEQUENCE:2" in file.text
    [gone] = withdraw(details(**CALL), "fi", network, item_id=12, revision=4, changed_at=at).attachments
    assert "STATUS:CANCELLED" in gone.text
    for undated in (details(closes_at=None), details(kind="news")):
        assert compose(undated, "fi", network, item_id=12, revision=1, changed_at=at).attachments == ()


@pytest.mark.parametrize(
    ("body", "beginning"),
    [
        ("## Klinikka\n\n**Ensi** viikolla [täällä](https://example.org).", "Klinikka Ensi viikolla täällä."),
        ("", ""),
        ("<script>alert(1)</script>\n\nHei", "Hei"),
        ("Ensi\nviikolla `koodi`", "Ensi viikolla koodi"),
        ("sana " * 10_000, "sana"),
        ("x" * 50_000, "x"),
        ("[" * 5_000, "["),
    ],
)
def test_news_begins_beside_the_subject(body: str, beginning: str, network: Network) -> None:
    said = compose(
        details(kind="news", closes_at=None, cities=(), body={"fi": body} if body else {}), "fi", network
    )
    assert said.preheader.startswith(beginning)
    assert len(said.preheader) <= 140
    assert "\n" not in said.preheader


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_words_stay_data_in_every_message(language: Language, network: Network) -> None:
    hostile = "<b>&{what}</b> <!channel> {n} %s {{ x }} \u202e🎉"
    said = details(
        title={"fi": hostile}, body={"fi": hostile}, location=hostile, fund=hostile, authority=hostile,
        contact_role=hostile, objectives=[hostile], links=[{"url": "https://example.org/", "label": hostile}],
        figures=[{"name": "amount_eur", "value": 1, "source": hostile}, {"name": "amount_eur", "value": 2}],
    )  # fmt: skip
    assert said.closes_at is not None
    for message in (
        compose(said, language, network, item_id=1),
        remind(said, language, network, item_id=1, about="closes", moment=said.closes_at, days=2),
        correct(details(), said, language, network, item_id=1),
        withdraw(said, language, network, item_id=1),
    ):
        assert message.title == hostile
        assert hostile not in message.label
        assert Message.model_validate(message.model_dump(mode="json")) == message
