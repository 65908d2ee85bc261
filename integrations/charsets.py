"""From a page's bytes to text, whatever its server and its author say of the encoding."""

from __future__ import annotations

import codecs
import re

from integrations.http import Page

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


def decoded(page: Page, declared: str = "") -> str:
    """The body as text: by byte order mark, HTTP charset, what the document declares, UTF-8, in this order
    (RFC 7303; https://html.spec.whatwg.org/#determining-the-character-encoding).

    Bytes that are no UTF-8 are read as Windows-1252, which is what pages are that only say they were UTF-8.
    """
    charset = _CHARSET.search(page.headers.get("Content-Type", ""))
    candidates = [
        *[encoding for mark, encoding in _MARKS if page.body.startswith(mark)],
        charset[1] if charset else "",
        declared,
        "utf-8",
    ]
    for encoding in filter(None, map(_trusted, candidates)):
        try:
            return page.body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return page.body.decode("utf-8", _MENDED)


def _trusted(encoding: str) -> str | None:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        return None
    # Browsers read these labels so, because pages mean it so: https://encoding.spec.whatwg.org/#names-and-labels
    name = "cp1252" if name in {"iso8859-1", "ascii"} else name
    return name if _CODECS.fullmatch(name) else None


def _as_windows_1252(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return fault.object[fault.start : fault.end].decode("cp1252", "replace"), fault.end


_MENDED = "silta-windows-1252"
codecs.register_error(_MENDED, _as_windows_1252)
