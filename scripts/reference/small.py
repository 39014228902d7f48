"""The small words of the language (steps, signs, functions, types ...) with examples: `docs/words/small/*.yaml`.

What comes out of an example stands nowhere: it is computed by the functions that a run uses, whenever the reference is
written, and a test compares the reference with it.
"""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from ruamel.yaml import YAML

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.kinds import KINDS
from crm_migrate.crm.types import TYPES
from crm_migrate.inspecting.examples import try_example
from crm_migrate.mapping import steps
from crm_migrate.mapping.expression_syntax import CallNode
from crm_migrate.mapping.expressions import Column, parse
from crm_migrate.mapping.plan import CellPlan, ExamplePlan, Plan, SourcePlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.mapping.text import parse_steps
from crm_migrate.quoting import quoted
from crm_migrate.stages.transform import transform_cell
from crm_migrate.workspace.layout import Project

ROOT = Path(__file__).parents[2] / "docs" / "words" / "small"
_CONTEXT = Context(locale="tr-TR", time_zone="Europe/Istanbul")
_SOURCE = SourcePlan(name="a", key=("No",), locale=_CONTEXT.locale, time_zone=_CONTEXT.time_zone)
_PLAN = Plan(project="words", environment=EnvironmentPlan(name="a", connector="sql"), sources=(_SOURCE,), objects=())


@dataclass(frozen=True)
class Shown:
    """One example: how it is written, what goes in, what comes out, and what is told of it."""

    written: str
    given: str
    result: str
    flag: str = ""


@cache
def words(name: str) -> Any:
    """A file of the catalogue; every scalar is text."""
    return YAML(typ="safe").load((ROOT / f"{name}.yaml").read_text(encoding="utf-8"))


def of_step(name: str) -> list[Shown]:
    """The examples of a step: its own, and those with parameters."""
    own = [_stepped(name, before) for before, _ in STEPS[name].examples]
    return own + [_stepped(written, str(cell)) for written, cell in words("steps").get(name, {}).get("examples", ())]


def _stepped(written: str, cell: str) -> Shown:
    (step,) = parse_steps(written)
    frame = STEPS[step.plan.name].function(pl.Series([cell]), _CONTEXT, *step.plan.args, **step.plan.options)
    value, flag, _ = frame.row(0)
    return Shown(written, cell, value or "", flag or "")


def of_kind(name: str) -> list[Shown]:
    """The examples of a kind of `clean`."""
    return [_kind(*each) for each in words("kinds") if each[0] == name]


def _kind(name: str, locale: str, cell: str, options: dict[str, Any] | None = None) -> Shown:
    said = options or {}
    found = KINDS[name].read(cell, locale, said)
    named = ", ".join([locale, *(f"{key}={value}" for key, value in said.items())])
    return Shown(f"{name} ({named})", cell, found.value or "", found.flag or "")


def of_type(name: str) -> list[Shown]:
    """What becomes of cells of a semantic type."""
    cell = CellPlan(column="cell", steps=steps.resolved((), (), TYPES[name]))
    return [_typed(name, cell, str(text)) for text in words("types")[name]["cells"]]


def _typed(name: str, cell: CellPlan, text: str) -> Shown:
    value, told = text, ""
    for trace in transform_cell(pl.Series([text]), cell, _PLAN, _SOURCE, lambda _: pl.Series([text])):
        value, flag, _ = trace.frame.row(0)
        told = flag or told
    return Shown(name, text, value or "", TYPES[name].reason(told) if told else "")


def of_expression(written: str, cells: dict[str, str | None]) -> Shown:
    """What a condition or value is for a row."""
    frame = pl.DataFrame({name: [text] for name, text in cells.items()}, schema=dict.fromkeys(cells, pl.String))
    parsed = parse(written)
    asks = not isinstance(parsed.tree, CallNode) or parsed.tree.name in ("contains", "ends_with", "starts_with")
    compiled = (parsed.condition if asks else parsed.value)(lambda name: Column(quoted(name.name), "text"))
    with duckdb.connect() as connection:
        connection.register("row", frame.to_arrow())
        (answer,) = connection.execute(f"SELECT {compiled.sql} FROM row", compiled.params).fetchone() or ("",)
    given = ", ".join(f"{name} = {'(empty)' if not (text or '').strip() else text}" for name, text in cells.items())
    result = "(empty)" if answer is None else str(answer).lower() if isinstance(answer, bool) else str(answer)
    return Shown(written, given, result)


@cache
def survivors() -> dict[str, str]:
    """What stays of three rows that are one record, by each word of survivorship; by a run of the stages."""
    said = words("survivorship")
    names = {word: "street" if word == "block" else f"by_{word}" for word in said}
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "crm-migrate.yaml"
        mapping.write_text(_merging(said, names), encoding="utf-8")
        plan, _ = resolve(Project(Path(folder), mapping))
        given = {
            source: ({"No": source, "Mail": "ada@isik.example", "Changed": f"2025-01-0{at + 1}"}
                     | {word: str(each["says"][at]) for word, each in said.items()},)
            for at, source in enumerate("abc")
        }  # fmt: skip
        unlike = dict.fromkeys(names.values(), "\0")
        example = ExamplePlan(name="survivors", given=given, expect={"contacts": (unlike,)})
        got = {each.field: each.got for each in try_example(plan, example, Path(folder))}
    return {word: got[name] for word, name in names.items()}


def _merging(said: dict[str, Any], names: dict[str, str]) -> str:
    def line(word: str, type_name: str) -> str:
        cells = ", ".join(f"{source}: {word}" for source in "abc")
        more = "" if word == "block" else f", type: {type_name}, survive: {word}"
        return f"      {names[word]}: {{{cells}{more}}}\n"

    sources = "".join(f"  {s}: {{file: {s}.csv, key: No, changed: Changed}}\n" for s in "abc")
    fields = "".join(line(word, each["type"]) for word, each in said.items())
    return (
        f"crm_migrate: 1\nproject: {{name: words}}\nsources:\n{sources}"
        'environments:\n  mock: {connector: sql, url: "sqlite:///crm.db"}\n'
        "objects:\n  contacts:\n    from: {a: {trust: 1}, b: {trust: 2}, c: {trust: 3}}\n    fields:\n"
        f"      email: {{a: Mail, b: Mail, c: Mail}}\n{fields}"
        "    match:\n      - {rule: same mailbox, same: [email], do: merge}\n"
    )
