"""Hostile and huge text is neutralised and delivered: never refused, never a ping, never a crash."""

from __future__ import annotations

import random

import pytest

from bot.clock import When
from bot.contracts import Action, Entry, Fact, Language, Message, Section, Sent
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import WORDS, message, outgoing

NASTY = (
    "<!channel>", "<!here|x>", "<!everyone>", "<@UALICE>", "<#C1|general>", "<!subteam^S1>", "@here", "@channel",
    "\\<!here\\>", "&lt;!channel&gt;", "&#60;!channel&#62;", "<https://example.org|<!channel>>", "<", ">", "&", "|",
    "[x](https://example.org/<!channel>)", "[<!here>](https://example.org)", "![<@U1>](https://example.org/a.png)",
    "`<!channel>`", "```\n<!channel>\n```", "```", "`", "*", "_", "~", "**", "> ", "# ", "- ", "1. ", "\n", "\r\n",
    "\n\n", "| a | b |\n|---|---|\n| <!here> | `|` |\n", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "\x00", "\ud800", "\udfff", "\u202e", "\u2066", "\u2028", "\ufeff", "🏳️‍🌈" * 40, "z̸͗" * 30, "שלום", "مرحبا",
    "ä ö å", " ", "\t", "x" * 400, "&" * 400, "https://example.org/?a=1&b=<2>", "http://[::1", "mailto:a@b.c",
    "javascript:alert(1)", "<!date^0^{date}|x>", "<mailto:a@b.c|x>", "{{ x }}", "%s %d", ":tada:",
)  # fmt: skip
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")


def _text(dice: random.Random, most: int) -> str:
    pieces = dice.choices(NASTY, k=dice.randint(0, 30))
    return ("".join(pieces) * dice.choice((1, 1, 5, 60)))[:most]


def _section(dice: random.Random) -> Section:
    own = Action(label=_text(dice, 300), url="/items" + _text(dice, 300), personal="page")
    entries = tuple(
        Entry(
            title=_text(dice, 500), label=_text(dice, 300), url="https://example.org/" + _text(dice, 900),
            summary=_text(dice, 900), made_by=_text(dice, 90),
            facts=(Fact(label=_text(dice, 90), text=_text(dice, 900)),),
            notes=(_text(dice, 900),), actions=(own,) * dice.choice((0, 3, 9)),
        )
        for _ in range(dice.choice((0, 1, 20)))
    )  # fmt: skip
    return Section(title=_text(dice, 300), entries=entries, more=dice.choice((None, own)))


def _message(dice: random.Random, language: Language) -> Message:
    when = dice.choice((None, When.parse("2027-01-15"), When.parse("2027-01-15T16:15:00Z")))
    return Message(
        language=language,
        label=_text(dice, 200),
        title=_text(dice, 500),
        body=_text(dice, 50_000),
        facts=tuple(
            Fact(label=_text(dice, 300), text=_text(dice, 3000), when=when)
            for _ in range(dice.choice((0, 3, 30)))
        ),
        actions=tuple(
            Action(
                label=_text(dice, 300),
                url=dice.choice(("https://example.org/", "", "javascript:")) + _text(dice, 3500),
                primary=dice.random() < 0.5,
            )
            for _ in range(dice.choice((0, 2, 40)))
        ),
        notes=tuple(_text(dice, 1000) for _ in range(dice.choice((0, 2, 50)))),
        changes=tuple(_text(dice, 1000) for _ in range(dice.choice((0, 2, 50)))),
        sections=tuple(_section(dice) for _ in range(dice.choice((0, 0, 2, 20)))),
        urgent=dice.random() < 0.5,
        words=WORDS.model_copy(update={"network": _text(dice, 300), "more": _text(dice, 300)}),
    )


@pytest.mark.parametrize("seed", range(6))
def test_whatever_stands_in_a_message_it_is_delivered_and_pings_nobody(
    slack: FakeSlack, sender: SlackSender, seed: int
) -> None:
    dice = random.Random(seed)
    for number in range(10):
        messages = [_message(dice, language) for language in LANGUAGES[: dice.randint(1, 3)]]
        links = {"page": "https://example.org/" + _text(dice, 900), "unsubscribe": _text(dice, 100)}
        given = outgoing("C1", f"k{number}", *messages, reason=_text(dice, 2000), links=links)
        [outcome] = sender.send([given])
        assert isinstance(outcome, Sent), outcome
        assert not [name for name in outcome.ref if name.startswith("missing")], outcome
        sender.render(given)
    assert [posted.pings for posted in slack.messages if posted.pings] == []


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_each_kind_of_hostile_text_arrives_in_every_field(
    slack: FakeSlack, sender: SlackSender, nasty: str
) -> None:
    given = message(
        title=nasty, label=nasty, body=nasty, notes=(nasty,), facts=(Fact(label=nasty, text=nasty),), changes=(nasty,),
        sections=(Section(title=nasty, entries=(Entry(title=nasty, label=nasty, summary=nasty, notes=(nasty,)),)),),
        actions=(Action(label=nasty, url="https://example.org/"),),
    )  # fmt: skip
    [outcome] = sender.send([outgoing("C1", "k", given, reason=nasty, name=nasty)])
    assert isinstance(outcome, Sent), outcome
    assert slack.messages[0].pings == []


def test_the_fake_itself_counts_a_ping_that_is_live(slack: FakeSlack) -> None:
    from tests.fakes.slack_limits import pings

    live = {"type": "section", "text": {"type": "mrkdwn", "text": "hi @here <!channel>"}}
    inert = {"type": "section", "text": {"type": "plain_text", "text": "<!channel>"}}
    assert pings({"text": "<@U1> @here", "blocks": [live, inert]}) == ["<@U1>", "<!channel>", "@here"]
    assert pings({"text": "@here", "parse": "full"}) == ["@here"]
