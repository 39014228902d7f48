"""Every command that a hint, a page or a message tells people to type is one that exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from crm_migrate.cli import VERBS, cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "sample_data").rglob("*.md"))]
NO_VERBS = {"is", "again", "reconciliation"}  # `crm-migrate` as the subject of a sentence


def told() -> Iterator[tuple[str, str, str]]:
    """Where, verb and the word behind it of every `crm-migrate VERB ...` in code and pages."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        blocks = [*re.findall(r"```.*?```", text, re.S), *re.findall(r"`[^`\n]+`", text)]
        for block in blocks:
            yield from ((path.name, *found) for found in _commands(block))
    for path in sorted((ROOT / "crm_migrate").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from ((path.name, *found) for found in _commands(node.value))


def _commands(text: str) -> list[tuple[str, str]]:
    return re.findall(r"(?<![\w/.-])crm-migrate ([a-z][\w'-]*)(?: ([a-z][\w-]*))?", text)


def test_every_verb_that_people_are_told_to_type_exists() -> None:
    found = [(where, verb) for where, verb, _ in told() if verb not in VERBS and verb not in NO_VERBS]

    assert found == []
    assert len({verb for _, verb, _ in told()} & set(VERBS)) > 8


def test_every_verb_below_a_group_exists() -> None:
    context = click.Context(cli)
    groups = {name: cli.get_command(context, name) for name in VERBS}
    wrong = [
        (where, verb, word)
        for where, verb, word in told()
        if word and isinstance(group := groups.get(verb), click.Group) and word not in group.list_commands(context)
    ]

    assert wrong == []


def test_every_verb_of_the_catalogue_can_be_called() -> None:
    context = click.Context(cli)
    for name in VERBS:
        assert cli.get_command(context, name) is not None
