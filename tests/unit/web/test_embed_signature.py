"""The signature of the page in the workspace against the known answer of its documentation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.web.embed_signature import Untrusted, verify

QUERY = (
    b"test=Antti&time=1710746815&signature=700686e65515ed8db4c7373ad98f89ef9edab2a9311da28d1e290f292df5c879"
)
SIGNED_AT = datetime.fromtimestamp(1710746815, UTC)


def test_the_documented_answer_is_ours() -> None:
    signed = verify(QUERY, ["verysecret"], {"firstName": "test"}, SIGNED_AT + timedelta(hours=12))
    assert (signed.name, signed.email, signed.at) == ("Antti", "", SIGNED_AT)


@pytest.mark.parametrize("secret", ["", "Verysecret", "verysecret "])
def test_another_secret_is_not(secret: str) -> None:
    with pytest.raises(Untrusted) as caught:
        verify(QUERY, [secret], {}, SIGNED_AT)
    assert caught.value.why == "forged"


@pytest.mark.parametrize(
    "query", [b"", b"&&=&", b"\xff=%ff%zz", b"signature", b"signature=%00", b"signature=\xff&a"]
)
def test_rubbish_is_refused_in_words(query: bytes) -> None:
    with pytest.raises(Untrusted):
        verify(query, ["verysecret"], {}, SIGNED_AT)
