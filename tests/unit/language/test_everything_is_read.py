"""Nothing is accepted and ignored: every word of the language, field of the plan, capability and option has a reader.

A reader is code that loads an attribute of that name (options of verbs: a name) outside of the models themselves. For
the plan the rooms that only build it do not count: what the resolver copies from word to plan, a stage must read.
"""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic import BaseModel

import crm_migrate
from crm_migrate.cli import VERBS, cli
from crm_migrate.connecting.contract import Answer, Limits, Refusal
from crm_migrate.mapping import (
    model,
    model_environments,
    model_matching,
    model_own_code,
    model_privacy,
    model_proofs,
    model_sources,
    plan,
)

PACKAGE = Path(crm_migrate.__file__).parent
CONNECTORS = PACKAGE.parent / "connectors"
AUTHORED = (model, model_environments, model_matching, model_own_code, model_privacy, model_proofs, model_sources)
MODELS = (*(f"{module.__name__.rpartition('.')[2]}.py" for module in AUTHORED), "plan.py", "profiles.py")


def files(*left_out: str) -> list[Path]:
    """The modules of the package and of our connectors, without some rooms."""
    found = [*PACKAGE.rglob("*.py"), *CONNECTORS.rglob("*.py")]
    rooms = [(PACKAGE / name).as_posix() for name in left_out]
    return [file for file in found if not any(file.as_posix().startswith(room) for room in rooms)]


def loaded(sources: Iterable[str]) -> set[str]:
    """Every attribute that is read."""
    found: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
    return found


def texts(paths: Iterable[Path]) -> Iterator[str]:
    return (path.read_text("utf-8") for path in paths)


def models(module: object) -> list[type[BaseModel]]:
    kinds = [kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, BaseModel)]
    return [kind for kind in kinds if kind.__module__ == getattr(module, "__name__", "")]


def unread(kinds: Iterable[type[BaseModel]], read: set[str]) -> list[str]:
    return [f"{kind.__name__}.{name}" for kind in kinds for name in kind.model_fields if name not in read]


# Words that are read otherwise than by their name, each with the reason.
COPIED_WHOLE = {f"Rerun.{name}" for name in model.Rerun.model_fields}  # one `model_dump` becomes the RerunPlan
LOOPED = {f"TargetField.{name}" for name in ("missing", "ambiguous", "parent_excluded")}
PROVEN = {"MappingFile.crm_migrate", "SourceProfile.crm_migrate_source"}  # the version itself: one literal is valid


def test_every_word_of_the_language_has_a_reader() -> None:
    readers = loaded(texts(path for path in files() if path.name not in MODELS))
    told = set(unread([kind for module in AUTHORED for kind in models(module)], readers))
    assert told - COPIED_WHOLE - LOOPED - PROVEN == set()


def test_every_field_of_the_plan_has_a_reader_behind_the_resolver() -> None:
    readers = loaded(texts(files("mapping/")))
    readers |= loaded([(PACKAGE / "mapping" / "plan.py").read_text("utf-8")])  # its own methods: `source(name)`
    assert unread(models(plan), readers) == []


def test_a_planted_field_is_seen() -> None:
    class Planted(plan.Frozen):
        name: str
        nobody_reads_me: str = ""

    assert unread([Planted], loaded(texts(files("mapping/")))) == ["Planted.nobody_reads_me"]


@pytest.mark.parametrize("declared", [Limits, Answer, Refusal])
def test_what_a_target_says_has_a_reader(declared: type) -> None:
    """A stage reads what a target says of itself and of a request; the kit and the target in memory do not count."""
    stages = (PACKAGE / "stages" / "load").rglob("*.py")
    asked = {
        node.attr for source in texts(stages) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)
    }
    assert {field.name for field in dataclasses.fields(declared)} - asked == set()


# ------------------------------------------------------------------------------------------------ verbs and arguments


def definition_of(function: Callable[..., Any]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    (definition,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return definition


def unused_arguments(function: Callable[..., Any]) -> list[str]:
    """Parameters of a function that its body never loads."""
    definition = definition_of(function)
    names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    arguments = definition.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [argument.arg for argument in every if argument.arg not in names and argument.arg not in ("self", "ctx")]


def handed_on(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    """The functions that are given `**options` as they are."""
    kwarg = definition_of(function).args.kwarg
    calls = (node for node in ast.walk(definition_of(function)) if isinstance(node, ast.Call))
    return [
        function.__globals__[call.func.id]
        for call in calls
        if kwarg and isinstance(call.func, ast.Name)
        if any(k.arg is None and isinstance(k.value, ast.Name) and k.value.id == kwarg.arg for k in call.keywords)
    ]


def verbs(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            assert inner is not None
            yield from verbs(inner, f"{name} {word}".strip())
    else:
        yield name, command


@pytest.mark.parametrize(("name", "command"), list(verbs(cli, "")), ids=lambda value: str(value)[:40])
def test_every_option_of_a_verb_is_read(name: str, command: click.Command) -> None:
    assert command.callback is not None
    callback = inspect.unwrap(command.callback)
    readers = [callback, *handed_on(callback)]
    assert [argument for reader in readers for argument in unused_arguments(reader)] == [], name
    taken = {argument for reader in readers for argument in inspect.signature(reader).parameters}
    assert {p.name for p in command.params if p.expose_value} <= taken


def test_all_verbs_are_walked() -> None:
    assert {name.split()[0] for name, _ in verbs(cli, "")} == set(VERBS)


@pytest.mark.parametrize("name", [name for name in crm_migrate.__all__ if not name.startswith("__")])
def test_every_keyword_of_the_public_functions_is_read(name: str) -> None:
    assert unused_arguments(getattr(crm_migrate, name)) == []


def test_an_argument_that_nobody_reads_is_seen() -> None:
    def planted(used: str, ignored: str) -> str:
        return used

    assert unused_arguments(planted) == ["ignored"]


def test_the_walk_reaches_every_module() -> None:
    names = {module.name for module in pkgutil.walk_packages([str(PACKAGE)], "crm_migrate.")}
    assert len(files()) >= len(names) > 100
    assert importlib.import_module("crm_migrate.mapping.model") is model
