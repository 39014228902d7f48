"""Mapping + library + columns of the sources + decisions -> the one plan, or every finding at once.

The mapping is read once and each source is asked for its columns once; the evidence is bound to the plan afterwards
(`Plan.with_evidence`), for it changes nothing of what was resolved.
"""

import os
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass

from crm_migrate.errors import MappingError
from crm_migrate.finding import Finding, errors
from crm_migrate.mapping import refs
from crm_migrate.mapping import resolving_environments as environments
from crm_migrate.mapping.authoring import author
from crm_migrate.mapping.checking import check
from crm_migrate.mapping.correcting import corrections
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import MappingFile
from crm_migrate.mapping.model_sources import Owners
from crm_migrate.mapping.naming import check_names
from crm_migrate.mapping.nesting import as_meant
from crm_migrate.mapping.plan import MoneyPlan, ObjectPlan, OwnersPlan, Plan
from crm_migrate.mapping.proposed import waiting
from crm_migrate.mapping.reading import MAX_ENTRIES, read_file
from crm_migrate.mapping.resolving_attachments import with_files
from crm_migrate.mapping.resolving_layouts import with_layout
from crm_migrate.mapping.resolving_licences import bought
from crm_migrate.mapping.resolving_links import links_as_objects
from crm_migrate.mapping.resolving_objects import objects
from crm_migrate.mapping.resolving_privacy import erase, retention
from crm_migrate.mapping.resolving_proofs import checks, examples, reconcile
from crm_migrate.mapping.resolving_register import register
from crm_migrate.mapping.resolving_sources import Columns, not_asked, sources
from crm_migrate.mapping.resolving_value_maps import value_map
from crm_migrate.mapping.resolving_watch import watched
from crm_migrate.mapping.sharing import with_shared
from crm_migrate.mapping.slips import read_as_meant
from crm_migrate.mapping.steps import is_locale
from crm_migrate.mapping.target_words import in_words_of_target
from crm_migrate.mapping.tree import Document, Path
from crm_migrate.mapping.varying import lower
from crm_migrate.workspace.layout import Project


@dataclass(frozen=True, slots=True)
class Read:
    """A mapping file that was read: the document with places, the model where there is one, and what was found.

    `written` is the file alone, `document` with the shared mapping that it uses. `told` is what the reader found,
    `slips` what was put right, `wrong` what the model had to be made without, and what the shared mapping asks for.
    """

    written: Document
    document: Document
    file: MappingFile | None
    told: list[Finding]
    slips: list[Finding]
    wrong: list[Finding]

    @property
    def findings(self) -> list[Finding]:
        """Everything, by place."""
        return sorted_by_place([*self.told, *self.slips, *self.wrong])


def read(project: Project) -> Read:
    """Read and author the mapping file of a project with the shared mapping that it uses; nothing else is looked at."""
    document, told = read_file(project.mapping, _name(project), MAX_ENTRIES)
    found = _authored(project, document, told)
    return _as_meant(project, found) if errors(found.findings) else found


def _authored(project: Project, written: Document, told: list[Finding], slips: Sequence[Finding] = ()) -> Read:
    document, shared = with_shared(written, project.folder)
    file, wrong = author(document, MappingFile) if document.root.entries else (None, [])
    if errors(shared) and not document.others:  # what is missing may stand in what could not be read
        wrong = [finding for finding in wrong if finding.code != "mapping_missing"]
    return Read(written, document, file, told, list(slips), [*shared, *wrong])


def _as_meant(project: Project, found: Read) -> Read:
    """The file with its blocks where they belong. Only a file with errors is read otherwise than it was written."""
    document, told, slips = as_meant(found.written, MappingFile, found.told)
    return _authored(project, document, told, slips)


# What a wrong part that was left out may leave behind: told again only where nothing was left out.
_SECONDARY = frozenset(
    {
        "mapping_missing",
        "source_origin",
        "source_unused",
        "required_unmapped",
        "field_empty",
        "source_idle",
        "columns_unmapped",
    }
)
_TRAPS = frozenset({"mapping_unclosed", "mapping_cut", "mapping_comma", "mapping_anchor", "mapping_tag"})
_READERS = frozenset({"mapping_text", "expression", "column_unknown", "step_unknown"})


def _primary(found: Read, after: list[Finding]) -> list[Finding]:
    """The findings without those that only follow from what was left out before them."""
    before = [*found.told, *found.wrong]
    if not errors(before):
        return after
    trapped = {(f.place.file, f.place.line) for f in before if f.code in _TRAPS}
    guessed = {(found.document.name, line) for line in found.document.guessed}

    def follows(f: Finding) -> bool:
        where = (f.place.file, f.place.line)
        return f.code in _SECONDARY or where in guessed or (f.code in _READERS and where in trapped)

    return [f for f in after if f in before or not follows(f)]


def _name(project: Project) -> str:
    try:
        return project.mapping.relative_to(project.folder).as_posix()
    except ValueError:
        return project.mapping.name


def resolve(
    project: Project, *, environment: str | None = None, columns: Columns = not_asked
) -> tuple[Plan, list[Finding]]:
    """The plan of a project, without evidence, and what is worth knowing about it (warnings and notes).

    `columns` is asked for the columns of each source once; where it knows none, nothing is checked against them. Raises
    MappingError with all findings when there are errors. An environment named like production is never the default.
    """
    plan, findings = examine(project, environment=environment, columns=columns)
    if plan is None:
        wrong = errors(findings)
        count = f"{len(wrong)} error" + "s" * (len(wrong) != 1)
        raise MappingError(f"the mapping has {count}", findings, hint="crm-migrate mapping check")
    return plan, findings


def examine(
    project: Project, *, environment: str | None = None, columns: Columns = not_asked
) -> tuple[Plan | None, list[Finding]]:
    """Like `resolve`, but gives no plan instead of raising when there are errors."""
    found = read(project)
    plan, findings = _examined(project, found, environment, columns)
    if plan is None and not errors(found.findings):  # what is no word of a field is known only now
        found = _as_meant(project, found)
        plan, findings = _examined(project, found, environment, columns) if found.slips else (plan, findings)
    return plan, findings


def _examined(
    project: Project, found: Read, environment: str | None, columns: Columns
) -> tuple[Plan | None, list[Finding]]:
    if found.file is None or _is_lost(found, environment):
        return None, found.findings
    _, plan, findings = _on_desk(project, found, found.file, environment, columns)
    return (None if errors(findings) else plan), findings


def _is_lost(found: Read, environment: str | None) -> bool:
    """Whether the environment that is meant is written, with mistakes by which it cannot be read: they are told."""
    assert found.file is not None
    return found.document.has(("environments", environment or "")) and environment not in found.file.environments


def _on_desk(
    project: Project, found: Read, file: MappingFile, environment: str | None, columns: Columns
) -> tuple[Desk, Plan, list[Finding]]:
    """The desk as resolving leaves it, the plan of what can be made out, and every finding."""
    desk = Desk(project, found.document, file, findings=[*found.findings, *waiting(found.written)])
    for document in (found.document, *found.document.others.values()):
        desk.files[document.name] = document.digest
    plan = _plan(desk, environment, columns)
    return desk, plan, sorted_by_place(_primary(found, desk.findings))


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping as far as it has got: required fields that nothing fills yet are what people are to be asked.

    `read` is the file as it is written, `desk` what resolving knows beside the plan: headers, the target, who is used.
    """

    read: Read
    file: MappingFile
    desk: Desk
    plan: Plan
    findings: list[Finding]


def draft(project: Project, *, environment: str | None = None, columns: Columns = not_asked) -> Draft:
    """Like `resolve`, for a mapping that is being made. MappingError where more is wrong than what nobody said yet."""
    found = read(project)
    wrong = errors(found.findings)
    if found.file is not None and not wrong:
        desk, plan, findings = _on_desk(project, found, found.file, environment, columns)
        wrong = [finding for finding in errors(findings) if finding.code != "required_unmapped"]
        if not wrong:
            return Draft(found, found.file, desk, plan, findings)
    count = f"{len(wrong)} error" + "s" * (len(wrong) != 1)
    raise MappingError(f"the mapping has {count}", wrong, hint="crm-migrate mapping check")


def sorted_by_place(findings: Sequence[Finding]) -> list[Finding]:
    """By file and place, each thing once."""
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda f: (f.place.file, f.place.line, f.place.column, f.code, f.message))


def _plan(desk: Desk, environment: str | None, columns: Columns) -> Plan:
    chosen = environments.chosen(desk, environment)
    desk.target = environments.target(desk, chosen)
    desk.value_maps = {name: value_map(desk, name) for name in desk.file.value_maps}
    read_as_meant(desk)
    lower(desk)
    links_as_objects(desk)
    desk.file = with_files(desk)
    refs.decisions(desk)
    source_plans = sources(desk, columns)
    object_plans = objects(desk)
    by_name = {plan.name: plan for plan in object_plans}
    check_names(desk, object_plans)
    check(desk, object_plans, source_plans)
    register(desk, object_plans)
    chosen = with_layout(desk, environments.masked(desk, chosen, object_plans), object_plans)
    chosen = bought(desk, chosen, object_plans)
    chosen = watched(desk, chosen, object_plans)
    project = desk.file.project
    made = Plan(
        # Our keys in the target depend on it, so it is what travels with the mapping: a folder may be renamed.
        project=project.name or _folder_name(desk.project.folder),
        title=project.name,
        locale=_locale(desk),
        time_zone=_time_zone(desk),
        as_of=_as_of(desk),
        fiscal_year_starts=project.fiscal_year_starts,
        money=_money(desk),
        environment=chosen,
        sources=source_plans,
        value_maps=desk.value_maps,
        owners=_owners(desk, chosen.name, object_plans),
        python=desk.python,
        objects=object_plans,
        checks=(*retention(desk, by_name), *checks(desk, by_name)),
        erase=erase(desk, object_plans),
        reconcile=reconcile(desk, by_name),
        examples=examples(desk, by_name),
        corrections=corrections(desk, source_plans),
        decisions=desk.decisions,
        decision_words=desk.decision_words,
        files=desk.files,
    )
    return in_words_of_target(desk, made)


# ---------------------------------------------------------------------------------------------------- project


def _locale(desk: Desk) -> str:
    for path, text in _said(desk, "locale"):
        if not is_locale(text):
            desk.tell("mapping_value", f"`{text}` is no locale", path, "Write tr-TR, de-DE, en-GB ...")
    return desk.file.project.locale


def _time_zone(desk: Desk) -> str:
    from zoneinfo import available_timezones

    known = available_timezones()
    for path, text in _said(desk, "time_zone"):
        if known and text not in known:
            desk.unknown("mapping_value", "the time zone", text, known, path)
    return desk.file.project.time_zone


def _said(desk: Desk, word: str) -> list[tuple[Path, str]]:
    places: list[tuple[Path, str]] = [(("project", word), getattr(desk.file.project, word))]
    places += [(("sources", n, word), said) for n, s in desk.file.sources.items() if (said := getattr(s, word))]
    return places


def _as_of(desk: Desk) -> str | None:
    as_of = desk.file.project.as_of
    if as_of is not None and not refs.is_date(as_of):
        desk.tell("mapping_value", f"`{as_of}` is no day", ("project", "as_of"), "Write YYYY-MM-DD.")
    return as_of


def _money(desk: Desk) -> MoneyPlan:
    money, path = desk.file.project.money, ("project", "money")
    if money.rates and not money.report_in:
        desk.tell("mapping_missing", "rates need the currency they lead to", path, "Add `report_in: EUR`.")
    dates = {n for part in desk.file.objects.values() for n in part.fields}
    if money.rate_on and money.rate_on not in dates:
        desk.unknown("field_unknown", "the date field", money.rate_on, dates, (*path, "rate_on"))
    rates = refs.rates(desk, money.rates, (*path, "rates")) if money.rates else ()
    return MoneyPlan(report_in=money.report_in, rate_on=money.rate_on, rates=rates)


def _owners(desk: Desk, environment: str, objects: Sequence[ObjectPlan]) -> OwnersPlan | None:
    written: Owners | None = desk.file.owners
    if written is None:
        return None
    override = desk.file.environments[environment].owners
    path: Path = ("environments", environment, "owners") if override else ("owners", "from")
    files = desk.target.files if desk.target else None
    loaded = [f for each in objects for f in each.fields if f.target and not f.let and f.action == "migrate"]
    if files and files.owner_form and any(field.kind.role == "owner" for field in loaded):
        refs.owners_like(desk, override or written.from_, path, files.owner_form, str(files.owner_by))
    return OwnersPlan(
        entries=refs.owners(desk, override or written.from_, path),
        unknown=written.unknown,
        open_records=written.inactive.open_records,
        closed_records=written.inactive.closed_records,
    )


def _folder_name(folder: pathlib.Path) -> str:
    """The name of the project's folder, in its own letters whatever the locale decodes paths with."""
    return os.fsencode(folder.resolve().name).decode("utf-8", "replace")
