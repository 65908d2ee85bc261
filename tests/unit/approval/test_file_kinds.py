"""What a file is, by its content, and the name that it is shown under."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from bot.approval.file_kinds import Unfit, kind_of


def picture(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind)
    return made.getvalue()


def archive(*names: str, first: bytes = b"x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as into:
        for number, name in enumerate(names):
            into.writestr(name, first if number == 0 else b"x")
    return made.getvalue()


ODT = archive("mimetype", "content.xml", first=b"application/vnd.oasis.opendocument.text")


@pytest.mark.parametrize(
    ("name", "body", "shown", "media_type"),
    [
        ("a.exe", picture("PNG"), "a.exe.png", "image/png"),
        ("Kuva.JPEG", picture("JPEG"), "Kuva.jpg", "image/jpeg"),
        ("a.gif", picture("GIF"), "a.gif", "image/gif"),
        ("a.webp", picture("WEBP"), "a.webp", "image/webp"),
        ("../../etc/Ohjelma.pdf", b"%PDF-1.7 ...", "Ohjelma.pdf", "application/pdf"),
        ("C:\\x\\s.ods", ODT, "s.ods.odt", "application/vnd.oasis.opendocument.text"),
        ("", b"%PDF-", "file.pdf", "application/pdf"),
        ("x\u202efdp.txt", b"hello", "xfdp.txt", "text/plain"),
        ("ä.csv", "ä;ö\r\n".encode("cp1252"), "ä.csv", "text/csv"),
        ("a.txt", b"BEGIN:VCALENDAR\r\n", "a.txt.ics", "text/calendar"),
        (f"{'x' * 300}.txt", b"<script>", f"{'x' * 100}.txt", "text/plain"),
    ],
)
def test_the_content_says_what_it_is(name: str, body: bytes, shown: str, media_type: str) -> None:
    assert kind_of(name, body) == (shown, media_type)


@pytest.mark.parametrize(
    ("part", "ending"),
    [("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx")],
)
def test_office_documents_are_known_by_their_parts(part: str, ending: str) -> None:
    assert kind_of(f"a.{ending}", archive("[Content_Types].xml", part))[0] == f"a.{ending}"
    with pytest.raises(Unfit, match="macros"):
        kind_of(f"a.{ending}", archive("[Content_Types].xml", part, "word/vbaProject.bin"))


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("a.html", b"<script>alert(1)</script>", "Only pictures"),
        ("a.svg", b"<svg onload='x'/>", "Only pictures"),
        ("a.txt", b"MZ\x00\x00", "Only pictures"),
        ("a.pdf", b"<!doctype html>", "Only pictures"),
        ("a.zip", archive("a.txt"), "Only pictures"),
        ("a.docx", b"PK\x03\x04broken", "broken"),
        ("a.png", b"\x89PNG, it says", "Only pictures"),
        ("a.webp", b"RIFF\x24\x00\x00\x00WAVEfmt \x00", "Only pictures"),
        ("a.bmp", picture("BMP"), "Only pictures"),
    ],
)
def test_what_is_none_of_the_kinds_is_refused(name: str, body: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        kind_of(name, body)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_document_whose_first_part_cannot_be_unpacked_is_broken(method: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as into:
        into.writestr("mimetype", b"some words " * 20)
    body = bytearray(made.getvalue())
    start = body.index(b"mimetype") + len(b"mimetype")
    body[start + 4 : start + 14] = b"\xff" * 10
    with pytest.raises(Unfit, match="broken"):
        kind_of("a.odt", bytes(body))
