"""Files chosen in a modal: what may take how long."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from bot.contracts.announcing import Upload
from integrations.slack.announcing.uploads import Uploads
from tests.fakes.http_fake import Asked, HttpFake, Said


class _Files(HttpFake):
    def serve(self, asked: Asked) -> Said:
        return Said(200, {"a": "file"})


def _read(within: float) -> tuple[Upload, ...]:
    taken: queue.Queue[Any] = queue.Queue()
    with _Files() as files:
        uploads = Uploads({"T1": "xoxb-1"}.get, f"{files.url}/api/", within)
        chosen = [{"name": "a.json", "url_private_download": f"{files.url}/a.json"}]
        uploads.read("T1", chosen, taken.put, lambda: taken.put(()))
        found: tuple[Upload, ...] = taken.get(timeout=20)
        return found


@pytest.mark.parametrize(("within", "given"), [(60.0, True), (-1.0, False)])
def test_a_file_that_drips_is_given_up_and_frees_its_thread(within: float, given: bool) -> None:
    (upload,) = _read(within)
    assert upload.name == "a.json"
    assert (upload.body is not None) == given
