"""What a workspace's letters bring, whose they must be, and that what opens the workspace is never among it."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import ValidationError

from bot.contracts import Defaults, Details, Report, Surroundings
from integrations import load
from integrations.howspace import INTEGRATION
from integrations.howspace.letters import HowspaceLetters
from integrations.howspace.options import HowspaceOptions
from tests.integrations.howspace_letters import LOGIN, SECRET, letter

HALF = SECRET[:12]


def reader(**more: Any) -> HowspaceLetters:
    stated = {"senders": "howspace.com", "authserv": "mx.example.org", "automations": True, **more}
    surroundings = Surroundings("acme", Defaults(kind="announcement", cities=("tampere",)))
    return HowspaceLetters(HowspaceOptions.model_validate(stated), surroundings)


def brought(raw: bytes, **more: Any) -> Sequence[Report] | None:
    heard = reader(**more).read(raw)
    return heard.reports if heard else None


def only(reports: Sequence[Report] | None) -> Details:
    assert reports is not None
    (report,) = reports
    assert report.details
    return report.details


def test_what_an_automation_writes_is_news_with_its_text() -> None:
    raw = letter(html="<p>Tervetuloa <b>mukaan</b>: <a href='https://example.org/a?id=7'>ohjelma</a>.</p>")
    told = only(brought(raw))
    assert (told.kind, told.title, told.visibility) == (
        "announcement",
        {"fi": "Kokous perjantaina"},
        "network",
    )
    assert told.body["fi"] == "Tervetuloa **mukaan**: [ohjelma](https://example.org/a?id=7)."
    assert told.cities == ("tampere",)


DISGUISES = {
    "a link": f"Tule: {LOGIN} nyt",
    "without scheme": f"Tule: acme.howspace.com/login?token={SECRET}",
    "another parameter": f"https://acme.howspace.com/page?x={SECRET}",
    "in the path": f"https://acme.howspace.com/l/{SECRET}/welcome",
    "in the fragment": f"https://acme.howspace.com/page#{SECRET}",
    "another host": f"https://go.example.net/?key={SECRET}",
    "user information": f"https://alice:{SECRET}@acme.howspace.com/",
    "in the host's name": f"https://{SECRET}.howspace.com/",
    "percent-encoded": quote(LOGIN, safe=""),
    "twice percent-encoded": quote(quote(LOGIN, safe=""), safe=""),
    "SafeLinks": f"https://eur01.safelinks.protection.outlook.com/?url={quote(LOGIN, safe='')}&data=05%7C01",
    "a redirector": f"https://click.example.net/c?url={quote(LOGIN, safe='')}",
    "a redirector's path": f"https://click.example.net/r/{LOGIN}",
    "entities": LOGIN.replace("=", "&#61;").replace("e", "&#x65;"),
    "entities twice": LOGIN.replace("=", "&amp;#61;").replace(":", "&amp;#58;"),
    "hidden characters": LOGIN.replace("o", "o\u200b").replace("Ki", "K\u00adi"),
    "over lines": f"https://acme.howspace.com/\nlogin?token={HALF}\n{SECRET[12:]}\n\nTerveisin Alice",
    "quoted over lines": f"> https://acme.howspace.com/login?token={HALF}\n> {SECRET[12:]}\n",
    "another scheme": f"howspace://login?token={SECRET}",
    "bare": f"Koodisi on {SECRET}.",
}


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES)
def test_no_disguise_of_a_login_link_comes_through_as_text(text: str) -> None:
    told = repr(brought(letter(f"Hei!\n{text}\nTerveisin Alice")))
    assert "Terveisin Alice" in told
    assert HALF not in told
    assert SECRET[12:] not in told


@pytest.mark.parametrize(
    "html",
    [
        f'<a href="{LOGIN}">Avaa</a>',
        f'<a href="{LOGIN}">{LOGIN}</a>',
        f'<a href="https://acme.howspace.com/\nlogin?token=\t{SECRET}">Avaa</a>',
        f'<a data-href="{LOGIN}" href="#">Avaa</a><img src="https://t.example.net/{SECRET}.png" alt="{LOGIN}">',
        f"<p>https://acme.howspace.com/lo<b>gin?token={HALF}</b>{SECRET[12:]}</p>",
        f"<!-- {LOGIN} --><p>Avaa</p><script>open('{LOGIN}')</script>",
        f"<a href=\"javascript:open('{LOGIN}')\">Avaa</a>",
        f'<a href="https://click.example.net/?u={quote(LOGIN, safe="")}">{quote(LOGIN, safe="")}</a>',
        f'<a href="{LOGIN}">Avaa</a><p>Koodi: {HALF} {SECRET[12:]}</p>',
    ],
)
def test_no_disguise_of_a_login_link_comes_through_as_html(html: str) -> None:
    told = repr(brought(letter(html=f"<p>Hei!</p>{html}<p>Terveisin Alice</p>")))
    assert "Terveisin Alice" in told
    assert HALF not in told
    assert SECRET[12:] not in told


def test_control_characters_neither_hide_a_login_link_nor_lose_the_letter() -> None:
    hidden = LOGIN.replace("Ki", "K\x02i").replace("Ji", "J&#1;i")
    pages = (
        f"<p>Hei\x00\x02 &#1; <a href='{hidden}'>Avaa</a></p>",
        f"Hei<br>&#2;{hidden}<br>&#xFFFE;&#xD800;Alice",
    )
    for raw in (letter(hidden), *(letter(html=page) for page in pages)):
        told = repr(brought(raw.replace(b'charset="utf-8"', b'charset="utf\x00-8"')))
        assert "Kokous perjantaina" in told
        assert HALF not in told
        assert SECRET[12:] not in told


def test_a_secret_of_one_part_is_blotted_from_the_other_and_from_the_subject() -> None:
    raw = letter(LOGIN, "<p>Tunnus on abc4efgh</p>", subject=f"Koodi {SECRET}")
    told = only(brought(raw.replace(b"token=3D", b"o=3Dabc4efgh&token=3D")))
    assert told.title == {"fi": "Koodi …"}
    assert "abc4efgh" not in told.body["fi"]


def test_a_link_into_the_workspace_leads_to_its_page_still() -> None:
    told = only(brought(letter("Katso https://acme.howspace.com/sivu-2/ohjelma?u=7#k3 nyt")))
    assert "https://acme.howspace.com/sivu-2/ohjelma" in told.body["fi"].replace("\\", "")
    assert told.url == "https://acme.howspace.com/"


@pytest.mark.parametrize(
    ("line", "language"),
    [("7 new notifications in Acme", "en"), ("7 uutta ilmoitusta työtilassa Acme", "fi"),
     ("7 nya aviseringar i arbetsytan Acme", "sv")],
)  # fmt: skip
def test_what_is_unread_is_one_thing_a_day(frozen: Any, line: str, language: str) -> None:
    first = brought(letter(f"Hei!\n\n{line}.\n{LOGIN}", subject="Acme"))
    later = brought(letter(subject=line.replace("7", "9"), number=2))
    assert first is not None
    assert later is not None
    told = only(first)
    assert (told.kind, told.title["fi"].rstrip("."), told.url) == (
        "discussion",
        line,
        "https://acme.howspace.com/",
    )
    assert first[0].external_id == later[0].external_id
    frozen.advance(86_400)
    (tomorrow,) = brought(letter(subject=line)) or ()
    assert tomorrow.external_id != first[0].external_id


@pytest.mark.parametrize(
    ("sender", "vouched"),
    [
        ("bob@example.net", "mx.example.org; dmarc=pass header.from=example.net"),
        ("a@howspace.com", None),
        ("a@howspace.com", "mx.example.org; dmarc=fail header.from=howspace.com"),
        (
            "a@howspace.com",
            "mx.example.org; dkim=pass header.d=example.net; spf=pass smtp.mailfrom=example.net",
        ),
        ("a@howspace.com", "elsewhere.example; dmarc=pass header.from=howspace.com"),
        ("a@howspace.com", "mx.example.org; dkim=pass header.d=com"),
        ("a@howspace.com", "mx.example.org; ((("),
        ("a@nothowspace.com", "mx.example.org; dmarc=pass header.from=nothowspace.com"),
        ("a@howspace.com, bob@example.net", "mx.example.org; dmarc=pass header.from=howspace.com"),
    ],
)
def test_a_letter_that_nobody_vouches_for_is_not_the_workspaces(sender: str, vouched: str | None) -> None:
    assert brought(letter("Hei", sender=sender, vouched=vouched)) is None


def test_only_the_topmost_word_of_our_own_server_counts() -> None:
    forged = b"Authentication-Results: mx.example.org; dmarc=fail header.from=howspace.com\n" + letter("Hei")
    assert brought(forged) is None
    assert brought(b"Authentication-Results: other.example; dmarc=fail\n" + letter("Hei")) is not None


def test_mails_that_only_let_in_are_no_news_and_none_are_without_automations() -> None:
    assert brought(letter(LOGIN, subject="Kirjautumislinkkisi työtilaan")) == []
    assert brought(letter("Hei"), automations=False) == []


@pytest.mark.parametrize(
    "subject",
    ["Kirjaudu mukaan seminaariin 12.5.", "New funding: log in to EURA before 15 May",
     "Log in to EURA before 15 May", "Logga in i EURA före den 15 maj", "Uusi kirjautuminen EURAan"],
)  # fmt: skip
def test_news_that_asks_to_log_in_somewhere_is_news(subject: str) -> None:
    assert only(brought(letter("Haku aukeaa.", subject=subject))).title == {"fi": subject}


@pytest.mark.parametrize(
    "subject",
    ["Your login link", "Log in to Acme", "Kirjautumislinkkisi", "Kirjaudu työtilaan Acme", "Din inloggningslänk",
     "Logga in i arbetsytan Acme"],
)  # fmt: skip
def test_a_mail_that_only_lets_in_is_passed_over(subject: str) -> None:
    heard = reader().read(letter(LOGIN, subject=subject))
    assert heard is not None
    assert (heard.reports, heard.passed_over) == ([], True)


@pytest.mark.parametrize(
    "line",
    [
        "3 new notifications in our network, sign up",
        "There are 3 new notifications in Acme",
        "Join: 3 uutta ilmoitusta Acme",
    ],
)
def test_a_count_within_a_sentence_is_news_with_its_text(line: str) -> None:
    told = only(brought(letter("Ilmoittautuminen päättyy perjantaina.", subject=line)))
    assert (told.title, told.body) == ({"fi": line}, {"fi": "Ilmoittautuminen päättyy perjantaina."})


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe\x00", b"From: a@howspace.com\n\n",
        letter("Hei").replace(b"utf-8", b"no-such-charset"), letter("a-" * 60_000),
        letter(html="<div>" * 20_000 + LOGIN), letter("https://x.fi/?t=a1 " * 20_000),
        letter("Hei").replace(b"quoted-printable", b"base64"),
    ],
    ids=["empty", "bytes", "no text", "charset", "long", "deep", "many links", "wrong encoding"],
)  # fmt: skip
def test_a_strange_letter_breaks_nothing(raw: bytes) -> None:
    assert SECRET not in repr(brought(raw))


@pytest.mark.parametrize(
    "options",
    [
        {"senders": "not an address @"},
        {"hosts": "https://x"},
        {"unread": "(?P<count>1"},
        {"unread": "x"},
        {"ignore": "("},
    ],
)
def test_wrong_options_are_named(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        HowspaceOptions.model_validate(options)


def test_a_message_of_many_kinds_is_not_ours_without_a_sender() -> None:
    assert brought(EmailMessage().as_bytes()) is None


def test_what_a_workspace_can_do_is_said_by_its_options() -> None:
    with_mail = INTEGRATION.can(HowspaceOptions.model_validate({"senders": "howspace.com"}))
    assert (with_mail.mail, with_mail.people, with_mail.read, with_mail.publish) == (True, True, False, False)
    assert not load("howspace").can(HowspaceOptions()).mail
