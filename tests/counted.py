"""Work counted in calls instead of seconds: the same on a fast machine, on a slow one and on a busy one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def calls(work: Callable[[], object]) -> int:
    """How many calls a piece of work makes in this thread, of functions in Python and in C."""
    made = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made


def assert_linear(work: Callable[[int], object], size: int, room: float = 1.25) -> None:
    """Twice the size must make at most twice the calls, and a little: quadratic work makes four times as many.

    `work` is done once before, so that nothing that is only loaded at first is counted.
    """
    work(1)
    once, twice = calls(lambda: work(size)), calls(lambda: work(2 * size))
    assert twice <= 2 * room * once, f"{once} calls became {twice} at twice the size"
