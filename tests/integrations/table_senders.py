"""What those that send by themselves do in the table: webhooks with and without their signatures, and letters."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask.testing import FlaskClient

from tests.fakes.discourse import FakeDiscourse
from tests.fakes.imap import FakeImap
from tests.fakes.loomio import FakeLoomio
from tests.integrations.howspace_letters import LOGIN, letter
from tests.integrations.signed_json.test_signed_json import FIELDS, SECRET, THING
from tests.integrations.sites import NUMBER, TITLE
from tests.integrations.table_steps import Step
from tests.webhooks import SECRET as WEBHOOK_SECRET
from tests.webhooks import Signed, saying


@dataclass(frozen=True)
class Door:
    """Where they send to: the web of the house, and its mailbox, which is read when a letter has come."""

    client: FlaskClient
    imap: FakeImap
    read_mailbox: Callable[[], Any]

    def post(self, path: str, body: bytes | str, headers: Mapping[str, str] = {}) -> str:
        """Send a request; gives why it was refused."""
        answer = self.client.post(f"/in/{path}", data=body, headers=dict(headers))
        said = answer.get_json(silent=True) or {}
        if answer.status_code == 200:
            return str(said.get("reason") or (said["status"] if said["status"] == "ignored" else ""))
        wrong = "; ".join(f"{each['field']}: {each['detail']}" for each in said.get("errors", ()))
        return f"HTTP {answer.status_code}: {wrong or said.get('detail', '')}"

    def letter(self, raw: bytes) -> str:
        """Let a letter come and be read; gives why it brought nothing."""
        self.imap.put(raw)
        self.read_mailbox()
        return "flagged for a person" if r"\Flagged" in self.imap.flags()[-1] else ""


@dataclass(frozen=True)
class Sender:
    """One that sends: how its source is set up, and what it does."""

    name: str
    options: dict[str, Any]
    steps: Sequence[Step[Door]]
    tells: str = "news"


def _discourse() -> list[Step[Door]]:
    forum = FakeDiscourse()
    forum._server.server_close()  # it only makes the bodies
    topic = forum.write("Lahden kysymys kaupungeille", "<p>Kuka tulee?</p>")
    own = forum.write("Siltan oma kirjoitus", "<p>Teksti.</p>", username="silta")

    def event(name: str, about: Any, change: Callable[[bytes], bytes] = bytes) -> Callable[[Door], str]:
        def send(door: Door) -> str:
            body, headers = forum.event(name, about)
            headers.pop("X-Discourse-Instance")
            changed = change(body)
            if changed != body and not changed.endswith(b"~"):
                signed = hmac.new(forum.SECRET.encode(), changed, hashlib.sha256).hexdigest()
                headers["X-Discourse-Event-Signature"] = f"sha256={signed}"
            return door.post("forum", changed, headers)

        return send

    def edited(door: Door) -> str:
        forum.edit(topic.first, "<p>Kuka tulee nyt?</p>")
        return event("post_edited", topic.first)(door)

    return [
        Step("sound: a topic", event("post_created", topic.first), "1 new"),
        Step("the same again", event("post_created", topic.first)),
        Step("its text changed", edited, "1 changed"),
        Step("a mark before it", event("post_edited", topic.first, lambda body: b"\xef\xbb\xbf" + body)),
        Step("what we wrote", event("post_created", own.first), "", "it is ours"),
        Step(
            "half a body",
            event("post_created", topic.first, lambda body: body[: len(body) // 2]),
            "",
            "HTTP 400",
        ),
        Step(
            "a body that was changed",
            event("post_created", topic.first, lambda body: body + b"~"),
            "",
            "HTTP 401",
        ),
        Step("it is deleted", event("post_destroyed", topic.first), "1 changed"),
    ]


def _loomio() -> list[Step[Door]]:
    said = FakeLoomio.says("*Alice*: <https://loomio.example/d/aBcD/tuki|Tuki>\n\nTeksti.")

    def send(body: bytes, path: str = FakeLoomio.PATH) -> Callable[[Door], str]:
        return lambda door: door.post(f"group/{path}", body)

    return [
        Step("sound: a discussion", send(said), "1 new"),
        Step("the same again", send(said)),
        Step("another", send(FakeLoomio.says("Bob: Toinen asia")), "1 new"),
        Step("without words", send(FakeLoomio.says(" ")), "", "ignored"),
        Step("half a body", send(said[: len(said) // 2]), "", "HTTP 400"),
        Step("Windows-1252", send('{"text": "Työ"}'.encode("cp1252")), "", "HTTP 400: .* not UTF-8"),
        Step("a wrong path", send(said, "wrong"), "", "HTTP 401"),
    ]


def _json() -> list[Step[Door]]:
    thing = THING | {"id": 41, "names": {"fi": TITLE}, "ends": "2027-01-31", "place": {"slug": "lahti"}}
    other = thing | {"id": 42, "names": {"fi": "Muu"}}

    def send(document: Any, signed: bool = True) -> Callable[[Door], str]:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        made = hmac.new((SECRET if signed else "another-secret").encode(), body, hashlib.sha256).hexdigest()
        return lambda door: door.post("crm", body, {"X-Signature": f"sha256={made}"})

    return [
        Step("sound: a call", send(thing), "1 joined"),
        Step("the same again", send(thing), "1 unchanged"),
        Step("another text", send(thing | {"text": "<p>Hae.</p>"}), "1 changed"),
        Step("a mark before it", send(b"\xef\xbb\xbf" + json.dumps(other).encode()), "1 new"),
        Step(
            "a call that closes in 1926",
            send(thing | {"ends": "1926-01-31"}),
            "",
            "HTTP 422: closes_at: cannot be",
        ),
        Step("without a title", send(thing | {"names": {}}), "", "HTTP 422: title: is missing"),
        Step("half a body", send(json.dumps(thing).encode()[:60]), "", "HTTP 400"),
        Step("a wrong signature", send(thing, signed=False), "", "HTTP 401"),
    ]


def _webhook() -> list[Step[Door]]:
    call = {
        "external_id": "w-1", "kind": "call", "title": {"fi": "Eri nimi"}, "cities": ["lahti"], "identifier": NUMBER,
        "closes_at": "2027-01-31",
    }  # fmt: skip

    def send(
        kind: str = "published", change: Callable[[Signed], Signed] = replace, /, **more: Any
    ) -> Callable[[Door], str]:
        signed = change(saying(kind, **(call | more)))
        return lambda door: door.post("program", signed.body, signed.headers)

    return [
        Step("sound: a call by its number", send(), "1 joined"),
        Step("the same again", send(), "1 unchanged"),
        Step("another place", send("updated", location="Lahti"), "1 changed"),
        Step("a call that closes in 1926", send(closes_at="1926-01-31"), "", "HTTP 422: .*cannot be right"),
        Step("a city that is none", send(cities=["lahtti"]), "", "HTTP 422: .*did you mean lahti"),
        Step("half a body", send("published", lambda it: replace(it, body=it.body[:80])), "", "HTTP 400"),
        Step("a wrong secret", send("published", _otherwise_signed), "", "HTTP 401"),
        Step("withdrawn", lambda door: door.post("program", *_gone()), "1 changed"),
    ]


def _otherwise_signed(request: Signed) -> Signed:
    return replace(request, secret="whsec_" + "QUJD" * 10)


def _gone() -> tuple[str, Mapping[str, str]]:
    signed = saying("withdrawn", external_id="w-1")
    return signed.body, signed.headers


def _howspace() -> list[Step[Door]]:
    def send(*said: str, **more: Any) -> Callable[[Door], str]:
        return lambda door: door.letter(letter(*said, **more))

    return [
        Step("sound: a letter", send("Kokous on torstaina."), "1 new"),
        Step("the same again", send("Kokous on torstaina.")),
        Step("another letter", send("Työpaja.", subject="Työpaja", number=2), "1 new"),
        Step("a login link", send(LOGIN, subject="Your login link", number=3), "", "flagged for a person"),
        Step("with no proof of its sender", send("Ehkä.", vouched=None, number=4)),
        Step("forged", send("Väärä.", vouched="mx.example.org; dkim=fail header.d=howspace.com", number=5)),
        Step("of somebody else", send("Muu.", sender="bob@example.org", number=6)),
    ]


SENDERS: Final[Mapping[str, Sender]] = {
    "discourse": Sender(
        "forum", {"url": "https://forum.example.org", "secret": FakeDiscourse.SECRET}, _discourse(), "discussion"
    ),
    "loomio": Sender("group", {"path_secret": FakeLoomio.PATH}, _loomio(), "discussion"),
    "signed_json": Sender("crm", {"secrets": SECRET, "fields": FIELDS, "text": "html"}, _json(), "call"),
    "webhook": Sender("program", {"secrets": [WEBHOOK_SECRET]}, _webhook(), "call"),
    "howspace": Sender(
        "workspace", {"senders": "howspace.com", "authserv": "mx.example.org", "automations": True}, _howspace(),
        "announcement",
    ),
}  # fmt: skip
"""Those that send, by the kind of their source."""
