"""A sender of webhooks that never gives up: each item is sent, under one id, until it is taken."""

from __future__ import annotations

import queue
import random
import threading
from collections import Counter
from types import TracebackType
from typing import Self

import requests

from tests.webhooks import Signed, saying

PAUSE = 0.1


class Newsroom:
    """Publishes items from threads of its own. `accepted` holds the item's id for each external id."""

    def __init__(self, url: str, threads: int = 2) -> None:
        self.url = url
        self.accepted: dict[str, int] = {}
        self.verdicts: Counter[str] = Counter()
        self.refused: list[str] = []
        self.attempts = 0
        self._waiting: queue.Queue[tuple[str, Signed]] = queue.Queue()
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._send_all, daemon=True) for _ in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def publish(self, number: int) -> None:
        """Have an item for all published."""
        name = f"item-{number}"
        self._waiting.put((name, news(number)))

    @property
    def waiting(self) -> bool:
        """Whether something was not taken yet."""
        return self._waiting.unfinished_tasks > 0

    def _send_all(self) -> None:
        while not self._ending.is_set():
            try:
                name, request = self._waiting.get(timeout=PAUSE)
            except queue.Empty:
                continue
            while not self._ending.is_set() and not self._send(name, request):
                self._ending.wait(PAUSE * random.random())
            self._waiting.task_done()

    def _send(self, name: str, request: Signed) -> bool:
        self.attempts += 1
        try:
            answer = requests.post(self.url, data=request.body, headers=request.headers, timeout=10)
        except requests.RequestException:
            return False
        if answer.status_code == 200:
            self.accepted[name] = answer.json()["item"]
            self.verdicts[answer.json()["status"]] += 1
        elif answer.status_code < 500:
            self.refused.append(f"{name}: {answer.status_code} {answer.text[:200]}")
        return answer.status_code < 500


def news(number: int) -> Signed:
    """An item that fits everybody; its title tells which it is."""
    texts = dict.fromkeys(("fi", "sv", "en"), f"Item {number}")
    return saying("published", external_id=f"item-{number}", kind="announcement", title=texts, body="Text.")
