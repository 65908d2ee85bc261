"""JMESPath expressions (https://jmespath.org) that cannot make much of little.

A multi-select writes a value several times, and a chain of them doubles it with each link: their widths, multiplied,
are bounded. `join` repeats its glue, so that must be written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.functions import Functions
from pydantic import AfterValidator

LONGEST, WIDEST = 500, 24


def _expression(value: str) -> str:
    if len(value) > LONGEST:
        raise ValueError(f"has {len(value)} characters; at most {LONGEST} are taken")
    try:
        tree = jmespath.compile(value).parsed
    except (JMESPathError, ValueError, RecursionError) as fault:
        raise ValueError(f"is no JMESPath expression: {str(fault).splitlines()[0][:200]}") from None
    if _width(dict(tree)) > WIDEST:
        raise ValueError("selects too much at once: use fewer [a, b] and {a: b}")
    return value


Expression = Annotated[str, AfterValidator(_expression)]


def search(expression: str, document: Any) -> Any:
    """What an expression finds; None for nothing. Raises ValueError in words for one that does not fit the document."""
    try:
        return jmespath.search(expression, document)
    except JMESPathTypeError as fault:  # its own words quote the document, which may hold secrets
        takes = " or ".join(map(str, fault.expected_types))
        raise ValueError(
            f"cannot be worked out: {fault.function_name} takes {takes}, not {fault.actual_type}"
        ) from None
    except (JMESPathError, TypeError, ValueError, OverflowError, RecursionError) as fault:
        said = str(fault).splitlines()[0][:200] if isinstance(fault, JMESPathError) else type(fault).__name__
        raise ValueError(f"cannot be worked out: {said}") from None


def _width(node: Mapping[str, Any]) -> int:
    """How many times a value may be written, at most. Raises ValueError for what is not taken."""
    children = [child for child in node["children"] if isinstance(child, dict)]
    width = max(1, len(children)) if node["type"].startswith("multi_select") else 1
    if node["type"] == "function_expression":
        if node["value"] not in Functions.FUNCTION_TABLE:
            raise ValueError(f"has a function that there is not: {node['value'][:40]}")
        if node["value"] == "join" and children and children[0]["type"] != "literal":
            raise ValueError("join takes its glue written out, such as join(', ', …)")
    for child in children:
        width *= _width(child)
    return width
