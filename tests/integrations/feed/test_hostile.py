"""Broken, doubled and hostile feeds: what is lost is named, the rest is delivered."""

from __future__ import annotations

import time

import pytest

from bot.contracts import SourceFault
from tests.fakes.feeds import FakeFeeds
from tests.integrations.feed.asking import ask, atom, entry, json_feed, rss, told

LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
LONG = f'<!DOCTYPE rss [<!ENTITY a "{"ha" * 50_000}">]>'
FILE = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "doctype", [LAUGHS, LONG, FILE, FILE.replace("<!ENTITY", "<!-- x --><!EnTiTy"), "<!-- <a -->" + FILE]
)
def test_entities_of_a_documents_own_are_refused_unread(feeds: FakeFeeds, doctype: str) -> None:
    start = time.monotonic()
    with pytest.raises(SourceFault, match="entities"):
        ask(feeds, rss(entry(title="x").replace(">x<", ">" + "&a;" * 5_000 + "<"), before=doctype))
    assert time.monotonic() - start < 2


def test_entities_hidden_in_utf_16_are_refused_too(feeds: FakeFeeds) -> None:
    with pytest.raises(SourceFault, match="entities"):
        ask(feeds, rss(entry(), before=LAUGHS).encode("utf-16"))


def test_a_codec_that_could_hide_markup_is_not_used(feeds: FakeFeeds) -> None:
    hidden = rss(entry(title="+ADw-!ENTITY a")).replace('encoding="utf-8"', 'encoding="utf-7"')
    [details] = told(feeds, hidden)
    assert details.title["fi"] == "+ADw-!ENTITY a"


@pytest.mark.parametrize(
    "broken",
    [
        rss(entry("a"), entry("b")).replace("</channel></rss>", "<item><title>cut o"),
        rss(entry("a"), "<item><title>Fish & chips</title></item>", entry("b")),
        rss(entry("a"), "<item><title>a &nbsp; b</title></item>", entry("b")),
        "\n\n" + rss(entry("a"), entry("b")),
        rss(entry("a"), entry("b", "bell \x07 and NUL \0")),
    ],
)
def test_broken_xml_yields_what_can_be_read_and_says_that_something_is_wrong(
    feeds: FakeFeeds, broken: str
) -> None:
    fetched = ask(feeds, broken)
    assert {"a", "b"} <= {report.external_id for report in fetched.reports}
    assert "not well-formed" in fetched.faults[0]
    for report in fetched.reports:
        assert report.details is not None
        assert "\0" not in report.details.title["fi"]


def test_broken_xml_without_an_entry_is_a_fault(feeds: FakeFeeds) -> None:
    with pytest.raises(SourceFault, match="not well-formed"):
        ask(feeds, "<?xml version='1.0'?><rss version='2.0'><channel><title>x")


def test_broken_xml_of_megabytes_is_not_mended(feeds: FakeFeeds) -> None:
    start = time.monotonic()
    with pytest.raises(SourceFault, match="too large to be mended"):
        ask(feeds, rss(entry()) + "<b>" * 700_000)
    assert time.monotonic() - start < 5


def test_one_entry_that_breaks_the_parser_does_not_lose_the_others(feeds: FakeFeeds) -> None:
    bad = entry("bad", more="<description>beyond Unicode: &#x110000;</description>")
    fetched = ask(feeds, rss(entry("a"), bad, entry("b")))
    assert [report.external_id for report in fetched.reports] == ["a", "b"]
    assert "entry 2 was left out" in fetched.faults[1]


def test_a_link_that_is_none_leaves_its_entry_without_one(feeds: FakeFeeds) -> None:
    links = [
        "<link>http://[broken</link>",
        "<link xml:base='http://[x'>/a</link>",
        "<link/>",
        "<link>http://</link>",
    ]
    found = told(feeds, rss(*(entry(str(number), more=link) for number, link in enumerate(links))))
    assert [details.url for details in found] == [None] * 4


@pytest.mark.parametrize(
    "bad", [{"id": "x", "title": 5}, "text", None, {"id": "x", "tags": "tampere"}, {"id": "x"}, {"id": []}]
)
def test_one_bad_json_item_does_not_lose_the_others(feeds: FakeFeeds, bad: object) -> None:
    items = [{"id": "a", "title": "A"}, bad, {"id": "b", "title": "B"}]
    fetched = ask(feeds, json_feed(*items))  # type: ignore[arg-type]
    assert [report.external_id for report in fetched.reports] == ["a", "b"]
    assert len(fetched.faults) == 1
    assert "was left out" in fetched.faults[0]


def test_a_feed_of_nothing_but_bad_entries_is_a_fault(feeds: FakeFeeds) -> None:
    with pytest.raises(SourceFault, match="no entry of the feed could be read: item 1"):
        ask(feeds, json_feed({"title": 5}))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Bread &amp; wine", "Bread & wine"),
        ("A &lt;canvas&gt; <b>bold</b>", "A <canvas> bold"),
        ("Haku<br>auki <script>alert(1)</script>", "Haku auki"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<!channel> @here <@U123>", "<!channel> @here <@U123>"),
        ("line\r\nBcc: charlie@example.org\tx", "line Bcc: charlie@example.org x"),
        ("🎉" * 600, "🎉" * 499 + "…"),
        ("word " * 200, "word " * 99 + "word…"),
        ("\u202eאבג", "\u202eאבג"),
        ("Veto&shy;vastuu\u00adhaku\u200b\ufeff 1", "Vetovastuuhaku 1"),
    ],
)
def test_hostile_titles_become_one_plain_line(feeds: FakeFeeds, sent: str, kept: str) -> None:
    [details] = told(feeds, rss(entry(title=sent)))
    assert details.title["fi"] == kept
    assert len(kept) <= 500


def test_halves_of_emoji_and_control_characters_do_not_stop_a_json_item(feeds: FakeFeeds) -> None:
    [details] = told(
        feeds, json_feed({"id": "\ud83c", "title": "a\ud83c\0b\x1b", "content_text": "x\ud83c\0y"})
    )
    assert (details.title["fi"], details.body["fi"]) == ("a\ufffdb", "x\ufffdy")


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h2>A</h2><ul><li>x<li>y</ul>", "## A\n\n- x\n- y"),
        ("<p onclick=x>a</p><script>b</script><style>c</style><iframe src=d></iframe>", "a"),
        ("<a href='javascript:alert(1)'>a</a> <a href='/b'>b</a>", "a [b](http://{place}/b)"),
        ("<div>a</div><div>b</div>", "a\n\nb"),
        ("[a](javascript:b) *c* # d", r"\[a\](javascript:b) \*c\* \# d"),
        ("first\nline\n\nsecond *", "first  \nline\n\nsecond \\*"),
        ("", None),
    ],
)
def test_bodies_become_safe_markdown(feeds: FakeFeeds, html: str, markdown: str | None) -> None:
    [details] = told(feeds, rss(entry(more=f"<description><![CDATA[{html}]]></description>")))
    assert details.body.get("fi") == (markdown and markdown.format(place=feeds.place))


@pytest.mark.parametrize(
    "html",
    ["<blockquote>" * 3_000 + "deep", "<ul><li>" * 20_000 + "deep", "deep " * 30_000, "<p>deep</p>" * 20_000],
)
def test_a_monstrous_body_is_cut_in_no_time(feeds: FakeFeeds, html: str) -> None:
    start = time.monotonic()
    [details] = told(feeds, json_feed({"id": "a", "title": "A", "content_html": html}))
    assert "deep" in details.body["fi"]
    assert len(details.body["fi"]) <= 50_000
    assert time.monotonic() - start < 5


def test_an_entry_without_a_title_is_called_by_the_beginning_of_its_text(feeds: FakeFeeds) -> None:
    item = "<item><guid>g</guid><description>&lt;p&gt;" + "sana " * 40 + "&lt;/p&gt;</description></item>"
    [details] = told(feeds, rss(item))
    assert details.title["fi"] == "sana " * 15 + "sana…"


def test_ids_are_the_feeds_own_else_the_link_else_a_hash(feeds: FakeFeeds) -> None:
    undated, dated = entry("", "A"), entry("", "A", "<pubDate>Mon, 17 Jun 2024 07:00:00 GMT</pubDate>")
    linked = entry("", "B", "<link>https://a.example/b</link>")
    long = entry("x" * 300, "C")
    first = [report.external_id for report in ask(feeds, rss(undated, dated, linked, long)).reports]
    assert first[2] == "https://a.example/b"
    assert [name[:7] for name in (first[0], first[1], first[3])] == ["sha256:"] * 3
    assert len(set(first)) == 4
    second = [report.external_id for report in ask(feeds, rss(long, linked, dated, undated)).reports]
    assert sorted(first) == sorted(second)


def test_two_calls_announced_on_one_page_stay_two(feeds: FakeFeeds) -> None:
    page = "<link>https://a.example/haut</link>"
    fetched = ask(feeds, rss(entry("", "Joensuun haku", page), entry("", "Maakunnan haku", page)))
    assert len({report.external_id for report in fetched.reports}) == 2
    assert not fetched.faults


def test_of_a_doubled_id_the_newest_is_taken_and_the_double_named(feeds: FakeFeeds) -> None:
    def dated(title: str, day: str) -> str:
        return f"<entry><id>x</id><title>{title}</title><updated>2024-06-{day}T00:00:00Z</updated></entry>"

    fetched = ask(feeds, atom(dated("Old", "01"), dated("New", "03"), dated("Middle", "02")))
    assert [report.details.title["fi"] for report in fetched.reports if report.details] == ["New"]
    assert fetched.faults == ["entry 'x' stands there more than once; the newest was taken"]


def test_the_same_entry_twice_is_one_without_a_word(feeds: FakeFeeds) -> None:
    assert len(told(feeds, rss(entry("a"), entry("a")))) == 1


def test_of_a_flood_of_entries_the_first_thousand_are_read(feeds: FakeFeeds) -> None:
    fetched = ask(feeds, json_feed(*({"id": number, "title": "x"} for number in range(1_200))))
    assert len(fetched.reports) == 1_000
    assert fetched.faults == ["only the first 1,000 of 1,200 entries were read"]
