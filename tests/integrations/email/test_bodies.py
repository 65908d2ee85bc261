"""What a mail says: the same in text and in HTML, whatever the text from outside tries."""

from __future__ import annotations

import re

import pytest

from bot.contracts import Action, Fact
from tests.counted import assert_linear
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import message, outgoing, part, sent

BODY = """Hae **pian**, katso [ohje](https://example.org/ohje) tai <https://example.org/suora>.

# Mitä

1. yksi
2. kaksi
   - kolme

> lainaus

| Vuosi | Summa |
|---|---|
| 2027 | 5 |

![kuva](https://example.org/kuva.png)
"""


def test_both_parts_say_everything(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    text = message(body=BODY, notes=("Määräaika siirtyi.",))
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(text,)))
    plain, html = part(mail, "plain"), part(mail, "html")
    shared = (
        "Innokaupungit",
        "Rahoitushaku",
        "Vähähiilisyyden haku on auki Tampereella",
        "15. tammikuuta 2027 klo 16.15 (Suomen aikaa)",
        "EAKR",
        "kolme",
        "Määräaika siirtyi.",
        "Avaa haku",
        "Miksi sait tämän viestin",
        "Tampere seuraa aihetta vähähiilisyys",
        "Alice · alice@example.org",
        "https://silta.example/m/alice",
        "https://silta.example/unsubscribe/alice",
    )
    for words in shared:
        assert words in plain
        assert words in html


def test_the_text_part_reads_like_a_letter(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    plain = part(sent(smtp, sender_for(smtp), outgoing(messages=(message(body=BODY),))), "plain")
    for block in (
        "Haku päättyy: 15. tammikuuta 2027 klo 16.15 (Suomen aikaa)\nRahasto:      EAKR\n",
        "Hae pian, katso ohje <https://example.org/ohje> tai\nhttps://example.org/suora.",
        "\nMitä\n----\n\n1. yksi\n2. kaksi\n   - kolme\n\n> lainaus\n\nVuosi | Summa\n2027 | 5\n",
        "\nkuva <https://example.org/kuva.png>",
        "\nAvaa haku:\nhttps://example.org/haku?a=1&b=2\n",
        "\n-- \nInnokaupungit\n",
    ):
        assert block in plain


def test_the_html_part_is_for_every_reader(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    html = part(sent(smtp, sender_for(smtp), outgoing(messages=(message(body=BODY),))), "html")
    assert html.count("<h1") == 1
    assert "<h2" in html  # the body's own heading lies below the title
    assert '<html lang="fi"' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html
    layout = re.findall(r"<table[^>]*cellpadding[^>]*>", html)
    assert len(layout) == 4  # the page, the sheet, the button; and Outlook's own, which knows no max-width
    assert all('role="presentation"' in table for table in layout)
    assert 'href="https://example.org/haku?a=1&amp;b=2"' in html
    assert re.search(r'<h1[^>]*style="[^"]*font-size', html)  # rules are inlined as well
    assert 'href="https://example.org/kuva.png"' in html  # a picture is a link: nobody is counted
    assert "<img" not in html
    assert "<script" not in html


def test_moments_are_told_in_the_readers_zone(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    plain = part(sent(smtp, sender_for(smtp), outgoing(zone="Europe/Stockholm")), "plain")
    assert "klo 15.15" in plain


def test_several_languages_stand_one_after_the_other(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    both = (message(), message(language="sv", title="Utlysningen är öppen", urgent=True))
    mail = sent(smtp, sender_for(smtp), outgoing(messages=both))
    plain, html = part(mail, "plain"), part(mail, "html")
    assert plain.index("haku on auki") < plain.index("=====") < plain.index("Utlysningen är öppen")
    assert html.index('lang="fi"') < html.index('lang="sv"') < html.index("Utlysningen är öppen")
    assert "❗ Rahoitushaku" in plain
    assert plain.count("Miksi sait tämän viestin") == html.count("Miksi sait tämän viestin") == 1


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,AAAA)",
    "<img src=x onerror=alert(1)>",
    "![x](javascript:alert(1))",
    '[x](https://example.org/"onmouseover="alert(1))',
    "<style>body{display:none}</style>",
    "</td></table><iframe src=https://example.org>",
    "[x](/relative)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_from_outside_does_nothing(smtp: FakeSmtp, sender_for: SenderFor, text: str) -> None:
    notice = message(
        title=text,
        label=text,
        body=text,
        facts=(Fact(label=text, text=text),),
        notes=(text,),
        actions=(Action(label=text, url=text.partition("(")[2].rstrip(")") or text, primary=True),),
    )
    html = part(sent(smtp, sender_for(smtp), outgoing(messages=(notice,), name=text, reason=text)), "html")
    tags = re.findall(r"<[^>]*>", html)
    assert not re.search(r"<(script|img|iframe|style>body)", html)
    assert not any(re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag)) for tag in tags)
    links = re.findall(r'href="([^"]*)"', html)
    assert all(link.startswith(("https://", "mailto:")) for link in links)
    assert html.count("<table") == html.count("</table>")


def test_markup_in_a_body_is_shown_as_it_was_written(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    body = "a <b>x</b> <script>alert(1)</script> [y](/relative)"
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(body=body),)))
    assert "a &lt;b&gt;x&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;" in part(mail, "html")
    assert "\na <b>x</b> <script>alert(1)</script> y\n" in part(mail, "plain")


ODD_BODIES = {
    "dots": ".\n\n..\n\n.alku\n\n    .koodi\n    .\n",
    "a long word": "x" * 5000,
    "a long paragraph": "sana ääkkösillä " * 600,
    "emoji flood": "🎉" * 5000,
    "line ends": "yksi\r\n\r\nkaksi\rkolme\u2028neljä\x0bviisi",
    "controls": "a\x00b\x1bc\u202ed\ufeff",
    "separators": "--\n\n-- \n\nFrom bob\n\n--=_boundary--",
    "equals": "=\n\n=3D =20 = \n\nx=",
}


@pytest.mark.parametrize("name", ODD_BODIES)
@pytest.mark.parametrize("extensions", [(), ("8BITMIME", "PIPELINING", "SIZE 1000000")])
def test_every_body_arrives_whole_at_every_server(
    smtp: FakeSmtp, sender_for: SenderFor, name: str, extensions: tuple[str, ...]
) -> None:
    smtp.extensions = extensions
    body = ODD_BODIES[name]
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(body=body),)))
    assert mail.raw.isascii()
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 78
    assert [item.get_content_type() for item in mail.message.iter_parts()] == ["text/plain", "text/html"]
    words = re.sub(r"[\x00\x1b\u202e\ufeff]", "", body).split()
    letters = "".join(char for word in words for char in word if char.isalnum() or char in ".🎉")
    for kind in ("plain", "html"):
        shown = re.sub(r"<[^>]*>", "", part(mail, kind))
        assert letters in "".join(char for char in shown if char.isalnum() or char in ".🎉")
    assert part(mail, "plain").rstrip().endswith("https://silta.example/unsubscribe/alice")


@pytest.mark.parametrize("opening", ["[", "![", "*a_ ", "> ", "<", "[a](", "|a\n|-\n"])
def test_a_body_meant_to_take_for_ever_does_not(smtp: FakeSmtp, sender_for: SenderFor, opening: str) -> None:
    def send(length: int) -> None:
        sent(smtp, sender_for(smtp), outgoing(messages=(message(body=(opening * length)[:length]),)))

    send(25_000)
    assert_linear(send, 2_000)
