"""What a workspace sends by mail: that something is unread there, or what an automation or a host wrote."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from bot import clock
from bot.contracts import Details, Report, Surroundings
from integrations.howspace.authentic import is_proven, sender_of
from integrations.howspace.login_links import Eraser
from integrations.howspace.options import HowspaceOptions
from integrations.text import cut, markdown, title

LINE_LIMIT = 300
_MOST = 200_000


class HowspaceLetters:
    """Reads the letters of one workspace (`bot.contracts.LetterReader`). Login links never leave it."""

    def __init__(self, options: HowspaceOptions, surroundings: Surroundings) -> None:
        self._options, self._surroundings = options, surroundings
        self._unread = [re.compile(pattern, re.IGNORECASE) for pattern in options.unread]

    @property
    def proven(self) -> bool:
        """Whether only letters are taken whose sender our mail server vouches for."""
        return bool(self._options.authserv)

    def read(self, raw: bytes) -> Sequence[Report] | None:
        """What a letter brings; None when it is not this workspace's, or not proven to be."""
        letter = message_from_bytes(raw)
        sender = sender_of(letter)
        if not self._is_ours(sender):
            return None
        if self.proven and not is_proven(letter, sender, self._options.authserv):
            return None
        eraser = Eraser(self._options.hosts)
        subject, body = self._cleaned(letter, eraser)
        name = hashlib.sha256(f"{letter.get('Message-ID', '')}\n{subject}\n{body}".encode("utf-8", "replace"))
        return list(self._reports(subject, body, eraser.workspace, name.hexdigest()[:40]))

    def _is_ours(self, sender: str) -> bool:
        domain = sender.partition("@")[2]
        return any(
            sender == each if "@" in each else domain == each or domain.endswith(f".{each}")
            for each in self._options.senders
            if domain
        )

    def _cleaned(self, letter: Message, eraser: Eraser) -> tuple[str, str]:
        """Subject and body, as Markdown, without anything that opens the workspace."""
        said = [(part.get_content_type(), _decoded(part)) for part in letter.walk() if _is_text(part)]
        pages = [text for kind, text in said if kind == "text/html" and text.strip()]
        plain = [text for kind, text in said if kind == "text/plain" and text.strip()]
        for text in (*pages, *plain):  # what one part hides another may show
            eraser.learn(text)
        subject = eraser.text(_subject(letter))
        body = ""
        if pages:
            body = markdown(eraser.html(pages[0]), is_html=True)
        if plain and not body:
            body = markdown(eraser.text(plain[0]), is_html=False)
        return title(eraser.blot(subject), is_html=False), eraser.blot(body)

    def _reports(self, subject: str, body: str, workspace: str | None, name: str) -> Iterator[Report]:
        if counted := self._counted(subject, body):
            line, where = counted
            day = clock.now().astimezone(clock.zone(clock.DEFAULT_ZONE)).date()
            known_by = hashlib.sha256(where.casefold().encode()).hexdigest()[:20]
            yield self._report(f"unread:{known_by}:{day}", "discussion", line, "", workspace)
        elif self._options.automations and not re.search(
            self._options.ignore or "(?!)", subject, re.IGNORECASE
        ):
            heading = subject or cut(body, 80)
            if heading:
                yield self._report(f"mail:{name}", self._surroundings.defaults.kind, heading, body, workspace)

    def _counted(self, subject: str, body: str) -> tuple[str, str] | None:
        """The line that says how much is unread, and the workspace's name."""
        lines = [subject, *body[:5_000].splitlines()]
        for line in (" ".join(line.replace("*", "").split())[:LINE_LIMIT] for line in lines):
            for pattern in self._unread:
                found = pattern.search(line)
                where = found["workspace"].strip(" .!\"'”“»«") if found and found["workspace"] else ""
                if found and where:
                    return title(found[0].strip(), is_html=False), where
        return None

    def _report(self, external_id: str, kind: str, heading: str, body: str, url: str | None) -> Report:
        defaults = self._surroundings.defaults
        return Report(
            external_id,
            Details.model_validate(
                {
                    "kind": kind, "title": {defaults.language: heading}, "url": url,
                    "body": {defaults.language: body} if body else {}, "cities": defaults.cities,
                    "topics": defaults.topics, "visibility": defaults.visibility or "network",
                }
            ),
        )  # fmt: skip


def _is_text(part: Message) -> bool:
    return part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    body = raw if isinstance(raw, bytes) else b""
    try:
        return body.decode(part.get_content_charset() or "utf-8", "replace")[:_MOST]
    except (LookupError, ValueError):  # of a name with a NUL, too
        return body.decode("utf-8", "replace")[:_MOST]


def _subject(letter: Message) -> str:
    stated = str(letter.get("Subject", ""))
    try:
        return " ".join(str(make_header(decode_header(stated))).split())
    except (HeaderParseError, LookupError, ValueError):
        return " ".join(stated.split())
