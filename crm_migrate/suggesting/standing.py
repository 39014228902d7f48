"""A project as it stands: what people wrote, what the target takes, and every source with its first rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import Field

from crm_migrate.errors import CrmMigrateError, MappingError
from crm_migrate.finding import Finding, Place, Severity, errors
from crm_migrate.mapping import library
from crm_migrate.mapping.authoring import author
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import MappingFile, ObjectPart
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import SourcePlan
from crm_migrate.mapping.profiles import SourceProfile, TargetProfile
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.resolving_environments import is_production
from crm_migrate.mapping.resolving_sources import sources as source_plans
from crm_migrate.mapping.sharing import with_shared
from crm_migrate.mapping.tree import Mapping
from crm_migrate.suggesting.candidates import Known, Study
from crm_migrate.suggesting.recognising import recognised
from crm_migrate.suggesting.suggestion import Written, columns_of, taken_by
from crm_migrate.suggesting.tables import Table, sampled
from crm_migrate.workspace.layout import Project


class Draft(MappingFile):
    """A mapping that may still lack its objects."""

    objects: dict[str, ObjectPart] = Field(default={})


@dataclass(slots=True)
class Standing:
    """What proposals start from. `unread` are sources that could not be read, each with its reason.

    `own` are the objects of the file itself, where others stand in a mapping that it shares.
    """

    text: str
    written: Written
    studies: list[Study] = field(default_factory=list)
    unread: list[Finding] = field(default_factory=list)
    own: frozenset[str] = frozenset()
    sources: dict[str, list[str]] = field(default_factory=dict)


def standing(project: Project, text: str, known: dict[str, SourceProfile], earlier: dict[str, Known]) -> Standing:
    """Read a mapping file, and its sources as far as they can be read.

    MappingError where the file is none, or where not one source can be made out of it.
    """
    own, findings = read_text(text, project.mapping.name)
    document, shared = with_shared(own, project.folder)
    file, wrong = author(document, Draft) if document.root.entries else (None, [])
    if file is None:
        told = errors([*findings, *shared, *wrong])
        raise MappingError("the mapping cannot be read so far", told, hint="crm-migrate mapping check")
    desk = Desk(project, document, file)
    unread: list[Finding] = []
    opened = OpenSources(project)
    tables: dict[str, Table] = {}

    def columns(source: SourcePlan) -> Sequence[str] | None:
        try:
            reader = opened.reader(source)
            names = tuple(reader.describe().columns)
            values, whole, _ = sampled(reader)
        except CrmMigrateError as error:
            message = f"`{source.name}` is left out: {error.message}"
            unread.append(Finding("source_unread", message, Severity.WARNING, Place(source=source.name), error.hint))
            return None
        tables[source.name] = Table(source.name, names, _label(source), values, whole, source.locale)
        return names

    plans = source_plans(desk, columns)
    target = _target(file, project.folder)
    written = Written(
        objects=file.objects,
        used=_used(file, plans),
        settled={plan.name: (*plan.archive, *plan.drop) for plan in plans},
        keys={plan.name: plan.key for plan in plans},
    )
    written = taken_by(target, written) if target else written
    block = own.root.value("objects")
    result = Standing(
        text,
        written,
        unread=unread,
        own=frozenset(key.text for key, _ in block.entries) if isinstance(block, Mapping) else frozenset(),
        sources={name: [*part.from_, *part.enrich] for name, part in file.objects.items()},
    )
    for plan in plans:
        if plan.name in tables:
            profile = desk.profiles.get(plan.name)
            used = file.sources[plan.name].use
            named = (used, profile) if used and profile else recognised(tables[plan.name].columns, known)
            table = replace(tables[plan.name], columns=tuple(c for c in tables[plan.name].columns if c != plan.tag))
            result.studies.append(Study(table, named, plan.tag, earlier=earlier))
    return result


def _used(file: MappingFile, plans: Sequence[SourcePlan]) -> dict[str, frozenset[str]]:
    """The columns that somebody has seen to: in lines, as the time of the last change, as a tag."""
    lines = columns_of(file.objects)
    own = {plan.name: {column for column in (plan.changed, plan.tag) if column} for plan in plans}
    return {plan.name: lines.get(plan.name, frozenset()) | own[plan.name] for plan in plans}


def _label(plan: SourcePlan) -> str:
    """What a source is called where it comes from: its own name, its files, its sheet, its table."""
    files = [Path(each.pattern).stem for each in plan.files]
    return " ".join(filter(None, (plan.name, *files, plan.sheet, plan.table)))


def _target(file: MappingFile, folder: Path) -> TargetProfile | None:
    """The profile of the target that is no production, or of the first."""
    names = sorted(file.environments, key=is_production)
    environment = file.environments[names[0]]
    return library.target_named(environment.profile or environment.connector, folder)
