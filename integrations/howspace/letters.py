"""What a workspace sends by mail: that something is unread there, or what an automation or a host wrote."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from bot import clock
from bot.contracts import Details, Heard, Report, Surroundings
from integrations.howspace.authentic import is_proven, sender_of
from integrations.howspace.login_links import Eraser
from integrations.howspace.options import SHARED, VENDORS_OWN, HowspaceOptions
from integrations.text import cut, markdown, title

LINE_LIMIT = 300
_MOST = 200_000


class HowspaceLetters:
    """Reads the letters of one workspace (`bot.contracts.LetterReader`). Login links never leave it."""

    def __init__(self, options: HowspaceOptions, surroundings: Surroundings) -> None:
        self._options, self._surroundings = options, surroundings
        self._unread = [re.compile(pattern, re.IGNORECASE) for pattern in options.unread]

    def read(self, raw: bytes) -> Heard | None:
        """What a letter brings; None when it is not this workspace's, or not proven to be."""
        letter = message_from_bytes(raw)
        sender = sender_of(letter)
        if not self._is_ours(sender):
            return None
        proven = bool(self._options.authserv)
        if proven and not is_proven(letter, sender, self._options.authserv):
            return None
        eraser = Eraser([*self._options.hosts, *SHARED])
        subject, body = self._cleaned(letter, eraser)
        named = hashlib.sha256(
            f"{letter.get('Message-ID', '')}\n{subject}\n{body}".encode("utf-8", "replace")
        )
        report = self._brought(subject, body, self._workspace(eraser.met), named.hexdigest()[:40])
        passed_over = report is None and self._options.automations
        if self._writes_for_others(sender):
            proven = proven and self._is_this_one(eraser.met)
        # A higher count of what is unread is no news to whoever heard of the lower one.
        counts = report is not None and report.external_id.startswith("unread:")
        return Heard([report] if report else [], proven, passed_over, corrects=not counts)

    def _writes_for_others(self, sender: str) -> bool:
        domain = sender.partition("@")[2]
        return any(f".{domain}".endswith(each.removeprefix("*")) for each in SHARED)

    def _workspace(self, met: Mapping[str, str]) -> str | None:
        """The address of the workspace that a letter leads to: rather one that is set than another."""
        hosts = [*(host for host in met if host in self._options.hosts), *(met.keys() - VENDORS_OWN)]
        return met[hosts[0]] if hosts else None

    def _is_this_one(self, met: Collection[str]) -> bool:
        """Whether a letter leads into this workspace and no other: its sender writes for others as well."""
        hosts = set(met) - VENDORS_OWN
        return bool(hosts) and hosts <= set(self._options.hosts)

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

    def _brought(self, subject: str, body: str, workspace: str | None, name: str) -> Report | None:
        if counted := self._counted(subject, body):
            line, where = counted
            day = clock.now().astimezone(clock.zone(clock.DEFAULT_ZONE)).date()
            known_by = hashlib.sha256(where.casefold().encode()).hexdigest()[:20]
            return self._report(f"unread:{known_by}:{day}", "discussion", line, "", workspace)
        ignored = re.search(self._options.ignore or "(?!)", subject, re.IGNORECASE)
        heading = subject or cut(body, 80)
        if not self._options.automations or ignored or not heading:
            return None
        return self._report(f"mail:{name}", self._surroundings.defaults.kind, heading, body, workspace)

    def _counted(self, subject: str, body: str) -> tuple[str, str] | None:
        """The line that says how much is unread, and the workspace's name."""
        lines = [subject, *body[:5_000].splitlines()]
        for line in (" ".join(line.replace("*", "").split())[:LINE_LIMIT] for line in lines):
            for pattern in self._unread:
                found = pattern.fullmatch(line)
                where = found["workspace"].strip(" .!\"'”“»«") if found and found["workspace"] else ""
                if found and where:
                    return title(line[found.start("count") :], is_html=False), where
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
