"""What is told of erasing: how many rows by identifier, who was not found, who was not certain. Never a value."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from crm_migrate.disk.lines import Lines
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.erase_list import Entry
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.erase.outlines import Outline
from crm_migrate.stages.erase.reached import PLACE, Reached
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sealing import as_we_write, read_sealed, write_sealed


@dataclass(frozen=True, slots=True)
class Told:
    """What erasing did. `mentioned` is source -> column -> cells of others that spoke of the erased."""

    entries: tuple[Entry, ...]
    reached: Reached
    outline: Outline
    mentioned: dict[str, Counter[str]] = field(default_factory=dict)


def findings(plan: Plan, told: Told) -> tuple[Finding, ...]:
    """Everything about the list, in the order in which somebody would ask."""
    assert plan.erase is not None
    return tuple(_findings(plan.erase.people, told))


def _findings(name: str, told: Told) -> Iterator[Finding]:
    place = Place(file=name)
    for by, count in _by_identifier(told):
        yield Finding(
            "erased", f"{count:,} row(s) of people on the list, found by {by}", Severity.NOTE, place, "", count
        )
    lost = Lines(entry.line for entry in told.entries if entry.line not in told.reached.lines)
    if lost:
        hint = "nobody in the sources has what stands there; look for a misspelling, or leave the line as a proof"
        yield Finding(
            "erase_unreached", f"{lost} of the list reaches nobody", Severity.WARNING, place, hint, lost.count
        )
    for each in told.reached.several:
        message = f"line {each.line} of the list reaches {each.records} records of {each.object} that are not one"
        hint = "add the name or the key of the one who is meant; or decide that they are one person"
        yield Finding("erase_several", message, Severity.WARNING, place, hint, each.records)
    for record in told.outline.doubts:
        hint = "answer the open question about duplicates, or put its key on the list"
        yield Finding(
            "erase_doubtful", f"{record} may be the same as somebody who is erased", Severity.WARNING, place, hint
        )
    for source, columns in told.mentioned.items():
        for column, count in sorted(columns.items()):
            message = f"{count:,} cell(s) of other records spoke of people on the list; that was taken out of them"
            yield Finding("erase_mentioned", message, Severity.NOTE, Place(source=source, field=column), "", count)


def _by_identifier(told: Told) -> list[tuple[str, int]]:
    """How many rows were found by what: a row that several objects read counts once."""
    rows = told.reached.of("excluded").unique([name for name in PLACE if name != "object"])
    return sorted(Counter(rows["by"].to_list()).items())


def write_told(run: Run, told: tuple[Finding, ...]) -> None:
    """Leave what was told where reports find it."""
    run.table("extract").mkdir(parents=True, exist_ok=True)
    write_sealed(run.table("extract") / "erased.json", {"findings": [asdict(each) for each in told]})


def read_told(run: Run) -> tuple[Finding, ...]:
    """What erasing told of a run; nothing where nobody was to be erased."""
    path = run.table("extract") / "erased.json"
    if not path.exists():
        return ()
    said = read_sealed(path)
    with as_we_write(path):
        return tuple(_finding(each) for each in said["findings"])


def _finding(said: dict[str, Any]) -> Finding:
    return Finding(**{**said, "severity": Severity(said["severity"]), "place": Place(**said["place"])})
