"""A serving process: the Flask application, and the embedded loop that begins with its first turn."""

from __future__ import annotations

import os
import threading
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from bot.app.house import House, open_house, read_environment
from bot.settings import Settings
from bot.work.loop import Loop
from bot.work.steps import Steps

if TYPE_CHECKING:
    from flask import Flask


class Serving:
    """A serving process: its house, and the loop that begins with its first turn."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._guard = threading.Lock()
        self._begun_in: int | None = None

    def begin(self) -> None:
        """Start the embedded loop, once a process; later calls do nothing."""
        if self._begun_in == os.getpid():
            return
        with self._guard:
            if self._begun_in == os.getpid():
                return
            self._begun_in = os.getpid()
            if self.house.settings.worker == "embedded":
                self._start_loop()

    def _start_loop(self) -> None:
        steps = self.house.steps("embedded")
        loop = Loop(steps, hold=partial(self._hold, steps))
        loop.start()
        # Servers that fork end their children without `atexit`; this runs in both.
        Finalize(None, loop.stop, exitpriority=10)

    def _hold(self, steps: Steps) -> bool:
        with self.house.database.writing() as session:
            return steps.worker.hold_loop(session, self.house.journals)


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask application. It starts nothing: the loop starts with a serving process's first turn."""
    from bot.web import build  # the commands need neither Flask nor a page

    house = open_house(settings or read_environment())
    app = build(house)
    serving = Serving(house)
    app.extensions["silta"] = serving
    # Before the guard: a request that is refused is a turn too.
    app.before_request_funcs.setdefault(None, []).insert(0, serving.begin)
    return app
