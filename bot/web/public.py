"""Pages for everybody: the language a visitor asks for, and answers that caches and programs may keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from flask import Response, render_template, request

from bot import words
from bot.contracts import LANGUAGES, Language
from bot.contracts.words import OWN_NAMES
from bot.web.house import house

FRESH = 300
"""Seconds for which a cache need not ask again."""

_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def asked_language() -> Language:
    """`?language=`, else what the browser prefers, else DEFAULT_LANGUAGE."""
    asked = request.args.get("language")
    if asked in LANGUAGES:
        return asked
    for accepted, _quality in request.accept_languages:  # the best first; "sv-FI" is Swedish
        primary = accepted.partition("-")[0].lower()
        if primary in LANGUAGES:
            return primary
    return house().settings.default_language


def in_language(language: Language) -> Callable[..., str]:
    """What templates call `_`."""

    def say(msgid: str, **values: object) -> str:
        return words.gettext(language, msgid, **values)

    return say


def address(path: str, **query: str) -> str:
    """A path of this house as others reach it."""
    return f"{house().settings.public_url}{path}" + (f"?{urlencode(query)}" if query else "")


def public_page(template: str, language: Language, /, **values: Any) -> Response:
    """Render a page for everybody in a language, with its versions in the others."""
    html = render_template(
        template,
        _=in_language(language),
        language=language,
        name=house().network.name[language],
        versions=[(each, OWN_NAMES[each], address(request.path, language=each)) for each in LANGUAGES],
        here=address(request.path, language=language),
        **values,
    )
    response = kept(html, "text/html")
    response.headers["Content-Language"] = language
    return response


def kept(text: str, media_type: str, changed_at: datetime | None = None) -> Response:
    """A document with an ETag: 304 for whoever has it already (RFC 9110, 13)."""
    body = _UNSHOWABLE.sub("\ufffd", text).encode()
    response = Response(body, mimetype=media_type)
    response.cache_control.public = True
    response.cache_control.max_age = FRESH
    response.last_modified = changed_at
    response.vary.add("Accept-Language")
    response.add_etag()
    return cast(Response, response.make_conditional(request))
