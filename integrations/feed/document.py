"""From a page's bytes to an XML document that is safe to parse."""

from __future__ import annotations

import codecs
import re
from xml.parsers import expat

from bot.contracts import SourceFault
from integrations.http import Page

_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._-]+)", re.IGNORECASE)

# Codecs that cannot hide markup from us (utf-7 and unicode_escape can) nor take quadratic time (punycode).
_CODECS = re.compile(r"utf-(8(-sig)?|16(-[bl]e)?|32(-[bl]e)?)|ascii|iso8859-\d+|cp125\d|koi8-[ru]")
_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
]

# feedparser mends broken XML in Python, some 10 µs a byte at worst: above this it is not worth its time.
_MENDABLE_BYTES = 1024 * 1024


def safe_xml(page: Page) -> tuple[bytes, str | None]:
    """The document in UTF-8, and why it is not well-formed, None when it is.

    Raises SourceFault for one that declares entities (bombs, and files or addresses to be read in), and
    for a broken one that is too large to be mended.
    """
    document = _decoded(page)
    if re.search(r"<!entity", document, re.IGNORECASE):
        raise SourceFault("the feed declares XML entities, which are refused: they can be a bomb")
    data = document.encode()
    flaw = _flaw(data)
    if flaw and len(data) > _MENDABLE_BYTES:
        raise SourceFault(f"the feed is not well-formed XML ({flaw}), and too large to be mended")
    return data, flaw


def _decoded(page: Page) -> str:
    """As text, by byte order mark, HTTP charset, XML declaration, UTF-8, in this order (RFC 7303)."""
    declared = _ENCODING.match(page.body)
    charset = _CHARSET.search(page.headers.get("Content-Type", ""))
    candidates = [
        *[encoding for mark, encoding in _MARKS if page.body.startswith(mark)],
        charset[1] if charset else "",
        declared[1].decode() if declared else "",
        "utf-8",
    ]
    for encoding in filter(_is_trusted, candidates):
        try:
            return page.body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return page.body.decode("cp1252", "replace")


def _is_trusted(encoding: str) -> bool:
    try:
        return bool(_CODECS.fullmatch(codecs.lookup(encoding).name))
    except LookupError:
        return False


def _flaw(data: bytes) -> str | None:
    try:
        expat.ParserCreate("utf-8", " ").Parse(data, True)
    except expat.ExpatError as fault:
        return str(fault)
    return None
