"""However short its token, however it is broken or spelt, a login link lets nobody in; other links stay whole."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.integrations.howspace.test_letters import brought, only
from tests.integrations.howspace_letters import letter

HOST = "https://acme.in.howspace.com"
TOKENS = ("AbCd1234efGh", "k7Qx2mPz", "9f8e7d6c5b")

BROKEN = (
    "{host}/<br>login?token={token}",
    "{host}/login?<br>token={token}",
    "{host}/login?<br/>token=<br/>{token}",
    "{host}/login?token=<br>{token} on avain",
    "<div>{host}/login/</div><div>{token}</div>",
    "<div><div>{host}/u/</div></div>\n<div><p>{token}</p></div>",
    "{host}/<wbr>u/<wbr>{token}",
    "{host}/<br>u/{token}<br>Bob",
    "<table><tr><td>{host}/login</td></tr><tr><td>?key={token}</td></tr></table>",
)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("html", BROKEN)
def test_a_login_link_that_is_broken_between_lines_keeps_nothing_of_its_token(html: str, token: str) -> None:
    raw = letter(html=f"<p>Hei!</p><p>{html.format(host=HOST, token=token)}</p><p>Terveisin Alice</p>")
    told = repr(brought(raw))
    assert "Terveisin Alice" in told
    assert token not in told


@pytest.mark.parametrize("gap", ["<br>", "<br>\n", "</p><p>", "</div>\n<div>", "\n"])
def test_wherever_a_login_link_breaks_neither_half_of_its_token_is_left(gap: str) -> None:
    link = f"{HOST}/login?token={TOKENS[0]}"
    for at in range(len("https://"), len(link)):
        page = f"<div><p>Hei!</p><p>{link[:at]}{gap}{link[at:]}</p></div><p>Terveisin Alice</p>"
        told = repr(brought(letter(html=page)))
        assert "Terveisin Alice" in told
        assert TOKENS[0][:8] not in told
        assert TOKENS[0][-8:] not in told


SPELT = (
    r"https://acme.in.howspace.com\login?token={token}",
    r"https:\\acme.in.howspace.com\u\{token}",
    "https://acme.in.howspace.com./u/{token}",
    "https://acme.in.howspace.com.:443/u/{token}",
    "acme.in.howspace.com./u/{token}",
    "https://acme。in。howspace。com/u/{token}",
    "acme．in．howspace｡com/u/{token}",
    "https://acme.in.ｈｏｗｓｐａｃｅ.com/u/{token}",
    "https://acme.in.ⓗowspace.com/u/{token}",
    "https://acme.in.howspace%2ecom/u/{token}",
    "https://acme.in.h%6fwspace.com/u/{token}",
    "https://bob@acme.in.howspace.com./u/{token}",
    "https://acme.in.howspace.com/login?\ntoken={token}\n",
)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("link", SPELT)
def test_a_login_link_is_known_in_every_spelling_that_a_browser_reads(link: str, token: str) -> None:
    login = link.format(token=token)
    around = quote(login, safe="")
    for plain in (login, f"https://click.example.net/?to={around}"):
        for raw in (
            letter(f"Hei!\n{plain}\nTerveisin Alice"),
            letter(html=f'<p>Hei <a href="{plain}">{plain}</a></p><p>Terveisin Alice</p>'),
        ):
            told = repr(brought(raw))
            assert "Terveisin Alice" in told
            assert token not in told


@pytest.mark.parametrize("scheme", ["https:/", "https:", "//"])
def test_a_login_link_with_too_few_slashes_is_one(scheme: str) -> None:
    told = repr(brought(letter(html=f'<a href="{scheme}acme.in.howspace.com/u/{TOKENS[0]}">Avaa</a>')))
    assert "acme.in.howspace.com/u" in told
    assert TOKENS[0] not in told


def test_links_among_other_links_and_words_stay_as_they_are() -> None:
    lines = (
        "https://rakennerahastot.fi/haku",
        "https://innokaupungit.fi/uutiset",
        "Hankevalmisteluavustus",
        "on auki: https://innokaupungit.fi/kutsu-seminaariin",
        "9.12.2026",
        "https://acme.in.howspace.com/ohjelma",
        "Seminaari2026 alkaa klo 9",
        "innokaupungit.fi/ohjelma2027",
    )
    told = only(brought(letter("\n".join(lines)))).body["fi"].replace("\\", "")
    assert [line.strip() for line in told.splitlines()] == list(lines)


def test_a_long_link_that_was_broken_at_its_lines_end_is_whole_again() -> None:
    link = "https://innokaupungit.fi/uutiset/2026/11/hankevalmisteluavustus-avautuu/liite-2-ohjelma-2027"
    told = only(brought(letter(f"Katso\n{link[:76]}\n{link[76:]}\nTervetuloa"))).body["fi"]
    assert link in told.replace("\\", "")


def test_a_page_that_declares_its_encoding_is_read() -> None:
    page = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html><html><body><p>Kokous siirtyi</p></body></html>'
    assert only(brought(letter(html=page))).body["fi"] == "Kokous siirtyi"
