"""The settings of the page in the workspace: only what may stand in a header is an origin."""

from __future__ import annotations

import pytest

from bot.embed_settings import EMBED


def test_several_origins_secrets_and_names_are_taken() -> None:
    assert EMBED["HOWSPACE_ORIGIN"]("https://A.howspace.com/, https://*.howspace.com http://localhost:8001") == (
        "https://a.howspace.com", "https://*.howspace.com", "http://localhost:8001",
    )  # fmt: skip
    assert EMBED["HOWSPACE_EMBED_SECRET"]("verysecret older-secret").split() == ["verysecret", "older-secret"]
    assert EMBED["HOWSPACE_EMBED_PARAMETERS"]("email=mail signature=sig") == (
        ("email", "mail"),
        ("signature", "sig"),
    )


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("HOWSPACE_ORIGIN", "*"),
        ("HOWSPACE_ORIGIN", "https://a.example; script-src *"),
        ("HOWSPACE_ORIGIN", "https://a.example/page"),
        ("HOWSPACE_ORIGIN", "a.example"),
        ("HOWSPACE_EMBED_SECRET", "short"),
        ("HOWSPACE_EMBED_SECRET", "verysecret\x07"),
        ("HOWSPACE_EMBED_PARAMETERS", "mail=email"),
        ("HOWSPACE_EMBED_PARAMETERS", "email"),
        ("HOWSPACE_EMBED_PARAMETERS", "email=time"),
        ("HOWSPACE_EMBED_PARAMETERS", "email=a email=b=c"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        EMBED[name](wrong)
