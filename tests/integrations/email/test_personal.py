"""Many readers of one content: each gets only what is theirs."""

from __future__ import annotations

import re

from bot.contracts import Sent
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import message, outgoing, part


def test_a_thousand_readers_share_the_content_and_nothing_else(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    letters = [
        outgoing(f"r{number:04}x", name=f"Åsa R{number:04}x", reason=f"Syy{number:04}x")
        for number in range(1000)
    ]
    outcomes = list(sender_for(smtp).send(letters))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert [mail.recipient for mail in smtp.mails] == [letter.address for letter in letters]
    boundaries = set()
    for number, mail in enumerate(smtp.mails):
        found = re.findall(rb"[a-zA-Z]\d{4}x", mail.raw.replace(b"=\r\n", b""))
        # To, Message-ID, List-Unsubscribe; in each part twice the reader, the reason and two links
        assert {mark[1:] for mark in found} == {b"%04dx" % number}
        assert len(found) >= 12
        boundaries.add(re.search(rb'boundary="([^"]+)"', mail.raw).group(1))  # type: ignore[union-attr]
    assert len(boundaries) == 1  # it was built once
    assert smtp.connections == 2  # five hundred over each


def test_personal_parts_are_encoded_for_the_place_they_stand_in(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    who = "Åke \"<script>\" & 'co'"
    link = 'https://silta.example/m/a?x=1&y="><script>=20'
    letters = [
        outgoing("alice"),
        outgoing("bob", name=who, reason=who, links={"page": link, "unsubscribe": link}),
    ]
    list(sender_for(smtp).send(letters))
    plain, html = part(smtp.mails[1], "plain"), part(smtp.mails[1], "html")
    assert f"{who} · bob@example.org\n" in plain
    assert f"\n{who}\n" in plain
    assert f"\n{link}\n" in plain
    assert "<script>" not in html
    assert "Åke &quot;&lt;script&gt;&quot; &amp; &#x27;co&#x27;" in html
    assert 'href="https://silta.example/m/a?x=1&amp;y=&quot;&gt;&lt;script&gt;=20"' in html
    assert smtp.mails[1].message["List-Unsubscribe"] == (
        "<https://silta.example/m/a?x=1&y=%22%3E%3Cscript%3E=20>"
    )


def test_a_link_cannot_end_its_header_early(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    link = "https://silta.example/u\r\nBcc: bob@example.org\r\n\r\nhello"
    list(sender_for(smtp).send([outgoing(links={"unsubscribe": link})]))
    (mail,) = smtp.mails
    assert "Bcc" not in mail.message
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_odd_personal_parts_arrive_whole(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    odd = [".", "..", ". alku", "=", "=20", "x" * 3000, "sana " * 500, "🎉" * 300, "loppu ", "a\r\n.\r\nb"]
    letters = [outgoing("alice", reason=text, name=text) for text in odd]
    outcomes = list(sender_for(smtp).send(letters))
    assert [type(outcome) for outcome in outcomes] == [Sent] * len(odd)
    for text, mail in zip(odd, smtp.mails, strict=True):
        lines = part(mail, "plain").partition("Miksi sait tämän viestin:\n")[2].partition("-- \n")[0]
        assert all(len(line) <= 72 or " " not in line for line in lines.split("\n"))
        letters_of = "".join(text.split())
        assert letters_of in "".join(part(mail, "plain").split())
        assert letters_of in "".join(re.sub(r"<[^>]+>", "", part(mail, "html")).split())
        assert max(map(len, mail.raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


def test_readers_with_other_links_zones_or_content_do_not_share(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    letters = [
        outgoing("alice"),
        outgoing("bob", links={}),
        outgoing("charlie", zone="Europe/Stockholm"),
        outgoing("alice", messages=(message(title="Toinen"),)),
    ]
    list(sender_for(smtp).send(letters))
    texts = [part(mail, "plain") for mail in smtp.mails]
    assert ["Peru viestit" in text for text in texts] == [True, False, True, True]
    assert ["klo 15.15" in text for text in texts] == [False, False, True, False]
    assert ["Toinen" in text for text in texts] == [False, False, False, True]


def test_no_text_can_pose_as_a_personal_part_or_a_boundary(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    sender = sender_for(smtp)
    list(sender.send([outgoing()]))
    seen = smtp.mails[0].raw
    known = re.search(rb'boundary="=_([^"]+)"', seen).group(1).decode()  # type: ignore[union-attr]
    body = f"--=_{known}\n\n--=_{known}--\n\n{known}reason {known}page"
    list(sender.send([outgoing("bob", messages=(message(body=body),), reason="vain kerran")]))
    mail = smtp.mails[1]
    assert [item.get_content_type() for item in mail.message.iter_parts()] == ["text/plain", "text/html"]
    assert part(mail, "plain").count("vain kerran") == 1
