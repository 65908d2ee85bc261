"""The MIME structure round the two texts of a mail, as bytes: alternatives, a picture beside the HTML, files.

multipart/mixed (files) > multipart/alternative > text/plain, multipart/related (picture) > text/html.
A level that would hold one part is left away (RFC 2046, 5.1).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.quoprimime import body_encode

from bot.contracts import Attachment
from integrations.email.neutral import one_line, paragraphs, shortened
from integrations.email.sheet import Inline

NAME_LIMIT = 80
# Types with parameters as iCalendar's has them; what is anything else goes as plain bytes.
_TYPE = re.compile(r"text/([a-z0-9.+-]{1,40})((?:; *[a-z0-9-]{1,20}=[A-Za-z0-9_.:+-]{1,40})*)")


def _boundary() -> str:
    # Drawn after the content is known: no text from outside can hold it.
    return f"=_{secrets.token_hex(16)}"


@dataclass(frozen=True, slots=True)
class Structure:
    """What stands before, between and after the two texts of a mail with these parts."""

    pictures: tuple[Inline, ...] = ()
    files: tuple[Attachment, ...] = ()
    mixed: str = field(default_factory=_boundary)
    alternative: str = field(default_factory=_boundary)
    related: str = field(default_factory=_boundary)

    def opening(self) -> bytes:
        """The last of the head, and all that precedes the plain text."""
        lines = []
        if self.files:
            lines += [*_multipart("mixed", self.mixed), "", f"--{self.mixed}"]
        lines += [*_multipart("alternative", self.alternative), "", f"--{self.alternative}", *_text("plain")]
        return _joined(lines)

    def between(self) -> bytes:
        """What stands between the plain text and the HTML."""
        lines = ["", f"--{self.alternative}"]
        if self.pictures:
            lines += [*_multipart("related", self.related, '; type="text/html"'), "", f"--{self.related}"]
        return _joined([*lines, *_text("html")])

    def closing(self) -> bytes:
        """What follows the HTML: the picture, the files, and the ends of all parts."""
        pieces = []
        if self.pictures:
            for picture in self.pictures:
                pieces += [_joined(["", f"--{self.related}"]), _part(picture)]
            pieces.append(_joined(["", f"--{self.related}--"]))
        pieces.append(_joined(["", f"--{self.alternative}--"]))
        for file in self.files:
            pieces += [_joined(["", f"--{self.mixed}"]), _file(file)]
        if self.files:
            pieces.append(_joined(["", f"--{self.mixed}--"]))
        return b"".join(pieces)


def quoted(text: str, *, more: bool) -> bytes:
    """Quoted-printable with dots doubled; `more` ends it in a soft line break, for the next piece."""
    # One character short of RFC 2045's 76: a soft break may follow the last line.
    encoded = body_encode(text.encode().decode("latin-1"), maxlinelen=75, eol="\r\n")
    stuffed = f"\r\n{encoded}".replace("\r\n.", "\r\n..")[2:]
    return (f"{stuffed}=\r\n" if more else stuffed).encode("ascii")


def _multipart(kind: str, boundary: str, more: str = "") -> list[str]:
    return [f'Content-Type: multipart/{kind}{more};\r\n boundary="{boundary}"']


def _text(kind: str) -> list[str]:
    return [f"Content-Type: text/{kind}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", ""]


def _joined(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _part(picture: Inline) -> bytes:
    part = EmailMessage(SMTP)
    part.set_content(
        picture.png, "image", "png", cid=f"<{picture.cid}>", disposition="inline", filename="picture.png"
    )
    return _wire(part)


def _file(file: Attachment) -> bytes:
    part = EmailMessage(SMTP)
    name = shortened(re.sub(r'[\\/:*?"<>|]+', "-", one_line(file.name)).lstrip(". "), NAME_LIMIT) or "file"
    text = paragraphs(file.text).replace("\n", "\r\n")
    found = _TYPE.fullmatch(file.media_type)
    if found is None:
        part.set_content(
            text.encode(), "application", "octet-stream", disposition="attachment", filename=name
        )
        return _wire(part)
    given = dict(each.strip().split("=", 1) for each in found[2].split(";")[1:])
    given = {key: value for key, value in given.items() if key != "charset"}
    part.set_content(text, found[1], "utf-8", "base64", disposition="attachment", filename=name, params=given)
    return _wire(part)


def _wire(part: EmailMessage) -> bytes:
    """A part as it goes over the wire: base64 has no line that begins with a dot."""
    del part["MIME-Version"]
    return part.as_bytes()
