"""From a page's bytes to an XML document that is safe to parse."""

from __future__ import annotations

import re
from xml.parsers import expat

from bot.contracts import SourceFault
from integrations.charsets import decoded
from integrations.http import Page

_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)", re.IGNORECASE)

# feedparser mends broken XML in Python, some 10 µs a byte at worst: above this it is not worth its time.
_MENDABLE_BYTES = 1024 * 1024


def safe_xml(page: Page) -> tuple[bytes, str | None]:
    """The document in UTF-8, and why it is not well-formed, None when it is.

    Raises SourceFault for one that declares entities (bombs, and files or addresses to be read in), and
    for a broken one that is too large to be mended.
    """
    declared = _ENCODING.match(page.body)
    document = decoded(page, declared[1].decode() if declared else "")
    if re.search(r"<!entity", document, re.IGNORECASE):
        raise SourceFault(
            "the feed declares XML entities, which are refused: they can be a bomb", kind="structure"
        )
    data = document.encode()
    flaw = _flaw(data)
    if flaw and len(data) > _MENDABLE_BYTES:
        raise SourceFault(
            f"the feed is not well-formed XML ({flaw}), and too large to be mended", kind="structure"
        )
    return data, flaw


def _flaw(data: bytes) -> str | None:
    try:
        expat.ParserCreate("utf-8", " ").Parse(data, True)
    except expat.ExpatError as fault:
        return str(fault)
    return None
