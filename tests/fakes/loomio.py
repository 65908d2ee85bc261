"""A Loomio group of its own: API b2 with the key in the body, and a chatbot's webhook as for Slack."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.http_fake import Asked, HttpFake, Said


class FakeLoomio(HttpFake):
    KEY, GROUP, PATH = "key-of-the-fake-bot", 7, "path-secret-of-the-fake"

    def __init__(self) -> None:
        super().__init__()
        self.discussions: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []

    @staticmethod
    def says(text: str) -> bytes:
        """What a chatbot of kind Slack posts."""
        return json.dumps(
            {"text": text, "icon_url": "https://loomio.example/i.png", "username": "Loomio", "blocks": []}
        ).encode()

    def serve(self, asked: Asked) -> Said:
        if asked.method == "GET":
            return Said(200, {})
        content = asked.document
        if "api_key" in asked.query or content.get("api_key") != self.KEY:
            return Said(403, {"error": "forbidden"})
        if asked.path == "/api/b2/discussions":
            if content.get("group_id") != self.GROUP:
                return Said(404, {"error": "not found"})
            title = content.get("title", "")
            if not title or len(title) > 150 or content.get("description_format") not in {"md", "html"}:
                return Said(422, {"errors": {"title": ["is too long (maximum is 150 characters)"]}})
            made = {"id": len(self.discussions) + 41, "key": "aBcD", **content}
            self.discussions.append(made)
            return Said(200, {"discussions": [made]})
        if asked.path == "/api/b2/comments":
            if content.get("discussion_id") not in {each["id"] for each in self.discussions}:
                return Said(404, {"error": "not found"})
            self.comments.append(content)
            return Said(200, {"comments": [content]})
        return Said(404, {"error": "not found"})
