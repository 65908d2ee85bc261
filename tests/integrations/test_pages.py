"""Web pages from outside: what is content, what only stands in its place, and what can be read of it."""

from __future__ import annotations

import pytest

from bot.contracts import SourceFault
from integrations import pages
from integrations.http import Page

PROSE = "Uudenmaan liitto avaa haun kestävän kaupunkikehittämisen hankkeille. " * 30
SHORT = "Haku on avoinna 30.6. asti."


def page(
    body: str | bytes, content_type: str = "text/html; charset=utf-8", url: str = "https://a.example/x"
) -> Page:
    return Page(200, url, {"Content-Type": content_type}, body if isinstance(body, bytes) else body.encode())


def whole(body: str, title: str = "Haut") -> str:
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (whole("<form><input name=u><input type=password></form>", "Kirjaudu sisään"), "login page"),
        (whole(f"<p>{PROSE}</p><input type=password>", "Log in"), "login page"),
        (whole("<h1>Sign in</h1><form><input name=mail></form>"), "login page"),
        (whole("Checking your browser", "Just a moment..."), "person"),
        (whole("<script src='https://x.example/recaptcha/api.js'></script><p>Jatka</p>"), "person"),
        (whole("<p>Käytämme evästeitä.</p><button>Hyväksy kaikki</button>"), "cookie wall"),
        (whole("<p>Vi använder kakor.</p><button>Godkänn</button>"), "cookie wall"),
        (whole("<h1>Evästeet</h1><p>Käytämme evästeitä. Hyväksy kaikki evästeet.</p>"), "cookie wall"),
        (whole("<article><h1>Ennen kuin jatkat</h1><p>Cookies.</p><button>Accept</button></article>"), "cookie wall"),
        (whole("<h1>Huoltokatko</h1><p>Palvelu on tilapäisesti pois käytöstä. Palaamme pian.</p>"), "maintenance"),
        (whole("<p>We are back soon.</p>", "Site under maintenance"), "maintenance"),
        (whole("<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div>"), "JavaScript"),
        (whole("<div id=app></div><script src=/main.js></script>"), "JavaScript"),
        (whole(""), "empty"),
        (whole(f"<h1>Haut</h1><p>{PROSE}")[: -len("</body></html>")], "broke off"),
        ('{"hello": "world"}', "not a web page"),
        ("%PDF-1.7 1 0 obj", "not a web page"),
        ("", "not a web page"),
        ("<!-- nothing -->", "empty"),
    ],
)  # fmt: skip
def test_what_stands_where_a_page_was_is_named(source: str, reason: str) -> None:
    with pytest.raises(SourceFault, match=reason) as told:
        pages.document(page(source))
    assert told.value.kind == "not_content"


def test_a_redirect_to_the_sign_in_is_a_login_page() -> None:
    fault = pages.recognise(
        page(whole("<form><input name=u></form>"), url="https://a.example/sso/start?back=x")
    )
    assert fault is not None
    assert "login" in fault.reason


@pytest.mark.parametrize(
    "source",
    [
        whole(f"<h1>Haut</h1><p>{SHORT}</p>"),
        whole(f"<header><input type=password></header><h1>Haut</h1><p>{PROSE}</p>"),
        whole(f"<h1>Haut</h1><p>{SHORT}</p><div>Käytämme evästeitä. <button>Hyväksy</button></div>"),
        whole(
            f"<p>{PROSE}</p><form><script src=/recaptcha.js></script></form><noscript>enable JavaScript</noscript>"
        ),
        whole("<div id=app></div><script type='__PREACT_CLI_DATA__'>%7B%7D</script>"),
        f"<p>{SHORT}",
    ],
    ids=["short", "login in the header", "cookie banner", "captcha in a form", "data in a script", "bare"],
)
def test_a_page_with_content_is_content(source: str) -> None:
    assert pages.recognise(page(source)) is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<p>Ääkköset – “ja” €".encode("cp1252"), "text/html; charset=utf-8"),
        ("<p>Ääkköset – “ja” €".encode("cp1252"), "text/html; charset=ISO-8859-1"),
        ("<p>Ääkköset – “ja” €".encode("cp1252"), "text/html"),
        ("<p>Ääkköset – “ja” €".encode("utf-16"), "text/html"),
        ("\ufeff<p>Ääkköset – “ja” €".encode(), "text/html; charset=windows-1252"),
        ("<meta charset='utf-8'><p>Ääkköset – “ja” €".encode(), "text/html"),
        (b"<meta charset=windows-1252>" + "<p>Ääkköset – “ja” €".encode("cp1252"), "text/html"),
        ("<p>Ääkköset – “ja” ".encode() + "€".encode("cp1252"), "text/html; charset=utf-8"),
        ("<p>Ääkköset – “ja” €".encode(), "text/html; charset=utf-7"),
    ],
)
def test_letters_survive_whatever_the_page_says_of_its_encoding(body: bytes, content_type: str) -> None:
    assert pages.text(pages.document(page(body, content_type))) == "Ääkköset – “ja” €"


def test_text_links_and_versions_of_a_page_are_read() -> None:
    source = (
        "<html><head><link rel='alternate' hreflang='sv-FI' href='/sv/-/utlysning'></head><body>"
        "<div class=card><h2>Uusi <b>ha</b>ku</h2><p>Lue "
        "<a href='/-/haku?a=1'>lisää</a></p><script>evil()</script></div>"
        "<div class=card><a href='javascript:alert(1)'>x</a></div></body></html>"
    )
    tree = pages.document(page(source))
    first, second = pages.find(tree, "div.card")
    assert pages.text(first) == "Uusi haku Lue lisää"
    assert (
        pages.markdown(first, "https://a.example/x")
        == "## Uusi **ha**ku\n\nLue [lisää](https://a.example/-/haku?a=1)"
    )
    assert pages.link(first, "https://a.example/x") == "https://a.example/-/haku?a=1"
    assert pages.link(second, "https://a.example/x") is None
    assert pages.versions(tree, "https://a.example/x") == {"sv": "https://a.example/sv/-/utlysning"}


def test_a_selector_that_is_none_is_named() -> None:
    tree = pages.document(page("<p>hei"))
    for selector in ("div[[", "p::first-line(", "a:has("):
        with pytest.raises(SourceFault, match="not a CSS selector"):
            pages.find(tree, selector)


@pytest.mark.parametrize(
    "source", ["<div>" * 200_000 + "hei", "<p><b>x" * 50_000, "<table><tr><td>" * 50_000, "<" * 200_000]
)
def test_no_page_breaks_it(source: str) -> None:
    pages.recognise(page("<html><body>" + source + "</body></html>"))
