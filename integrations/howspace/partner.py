"""Asks a workspace's Partner API, as the options say: nothing of it is documented, so nothing of it is written here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from bot import clock
from bot.contracts import FaultKind, SourceFault, Surroundings
from integrations.calling import Interrupted, Reply, Unreached, call
from integrations.expressions import search
from integrations.howspace.partner_options import Operation, PartnerOptions, Step
from integrations.listing import MOST_PAGES
from integrations.reading import in_turn

_KINDS: dict[int, FaultKind] = {401: "refused", 403: "refused", 404: "gone", 410: "gone", 429: "limited"}
_SAID = {
    "refused": "the key was refused or lacks a permission's checkbox: a main user finds it in Account Manager → "
    "Partner API",
    "gone": "there is nothing at the path of {operation}: check it",
    "limited": "the workspace asks us to come less often",
}


class Partner:
    """One workspace's Partner API. The key goes to the stated address only, and never into what is said."""

    def __init__(self, options: PartnerOptions, surroundings: Surroundings) -> None:
        self._options, self._surroundings = options, surroundings
        self._base = str(options.partner_url or "").rstrip("/")

    def probe(self) -> Operation | None:
        """Ask once, for the first page of the operation that tells least of people; None when it is off.

        Raises SourceFault when it is half set, or does not answer as its options say.
        """
        if not self._options.begun:
            return None
        self.check()
        operation: Operation = "news" if self._options.does("news") else "people"
        for _ in self.pages(operation, []):
            break
        return operation

    def check(self) -> None:
        """Raise SourceFault that names what is missing, when it is half set."""
        if missing := self._options.missing():
            raise SourceFault(
                f"the Partner API is half set, and off: {', '.join(missing)} missing", kind="options"
            )

    def pages(self, operation: Operation, faults: list[str]) -> Iterator[list[Any]]:
        """The rows of each page; what is left unread is said in `faults`. Raises SourceFault."""
        step, began = self._options.step(operation), clock.monotonic()
        path, before = _filled(step.path, 1, ""), None
        word: str | None = None
        asked: set[tuple[str, str | None]] = set()
        for number in range(1, MOST_PAGES + 1):
            asked.add((path, word))
            document = self._ask(operation, step, path, number, word)
            rows = _rows(document, operation, step)
            if rows == before:  # a workspace that knows no pages shows the first for ever
                return
            before = rows
            yield rows
            following = _following(document, operation, step)
            if (following is None) if step.following else (not rows or not _counts(step)):
                return
            word = following
            path = self._onward(step, number + 1, word)
            if step.following and (path, word) in asked:
                faults.append(
                    f"{operation}: page {number} leads back to one that was read: the rest is unread"
                )
                return
            if clock.monotonic() - began > self._surroundings.patience:
                break
        faults.append(f"{operation}: only the first {number} pages were read")

    def _onward(self, step: Step, number: int, word: str | None) -> str:
        """The path of the next page. Raises SourceFault for a link to another server: the key is not for that."""
        if word is None or "{next}" in step.path + step.body:
            return _filled(step.path, number, word or "")
        asked = urlsplit(self._base)
        link = urlsplit(urljoin(self._base + _filled(step.path, number, ""), word))
        if (link.scheme, link.netloc.lower()) != (asked.scheme, asked.netloc.lower()):
            raise SourceFault(
                "the next page is on another server, where the key does not go", kind="structure"
            )
        whole = link.path + (f"?{link.query}" if link.query else "")
        return whole.removeprefix(asked.path.rstrip("/"))

    def _ask(self, operation: Operation, step: Step, path: str, number: int, word: str | None) -> Any:
        url = self._base + path
        document = _put(json.loads(step.body), number, word) if step.body else None
        in_turn(url, self._surroundings)
        try:
            reply = call(
                step.method, url, document=document, headers=self._options.headers,
                allow_private=self._surroundings.allow_private,
            )  # fmt: skip
        except Unreached as fault:
            raise SourceFault(f"the workspace cannot be reached ({fault})", kind=fault.kind) from None
        except Interrupted as fault:
            raise SourceFault(f"the line to the workspace broke ({fault})", kind="unreachable") from None
        if reply.ok and reply.data is not None:
            return reply.data
        raise _fault(reply, operation)


def _fault(reply: Reply, operation: Operation) -> SourceFault:
    if reply.too_large:
        return SourceFault(f"the answer to {operation} is too large: ask for smaller pages", kind="too_large")
    if reply.ok:
        return SourceFault(f"the answer to {operation} is not JSON, or only half of it", kind="not_content")
    if 300 <= reply.status < 400:
        kind: FaultKind = "gone" if reply.status == 308 else "other"
        return SourceFault("the workspace sends us on: give its final address", kind=kind)
    kind = _KINDS.get(reply.status, "unreachable")
    said = _SAID.get(kind, "the workspace does not answer {operation}").format(operation=operation)
    return SourceFault(f"{said} (HTTP {reply.status})", reply.retry_after, kind)


def _rows(document: Any, operation: Operation, step: Step) -> list[Any]:
    try:
        rows = search(step.items, document) if step.items else document
    except ValueError as fault:
        raise SourceFault(f"{operation}_items {fault}", kind="structure") from None
    if not isinstance(rows, list):
        raise SourceFault(
            f"{operation}_items finds no list ({step.items or 'the whole answer'})", kind="structure"
        )
    return rows


def _following(document: Any, operation: Operation, step: Step) -> str | None:
    """The word or link of the next page; None at the end."""
    try:
        found = search(step.following, document) if step.following else None
    except ValueError as fault:
        raise SourceFault(f"{operation}_next {fault}", kind="structure") from None
    if found is None or found is False or found == "":
        return None
    if not isinstance(found, str | int) or len(str(found)) > 2_000:
        raise SourceFault(f"{operation}_next finds neither a word nor a link", kind="structure")
    return str(found)


def _counts(step: Step) -> bool:
    return "{page}" in step.path + step.body


def _filled(text: str, number: int, word: str) -> str:
    return text.replace("{page}", str(number)).replace("{next}", quote(word, safe=""))


def _put(value: Any, number: int, word: str | None) -> Any:
    """The body with its holes filled: a text that is only {page} becomes a number."""
    if isinstance(value, dict):
        return {name: _put(each, number, word) for name, each in value.items()}
    if isinstance(value, list):
        return [_put(each, number, word) for each in value]
    if value in ("{page}", "{next}"):
        return number if value == "{page}" else word
    if isinstance(value, str):
        return value.replace("{page}", str(number)).replace("{next}", word or "")
    return value
