"""Corrections of cells, as people wrote them down, resolved to the source and the row that each is about."""

from pathlib import PurePosixPath

from crm_migrate.finding import Finding, errors
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.plan import CorrectionPlan, SourcePlan
from crm_migrate.mapping.text import normal_name
from crm_migrate.workspace.corrections import Correction, place_of_correction, read_corrections
from crm_migrate.workspace.row_keys import as_kept


def corrections(desk: Desk, sources: tuple[SourcePlan, ...]) -> dict[str, tuple[CorrectionPlan, ...]]:
    """Source -> its corrections, in the order of their rows; findings for those that are about nothing."""
    found, findings = read_corrections(desk.project.decisions)
    unread = {each.place.file for each in errors(desk.findings)}  # what is wrong with a file is told once
    desk.findings += [each for each in findings if each.place.file not in unread]
    planned: dict[str, list[CorrectionPlan]] = {}
    for each in found:
        source = _source(each, sources)
        if source is None:
            _tell(
                desk,
                each,
                f"`{each.row}` names no source of the mapping, and no file of one",
                _rows_hint(each, sources),
            )
            continue
        known = desk.known_columns(source.name)
        column = normal_name(each.column)
        if known is not None and column not in known:
            _tell(desk, each, f"source `{source.name}` has no column `{column}`", nearest(column, known))
        if joining := [other for other in sources for join in other.joins if join.source and join.table == source.name]:
            message = f"`{source.name}` is joined with `{joining[0].name}`, whose rows would not hear it"
            _tell(desk, each, message, f"Correct the cell in the row that shows it: `{joining[0].name}:KEY`.")
        if column == source.tag:
            _tell(
                desk, each, f"`{column}` says in which file a row stands; it is no cell", "Move the row in the export."
            )
        planned.setdefault(source.name, []).append(_planned(each, source, column))
    return {name: tuple(each) for name, each in sorted(planned.items())}


def _planned(correction: Correction, source: SourcePlan, column: str) -> CorrectionPlan:
    head, _, key = correction.row.partition(":")
    planned = CorrectionPlan(
        name=correction.name, column=column, was=correction.was, now=correction.now, by=correction.who
    )
    if head == source.name:
        return planned.model_copy(update={"key": as_kept(key) if len(source.key) > 1 else key})
    file, _, line = correction.row.rpartition(":")
    return planned.model_copy(update={"file": file, "line": int(line)})


def _source(correction: Correction, sources: tuple[SourcePlan, ...]) -> SourcePlan | None:
    """The source of that name, or the only one that has such a file."""
    head = correction.row.partition(":")[0]
    named = next((source for source in sources if source.name == head), None)
    if named is not None:
        return named
    file, _, line = correction.row.rpartition(":")
    if not line.isdecimal():
        return None
    patterns = ((source, each.pattern) for source in sources for each in source.files)
    holding = [source for source, pattern in patterns if PurePosixPath(file).match(pattern)]
    return holding[0] if len(holding) == 1 else None


def _rows_hint(correction: Correction, sources: tuple[SourcePlan, ...]) -> str:
    head = correction.row.partition(":")[0]
    return nearest(head, [source.name for source in sources]) or "Write `source:key`, or `folder/file.csv:line`."


def _tell(desk: Desk, correction: Correction, message: str, hint: str) -> None:
    place = place_of_correction(desk.project.decisions, correction)
    desk.findings.append(Finding("correction_unknown", f"{correction.name}: {message}", place=place, hint=hint))
