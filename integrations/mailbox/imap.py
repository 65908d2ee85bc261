"""A mailbox read over IMAP (RFC 9051), through imap-tools.

Letters are fetched with `BODY.PEEK`, which marks nothing, and marked as seen only when the house has
committed what they asked: a reader that is killed between reads them again.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from imaplib import IMAP4
from pathlib import Path
from typing import Literal

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.contracts import Arrived, MailboxFault
from integrations.mailbox.reading import LIMIT

MOST = 200
"""Letters of one reading: the rest comes a minute later."""

_LITERAL = re.compile(rb"BODY\[\]", re.IGNORECASE)


class MailboxOptions(BaseModel):
    """Where the mailbox is. `timeout` is seconds for one answer; `ca_file` certificates to trust."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1)
    port: int = Field(993, ge=1, le=65535)
    username: str
    password: SecretStr
    folder: str = "INBOX"
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Path | None = None
    timeout: float = Field(30.0, gt=0)


class ImapMailbox:
    """One mailbox; connects when it is first asked (`bot.contracts.Mailbox`)."""

    def __init__(self, options: MailboxOptions) -> None:
        self._options = options
        self._open: BaseMailBox | None = None

    def unseen(self) -> Iterator[Arrived]:
        """The unseen letters, the first megabyte of each. Raises MailboxFault.

        A letter that the server cannot give holds up no other: the fault is raised after the last.
        """
        refused = []
        try:
            box = self._connected()
            numbers = box.uids("UNSEEN UNDELETED", charset=None)
            for number in numbers[:MOST]:
                status, parts = box.client.uid("fetch", number, f"(BODY.PEEK[]<0.{LIMIT}>)")
                raw = _body(parts) if status == "OK" else None
                if status != "OK":
                    refused.append(number)
                if raw is not None:  # else another program took it away meanwhile
                    yield Arrived(number, raw)
            if refused:
                raise IMAP4.error(f"it does not give the letters {', '.join(refused[:10])}")
        except (OSError, IMAP4.error, ImapToolsError) as fault:
            raise self._fault(fault) from fault

    def mark_seen(self, numbers: Sequence[str], *, flag: bool = False) -> None:
        """Mark letters as seen, with `flag` as flagged too. Raises MailboxFault."""
        flags = [r"\Seen", r"\Flagged"] if flag else [r"\Seen"]
        try:
            if numbers:
                self._connected().flag(list(numbers), flags, value=True)
        except (OSError, IMAP4.error, ImapToolsError) as fault:
            raise self._fault(fault) from fault

    def check(self) -> Sequence[str]:
        """Log in and open the folder; returns the fault with its remedy, if there is one."""
        try:
            self._connected()
        except (OSError, IMAP4.error, ImapToolsError) as fault:
            return [str(self._fault(fault))]
        finally:
            self.close()
        return []

    def close(self) -> None:
        """Log out, as far as the server still listens."""
        box, self._open = self._open, None
        if box is not None:
            with suppress(OSError, IMAP4.error, ImapToolsError):
                box.logout()
            with suppress(OSError):  # a logout that fails leaves the line open
                box.client.shutdown()

    def _connected(self) -> BaseMailBox:
        if self._open is None:
            options, box = self._options, self._dial()
            try:
                password = options.password.get_secret_value()
                # imaplib's LOGIN takes ASCII only; AUTHENTICATE PLAIN takes any (RFC 4616).
                plain = (options.username + password).isascii()
                (box.login if plain else box.login_utf8)(options.username, password, options.folder)
            except BaseException:
                with suppress(OSError, IMAP4.error, ImapToolsError):
                    box.client.shutdown()
                raise
            self._open = box
        return self._open

    def _dial(self) -> BaseMailBox:
        host, port, timeout = self._options.host, self._options.port, self._options.timeout
        if self._options.security == "none":
            return MailBoxUnencrypted(host, port, timeout)
        trust = ssl.create_default_context(cafile=self._options.ca_file)
        if self._options.security == "starttls":
            return MailBoxStartTls(host, port, timeout, ssl_context=trust)
        return MailBox(host, port, timeout, ssl_context=trust)

    def _fault(self, fault: Exception) -> MailboxFault:
        """What went wrong, in a sentence with its remedy; the connection is given up."""
        with suppress(OSError, AttributeError):
            if self._open is not None:
                self._open.client.shutdown()
        self._open = None
        where = f"{self._options.host}:{self._options.port}"
        said = " ".join(str(fault).split())[:200]
        if "AUTHENTICATIONFAILED" in said:
            fault = MailboxLoginError(("NO", []), "OK")
        match fault:
            case MailboxLoginError():
                return MailboxFault(f"{where} refused the login: check IMAP_USERNAME and IMAP_PASSWORD")
            case MailboxFolderSelectError():
                return MailboxFault(f"{where} has no folder {self._options.folder!r}: check IMAP_FOLDER")
            case ssl.SSLError():
                return MailboxFault(f"{where} offers no TLS that can be trusted ({said}): check IMAP_PORT")
            case TimeoutError():
                return MailboxFault(f"{where} did not answer in {self._options.timeout:g} s: check IMAP_HOST")
            case _:
                return MailboxFault(f"{where} cannot be read ({said}): check IMAP_HOST and IMAP_PORT")


def _body(parts: list[object]) -> bytes | None:
    """The bytes of one FETCH answer: imaplib gives `[(head, literal), b')']`, or `[None]` for a letter gone."""
    for part in parts:
        if isinstance(part, tuple) and isinstance(part[1], bytes) and _LITERAL.search(part[0]):
            return part[1]
    return None
