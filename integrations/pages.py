"""Web pages from outside, for sources that read HTML.

`document` gives the tree of a page, or a SourceFault for what is not the page that was asked for: a login page, a
captcha, a cookie wall, an empty shell that a browser would have to fill, half a page. lxml reads it, which neither
hangs nor recurses on a page nested a million deep.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import lxml.html
from cssselect import SelectorError
from lxml.etree import ParserError, XPathError
from lxml.html import HtmlElement

from bot.contracts import BODY_LIMIT, SourceFault
from integrations import text as texts
from integrations.charsets import decoded
from integrations.http import Page

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._-]+)", re.IGNORECASE)
_META_WITHIN = 1024  # https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding

# A page with less text than this has no content beside its form, its question or its excuse.
_LITTLE = 1_500
_FEW = 400
_ALMOST_NOTHING = 60
_A_WORD_OR_TWO = 20
_END = 20_000  # where a whole page ends, even with what its server writes behind it

_LOGIN = re.compile(r"\b(log ?in|sign ?in|kirjaudu|kirjautuminen|logga in|inloggning)\b", re.IGNORECASE)
_LOGIN_PATH = re.compile(r"/(log-?in|sign-?in|kirjaudu|auth|sso|saml2?|adfs|oauth2?)\b", re.IGNORECASE)
_WALL = re.compile(
    r"just a moment|attention required|access denied|are you (a )?(human|robot)|not a robot|pardon our interruption"
    r"|verify(ing)? (that )?you are|unusual traffic|checking your browser|et ole robotti|inte är en robot|captcha",
    re.IGNORECASE,
)
_WALL_MARKS = (
    "//*[contains(@src, 'captcha') or contains(@src, 'challenge-platform') or contains(@src, 'turnstile')]"
)
_COOKIES = re.compile(r"\b(evästei\w*|eväste\w*|cookies?|kakor\w*|cookie\w*)\b", re.IGNORECASE)
_CONSENT = re.compile(
    r"\b(hyväksy\w*|accept\w*|allow|agree|godkänn\w*|tillåt\w*|salli\w*|consent)\b", re.IGNORECASE
)
_MAINTENANCE = re.compile(r"\b(huoltokatko|huoltotauko|maintenance|underhåll)", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?]) ")
_SCRIPTS_WANTED = re.compile(
    r"(enable|turn on|requires?|need|without) (your )?java ?script"
    r"|java ?script[^.]{0,30}(disabled|required|käytös|päälle)"
    r"|aktivera java ?script|(salli|ota käyttöön) java ?script",
    re.IGNORECASE,
)
_MOUNTS = "//*[@id='root' or @id='app' or @id='__next' or @id='__nuxt' or local-name()='app-root'][not(*)]"
_DATA = "//script[@type and not(contains(@type, 'javascript')) and @type != 'module']"


def document(page: Page) -> HtmlElement:
    """The tree of a page. Raises SourceFault for what is not a page, or not the one that was asked for."""
    source = texts.whole(html(page))
    tree = _tree(source)
    if fault := _recognised(page, source, tree):
        raise fault
    return tree


def recognise(page: Page) -> SourceFault | None:
    """Why a page is not the content that was asked for, None when it is."""
    try:
        document(page)
    except SourceFault as fault:
        return fault
    return None


def html(page: Page) -> str:
    """The page's source, decoded."""
    meta = _META.search(page.body[:_META_WITHIN])
    return decoded(page, meta[1].decode() if meta else "")


def find(node: HtmlElement, selector: str) -> list[HtmlElement]:
    """What a CSS selector finds within a node. Raises SourceFault for a selector that is none."""
    try:
        return list(node.cssselect(selector))
    except (SelectorError, XPathError, RecursionError) as fault:
        raise SourceFault(
            f"{selector[:100]!r} is not a CSS selector ({fault})"[:300], kind="options"
        ) from fault


def text(node: HtmlElement, limit: int = BODY_LIMIT) -> str:
    """A node's visible text as one plain line."""
    return texts.title(_source(node), is_html=True, limit=limit)


def markdown(node: HtmlElement, base: str) -> str:
    """A node's content as Markdown, sanitised, its links resolved against the page's address."""
    return texts.markdown(_source(node), is_html=True, base=base)


def link(node: HtmlElement, base: str) -> str | None:
    """The absolute web address of a node's own `href`, or of the first link in it; None without one."""
    anchor = node if node.get("href") else next(iter(node.xpath(".//a[@href]")), None)
    return None if anchor is None else texts.web_link(anchor.get("href"), base)


def versions(tree: HtmlElement, base: str) -> dict[str, str]:
    """The addresses of a page's language versions by language code, as its `hreflang` links say."""
    found: dict[str, str] = {}
    for each in tree.xpath("//link[@hreflang and @href]"):
        address = texts.web_link(each.get("href"), base)
        if address and "alternate" in (each.get("rel") or "").lower().split():
            found.setdefault(each.get("hreflang").partition("-")[0].lower(), address)
    return found


def _source(node: HtmlElement) -> str:
    return str(lxml.html.tostring(node, encoding="unicode", with_tail=False))


def _tree(source: str) -> HtmlElement:
    if not re.search(r"<[a-z!]", source, re.IGNORECASE):
        raise SourceFault("this is not a web page", kind="not_content")
    parser = lxml.html.HTMLParser(encoding="utf-8")
    try:
        return lxml.html.document_fromstring(source.encode(), parser=parser)
    except ParserError as fault:
        raise SourceFault("the page is empty", kind="not_content") from fault


def _recognised(page: Page, source: str, tree: HtmlElement) -> SourceFault | None:
    body = tree.find("body")
    visible = text(body, 2 * _LITTLE) if body is not None else ""
    title = " ".join(texts.title(each.text_content(), is_html=False) for each in tree.xpath("//title | //h1"))
    little, few, said = len(visible) < _LITTLE, len(visible) < _FEW, f"{title} {visible}"
    end = source[-_END:].lower()
    password = bool(tree.xpath("//input[@type='password']"))
    login = _LOGIN.search(title) or _LOGIN_PATH.search(urlsplit(page.url).path)
    if (password and (little or login)) or (little and login and tree.xpath("//form")):
        reason = "a login page stands where the page was: it is not public any more, or it has moved"
    elif page.headers.get("cf-mitigated") or (
        little and (_WALL.search(said) or (few and tree.xpath(_WALL_MARKS)))
    ):
        reason = "the server asks whether we are a person (a captcha or a bot wall)"
    elif (
        little
        and (_COOKIES.search(said) and _CONSENT.search(said))
        and (not tree.xpath("//article | //h1") or (few and _is_consent(visible)))
    ):
        reason = "a cookie wall stands where the page was"
    elif few and _MAINTENANCE.search(title):
        reason = "the site is under maintenance"
    elif (
        little
        and not tree.xpath(_DATA)
        and ((few and _SCRIPTS_WANTED.search(said)) or _is_shell(tree, visible))
    ):
        reason = "the page is an empty shell that a browser fills by JavaScript"
    elif not visible and not tree.xpath(_DATA):
        reason = "the page is empty"
    elif "<body" in source.lower() and not ("</body" in end or "</html" in end):
        reason = "the page broke off in its midst"
    else:
        return None
    return SourceFault(reason, kind="not_content")


def _is_consent(visible: str) -> bool:
    """Whether hardly anything is said but what concerns cookies."""
    rest = [each for each in _SENTENCE.split(visible) if not (_COOKIES.search(each) or _CONSENT.search(each))]
    return len(" ".join(rest)) < _A_WORD_OR_TWO


def _is_shell(tree: HtmlElement, visible: str) -> bool:
    return len(visible) < _ALMOST_NOTHING and bool(tree.xpath(_MOUNTS))
