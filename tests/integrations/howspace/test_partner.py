"""The Partner API, all of it configuration: off, half set, asked as its options say; keys and login links stay out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from bot.contracts import Defaults, Details, Fetched, SourceFault, Surroundings
from integrations.howspace import INTEGRATION
from integrations.howspace.options import HowspaceOptions
from integrations.howspace.partner import Partner
from integrations.howspace.partner_news import HowspaceSource, people
from tests.fakes.http_fake import Said
from tests.fakes.partner import FakePartner, piece
from tests.integrations.howspace_letters import LOGIN, SECRET

PEOPLE = {
    "people": "POST /people", "people_body": '{"paging": {"page": "{page}"}}', "people_items": "data",
    "people_fields": "email = mail\nname = join(' ', [given, family])\ncity = towns",
}  # fmt: skip


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePartner]:
    monkeypatch.setenv("no_proxy", "*")
    with FakePartner() as fake:
        fake.news = [piece(1), piece(2), piece(3)]
        fake.people = [
            {"mail": f"{name}@example.org", "given": name.title(), "family": "Aalto", "towns": ["lahti"],
             "loginLink": LOGIN}
            for name in ("alice", "bob", "charlie")
        ]  # fmt: skip
        yield fake


def near(fake: FakePartner) -> Surroundings:
    return Surroundings("acme", Defaults(), allow_private=frozenset({fake.place}), cities={"lahti": ()})


def options(fake: FakePartner, **more: Any) -> HowspaceOptions:
    return HowspaceOptions.model_validate(FakePartner.options(fake.url, **more))


def ask(fake: FakePartner, since: dict[str, Any] | None = None, **more: Any) -> Fetched:
    return HowspaceSource(options(fake, **more), near(fake)).fetch(since or {})


def refused(fake: FakePartner, **more: Any) -> SourceFault:
    with pytest.raises(SourceFault) as fault:
        ask(fake, **more)
    assert fake.KEY not in fault.value.reason
    return fault.value


def told(fetched: Fetched) -> list[Details]:
    return [each.details for each in fetched.reports if each.details]


def test_it_is_off_until_address_key_and_an_operation_are_set() -> None:
    off = HowspaceOptions()
    assert not off.begun
    assert not INTEGRATION.polls({})
    assert not INTEGRATION.can(off).read
    assert Partner(off, Surroundings("acme", Defaults())).probe() is None


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (["partner_key"], "partner_key missing"),
        (["partner_url", "partner_key"], "partner_url, partner_key missing"),
        (["news_fields"], "news_fields missing"),
        (["news"], "news missing"),
        (["news", "news_items", "news_fields"], "an operation .* missing"),
    ],
)
def test_what_is_half_set_is_named_and_is_no_capability(
    workspace: FakePartner, left_out: list[str], missing: str
) -> None:
    stated = {key: value for key, value in FakePartner.options(workspace.url).items() if key not in left_out}
    half = HowspaceOptions.model_validate(stated)
    assert not INTEGRATION.can(half).read
    assert INTEGRATION.polls(stated)
    with pytest.raises(SourceFault, match=missing) as fault:
        HowspaceSource(half, near(workspace)).fetch({})
    assert fault.value.kind == "options"
    assert workspace.requests == []


@pytest.mark.parametrize(
    "more",
    [
        {"partner_url": "http://partner.example.org"},
        {"partner_url": "https://alice:word@partner.example.org"},
        {"partner_url": "https://partner.example.org/?key=1"},
        {"partner_key": "two words\r\nX: y"},
        {"partner_key": "kå" * 8},
        {"partner_header": "X Key"},
        {"news": "DELETE /news"},
        {"news": "GET https://elsewhere.example/news"},
        {"news": "GET //elsewhere.example/news"},
        {"news": "GET /news?since={since}"},
        {"news_body": "{"},
        {"news_fields": "title = headline"},
        {"news_fields": "external_id = id\ntitle = headline\nsecret = x"},
        {"people_fields": "email = mail"},
        {"people_fields": "email = mail\nname = n\nrole = r"},
        {"colour": "red"},
    ],
)
def test_options_that_cannot_work_are_refused_without_quoting_the_key(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as fault:
        HowspaceOptions.model_validate(FakePartner.options("https://partner.example.org", **more))
    assert FakePartner.KEY not in str(fault.value)
    assert "two words" not in str(fault.value)


def test_the_news_of_all_pages_come_once_and_the_same_list_is_nothing_new(workspace: FakePartner) -> None:
    first = ask(workspace)
    assert [each.title["fi"] for each in told(first)] == [f"Työpaja {number} – Lahti" for number in (1, 2, 3)]
    assert told(first)[0].body["fi"] == "Tule **mukaan**, ryhmä 1 kokoontuu."
    assert told(first)[0].url == "https://acme.howspace.com/page-1"
    assert (first.faults, told(first)[0].visibility) == ([], "network")
    assert ask(workspace, dict(first.cursor)).unchanged
    workspace.news[0]["headline"] = "Muuttunut"
    changed = ask(workspace, dict(first.cursor))
    assert not changed.unchanged
    assert {each.external_id for each in changed.reports} == {each.external_id for each in first.reports}


@pytest.mark.parametrize(
    "paging",
    [
        {"news": "GET /news?after={next}", "news_next": "next"},
        {"news": "GET /news", "news_next": "links.next"},
        {"news": "POST /news", "news_body": '{"paging": {"page": "{page}"}}'},
    ],
)
def test_pages_are_followed_by_word_by_link_and_in_a_body(
    workspace: FakePartner, paging: dict[str, str]
) -> None:
    assert len(ask(workspace, **paging).reports) == 3


def test_a_link_to_another_server_is_not_followed_with_the_key(workspace: FakePartner) -> None:
    with FakePartner() as elsewhere:
        workspace.next_answers = [Said(200, {"data": [piece(1)], "next": f"{elsewhere.url}/api/news"})]
        fault = refused(workspace, news="GET /news", news_next="next")
        assert (fault.kind, elsewhere.requests) == ("structure", [])


def test_a_workspace_that_leads_round_or_shows_one_page_for_ever_is_read_once(workspace: FakePartner) -> None:
    page = Said(200, {"data": [piece(1)], "next": "again"})
    other = Said(200, {"data": [piece(2)], "next": "again"})
    workspace.next_answers = [page, other]
    found = ask(workspace, news="GET /news?after={next}", news_next="next")
    assert (len(found.reports), len(workspace.requests)) == (2, 2)
    assert "leads back" in found.faults[0]
    workspace.next_answers = [page] * 5
    assert len(ask(workspace).reports) == 1
    assert len(workspace.requests) == 4


def test_no_more_than_fifty_pages_are_read(workspace: FakePartner) -> None:
    workspace.page_size, workspace.news = 1, [piece(number) for number in range(60)]
    found = ask(workspace)
    assert len(found.reports) == 50
    assert found.faults == ["news: only the first 50 pages were read"]


@pytest.mark.parametrize(("header", "before", "prefix"), [("x-api-key", "", "-"), ("x-auth", "Key=", "Key=")])
def test_header_and_word_before_the_key_are_options(header: str, before: str, prefix: str) -> None:
    with FakePartner(header=header, before=before) as fake:
        fake.news = [piece(1)]
        assert len(ask(fake, partner_header=header, partner_prefix=prefix).reports) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (Said(401, {"echo": FakePartner.KEY}), "refused", "Account Manager → Partner API"),
        (Said(403), "refused", "permission"),
        (Said(404), "gone", "path of news"),
        (Said(429, headers=(("Retry-After", "120"),)), "limited", "less often"),
        (Said(500), "unreachable", "HTTP 500"),
        (Said(302, headers=(("Location", "http://10.0.0.1/"),)), "other", "final address"),
        (Said(200, "a word"), "structure", "finds no list"),
        (Said(200, {"data": {"id": 1}}), "structure", "finds no list"),
        (Said(200, {"rows": []}), "structure", "finds no list"),
        (Said(200, {"data": ["x" * 3_000_000]}), "too_large", "smaller pages"),
        (Said(200, {"data": [{"name": "Työpaja"}]}), "structure", "no row could be read"),
        (Said(200, cut=True), "unreachable", "broke"),
    ],
)
def test_what_goes_wrong_is_said_by_its_kind_without_the_key(
    workspace: FakePartner, answer: Said, kind: str, said: str
) -> None:
    workspace.next_answers, workspace.news = [answer], []
    fault = refused(workspace)
    assert (fault.kind, said in fault.reason) == (kind, True), fault.reason
    assert fault.retry_after == (120 if kind == "limited" else None)


def test_a_refused_key_is_nowhere_in_what_is_said(workspace: FakePartner) -> None:
    fault = refused(workspace, partner_key="another-key-that-is-wrong")
    assert (fault.kind, "another-key" in str(fault)) == ("refused", False)


def test_a_private_address_is_not_asked(workspace: FakePartner) -> None:
    with pytest.raises(SourceFault) as fault:
        HowspaceSource(options(workspace), Surroundings("acme", Defaults())).fetch({})
    assert (fault.value.kind, workspace.requests) == ("private", [])


@pytest.mark.parametrize("written", ["html", "plain", "markdown"])
@pytest.mark.parametrize(
    "more",
    [
        {"text": f"Tule: {LOGIN} nyt"},
        {"text": f"<p>Tule <a href='{LOGIN}'>tänne</a></p>"},
        {"headline": f"Tule {LOGIN}"},
        {"link": LOGIN},
        {"link": f"https://acme.howspace.com/l/{SECRET}/welcome"},
        {"text": f"<p>{SECRET[:8]}<b>{SECRET[8:]}</b></p>", "loginLink": LOGIN},
        {"id": LOGIN},
        {"id": SECRET, "link": LOGIN},
        {"text": f"avain {FakePartner.KEY}"},
    ],
)
def test_neither_login_links_nor_the_key_are_kept(
    workspace: FakePartner, more: dict[str, Any], written: str
) -> None:
    workspace.news = [piece(1, **more)]
    found = ask(workspace, news_text=written)
    kept = f"{found}".replace("*", "").replace("\\", "")
    assert len(found.reports) == 1
    assert SECRET not in kept
    assert FakePartner.KEY not in kept


def test_a_login_link_that_an_expression_puts_together_is_cut_too(workspace: FakePartner) -> None:
    workspace.news = [piece(1, token=SECRET)]
    fields = "external_id = id\ntitle = headline\nurl = join('', ['https://acme.howspace.com/login?token=', token])"
    assert SECRET not in f"{ask(workspace, news_fields=fields)}"


def test_a_fault_of_a_row_does_not_quote_what_opens_the_workspace(workspace: FakePartner) -> None:
    workspace.news = [piece(1), piece(2, text=LOGIN, towns=[LOGIN])]
    fields = "external_id = id\ntitle = headline\nbody = sum(text)"
    assert SECRET not in refused(workspace, news_fields=fields).reason
    found = ask(workspace, news_fields="external_id = id\ntitle = headline\ncities = towns")
    assert len(found.reports) == 1
    assert len(found.faults) == 1
    assert SECRET not in found.faults[0]


def test_a_row_of_countless_texts_costs_only_itself(workspace: FakePartner) -> None:
    workspace.news[0]["comments"] = ["<p>.</p>"] * 100_000
    fetched = ask(workspace)
    assert len(fetched.reports) == 2
    assert any("over 500 texts" in fault for fault in fetched.faults)


def test_its_people_are_rows_without_what_opens_the_workspace(workspace: FakePartner) -> None:
    rows, faults, unread = people(options(workspace, **PEOPLE), near(workspace))
    assert [row["email"] for row in rows] == [f"{name}@example.org" for name in ("alice", "bob", "charlie")]
    assert rows[0] == {"email": "alice@example.org", "name": "Alice Aalto", "city": "lahti"}
    assert (faults, unread) == ([], ["loginLink"])


def test_people_need_their_own_operation_and_permission(workspace: FakePartner) -> None:
    with pytest.raises(SourceFault, match="people_fields"):
        people(options(workspace), near(workspace))
    workspace.permits = {"news"}
    with pytest.raises(SourceFault, match="permission") as fault:
        people(options(workspace, **PEOPLE), near(workspace))
    assert workspace.KEY not in fault.value.reason


def test_a_probe_asks_once_for_what_tells_least_of_people(workspace: FakePartner) -> None:
    assert Partner(options(workspace, **PEOPLE), near(workspace)).probe() == "news"
    assert [each.path for each in workspace.requests] == ["/api/news"]
