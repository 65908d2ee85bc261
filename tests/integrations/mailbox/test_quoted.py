"""Only what is new in a reply counts, however the mail program quotes."""

from __future__ import annotations

import pytest

from integrations.mailbox.quoted import new_text, text_of_html

OURS = "Rahoitushaku\nVähähiilinen Tampere\nVastaa: kiinnostaa, ei meille, lopeta"
QUOTED = "\n".join(f"> {line}" for line in OURS.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "Kiinnostaa",
        f"Kiinnostaa\n\nma 24.11.2026 klo 9.15 Silta (silta@example.org) kirjoitti:\n{QUOTED}",
        f"Kiinnostaa\n\nma 24.11.2026 klo 9.15 Silta\n(silta@example.org) kirjoitti:\n\n{QUOTED}",
        f"Kiinnostaa\n\nDen tis 24 nov. 2026 kl 09:15 skrev Silta <silta@example.org>:\n\n{QUOTED}",
        f"Kiinnostaa\n\nOn Tue, Nov 24, 2026 at 9:15 AM Silta <silta@example.org> wrote:\n\n{QUOTED}",
        f"Kiinnostaa\n\n-----Alkuperäinen viesti-----\nLähettäjä: Silta\n{OURS}",
        f"Kiinnostaa\n\n-----Ursprungligt meddelande-----\nFrån: Silta\n{OURS}",
        f"Kiinnostaa\n\n________________________________\nFrom: Silta <silta@example.org>\nSent: Tuesday\n\n{OURS}",
        f"Kiinnostaa\n\nLähettäjä: Silta <silta@example.org>\nLähetetty: tiistai 24. marraskuuta\n\n{OURS}",
        f"Kiinnostaa\n\nFrån: Silta\nSkickat: tisdag\n\n{OURS}",
        f"{QUOTED}\n\nKiinnostaa",
        f"Silta kirjoitti 24.11.2026:\n{QUOTED}\n\nKiinnostaa\n-- \nAlice",
        f"Kiinnostaa\r\n\r\nSilta wrote:\r\n{QUOTED}",
        f"Kiinnostaa\n\nLähetetty iPhonesta\n\n{QUOTED}",
        "Kiinnostaa\n\nHanki Outlook for Android",
        "Kiinnostaa\n\nT. Alice\nkehityspäällikkö, lopeta",
        "Kiinnostaa\n-- \nAlice\nlopeta",
        "Kiinnostaa\n\nMed vänliga hälsningar\nBob",
    ],
)  # fmt: skip
def test_what_is_quoted_or_signed_is_left_out(text: str) -> None:
    assert new_text(text) == "Kiinnostaa"


@pytest.mark.parametrize("text", ["", QUOTED, f"On Tuesday Silta wrote:\n{QUOTED}", "-- \nAlice"])
def test_a_reply_that_says_nothing_is_empty(text: str) -> None:
    assert new_text(text) == ""


@pytest.mark.parametrize(
    "source",
    [
        "<p>Kiinnostaa</p>",
        "<html><head><style>p{}</style><title>lopeta</title></head><body><div>Kiinnostaa</div></body></html>",
        "<div>Kiinnostaa</div><div class='gmail_quote'>On Tue wrote:<blockquote>lopeta</blockquote></div>",
        "<div>Kiinnostaa</div><blockquote type=cite>lopeta</blockquote>",
        "<div>Kiinnostaa</div><div id=appendonsend></div><hr><div id=divRplyFwdMsg>From: Silta</div><p>lopeta</p>",
        "<script>lopeta</script><p>Kiinnos<b>taa</b></p>",
        "<p>Kiinnostaa<br>-- <br>lopeta</p>",
    ],
)
def test_html_is_read_as_text_without_what_it_quotes(source: str) -> None:
    assert new_text(text_of_html(source)) == "Kiinnostaa"


@pytest.mark.parametrize(
    "source", ["", " ", "<", "<!--", "\x00", "<?xml version='1.0' encoding='x'?><p>a</p>", "<div>" * 50_000]
)
def test_broken_html_breaks_nothing(source: str) -> None:
    assert isinstance(text_of_html(source), str)


@pytest.mark.parametrize(
    "text",
    [
        "a " * 500_000, ">" * 500_000, "wrote:\n" * 100_000, "On " * 100_000, "\n" * 500_000,
        "Den " + "x " * 50_000 + "skrev", "From: " * 100_000, "-" * 500_000, ("On x wrote\n" * 5_000) + ":",
    ],
    ids=range(9),
)  # fmt: skip
def test_no_text_holds_us_up(text: str) -> None:
    assert len(new_text(text)) <= 4_000
