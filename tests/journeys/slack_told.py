"""What happened in Slack, step by step: printed, and drawn as Slack draws it."""

from __future__ import annotations

import copy
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import clock
from integrations.slack.drawing import draw_view
from tests.fakes.slack_limits import texts
from tests.fakes.slack_people import Person as Somebody
from tests.fakes.slack_views import View
from tests.fakes.slack_workspace import Posted


@dataclass
class Told:
    """What happened, step by step; drawn into a folder where there is one."""

    pictures: Path | None = None
    quiet: bool = False
    steps: list[str] = field(default_factory=list)

    def step(self, said: str, shown: str = "", view: dict[str, Any] | None = None) -> None:
        """Say a step, and what was to be seen."""
        self.steps.append(said)
        if not self.quiet:
            print(f"\n{len(self.steps):2}. {said}")
            for each in shown.splitlines():
                print(f"      {each}")
        if self.pictures is not None and view is not None:
            self._draw(view)

    def modal(self, said: str, who: Somebody) -> None:
        """Say a step that ends with a modal."""
        view = who.modals[-1]
        self.step(said, "\n".join(_lines(view)), _as_filled(view))

    def post(self, said: str, post: Posted) -> None:
        """Say a step that ends with a post."""
        self.step(said, post.text, {"type": "home", "blocks": post.blocks})

    def _draw(self, view: dict[str, Any]) -> None:
        assert self.pictures is not None
        page = self.pictures / f"{len(self.steps):02}.html"
        page.write_text(draw_view(view), "utf-8")
        browser = shutil.which("chromium") or shutil.which("chromium-browser")
        if browser:
            subprocess.run(
                [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=720,1400",
                 f"--screenshot={page.with_suffix('.png')}", page.as_uri()],
                check=False, capture_output=True, timeout=60,
            )  # fmt: skip


def _lines(view: View) -> Iterator[str]:
    """What can be read in a modal: labels with what is chosen or typed, texts, and buttons."""
    for block in view.blocks:
        if block["type"] == "input":
            (state,) = view.filled.get(block["block_id"], {"": {}}).values() or ({},)
            yield f"{block['label']['text']}: {_chosen(state)}"
        elif block["type"] == "actions":
            yield "  ".join(f"[{element['text']['text']}]" for element in block["elements"])
        else:
            yield from (text for text, _ in texts([block]))


def _chosen(state: dict[str, Any]) -> str:
    one = state.get("selected_option")
    options = state.get("selected_options") or ([one] if one else [])
    stamp = state.get("selected_date_time")
    said = [option["text"]["text"] for option in options] + [str(state.get("value") or "")]
    return ", ".join(each for each in said if each) or (
        f"{datetime.fromtimestamp(stamp, clock.zone(clock.DEFAULT_ZONE)):%Y-%m-%d %H:%M}" if stamp else "–"
    )


def _as_filled(view: View) -> dict[str, Any]:
    """The modal with what stands in its fields, to be drawn."""
    given = copy.deepcopy(view.given)
    for block in given["blocks"]:
        for state in view.filled.get(block.get("block_id", ""), {}).values():
            element = block.get("element", {})
            if state.get("value"):
                element["initial_value"] = state["value"]
            for name in ("option", "options", "date_time"):
                if state.get(f"selected_{name}"):
                    element[f"initial_{name}"] = state[f"selected_{name}"]
    return given
