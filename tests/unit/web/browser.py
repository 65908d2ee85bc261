"""A browser as far as the pages need one: it keeps cookies, and fills the form's token in before it posts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TAG = re.compile(r"<[^>]+>")


@dataclass
class Browser:
    """One visitor."""

    client: FlaskClient

    @classmethod
    def of(cls, app: Flask) -> Browser:
        return cls(app.test_client())

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, buffered=True, **more)

    def submit(self, page: str, action: str, **form: str) -> TestResponse:
        """Post a form that stands on a page, with the page's token."""
        return self.client.post(action, data={**form, "csrf_token": self.token(page)})

    def token(self, page: str) -> str:
        """The token of a page's forms."""
        token = _TOKEN.search(self.get(page).text)
        assert token, f"{page} has no form"
        return token[1]


def seen(response: TestResponse) -> str:
    """The words of a page, without its tags."""
    return " ".join(unescape(_TAG.sub(" ", response.text)).split())
