"""What the libraries would work out anew for each test's own application and database, remembered for the whole run.

A house lives for one test, so each would compile the same templates, URL rules and SQL again: a third of the
suite's work. Only what follows from our sources is kept; nothing that a test made.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

STATEMENTS = 3000
"""Compiled statements that are kept: more than Silta has."""


class Templates(BytecodeCache):
    """Compiled templates, by name and content."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


class RememberedRule(Rule):
    """A URL rule that finds the builder of its URLs written by an equal rule."""

    _builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}  # noqa: RUF012 - one for all, on purpose

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # Werkzeug's own name for it: were it to change, rules would only be compiled anew.
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


class _Alike:
    """Makes engines of one kind of database alike, so that a statement compiled for one serves all."""

    _statements: LRUCache[Any, Any] = LRUCache(STATEMENTS)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=cls._statements)


class Sqlite(_Alike, SQLiteDialect_pysqlite):
    """SQLite."""

    supports_statement_cache = True


class Postgresql(_Alike, PGDialect_psycopg):
    """PostgreSQL."""

    supports_statement_cache = True


def remember() -> None:
    """Have Flask, Werkzeug and SQLAlchemy remember, in this process and from now on."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}
    Flask.url_rule_class = RememberedRule
    registry.register("sqlite", __name__, "Sqlite")
    registry.register("postgresql.psycopg", __name__, "Postgresql")
