"""Links as they stand in letters: in every spelling that a browser reads, and over the lines that broke them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

LOGIN = re.compile(
    r"log-?in|sign-?in|kirjaudu|inlogg|token|auth|otp|secret|invit|kutsu|magic|passw|session|ticket|sso|sig(nature)?$"
    r"|(^|[_-])(key|code|hash|jwt|apikey)([_-]|$)|^(k|t|c|s)$",
    re.IGNORECASE,
)
"""Names of what lets somebody in: of parameters, and of parts of a path."""

_DOT = r"(?:[.\u3002\uff0e\uff61]|%(?:25)*2e)"
_LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}:|(?<=[\s\"'(<])|^)[/\\]{2}[^\s<>\"'()\[\]{}|^`]+"
    r"|\bhttps?%(?:25)*3a%(?:25)*(?:2f|5c)[^\s<>\"'()\[\]]+"
    rf"|\b(?:[\w-]{{1,63}}{_DOT}){{1,8}}[^\W\d_]{{2,20}}{_DOT}?(?::\d+)?[/\\?#][^\s<>\"'()\[\]{{}}|^`]*",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"(?P<gap>[ \t\xa0]*\n[\s>]*)(?P<word>[\w%=&?/\\.+~#:;,@!$-]+)(?P<alone>(?=[ \t\xa0]*(?:\n|$)))?"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:[/\\]|https?%|www\.", re.IGNORECASE)
_CAMEL = re.compile(r"[a-z][A-Z]")
_MIXED = re.compile(r"[=?&%]|[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]")
_UNSEEN = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")

MOST_LINES = 50
"""How many lines a link is followed over."""

LONG = 60
"""Signs of a line that a mail program may have broken."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a link stands in a text, and the link without its breaks."""

    start: int
    end: int
    link: str


def links(text: str, is_ours: Callable[[str], bool], *, wide: bool) -> Iterator[Span]:
    """The links of a text. `wide`: also over empty lines, and into lines that say more, where it leads to us.

    `is_ours` says whether a link leads into a workspace. Lines end in LF.
    """
    at = 0
    while found := _LINK.search(text, at):
        joined, end = found[0], found.end()
        line = end - (text.rfind("\n", 0, found.start()) + 1)
        ours, login = is_ours(joined), _lets_in(joined)
        for _ in range(MOST_LINES):
            after = _NEXT.match(text, end)
            if not after or not _goes_on(joined, after, line, ours=ours, login=login, wide=wide):
                break
            joined, end = joined + after["word"], after.end()
            line = len(after["word"])
            ours, login = ours or is_ours(joined), login or _lets_in(joined)
        yield Span(found.start(), end, joined)
        at = end


def as_browsers_read(link: str) -> str:
    r"""A link with `\` as `/` and its host decoded, folded and without its last dot (WHATWG URL, host parsing).

    Raises ValueError where no browser finds a host.
    """
    found = re.match(
        r"(?:(https?):|(?=[/\\]{2}))([/\\]*)([^/\\?#]*)([^?#]*)(.*)", link, re.IGNORECASE | re.DOTALL
    )
    if not found and not re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", link, re.IGNORECASE):
        found = re.match(r"()()([^/\\?#]*)([^?#]*)(.*)", link, re.DOTALL)
    if not found:
        return link
    scheme, slashes, whole, path, rest = found.groups()
    who, at, host = whole.rpartition("@")
    host = unicodedata.normalize("NFKC", _UNSEEN.sub("", unquote(unquote(host)))).replace("\u3002", ".")
    name, port = re.fullmatch(r"(.*?)(:\d*)?", host, re.DOTALL).groups()  # type: ignore[union-attr]
    if re.search(r"[\s/\\?#@<>]", name):
        raise ValueError("it has no host")
    before = f"{scheme}://" if scheme else "//" if slashes else ""
    return f"{before}{who}{at}{name.rstrip('.')}{port or ''}{path}".replace("\\", "/") + rest


def _lets_in(link: str) -> bool:
    said = unquote(unquote(link)).partition("//")[2] or link
    return any(LOGIN.search(part) for part in re.split(r"[/\\?#&;=]", said)[1:])


def _goes_on(joined: str, after: re.Match[str], line: int, *, ours: bool, login: bool, wide: bool) -> bool:
    """Whether a link goes on with the word that begins the next line. Into us it does rather too often."""
    word, alone, blank = after["word"], after["alone"] is not None, after["gap"].count("\n") > 1
    core, opened = word.strip(".,;:!?"), joined[-1] in "/\\?=&%#_-"
    if _SCHEME.match(word) or not (wide or (alone and not blank)):
        return False
    if not ours and not login:
        return alone and not blank and line >= LONG and not core.isalpha()
    if joined.endswith("="):
        return bool(core)
    if core.isalpha() and not _CAMEL.search(core):
        return login and alone and not blank and core.islower()
    if _MIXED.search(word):
        return alone or opened or login
    return alone and (
        (core.isdigit() and (opened or not blank)) or len(core) >= 16 or (opened and "/" in core)
    )
