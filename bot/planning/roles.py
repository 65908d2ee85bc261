"""Roles as readers say them: "city leads and coordinators"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from babel.lists import format_list

from bot import words
from bot.contracts import ROLES, Language, Role

_ONE: Mapping[Role, str] = {
    "contact": "contact",
    "city_lead": "city lead",
    "coordinator": "coordinator",
    "admin": "administrator",
    "observer": "observer",
}
_MANY: Mapping[Role, str] = {
    "contact": "contacts",
    "city_lead": "city leads",
    "coordinator": "coordinators",
    "admin": "administrators",
    "observer": "observers",
}


def role_name(role: Role, language: Language) -> str:
    """What somebody with a role is called."""
    return words.gettext(language, _ONE[role])


def role_names(role: Role, language: Language) -> str:
    """What those with a role are called together."""
    return words.gettext(language, _MANY[role])


def spoken_roles(roles: Iterable[Role], language: Language) -> str:
    """Some roles in a row; empty for none, which means all."""
    wanted = set(roles)
    return format_list([role_names(role, language) for role in ROLES if role in wanted], locale=language)
