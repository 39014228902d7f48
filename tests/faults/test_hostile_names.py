"""Names are data: whatever a column, field, source or object is called, it arrives or `mapping check` refuses it."""

import csv
import json
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_project import MAPPING, Small

from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.parts import tables

ODD = (
    'a"b', "a'b", "a{b}", "{}", "{0}", "%s", "?", "$1", ":x", "x; DROP TABLE contacts;--", "a]b", "[x]", "a,b", "a.b",
    "batch.x", "*", "-", "#", "~", "a\\b", "a/b", "../up", "\u202eabc", "İ", "ı", "名前", "é", "नाम",
)  # fmt: skip
RESERVED = ("select", "from", "order", "group", "null", "true", "yes", "table", "user", "not", "and", "if", "with")
DEVICES = ("con", "AUX", "sqlite_x")


def ours() -> tuple[str, ...]:
    """Every name of a column that the architecture page gives to a table of ours."""
    page = Path(__file__).parents[2].joinpath("docs", "architecture.md").read_text("utf-8")
    named = re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\|.*", page, re.MULTILINE)))
    return tuple({name.lower(): name for name in named}.values())  # names that differ by case only are told


NAMES = tuple(dict.fromkeys((*ODD, *RESERVED, *DEVICES, *ours())))


def written(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def mapping(fields: Sequence[tuple[str, str]], source: str = "people", obj: str = "contacts") -> str:
    """A mapping of one source and object: (field, column), each a text."""
    lines = "".join(f"      {written(f)}: {{{written(source)}: {written(c)}, type: text}}\n" for f, c in fields)
    to = "" if obj == "contacts" else f"    to: {written(obj)}\n"
    return f"""crm_migrate: 1
project: {{name: hostile}}
sources:
  {written(source)}: {{file: people.csv, key: "the id"}}
environments:
  local: {{connector: sql, url: "sqlite:///crm.db"}}
objects:
  {written(obj)}:
    from: {{{written(source)}: {{}}}}
{to}    fields:
      last_name: {{{written(source)}: "the name", type: {"family_name" if obj == "contacts" else "text"}}}
{lines}"""


def accepted(folder: Path, text: str) -> bool:
    """Whether `mapping check` takes it; what it refuses has a place."""
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    plan, findings = examine(Project(folder, folder / "crm-migrate.yaml"))
    assert plan is not None or all(f.place.line for f in findings)
    return plan is not None


def arrived(small: Small, text: str, columns: Sequence[str], obj: str) -> list[dict[str, str]]:
    """What a whole run leaves in the target: three rows, each cell with the number of its row and column."""
    (small.folder / "crm-migrate.yaml").write_text(text, "utf-8")
    with (small.folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        rows = ([f"{row}", f"Name{row}", *(f"v{row}x{n}" for n in range(len(columns)))] for row in range(3))
        csv.writer(file).writerows([["the id", "the name", *columns], *rows])
    code, said = small.run()
    assert code == 0, said
    with sqlite3.connect(small.folder / "crm.db") as database:
        database.row_factory = sqlite3.Row
        table = obj.replace('"', '""')
        return [dict(row) for row in database.execute(f'SELECT * FROM "{table}" ORDER BY last_name')]


@pytest.fixture
def small(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Small:
    return Small.make(tmp_path, capsys)


def test_every_column_arrives(small: Small) -> None:
    """Our own names are no exception: a column `__key` is read as `column__key`, and told."""
    columns = [name for name in NAMES if name not in ("the id", "the name")]
    read = [f"column{name}" if name.startswith("__") else name for name in columns]
    fields = [
        (f"f{n}", f"= [{name.replace(']', ']]')}]" if n % 3 == 0 or name == "same_row" else name)  # a word of its own
        for n, name in enumerate(read)
    ]
    rows = arrived(small, mapping(fields), columns, "contacts")
    assert [[row[f"f{n}"] for n in range(len(columns))] for row in rows] == [
        [f"v{row}x{n}" for n in range(len(columns))] for row in range(3)
    ]


def test_a_field_of_any_name_arrives_or_is_refused(small: Small) -> None:
    known = {"state", "last_name", "email"}  # of the model, with types of their own
    names = [n for n in NAMES if n not in known and accepted(small.folder, mapping([(n, "x")]))]
    assert {"member", "outcome", "select", "İ", "code"} <= set(names) and not set(names) & {*ODD[:22], "target_id"}
    columns = [f"c{n}" for n in range(len(names))]
    rows = arrived(small, mapping(list(zip(names, columns, strict=True))), columns, "contacts")
    assert [[row[name] for name in names] for row in rows] == [
        [f"v{row}x{n}" for n in range(len(names))] for row in range(3)
    ]


def test_a_source_and_an_object_of_any_name_arrive_or_are_refused(small: Small) -> None:
    sources = [n for n in NAMES if accepted(small.folder, mapping([("f", "x")], source=n))]
    objects = [n for n in NAMES if accepted(small.folder, mapping([("f", "x")], obj=n))]
    assert not {*sources, *objects} & {*ODD[:22], *DEVICES}
    for source, obj in (("__row", "order"), ("order", "İ"), ("名前", "code")):
        assert source in sources and obj in objects
    rows = arrived(small, mapping([("f", "x")], source="__row", obj="order"), ["x"], "order")
    assert [row["f"] for row in rows] == ["v0x0", "v1x0", "v2x0"]


ANY = st.text(st.sampled_from("aAbıİßé_0 .;'\"[]{}()|=#%$\\/\n\t*-:,~\u202e\u0301名"), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=ANY | st.sampled_from(NAMES), other=ANY, where=st.sampled_from(["field", "column", "source", "object"]))
def test_check_never_fails_on_a_name(tmp_path: Path, name: str, other: str, where: str) -> None:
    fields = [(name, "x"), (other, "y")] if where == "field" else [("f", name if where == "column" else "x")]
    more = {where.replace("object", "obj"): name} if where in ("source", "object") else {}
    accepted(tmp_path, mapping(fields, **more))


@pytest.mark.sweep("every column of any name arrives in the test above")
def test_columns_of_a_source_are_called_as_ours_and_cells_of_theirs_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody edits every cell between the load and its validation: each difference shows the cell of the source."""
    taken = {"id", "last", "mail", "firm", "same_row"}  # the last is a word of the mapping
    named = {word.lower(): word for word in (*ours(), "cells", "c", "r", "n", "t") if not word.startswith("__")}
    words = [word for lower, word in named.items() if lower not in taken]
    fields = "".join(f"      f_{n}: {{people: {written(word)}, type: text}}\n" for n, word in enumerate(words))
    small = Small.make(tmp_path / "p", capsys, MAPPING + fields)
    with (small.folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([
            ["id", "last", "mail", "firm", *words], ["1", "Demir", "d@ada.example", "1", *(f"a {w}" for w in words)],
        ])  # fmt: skip
    code, said = small.run("--until", "load")
    assert code == 0, said[-1500:]
    with sqlite3.connect(small.folder / "crm.db") as database:
        database.execute(f"UPDATE contacts SET {', '.join(f'f_{n} = upper(f_{n})' for n in range(len(words)))}")
    code, said = small.resume()
    assert code in (0, 1), said[-2000:]
    (run,) = (small.folder / ".crm-migrate" / "runs").glob("*/run.json")
    found = pa.concat_tables(tables(run.parent / "reconcile" / "contacts" / "differences"))
    assert set(found["source_value"].to_pylist()) == {f"a {word}" for word in words}
