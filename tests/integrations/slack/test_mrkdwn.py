"""Markdown from outside as Slack's mrkdwn, and as plain words."""

from __future__ import annotations

import re

import pytest

from integrations.slack import mrkdwn
from integrations.slack.plain import line, shorten, size, web_url
from integrations.slack.prose import paragraphs
from tests.counted import assert_linear

EDGE = "\u200b"

CASES = [
    ("**bold** and *slanted* and ~~gone~~", "*bold* and _slanted_ and ~gone~"),
    ("***both***", "_*both*_"),
    ("a`code`b", f"a{EDGE}`code`{EDGE}b"),
    ("foo**bar**baz", f"foo{EDGE}*bar*{EDGE}baz"),
    ("# Heading *here*\n\ntext", "*Heading* *_here_*\n\ntext"),
    ("one\ntwo", "one\ntwo"),
    ("**one\ntwo**", "*one*\n*two*"),
    ("- a\n- b\n  - c\n\nend", "• a\n• b\n    ◦ c\n\nend"),
    ("3. three\n4. four", "3. three\n4. four"),
    ("- a\n\n  more", "• a\n    more"),
    ("> said\n> so", "> said\n> so"),
    ("```python\nif a < b:\n    *x*\n```", "```\nif a &lt; b:\n    *x*\n```"),
    ("``a ` b``", "`a ˋ b`"),
    ("| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |", "• *A*: 1 · *B*: 2\n• *A*: 3 · *B*: 4"),
    ("a\n\n---\n\nb", "a\n\n———\n\nb"),
    ("[here](https://example.org/?a=1&b=2)", "<https://example.org/?a=1&amp;b=2|here>"),
    ("[a|b > c](https://example.org)", "<https://example.org|a¦b &gt; c>"),
    ("**[x](https://example.org) y**", "*<https://example.org|x>* *y*"),
    ("[](https://example.org)", "<https://example.org>"),
    ("<https://example.org>", "<https://example.org>"),
    ("see https://example.org/a_b_c.", "see <https://example.org/a_b_c>."),
    ("(https://example.org/x)", "(<https://example.org/x>)"),
    ("[write](mailto:alice@example.org)", "<mailto:alice@example.org|write>"),
    ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ("[x](ftp://example.org)", "x"),
    ("[x](/relative)", "x"),
    ("![a map](https://example.org/map.png)", "<https://example.org/map.png|a map>"),
    ("![](https://example.org/map.png)", "<https://example.org/map.png>"),
    ("![pixel](data:image/png;base64,AA)", "pixel"),
    ("[![logo](https://example.org/l.png)](https://example.org)", "<https://example.org|logo>"),
    ("<b>&amp; <script>x</script>", "&lt;b&gt;&amp; &lt;script&gt;x&lt;/script&gt;"),
    (
        "<!channel> \\<!here> &lt;@U1> &#60;!everyone>",
        "&lt;!channel&gt; &lt;!here&gt; &lt;@U1&gt; &lt;!everyone&gt;",
    ),
    ("[<!channel>](https://example.org)", "<https://example.org|&lt;!channel&gt;>"),
    ("[x](<https://example.org/a|<!channel>>)", "[x](&lt;<https://example.org/a>|&lt;!channel&gt;&gt;)"),
    ("`<!channel>`", "`&lt;!channel&gt;`"),
    ("a\u202eb\x00c\ud800d", "abc\ufffdd"),
    ("", ""),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_markdown_becomes_mrkdwn(source: str, expected: str) -> None:
    assert mrkdwn.body(paragraphs(source), 3000) == expected


def test_plain_words_keep_every_link_and_lose_the_marks() -> None:
    source = "# T\n\n**bold** [here](https://example.org) https://example.org/x\n\n- [ ] a"
    assert mrkdwn.words(paragraphs(source)) == (
        "T\n\nbold here (https://example.org) https://example.org/x\n\n• [ ] a"
    )


BODIES = {
    "words": "word " * 2000,
    "one word": "x" * 9000,
    "ampersands": "&" * 9000,
    "emoji": "🏳️‍🌈" * 3000,
    "bold": "**bold words** " * 900,
    "links": "[label](https://example.org/page) " * 400,
    "one long link": f"[{'label ' * 2000}](https://example.org)",
    "list": "- an item of some length\n" * 500,
    "code": "```\n" + "line <b>\n" * 1500 + "```",
    "quote": "> quoted words\n" * 700,
    "table": "| A | B |\n|---|---|\n" + "| one | two |\n" * 600,
    "headings": "# heading\n\n" * 900,
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("limit", [1, 2, 40, 500, 2900])
def test_a_long_body_is_cut_within_the_limit_and_leads_on(body: str, limit: int) -> None:
    more = "<https://example.org|More>"
    written = mrkdwn.body(paragraphs(BODIES[body]), limit, more)
    assert size(written) <= limit
    assert written == "" or written.endswith(f"… {more}")
    if limit == 2900 and body != "one long link":
        assert size(written) > 2400
    assert len(re.findall(r"<[^<>]+>", written)) == written.count("<")
    assert written.count("```") % 2 == 0


@pytest.mark.parametrize(
    ("part", "length", "below"),
    [
        ("[", 50_000, ""),
        ("*a ", 16_000, ""),
        ("`", 50_000, ""),
        ("> ", 25_000, ""),
        ("- ", 25_000, ""),
        ("![](", 12_000, ""),
        ("<", 50_000, ""),
        ("&amp;", 10_000, ""),
        ("|a", 25_000, "|-"),
        ("a\n", 25_000, ""),
        ("**_~~`", 8_000, ""),
    ],
)
def test_markdown_made_to_be_slow_takes_no_more_work_than_its_length(
    part: str, length: int, below: str
) -> None:
    def written(times: int) -> str:
        return mrkdwn.body(paragraphs(part * times + (f"\n{below * times}" if below else "")), 2900)

    assert size(written(length)) <= 2900
    assert_linear(written, length // 16)


def test_text_is_cut_at_a_word_and_never_exceeds_its_limit() -> None:
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("one two", 7) == "one two"
    assert shorten("a & b", 7) == "a…"
    assert shorten("a & b", 5, escaped=False) == "a & b"
    assert shorten("word", 0) == ""


def test_a_title_is_one_harmless_line() -> None:
    assert line("a\r\nb\u2028c\x00d\u202e  e\ud83d") == "a b cd e\ufffd"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://example.org/ä?q=1", "https://example.org/ä?q=1"),
        (" https://example.org/a b|c ", "https://example.org/a%20b%7Cc"),
        ("HTTPS://example.org", "HTTPS://example.org"),
        ("javascript:alert(1)", None),
        ("//example.org", None),
        ("https://", None),
        ("http://[::1", None),
        ("https://example.org/" + "a" * 3000, None),
        ("", None),
    ],
)
def test_only_web_addresses_are_linked_to(given: str, expected: str | None) -> None:
    assert web_url(given) == expected
