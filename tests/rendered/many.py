"""A run with as many exceptions as one likes: figures and the tables of the ledger behind them."""

from pathlib import Path
from typing import Literal

import pyarrow as pa

from crm_migrate.codes import CODES
from crm_migrate.workspace.exception_ids import identified
from crm_migrate.workspace.figures import Example, ExceptionGroup, Figures
from crm_migrate.workspace.parts import write_manifest, write_part

EXAMPLES = 50
_SEVERITIES: tuple[Literal["error", "warning", "note"], ...] = ("error", "warning", "note")
_STATES = ("held", "rejected", "failed", "created")


def many(base: Figures, folder: Path, *, causes: int, records: int, first_rule: str = "rule 0") -> tuple[Figures, Path]:
    """Figures with that many causes, the first the largest, and the folder `reconcile` with every record of them."""
    codes = sorted(CODES)
    each = [records // (2 * causes)] * causes
    each[0] += records - sum(each)
    groups = tuple(_group(n, codes[n % len(codes)], count) for n, count in enumerate(each))
    groups = (groups[0].model_copy(update={"rule": first_rule}), *groups[1:])
    named = identified(groups)
    lines = [
        (g.id, g.object, g.source, g.field, g.rule, g.state, g.code, f"{g.source}:{_key(n, i)}", _key(n, i), i + 2, 0)
        for n, g in enumerate(named)
        for i in range(g.count)
    ]
    names = ("id", "object", "source", "field", "rule", "state", "code", "record", "key", "row", "split")
    table = pa.table(dict(zip(names, map(list, zip(*lines, strict=True)), strict=True)))
    ledger = folder / "reconcile"
    stakes = {"owner": "ann@seller.example", "amount": "-12.50", "unit": "EUR"}
    listed = table.drop_columns(["key", "row", "split"])
    for name, value in stakes.items():
        listed = listed.append_column(name, pa.array([value] * table.num_rows))
    _put(ledger / "exceptions", listed)
    told = {"__source": "source", "__row": "row", "__split": "split", "__key": "key"}
    columns = {name: table[told.get(name, name)] for name in (*told, "state", "code", "rule", "field")}
    empty = pa.array([""] * table.num_rows)
    said = pa.array([f"row {row} says nothing of it <script>" for row in table["row"].to_pylist()])
    _put(
        ledger / "things" / "dispositions",
        pa.table(columns | {"message": said, "target_id": empty, "survivor": empty}),
    )
    return base.model_copy(update={"exceptions": named}), ledger


def _put(folder: Path, table: pa.Table) -> None:
    write_manifest(folder, [write_part(folder, "part", table)])


def _key(cause: int, record: int) -> str:
    return f"K{cause}-{record}"


def _group(n: int, code: str, count: int) -> ExceptionGroup:
    source = ("firms", "people", "chances")[n % 3]
    shown = tuple(
        Example(record=f"{source}:{_key(n, i)}", field=f"field_{n % 20}", source=f"value {i}", message="was not read")
        for i in range(min(count, EXAMPLES))
    )
    return ExceptionGroup(
        code=code, severity=_SEVERITIES[min(n // 40, 2)], object="things", source=source, field=f"field_{n % 20}",
        rule=f"rule {n}", state=_STATES[n % 4], count=count, title=f"What is wrong in place {n}", fix="Mend it.",
        owner_field="owner", examples=shown,
    )  # fmt: skip
