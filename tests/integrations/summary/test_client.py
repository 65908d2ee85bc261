"""The language model's client against a real server that is slow, broken, huge or talks nonsense."""

from __future__ import annotations

import json

import pytest

from bot.contracts.summaries import SummaryFault, UselessSummary
from integrations.summary import ChatSummarizer
from tests.fakes.model import FakeModel


def ask(model: FakeModel, key: str | None = None, deadline: float = 5.0) -> str:
    return ChatSummarizer(model.url, "small-model", key, deadline).summarise("Haku", "Teksti.", "fi")


def test_the_model_is_asked_in_the_readers_language_and_its_answer_comes_back(model: FakeModel) -> None:
    model.say("Tiivistelmä.")
    assert ask(model, key="s3cret") == "Tiivistelmä."
    (document,) = model.asked
    assert document["model"] == "small-model"
    assert "Finnish" in document["messages"][0]["content"]
    assert document["messages"][1]["content"] == "Haku\n\nTeksti."
    assert model.keys == ["Bearer s3cret"]


def test_without_a_key_none_is_sent(model: FakeModel) -> None:
    ask(model)
    assert model.keys == [None]


@pytest.mark.parametrize("status", [301, 401, 404, 429, 500, 503])
def test_a_server_that_refuses_is_a_fault(model: FakeModel, status: int) -> None:
    model.answer(status, b"{}")
    with pytest.raises(SummaryFault, match=str(status)):
        ask(model)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not json", b"[]", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": "  "}}]}', b"\xff\xfe", b"[" * 200_000,
        json.dumps({"choices": [{"message": {"content": "x" * 5_000}}]}).encode(),
    ],
    ids=range(10),
)  # fmt: skip
def test_an_answer_that_is_no_summary_is_useless_and_not_asked_for_again(
    model: FakeModel, body: bytes
) -> None:
    model.answer(200, body)
    with pytest.raises(UselessSummary):
        ask(model)


def test_an_answer_without_end_is_given_up(model: FakeModel) -> None:
    model.answer(200, b" " * 1_000_000)
    with pytest.raises(SummaryFault, match="larger"):
        ask(model)


def test_a_model_that_drips_is_cut_off(model: FakeModel) -> None:
    model.drip(30)
    with pytest.raises(SummaryFault, match="too long"):
        ask(model, deadline=0.5)


def test_a_model_that_is_gone_is_a_fault_without_its_key(model: FakeModel) -> None:
    gone = ChatSummarizer("http://127.0.0.1:9/v1", "small-model", "s3cret")
    with pytest.raises(SummaryFault, match="does not answer") as fault:
        gone.summarise("Haku", "Teksti.", "fi")
    assert "s3cret" not in str(fault.value)
