"""Which sentences the code says: the msgids that Python files and Jinja templates hand to gettext.

In Python they are literals, or come from a table or a loop over one in the same file. A function with a
parameter called `msgid` hands it on, so calls of it count too.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

IN_TEMPLATE = re.compile(r"""\b(?:_|gettext)\(\s*(?:[\w.]+\s*,\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def in_template(source: str) -> set[str]:
    """The literals in _("…"), gettext("…") and words.gettext(language, "…")."""
    return {ast.literal_eval(text) for text in IN_TEMPLATE.findall(source)}


def in_python(source: str) -> set[str]:
    """What gettext(language, …), ngettext(language, …, …), _(…) and functions of `msgid` are called with.

    So are the title and the text of an `alert`.
    """
    tree = ast.parse(source)
    places = {"_": [0], "gettext": [1], "ngettext": [1, 2], "alert": [3, 4]}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
            if "msgid" in names:
                places[node.name] = [names.index("msgid") - (names[0] == "self")]
    bound = _Bindings(tree)
    return {
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for place in places.get(getattr(node.func, "attr", getattr(node.func, "id", "")), [])
        for argument in node.args[place : place + 1]
        for text in bound.texts(argument)
    }


class _Bindings:
    """What the names of one file may stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self.values: dict[str, list[ast.expr]] = defaultdict(list)
        self.loops: list[tuple[ast.expr, ast.expr]] = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.values[node.targets[0].id].append(node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                self.values[node.target.id].append(node.value)
            elif isinstance(node, ast.For | ast.comprehension):
                self.loops.append((node.target, node.iter))

    def texts(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The texts an expression may come to."""
        if isinstance(node, ast.JoinedStr):
            raise AssertionError(f"line {node.lineno}: a msgid must not be an f-string")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and node.id not in seen:
            for value in (*self.values[node.id], *self._turns(node.id)):
                yield from self.texts(value, seen | {node.id})
        else:
            for part in _parts(node):
                yield from self.texts(part, seen)

    def _turns(self, name: str) -> Iterator[ast.expr]:
        """What a loop's variable stands for, turn by turn."""
        for target, over in self.loops:
            targets = target.elts if isinstance(target, ast.Tuple) else [target]
            for place, variable in enumerate(targets):
                if isinstance(variable, ast.Name) and variable.id == name:
                    for turn in self._elements(over):
                        if not isinstance(target, ast.Tuple):
                            yield turn
                        elif isinstance(turn, ast.Tuple):
                            yield turn.elts[place]

    def _elements(self, over: ast.expr) -> Iterator[ast.expr]:
        if isinstance(over, ast.List | ast.Tuple | ast.Set):
            yield from over.elts
        elif isinstance(over, ast.Name):
            for value in self.values[over.id]:
                yield from self._elements(value)
        elif isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute):
            tables = [over.func.value]
            if isinstance(over.func.value, ast.Name):
                tables = self.values[over.func.value.id]
            for table in tables:
                if isinstance(table, ast.Dict) and over.func.attr == "items":
                    pairs = zip(table.keys, table.values, strict=True)
                    yield from (ast.Tuple([key, value]) for key, value in pairs if key)
                elif isinstance(table, ast.Dict) and over.func.attr == "values":
                    yield from table.values


def _parts(node: ast.expr) -> list[ast.expr]:
    """Where else a text may come from: a choice, the values of a table, what `get` falls back to."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.Subscript):
        return [node.value]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return [node.func.value, *node.args[1:]]
    return []
