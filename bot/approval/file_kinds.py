"""What a file is, by its content and never by its name alone; and a name that is safe to show and to save under."""

from __future__ import annotations

import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping

NAME_LIMIT = 100

_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), ("image/png", "png")),
    (re.compile(rb"\xff\xd8\xff"), ("image/jpeg", "jpg")),
    (re.compile(rb"GIF8[79]a"), ("image/gif", "gif")),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), ("image/webp", "webp")),
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS: Mapping[str, tuple[str, str]] = {
    "word/document.xml": (f"{_OFFICE}.wordprocessingml.document", "docx"),
    "xl/workbook.xml": (f"{_OFFICE}.spreadsheetml.sheet", "xlsx"),
    "ppt/presentation.xml": (f"{_OFFICE}.presentationml.presentation", "pptx"),
}
_ODT = b"application/vnd.oasis.opendocument.text"
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError,
)  # fmt: skip
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Unfit(Exception):
    """A file that is not taken; the text says why, to whoever handed it in (a msgid)."""


def kind_of(name: str, body: bytes) -> tuple[str, str]:
    """The name to show it under, and its media type. Raises Unfit for what is none of the kinds that are taken."""
    found = _picture(body) or _document(body) or _text(name, body)
    if found is None:
        raise Unfit(
            "Only pictures (PNG, JPEG, GIF, WebP) and PDF, Word, Excel, PowerPoint, ODT, CSV, TXT and ICS."
        )
    media_type, ending = found
    return cleaned(name, ending), media_type


def cleaned(name: str, ending: str) -> str:
    """The last part of a name without anything that hides or misleads, with the ending that its content has."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(each for each in unicodedata.normalize("NFC", last) if each.isprintable())
    stem, _, said = re.sub(r'[<>:"|?*]', "", shown).strip(" .").rpartition(".")
    same = said.lower() == ending or (said.lower(), ending) == ("jpeg", "jpg")
    kept = stem if same and stem else (f"{stem}.{said}" if stem else said)
    return f"{kept.strip(' .')[:NAME_LIMIT] or 'file'}.{ending}"


def _picture(body: bytes) -> tuple[str, str] | None:
    """By its first bytes: whether it is whole is seen when it is written anew (`bot.approval.pictures`)."""
    return next((kind for pattern, kind in _PICTURES if pattern.match(body)), None)


def _document(body: bytes) -> tuple[str, str] | None:
    if body.startswith(b"%PDF-"):
        return "application/pdf", "pdf"
    if not body.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            first = archive.open(names[0]).read(len(_ODT) + 1) if names else b""
    except _BROKEN_ZIP as fault:
        raise Unfit("This file is broken.") from fault
    if any(each.lower().endswith("vbaproject.bin") for each in names):
        raise Unfit("A document with macros is not taken: save it without them.")
    if names[:1] == ["mimetype"] and first == _ODT:
        return _ODT.decode(), "odt"
    return next((kind for part, kind in _DOCUMENTS.items() if part in names), None)


def _text(name: str, body: bytes) -> tuple[str, str] | None:
    """Plain text, whatever it is encoded in; its name says only which of the plain kinds it is."""
    if not body.strip() or _NOT_TEXT.search(body):
        return None
    if body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"BEGIN:VCALENDAR"):
        return "text/calendar", "ics"
    ending = name.rpartition(".")[2].lower()
    return {"csv": ("text/csv", "csv"), "txt": ("text/plain", "txt")}.get(ending)
