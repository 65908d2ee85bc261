"""`/files/<token>`: pictures and files of announcements, for whoever has the address, while the announcement stands."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from flask import Blueprint, Response

from bot.approval.file_ends import End, given_out
from bot.web.house import house
from bot.web.public import asked_language, public_page

files = Blueprint("files", __name__)

KEPT = 3600
"""Seconds that a cache may keep a file: what was withdrawn is gone within the hour everywhere."""

_ENDED: Mapping[End, str] = {
    "withdrawn": "The announcement of this file was withdrawn.",
    "replaced": "This file was corrected: the newest message says what counts now.",
}


@files.get("/files/<token>")
def give(token: str) -> Response:
    """The bytes. Pictures are shown, all else is only saved; 410 says what became of a file, 404 knows of none."""
    key = house().links.read_file(token)
    if key is None:
        return _sorry(404, "There is no such file.")
    if not key:
        return _sorry(410, "The address of this file is too old.")
    with house().database.reading() as session:
        row = given_out(session, key)
        if row is None:
            return _sorry(404, "There is no such file.")
        if isinstance(row, str):
            return _sorry(410, _ENDED[row])
        response = Response(row.body, content_type=row.media_type)
        way = "inline" if row.media_type.startswith("image/") else "attachment"
        response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(row.name, safe='')}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = f"private, max-age={KEPT}"
    return response


def _sorry(status: int, said: str) -> Response:
    response = public_page("file_gone.html", asked_language(), said=said)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
