"""The raw bytes of a request's body, of no more than a door takes."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge


def body_within(limit: int) -> bytes | None:
    """The raw bytes, or None when there are too many. Also chunked ones, where no length was said.

    Raises ClientDisconnected when it ends before its Content-Length.
    """
    # One byte more than is allowed: Werkzeug cuts a chunked body at the limit without a word.
    request.max_content_length = limit + 1
    try:
        body = request.stream.read()
    except RequestEntityTooLarge:
        return None
    return body if len(body) <= limit else None
