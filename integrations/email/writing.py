"""From a delivery to the bytes of its mail, and from such bytes to a preview."""

from __future__ import annotations

import base64
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8

from bot.contracts import Message, Outgoing, Rendering
from integrations.email.addresses import Mailbox
from integrations.email.headers import personal_fields, shared_fields
from integrations.email.links import PERSONAL, Slot
from integrations.email.options import EmailOptions
from integrations.email.signing import Seal
from integrations.email.template import END, Template, template

_KNOWN = 512
_ALONE = frozenset({Slot.SIGN_IN})


class Writer:
    """Writes mails for one sender. Deliveries of one content share a template; filling it is a join."""

    def __init__(self, options: EmailOptions, seal: Seal | None) -> None:
        self._domain = options.domain
        self._seal = seal
        self._shared = {bulk: shared_fields(options, bulk=bulk) for bulk in (True, False)}
        self._known: dict[tuple[int, str, frozenset[Slot]], tuple[tuple[Message, ...], Template]] = {}

    def write(self, outgoing: Outgoing, to: Mailbox | None) -> bytes:
        """The mail as it goes over the wire, ending dot and all. Raises what composing it raises."""
        # A sign-in link is for one person and one moment: there is no list to leave, and nothing to choose.
        bulk = outgoing.messages[0].purpose != "sign-in"
        fields = personal_fields(outgoing, to, self._domain, bulk=bulk) + self._shared[bulk]
        personal = {
            Slot.READER: " · ".join(filter(None, (outgoing.name, outgoing.address))),
            Slot.REASON: outgoing.reason,
            **{slot: outgoing.links.get(slot, "") for slot in PERSONAL},
        }
        links = frozenset(slot for slot in PERSONAL if personal[slot])
        mail = self._template(outgoing, links if bulk else links & _ALONE).fill(fields, personal)
        return self._seal.field(unstuffed(mail)) + mail if self._seal else mail

    def _template(self, outgoing: Outgoing, links: frozenset[Slot]) -> Template:
        """The template of a content. The same object is known at once: hashing a whole digest takes longer."""
        place = (id(outgoing.messages), outgoing.zone, links)
        known = self._known.get(place)
        if known is not None and known[0] is outgoing.messages:
            return known[1]
        if len(self._known) >= _KNOWN:
            self._known.clear()
        made = template(outgoing.messages, outgoing.zone, links)
        self._known[place] = (outgoing.messages, made)
        return made


def unstuffed(mail: bytes) -> bytes:
    """The mail itself, from its form on the wire."""
    return mail.removesuffix(END).replace(b"\r\n..", b"\r\n.")


def preview(wire: bytes) -> Rendering:
    """What a reader would see. Pictures stand in the page itself, where no mail program resolves them."""
    mail = unstuffed(wire)
    parsed = message_from_bytes(mail, EmailMessage, policy=SMTPUTF8)
    parts = {part.get_content_type(): part for part in parsed.walk() if not part.is_multipart()}
    html = str(parts["text/html"].get_content()).replace("\r\n", "\n")
    for part in parsed.walk():
        if name := str(part["Content-ID"] or "").strip("<>"):
            png = base64.b64encode(part.get_content()).decode("ascii")
            html = html.replace(f"cid:{name}", f"data:image/png;base64,{png}")
    return Rendering(
        title=str(parsed["Subject"]),
        html=html,
        text=str(parts["text/plain"].get_content()).replace("\r\n", "\n"),
        source=mail.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n"),
    )
