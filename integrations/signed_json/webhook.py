"""Takes signed JSON in: header, prefix, encoding, algorithm and what is signed are options."""

from __future__ import annotations

from datetime import datetime

from bot import clock
from bot.contracts import Answer, Fetched, Inbox, Received, SourceFault, Surroundings
from integrations.field_maps import read
from integrations.json_bodies import parsed
from integrations.problems import Refused, answer
from integrations.signatures import is_signed
from integrations.signed_json.options import SignedJsonOptions


class SignedJsonWebhook:
    """A `bot.contracts.Webhook`. All reports of a request are taken in together, or none."""

    def __init__(self, options: SignedJsonOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings

    def receive(self, request: Received, inbox: Inbox) -> Answer:
        """Answer 200 after the commit, else a problem: 400, 401, or 422 with every fault by field."""
        try:
            receipt = self._verify(request)
            reports, faults = read(_document(request.body), self._options.shape, self._surroundings)
            if faults:
                raise Refused(
                    422, "The body is not as this source reads it; errors names every fault.", faults
                )
        except Refused as refusal:
            return answer(refusal)
        if not reports:
            return Answer(200, {"status": "ignored"})
        accepted = inbox.accept(reports, receipt=receipt)
        first = {"status": accepted[0].verdict, "item": accepted[0].item_id}
        each = [{"status": one.verdict, "item": one.item_id} for one in accepted]
        return Answer(200, first if self._options.items is None else {**first, "reports": each})

    def _verify(self, request: Received) -> str | None:
        """The request's own id, where it has one. Raises Refused (401)."""
        options = self._options
        stamp = self._header(request, options.timestamp_header)
        own_id = self._header(request, options.id_header)
        before, _, after = options.signed.partition("{body}")
        places = {"{timestamp}": stamp, "{id}": own_id}
        for place, value in places.items():
            before, after = before.replace(place, value), after.replace(place, value)
        signed = before.encode() + request.body + after.encode()
        stated = request.headers.get(options.header.lower(), "")
        if not is_signed(
            signed, stated, options.secrets,
            prefix=options.prefix, encoding=options.encoding, algorithm=options.algorithm,
        ):  # fmt: skip
            raise Refused(401, f"{options.header} is not the signature of these bytes under our secret.")
        if options.timestamp_header and not self._is_fresh(stamp):
            raise Refused(401, f"{options.timestamp_header} is more than {options.tolerance} seconds off.")
        return own_id if 0 < len(own_id) <= 255 and own_id.isprintable() else None

    def _is_fresh(self, stamp: str) -> bool:
        """By real time: a rehearsal's clock proves nothing about a sender's."""
        try:
            said = (
                float(stamp)
                if stamp.replace(".", "", 1).isdigit()
                else datetime.fromisoformat(stamp).timestamp()
            )
        except (ValueError, OverflowError):
            return False
        return abs(clock.real_now().timestamp() - said) <= self._options.tolerance

    def _header(self, request: Received, name: str | None) -> str:
        return request.headers.get(name.lower(), "") if name else ""


def sample(options: SignedJsonOptions, surroundings: Surroundings, body: bytes) -> Fetched:
    """What would be made of a body, signed or not. Raises SourceFault for one that is no JSON."""
    try:
        reports, faults = read(_document(body), options.shape, surroundings)
    except Refused as refusal:
        raise SourceFault(refusal.detail) from refusal
    return Fetched(reports, {}, [f"{field}: {said}" for field, said in faults])


def _document(body: bytes) -> object:
    try:
        return parsed(body.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise Refused(400, "The body is not UTF-8.") from fault
