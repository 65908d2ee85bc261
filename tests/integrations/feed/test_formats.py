"""What of RSS, Atom and JSON Feed arrives in a report."""

from __future__ import annotations

import pytest

from bot.clock import When
from bot.contracts import Defaults
from tests.fakes.feeds import FakeFeeds
from tests.integrations.feed.asking import ask, atom, entry, json_feed, rss, source, told


def test_an_rss_item_arrives_whole(feeds: FakeFeeds) -> None:
    more = (
        "<link>https://a.example/1?x=1&amp;y=2</link><pubDate>Mon, 17 Jun 2024 07:00:00 +0300</pubDate>"
        "<category>Tammerfors</category><category>#AKUT</category><category>Muu</category>"
        "<description>short</description><content:encoded><![CDATA[<p>Hei <b>kaikki</b></p>]]></content:encoded>"
    )
    [details] = told(feeds, rss(entry("g1", "Haku auki", more)))
    assert (details.kind, details.title, details.body) == (
        "news",
        {"fi": "Haku auki"},
        {"fi": "Hei **kaikki**"},
    )
    assert details.url == "https://a.example/1?x=1&y=2"
    assert (details.cities, details.topics) == (("tampere",), ("akut",))
    assert details.published_at == When.parse("2024-06-17T04:00:00Z")


def test_an_atom_entry_arrives_whole_in_its_own_language_and_base(feeds: FakeFeeds) -> None:
    item = (
        '<entry xml:lang="sv" xml:base="sub/"><id>tag:1</id><title type="html">Br&amp;ouml;d &amp;amp; vin</title>'
        '<link href="../sida"/><updated>2024-06-17T07:00:00Z</updated><category term="x" label="Batterier"/>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Se <a href="a">a</a></p></div></content>'
        "</entry>"
    )
    base = 'xml:base="https://b.example/feed/" xml:lang="fi"'
    [details] = told(feeds, atom(item, attributes=base), content_type="application/atom+xml")
    assert details.title == {"sv": "Bröd & vin"}
    assert details.body == {"sv": "Se [a](https://b.example/feed/sub/a)"}
    assert details.url == "https://b.example/feed/sida"
    assert (details.topics, details.published_at) == (("akut",), When.parse("2024-06-17T07:00:00Z"))


def test_a_json_item_arrives_whole(feeds: FakeFeeds) -> None:
    item = {
        "id": 17,
        "url": "/call",
        "title": "Call & more",
        "content_html": "<p>Text</p>",
        "date_published": "2024-06-17",
        "tags": ["helsinki"],
        "language": "en-GB",
    }
    fetched = ask(feeds, json_feed(item, language="fi"), content_type="application/feed+json")
    [report] = fetched.reports
    assert report.external_id == "17"
    assert report.details is not None
    assert report.details.title == {"en": "Call & more"}
    assert report.details.body == {"en": "Text"}
    assert report.details.url == feeds.url("/call")
    assert report.details.cities == ("paakaupunkiseutu",)
    assert report.details.published_at == When.parse("2024-06-17")


def test_rss_1_0_and_a_byte_order_mark_are_read(feeds: FakeFeeds) -> None:
    rdf = (
        '\ufeff<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<item rdf:about="https://a.example/1"><title>Ääkköset</title><link>https://a.example/1</link></item></rdf:RDF>'
    )
    [details] = told(feeds, rdf)
    assert (details.title["fi"], details.url) == ("Ääkköset", "https://a.example/1")


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("iso-8859-1", "iso-8859-1", "application/xml"),
        ("windows-1252", "utf-8", "text/xml; charset=windows-1252"),
        ("utf-16", "utf-16", "application/xml"),
        ("windows-1252", "utf-8", "application/xml"),
        ("utf-8", "utf-7", "text/xml"),
        ("utf-8", "no-such-codec", "text/xml; charset=nor-this"),
    ],
)
def test_letters_survive_whatever_the_feed_says_of_its_encoding(
    feeds: FakeFeeds, encoding: str, declared: str, content_type: str
) -> None:
    document = rss(entry(title="Pääkaupunkiseutu – Åbo")).replace(
        'encoding="utf-8"', f'encoding="{declared}"'
    )
    document = document.replace("–", "-") if encoding == "iso-8859-1" else document
    [details] = told(feeds, document.encode(encoding), content_type=content_type)
    assert details.title["fi"].replace("-", "–") == "Pääkaupunkiseutu – Åbo"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("<pubDate>Mon, 17 Jun 2024 07:00:00 GMT</pubDate>", "2024-06-17T07:00:00Z"),
        ("<pubDate>Mon, 17 Jun 2024 23:30:00</pubDate>", "2024-06-17"),
        ("<dc:date>2024-06-17T23:30:00</dc:date>", "2024-06-17"),
        ("<dc:date>2024-06-17</dc:date>", "2024-06-17"),
        ("<dc:date>2024-06</dc:date>", None),
        ("<pubDate>17.6.2024 kl. 7</pubDate>", None),
        ("<pubDate>Mon, 17 Jun 99999999999999999999 07:00:00 GMT</pubDate>", None),
        ("<dc:date>0001-01-01T00:00:00+14:00</dc:date>", None),
        ("", None),
    ],
)
def test_a_date_is_believed_as_far_as_it_says_its_zone(
    feeds: FakeFeeds, date: str, expected: str | None
) -> None:
    [details] = told(feeds, rss(entry(more=date)))
    assert details.published_at == (When.parse(expected) if expected else None)


@pytest.mark.parametrize(
    ("own", "option", "of_the_feed", "expected"),
    [
        ("sv", "en", "fi", "sv"),
        (None, "sv", "en-US", "sv"),
        (None, None, "en-US", "en"),
        (None, None, "de", "fi"),
        ("de", None, None, "fi"),
    ],
)
def test_the_language_is_the_entrys_else_the_options_else_the_feeds_else_the_default(
    feeds: FakeFeeds, own: str | None, option: str | None, of_the_feed: str | None, expected: str
) -> None:
    item = entry(more=f"<dc:language>{own}</dc:language>" if own else "")
    channel = f"<language>{of_the_feed}</language>" if of_the_feed else ""
    [details] = told(feeds, rss(item, channel=channel), language=option)
    assert list(details.title) == [expected]


def test_defaults_fill_in_what_a_feed_cannot_say(feeds: FakeFeeds) -> None:
    defaults = Defaults(kind="event", cities=("tampere",), topics=("ruoka",), language="sv")
    plain, marked = told(
        feeds, rss(entry("a"), entry("b", more="<category>Akut</category>")), defaults=defaults
    )
    assert (plain.kind, plain.cities, plain.topics, list(plain.title)) == (
        "event",
        ("tampere",),
        ("ruoka",),
        ["sv"],
    )
    assert (marked.cities, marked.topics, plain.visibility) == (("tampere",), ("akut",), "public")
    [news] = told(feeds, rss(entry()), defaults=Defaults(visibility="public"))
    assert news.visibility == "public"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a/b", "{feed}/a/b"),
        ("c?x=1", "{feed}/c?x=1"),
        ("https://a.example/ä", "https://a.example/ä"),
        ("javascript:alert(1)", None),
        ("https://alice:pw@a.example/", None),
        ("mailto:alice@example.org", None),
    ],
)
def test_links_are_resolved_and_only_web_addresses_kept(
    feeds: FakeFeeds, link: str, expected: str | None
) -> None:
    [details] = told(feeds, rss(entry(more=f"<link>{link}</link>")))
    assert details.url == (expected.format(feed=f"http://{feeds.place}") if expected else None)


def test_links_are_resolved_against_the_address_we_were_sent_on_to(feeds: FakeFeeds) -> None:
    feeds.redirect("/feed", "/deep/er/feed.xml")
    feeds.serve("/deep/er/feed.xml", rss(entry(more="<link>../page</link>")))
    [report] = source(feeds).fetch({}).reports
    assert report.details is not None
    assert report.details.url == feeds.url("/deep/page")
