"""Every purpose in every language, with all that people and feeds may write: nothing breaks out anywhere."""

from __future__ import annotations

import re
from email import message_from_bytes
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.contracts import (
    LANGUAGES,
    PURPOSES,
    Action,
    Attachment,
    Entry,
    Fact,
    Language,
    Message,
    Purpose,
    Section,
    Sent,
)
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import PIXEL, WORDS, outgoing, part

NASTY = {
    "script": "<script>alert(1)</script>",
    "handler": "<img src=x onerror=alert(1)>",
    "attribute": '"><svg/onload=alert(1)> x=\'"',
    "end of all": "</style></td></table></body></html>--><!--[if mso]><![endif]-->",
    "header": "Haku\r\nBcc: bob@example.org\r\n\r\nhello",
    "separators": "a\u2028b\x0bc\x85d\n.\nFrom bob\n--=_x--",
    "overrides": "abc\u202egnp.exe\u2066\u2069",
    "right to left": "שלום العربية \u200f",
    "emoji": "👩‍🔬🏳️‍🌈" * 40,
    "a long word": "x" * 500,
    "template": "{{ first.words }} {% for a in b %} {{ 7*7 }} %(x)s {0} {x}",
    "controls": "a\x00b\x1b[31mc\x07",
    "surrogates": "a\ud800b\udfff",
    "markdown": '[x](javascript:alert(1)) ![y](https://evil.example/p.png) <https://example.org/"onclick="x>',
    "entities": "&lt;script&gt; &#60;b&#62; &amp;amp;",
    "comment": "<!-- x --> ]]> <![CDATA[ y ]]>",
    "equals": "=\r\n=3D =20 =?utf-8?q?Hidden?=",
    "nothing": "",
    "spaces": " \t\r\n ",
}


def _message(purpose: Purpose, language: Language, nasty: str) -> Message:
    actions = (
        Action(label=nasty, url="https://example.org/?" + nasty, primary=True),
        Action(label=nasty, url=nasty, primary=True),
        Action(label=nasty, url="/answer/1?as=" + nasty, personal="page"),
        Action(label=nasty, url=nasty, personal="sign_in"),
        Action(label=nasty, url="javascript:" + nasty),
    )
    facts = (Fact(label=nasty, text=nasty), Fact(label=nasty, when="2027-01-15"))
    entry = Entry(
        title=nasty, label=nasty, url="https://example.org/" + nasty, summary=nasty, made_by=nasty, facts=facts,
        notes=(nasty,), actions=actions,
    )  # fmt: skip
    return Message(
        language=language, purpose=purpose, label=nasty, title=nasty, preheader=nasty, body=nasty,
        changes=(nasty,), facts=facts, actions=actions, notes=(nasty,),
        sections=(Section(title=nasty, entries=(entry,), more=Action(label=nasty, url="/x", personal="page")),),
        picture={"png": PIXEL, "alt": nasty, "width": 600, "height": 100},
        attachments=(Attachment(name=nasty, media_type="text/calendar; method=PUBLISH", text=nasty),),
        words=WORDS.model_copy(update={"network": nasty, "changed": nasty, "made_by": nasty}),
    )  # fmt: skip


TAGS = {
    *("html", "head", "meta", "title", "style", "body", "table", "tbody", "thead", "tr", "td", "th", "div"),
    *("p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "a", "b", "i", "br", "img", "strong", "em", "code"),
    *("pre", "blockquote", "hr", "s"),
}


class _Page(HTMLParser):
    """Notes what in a page could run or lead astray."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(tag)
        for name, value in attrs:
            led = name in {"href", "src"} and not re.match(
                r"(https?://|mailto:|cid:[0-9a-f]+@silta$)", value or ""
            )
            if (
                name.startswith("on")
                or led
                or (tag == "img" and name == "src" and "cid:" not in (value or ""))
            ):
                self.wrong.append(f"{tag} {name}={value}")


@pytest.mark.parametrize("kind", NASTY)
def test_nothing_breaks_out_of_any_mail(smtp: FakeSmtp, sender_for: SenderFor, kind: str) -> None:
    nasty, turn = NASTY[kind], list(NASTY).index(kind)  # each purpose meets each language, by turns
    links = outgoing().links | {"sign_in": "https://silta.example/sign-in/x"}
    more: dict[str, Any] = {"name": nasty, "reason": nasty, "links": links}
    letters = [
        outgoing("alice", messages=(_message(purpose, LANGUAGES[(turn + at // 3 + at) % 3], nasty),), **more)
        for at, purpose in enumerate(PURPOSES)
    ]
    outcomes = list(sender_for(smtp, bounce_to="back@example.org").send(letters))
    assert [type(outcome) for outcome in outcomes] == [Sent] * len(letters), outcomes
    for letter, mail in zip(letters, smtp.mails, strict=True):
        assert mail.raw.isascii()
        assert (mail.recipient, mail.sender) == ("alice@example.org", "back+key-alice@example.org")
        head = message_from_bytes(mail.raw)
        assert "Bcc" not in head
        assert [head.get_all(name) is None for name in ("From", "To", "Subject")] == [False] * 3
        kinds = [each.get_content_type() for each in mail.message.walk() if not each.is_multipart()]
        assert kinds == ["text/plain", "text/html", "image/png", "text/calendar"]
        html, plain = part(mail, "html"), part(mail, "plain")
        assert _Page(html).wrong == []
        assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html + plain)
        way_out = "https://silta.example/unsubscribe/alice"
        assert (way_out in html and way_out in plain) == (letter.messages[0].purpose != "sign-in")


def test_text_that_looks_like_a_template_is_shown_as_it_is(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    list(sender_for(smtp).send([outgoing(messages=(_message("letter", "fi", NASTY["template"]),))]))
    for kind in ("plain", "html"):
        assert "{{ 7*7 }}" in part(smtp.mails[0], kind)
