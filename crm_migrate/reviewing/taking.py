"""From a file of answers to decisions on disk: everything that is good is taken, everything else is named."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crm_migrate.errors import InputError, MappingError
from crm_migrate.finding import Finding, errors
from crm_migrate.mapping.plan import Plan
from crm_migrate.quoting import quoted
from crm_migrate.reviewing import keeping, opening, reading, reading_json
from crm_migrate.reviewing.answers import Reading
from crm_migrate.reviewing.checking import check
from crm_migrate.reviewing.patterns import model_hash
from crm_migrate.reviewing.questions import Cells, Pack
from crm_migrate.stages.dedupe.patterns import evidence_of
from crm_migrate.workspace.decisions import DuplicateDecision, read_duplicates, write_duplicates
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.patterns import PatternDecision, read_patterns, says, write_patterns
from crm_migrate.workspace.relations import relations
from crm_migrate.workspace.tables import NODES, texts


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file of answers, in questions; `new` counts decisions that were not on file before."""

    pack: Pack
    merge: int
    apart: int
    later: int
    untouched: int
    refused: int
    new: int
    decisions: tuple[DuplicateDecision, ...]
    patterns: tuple[PatternDecision, ...]
    findings: tuple[Finding, ...]


def take(project: Project, plan: Plan, latest: Run, path: Path, *, today: date, dry_run: bool = False) -> Taken:
    """Read a workbook or a file of decisions, check it against its questions and the latest run, write what is good.

    InputError where the file cannot be read, UsageError where it belongs to another project or run, MappingError where
    the decisions on file contradict each other or cannot be read: then nothing is written.
    """
    pack, said = _read(project, path)
    standing, findings = read_duplicates(project.decisions)
    stood, damaged = read_patterns(project.decisions)
    findings += damaged
    if errors(findings):
        raise MappingError("The decisions on file must be mended first; nothing was written.", errors(findings))
    now, evidence = _records(plan, latest, pack), _patterns(plan, latest, pack)
    checked = check(pack, said, today.isoformat(), now, standing, evidence)
    decisions = tuple(d for answer in checked.decisions.values() for d in answer)
    on_file = {(d.object, d.members, d.decision, d.who, d.why, d.evidence, d.survivor) for d in standing}
    new = [
        d for d in decisions if (d.object, d.members, d.decision, d.who, d.why, d.evidence, d.survivor) not in on_file
    ]
    patterns = tuple(checked.patterns.values())
    fresh = [each for each in patterns if not any(says(old, each) for old in stood)]
    if (decisions or patterns) and not dry_run:
        against = write_duplicates(project.decisions, decisions, answered=checked.decisions.keys()) if decisions else []
        against = against or write_patterns(project.decisions, patterns)
        if against:
            raise MappingError("The decisions contradict what is on file; nothing was written.", against)
    merged = sum(any(d.decision == "merge" for d in answer) for answer in checked.decisions.values())
    alike = sum(each.decision == "merge" for each in patterns)
    return Taken(
        pack=pack,
        merge=merged + alike,
        apart=len(checked.decisions) - merged + len(patterns) - alike,
        later=checked.later,
        untouched=checked.untouched,
        refused=checked.refused,
        new=len(new) + len(fresh),
        decisions=decisions,
        patterns=patterns,
        findings=checked.findings,
    )


def _read(project: Project, path: Path) -> tuple[Pack, Reading]:
    """The questions that the file answers, and its answers; the content says what kind of file it is."""
    data = opening.read_bytes(path)
    if data[:4] == b"PK\x03\x04":
        book = opening.open_workbook(data, path.name)
        pack = keeping.find(project, *reading.identity(book, path.name))
        try:
            return pack, reading.read(book, pack)
        except (ValueError, KeyError, TypeError, SyntaxError) as error:  # parts are parsed as they are read
            raise InputError(f"{path.name} is damaged inside", hint="open it, save it again as .xlsx") from error
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        document = reading_json.document(data, path.name)
        pack = keeping.find(project, document.run, document.pack)
        return pack, reading_json.read(document, pack)
    raise InputError(f"{path.name} is neither a workbook (.xlsx) nor a file of decisions (.json)",
                     hint="old .xls files: save them as .xlsx")  # fmt: skip


def _patterns(plan: Plan, run: Run, pack: Pack) -> dict[str, str]:
    """Pattern -> its hash as the run speaks now, for all patterns of the pack."""
    asked = [(question, question.pattern) for question in pack.questions if question.pattern is not None]
    spoken = {each.name: each for each in plan.objects if any(each.name == question.object for question, _ in asked)}
    with relations(run, "review") as work:
        models = {name: model_hash(work, each) for name, each in spoken.items()}
    return {
        question.id: evidence_of(spoken[question.object], said.rule, said.pattern, models[question.object])
        for question, said in asked
        if question.object in spoken
    }


def _records(plan: Plan, run: Run, pack: Pack) -> dict[str, dict[str, Cells]]:
    """Object -> record -> what it says itself in the run, for all records of the pack."""
    found: dict[str, dict[str, Cells]] = {}
    with relations(run, "review") as work:
        for each in (each for each in plan.objects if each.name in pack.columns):
            if not work.finished(NODES, each.name):
                continue
            names = sorted({name for q in pack.questions if q.object == each.name for name in q.names})
            own = [f.name for f in each.fields if f.ref is None]
            listed = "".join(f", {quoted(name)}" for name in own)
            rows = work.rows(
                f"SELECT concat(__source, ':', __key){listed} FROM {work.scan(NODES, each.name, also=texts(*own))}"
                " WHERE concat(__source, ':', __key) IN (SELECT unnest(?))", [names],
            )  # fmt: skip
            found[each.name] = {str(row[0]): dict(zip(own, row[1:], strict=True)) for row in rows}
    return found
