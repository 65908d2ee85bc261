"""A page: a template as a response that no cache keeps, and that holds nothing a browser chokes on."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, render_template

_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def page(template: str, status: int = 200, /, **values: Any) -> Response:
    """Render a template. Control characters and halves of surrogate pairs from outside become U+FFFD."""
    html = _UNSHOWABLE.sub("\ufffd", render_template(template, **values))
    return Response(html, status, {"Cache-Control": "no-store"}, mimetype="text/html")


def back_to(path: str | None, otherwise: str) -> str:
    """Where a form wants to return to, if that is a place in this house; never another site."""
    if path and re.fullmatch(r"/(?![/\\])[!-~]*", path):
        return path
    return otherwise


def number(text: str | None) -> int | None:
    """A row's id from a query, None for anything that cannot be one."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else None


def typed(text: str | None) -> str:
    """What someone typed into a form, as the database can take it: with lines, without control characters."""
    return _UNSHOWABLE.sub("\ufffd", text or "").strip()


def words(text: str | None, most: int = 200) -> str:
    """What someone typed into a search field, as the database can take it."""
    return " ".join(_UNSHOWABLE.sub(" ", text or "").split())[:most]
