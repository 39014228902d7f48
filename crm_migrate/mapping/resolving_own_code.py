"""`python:` as the engine calls it: the function is found by reading its file, which nothing here runs."""

import ast
import re

from crm_migrate.crm.types import SemanticType
from crm_migrate.mapping import refs
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.field_line import Line
from crm_migrate.mapping.model_own_code import OwnCode
from crm_migrate.mapping.plan import OWN_CODE, StepPlan
from crm_migrate.mapping.tree import Path

_CALL = re.compile(r"(?P<file>[^:]+\.py):(?P<function>[^\W\d]\w*)")
_FORM = "Write FILE.py:FUNCTION, for instance steps/loyalty.py:points."


def own_code(line: Line) -> OwnCode | None:
    """The function that the field calls, where it is there and takes what it is given; what is wrong is told."""
    said = line.spec.python
    path: Path = (*line.path, "python")
    if said is None:
        return None
    match = _CALL.fullmatch(said.call.strip())
    if match is None:
        line.desk.tell("python_file", f"`{said.call}` names no function of a file", (*path, "call"), _FORM)
        return None
    tree = _tree(line.desk, match["file"], (*path, "call"))
    function = _function(line.desk, tree, match["file"], match["function"], path) if tree else None
    return said if function and _takes(line.desk, function, said, path) else None


def step(line: Line, said: OwnCode, source: str, kind: SemanticType) -> StepPlan:
    """The call as a step of the cell of a source; the columns that it reads beside the cell are that source's."""
    inputs = {}
    for parameter, columns in said.with_.items():
        path: Path = (*line.path, "python", "with", parameter)
        column = columns.get(source, columns.get(""))
        if column is None:
            message = f"`{parameter}` has no column of the source `{source}`"
            line.desk.tell("python_file", message, path, f"Add `{source}: COLUMN`.")
            continue
        where = (*path, source) if source in columns else path
        inputs[parameter] = line.desk.column(source, column, where, 0)
    return StepPlan(name=OWN_CODE, args=(said.call.strip(), kind.name), options=inputs)


def _tree(desk: Desk, file: str, path: Path) -> ast.Module | None:
    """The file, read and kept for the plan; None, and a finding, where it cannot be."""
    text = desk.python.get(file) or refs.read_text(desk, file, path)
    if text is None:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        at = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        desk.tell("python_file", f"{file}{at} is no Python: {said}", path, "Mend the file.")
        return None
    desk.python[file] = text.replace("\r\n", "\n")  # one text on every machine, whatever its git makes of line ends
    return tree


def _function(desk: Desk, tree: ast.Module, file: str, name: str, path: Path) -> ast.FunctionDef | None:
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if name not in functions:
        message = f"`{file}` has no function `{name}`"
        hint = nearest(name, functions) or f"Write `def {name}(value):` there."
        desk.tell("python_file", message, (*path, "call"), hint)
    return functions.get(name)


def _takes(desk: Desk, function: ast.FunctionDef, said: OwnCode, path: Path) -> bool:
    """Whether the function can be called with the cell and with what `with:` names."""
    asked = function.args
    plain = [each.arg for each in (*asked.posonlyargs, *asked.args)]
    named = [each.arg for each in (*asked.args, *asked.kwonlyargs) if each.arg not in plain[:1]]
    before = len(desk.findings)
    if not plain and asked.vararg is None:
        message = f"`{function.name}` takes no value (line {function.lineno})"
        desk.tell("python_file", message, (*path, "call"), f"Write `def {function.name}(value):`.")
    for word in said.with_:
        if word not in named and asked.kwarg is None:
            message = f"`{function.name}` has no parameter `{word}` (line {function.lineno})"
            hint = nearest(word, named) or "It takes the cell alone."
            desk.tell_key("python_file", message, (*path, "with", word), hint)
    for word in _needed(asked, plain):
        if word not in said.with_:
            message = f"`{function.name}` needs `{word}` (line {function.lineno}), and `with:` does not say it"
            desk.tell("python_file", message, path, f"Write python: {{call: {said.call}, with: {{{word}: COLUMN}}}}.")
    return len(desk.findings) == before


def _needed(asked: ast.arguments, plain: list[str]) -> list[str]:
    """The parameters without default, but for the first, which is the cell."""
    free = plain[1 : len(plain) - len(asked.defaults)]
    only = zip(asked.kwonlyargs, asked.kw_defaults, strict=True)
    return [*free, *(each.arg for each, default in only if default is None)]
