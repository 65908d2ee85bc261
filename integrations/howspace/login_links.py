"""Login links taken out of a letter: a Howspace login link is a credential, so nothing of it may be kept or shown.

What such links look like is documented nowhere, so the rule is wide. Links into the workspace keep only their
host and the readable part of their path. Any other link loses its query when anything in it looks like a token, and a
redirector gives way to the address it leads to, cut the same way. What was cut off is then blotted out wherever else in
the letter it stands: as a link's text, broken over lines, between tags.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

import lxml.html
from lxml.etree import ParserError

from integrations.howspace.broken_links import LOGIN, as_browsers_read, links

GONE = "…"
"""What stands where a secret stood."""

_MOST = 200_000
_MOST_SECRETS = 500
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
_RUN = re.compile(r"[A-Za-z0-9+]+")
_RANDOM = re.compile(r"[A-Za-z0-9_-]{16,}")
_NAMED = re.compile(
    r"(?P<name>[\w-]{1,40})(?P<equals>\\?=|%(?:25)*3d)(?P<value>[^\s<>\"'&%()\[\]]{3,})", re.IGNORECASE
)
_DECLARED = re.compile(r"\s*<\?xml[^>]*>", re.IGNORECASE)
_TAIL = ".,;:!?"
_BLOCKS = ("p", "div", "li", "td", "th", "tr", "br", "h1", "h2", "h3", "h4")


class Eraser:
    """Cuts the links of one letter, and remembers what it cut. `hosts` are like `*.howspace.com`."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = tuple(host.lower().removeprefix("*.") for host in hosts)
        self._secrets: dict[str, None] = {}
        self.met: dict[str, str] = {}
        """The workspace's hosts that links lead to, each with its address, in their order."""

    def learn(self, text: str) -> None:
        """Remember the secrets of all links in a text or a part of HTML, whether or not it will be shown."""
        self.text(text)

    def text(self, text: str) -> str:
        """A text without what its links must not show."""
        text = _UNSEEN.sub("", html.unescape(html.unescape(text[:_MOST]))).replace("\r\n", "\n")
        for span in links(text, self._leads_in, wide=True):
            _, *further = re.split(r"[\s>]+", text[span.start : span.end])
            if further:  # where it may be broken, it is blotted out, and the rest of it alone
                shown = self.link(span.link.rstrip(_TAIL))
                self._remember(*(part for part in further if part.strip(_TAIL) not in shown))
        parts, at = [], 0
        for span in links(text, self._leads_in, wide=False):
            parts += [text[at : span.start], self._in_text(span.link)]
            at = span.end
        text = "".join(parts) + text[at:]
        for found in _NAMED.finditer(text):
            self._in_name(found)
        return _RANDOM.sub(lambda found: self._cut(found[0]) if _tokenlike(found[0]) else found[0], text)

    def html(self, source: str) -> str:
        """HTML with its links and texts cut, without comments and without attributes that are no link's address."""
        try:
            tree = lxml.html.document_fromstring(_DECLARED.sub("", _UNSEEN.sub("", source[:_MOST]), count=1))
        except (ParserError, ValueError):
            return ""
        for node in tree.xpath("//script | //style | //head | //comment()"):
            node.drop_tree()
        for node in tree.iter(*_BLOCKS):
            node.tail = "\n\n" + _UNSEEN.sub("", node.tail or "")
        self.learn(tree.text_content())
        for node in (each for each in tree.iter() if isinstance(each.tag, str)):
            for value in [value for name, value in node.attrib.items() if name != "href"]:
                self.learn(value)
            target = node.get("href")
            node.attrib.clear()
            if target is not None:
                target = re.sub(r"\s+", "", target)
                node.set("href", self.link(target) if ":" in target or "/" in target else "")
            node.text = self.text(node.text) if node.text else node.text
            node.tail = self.text(node.tail) if node.tail else node.tail
        return str(lxml.html.tostring(tree, encoding="unicode"))

    def blot(self, text: str) -> str:
        """A text in which nothing stands that was cut off anywhere, also not between marks or over lines."""
        if len(self._secrets) > _MOST_SECRETS:  # more than any letter has: then nothing of it is safe
            return ""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = re.sub(r"[\s\\*_>]*".join(map(re.escape, secret)), GONE, text)
        return _NAMED.sub(self._in_name, text)

    def link(self, link: str) -> str:
        """An address as it may be shown; empty when nothing of it may."""
        link = _UNSEEN.sub("", html.unescape(html.unescape(link)))
        for _ in range(5):
            if re.match(r"https?%", link, re.IGNORECASE):
                link = unquote(link)
        with suppress(ValueError):
            return self._cut_link(link, 0)
        return ""

    def _in_text(self, whole: str) -> str:
        link = whole.rstrip(_TAIL)
        shown = self.link(link)
        # What nothing was cut from stays as it was written.
        return (link if shown.lower() == link.lower() else shown or GONE) + whole[len(link) :]

    def _in_name(self, found: re.Match[str]) -> str:
        """`token=…` wherever it stands: a link may have been broken before it."""
        value = found["value"].rstrip(_TAIL)
        if not LOGIN.search(found["name"]) or (len(found["name"]) == 1 and value.isalpha()):
            return found[0]
        return f"{found['name']}{found['equals']}{self._cut(value)}{found['value'][len(value) :]}"

    def _leads_in(self, link: str) -> bool:
        """Whether a link, or what a redirector leads to, is of the workspace; also before it is whole."""
        said = ""
        with suppress(ValueError):
            said = as_browsers_read(link)
        said = unquote(unquote(f"{link} {said}")).lower()
        return any(known in said for known in self._hosts)

    def _cut_link(self, link: str, depth: int) -> str:
        link = as_browsers_read(link)
        bare = not re.match(r"[a-z][a-z0-9+.-]*:|//", link, re.IGNORECASE)
        parts = urlsplit(f"//{link}" if bare else link)
        if parts.scheme.lower() not in {"http", "https", ""}:
            mail = parts.scheme.lower() == "mailto" and "?" not in link
            return link if mail and not _tokenlike(parts.path) else self._cut(link, "")
        host, ours = (parts.hostname or "").lower(), self._is_workspace(parts.hostname or "")
        if parts.username or parts.password:
            self._remember(parts.username or "", parts.password or "")
        inner = next(self._inner(parts.query, parts.path), "")
        if inner and depth < 5:
            self._remember(*self._values(parts.query, parts.fragment, all_of_them=False))
            return self._cut_link(inner, depth + 1)
        if not host or any(_tokenlike(label) for label in host.split(".")):
            return self._cut(link, "")
        port = f":{parts.port}" if parts.port else ""
        scheme = parts.scheme.lower() or ("" if bare else "https")
        path, whole = self._readable(parts.path, strict=ours)
        suspect = ours or not whole or self._suspects(parts.query, parts.fragment)
        if suspect:
            self._remember(*self._values(parts.query, parts.fragment, all_of_them=True))
        if ours:
            self.met.setdefault(host, f"https://{host}{port}/")
        query, fragment = ("", "") if suspect else (parts.query, parts.fragment)
        cut = urlunsplit((scheme, host + port, path, query, fragment))
        return cut.removeprefix("//") if bare else cut

    def _is_workspace(self, host: str) -> bool:
        return any(host.lower() == known or host.lower().endswith(f".{known}") for known in self._hosts)

    def _inner(self, query: str, path: str) -> Iterator[str]:
        """The addresses that a redirector carries, in a parameter or in its path."""
        for stated in (*(value for _, value in parse_qsl(query)), path):
            value = stated
            for _ in range(4):
                if found := re.search(
                    r"(?<=.)https?:[/\\]{1,2}\S+|^https?:[/\\]{2}\S+", value, re.IGNORECASE
                ):
                    yield re.sub(r"^(https?:)[/\\]+", r"\1//", found[0], flags=re.IGNORECASE)
                    break
                value = unquote(value)

    def _readable(self, path: str, *, strict: bool) -> tuple[str, bool]:
        """The segments before the first that looks like a login or a token, and whether that is all of them."""
        kept: list[str] = []
        segments = path.split("/")
        for at, segment in enumerate(segments):
            plain = unquote(unquote(segment))
            if _tokenlike(plain, strict=strict) or (
                (strict or len(segments) > at + 1) and LOGIN.search(plain)
            ):
                self._remember(*(unquote(each) for each in segments[at:]), *segments[at:])
                return "/".join(kept) or "/", False
            kept.append(segment)
        return path, True

    def _suspects(self, query: str, fragment: str) -> bool:
        pairs = [*parse_qsl(query, keep_blank_values=True), *parse_qsl(fragment, keep_blank_values=True)]
        return any(LOGIN.search(name) or _tokenlike(value) or _tokenlike(name) for name, value in pairs) or (
            _tokenlike(query) or _tokenlike(fragment)
        )

    def _values(self, query: str, fragment: str, *, all_of_them: bool) -> Iterator[str]:
        for text in (query, fragment):
            for part in re.split(r"[&;?/]", text):
                value = part.partition("=")[2] or part
                if all_of_them or _tokenlike(unquote(value)):
                    yield from (value, unquote(value), unquote(unquote(value)))

    def _cut(self, secret: str, instead: str = GONE) -> str:
        self._remember(secret)
        return instead

    def _remember(self, *secrets: str) -> None:
        # Short plain words ("fi", "page") stand everywhere and open nothing.
        for secret in secrets:
            if len(secret) >= 16 or (len(secret) >= 5 and re.search(r"\d|[a-z][A-Z]|[A-Z]{2}", secret)):
                self._secrets |= dict.fromkeys(secret[at : at + 500] for at in range(0, len(secret), 500))


def _tokenlike(text: str, *, strict: bool = False) -> bool:
    """Whether a text has a run of letters and digits that no word is. `strict`: long words are not believed either."""
    if len(re.sub(r"[^0-9a-f]", "", text)) >= 32 and re.fullmatch(r"[0-9a-f-]+", text, re.IGNORECASE):
        return True
    for run in _RUN.findall(text):
        digits, letters = any(map(str.isdigit, run)), any(map(str.isalpha, run))
        mixed = bool(re.search(r"[a-z][A-Z].*[a-z][A-Z]|[A-Z]{2}[a-z]", run))
        if len(run) >= (8 if strict else 16) and digits and letters:
            return True
        if len(run) >= 20 and (strict or mixed or digits):
            return True
    return (
        len(text) >= 20 and bool(re.search(r"\d", text)) and not re.fullmatch(r"[\d-]+|[a-zåäö0-9-]+", text)
    )
