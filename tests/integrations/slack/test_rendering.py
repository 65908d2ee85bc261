"""The preview: what Slack would show, drawn from the very payload."""

from __future__ import annotations

import json

import pytest

from integrations.slack.drawing import mrkdwn_html
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.page import Page
from tests.integrations.slack.samples import message, outgoing

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">'


def test_the_drawing_shows_title_facts_body_buttons_and_reason(sender: SlackSender) -> None:
    drawn = sender.render(outgoing("C1", "k", message(notes=("Moved.",)), name="tampere"))
    page = Page(drawn.html)
    assert [title.text for title in page.all("h3")] == [drawn.title] == ["Low-carbon pilots in Tampere"]
    assert "15 January 2027 at 16:15 (Finnish time)" in [time.text for time in page.all("time")]
    [button] = page.all("a", "primary")
    assert (button.text, button.attributes["href"]) == ("Open the call", "https://example.org/call?a=1&b=2")
    assert "Tampere follows carbon neutrality" in page.all("div", "context")[0].text
    assert page.all("div", "place")[0].text == "#tampere"
    assert "Moved." in page.all("body")[0].text


def test_dates_are_drawn_in_the_readers_zone(sender: SlackSender) -> None:
    drawn = sender.render(outgoing("UALICE", "k", zone="Europe/Stockholm"))
    assert "15 January 2027 at 15:15 (Central European" in drawn.html


def test_the_source_is_the_payload_that_is_posted(slack: FakeSlack, sender: SlackSender) -> None:
    given = outgoing("C1", "k")
    source = json.loads(sender.render(given).source)
    list(sender.send([given]))
    assert source == slack.messages[0].args


def test_the_text_reads_as_words(sender: SlackSender) -> None:
    drawn = sender.render(outgoing("C1", "k", message(title="A & <b>")))
    assert drawn.text.startswith("New call: A & <b>\nCloses: 15 January 2027 at 16:15 (Finnish time)\n")


def test_replies_in_the_thread_are_drawn_too(sender: SlackSender) -> None:
    long = "A paragraph that says a little more. " * 80
    both = (message("fi", body=long), message("sv", title="Utlysning", body=long))
    drawn = sender.render(outgoing("C1", "k", *both))
    page = Page(drawn.html)
    assert len(page.all("div", "post")) == 2
    assert "Utlysning" in page.all("div", "thread")[0].text
    assert len(json.loads(drawn.source)) == 2


def test_hostile_text_is_shown_and_never_runs(sender: SlackSender) -> None:
    given = message(title=HOSTILE, label=HOSTILE, body=HOSTILE, notes=(HOSTILE,))
    page = Page(sender.render(outgoing("C1", "k", given, name=HOSTILE, reason=HOSTILE)).html)
    assert page.all("script") + page.all("img") == []
    assert page.all("body")[0].text.count("alert(1)") >= 6
    assert [name for each in page.elements for name in each.attributes if name.startswith("on")] == []


CASES = [
    ("*bold* _it_ ~no~ `code`", "<b>bold</b> <i>it</i> <s>no</s> <code>code</code>"),
    ("5*3*2 snake_case_name", "5*3*2 snake_case_name"),
    ("*_both_*", "<b><i>both</i></b>"),
    ("a\nb", "a<br>b"),
    ("> a\n> b\nc", "<blockquote>a<br>b</blockquote>c"),
    ("```\n*x* &lt;b&gt;\n```", "<pre>*x* &lt;b&gt;</pre>"),
    ("`*x*`", "<code>*x*</code>"),
    ("<!date^1800022500^{date_long_pretty}|15 January>", "<time>15 January</time>"),
    ("&amp;lt; &lt;!channel&gt;", "&amp;lt; &lt;!channel&gt;"),
    ("<!channel>", "&lt;!channel&gt;"),
    ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
]


@pytest.mark.parametrize(("given", "expected"), CASES)
def test_mrkdwn_is_drawn_as_slack_draws_it(given: str, expected: str) -> None:
    assert mrkdwn_html(given) == expected


def test_a_link_opens_outside_and_tells_nobody_where_from() -> None:
    [link] = Page(mrkdwn_html("*<https://example.org/?a=1&amp;b=2|x &amp; y>*")).all("a")
    assert (link.attributes["href"], link.text) == ("https://example.org/?a=1&b=2", "x & y")
    assert "noopener" in link.attributes["rel"]
