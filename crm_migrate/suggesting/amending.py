"""A project's mapping with the lines that are proposed for it, checked as the file will be checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm_migrate.finding import Finding
from crm_migrate.mapping.file_text import MappingText, read_mapping
from crm_migrate.mapping.plan import SourcePlan
from crm_migrate.suggesting.candidates import Known
from crm_migrate.suggesting.knowledge import profiles, unread
from crm_migrate.suggesting.patching import patched
from crm_migrate.suggesting.proposing import propose
from crm_migrate.suggesting.proving import sound
from crm_migrate.suggesting.standing import standing
from crm_migrate.suggesting.suggestion import Suggestion
from crm_migrate.workspace.layout import Project


@dataclass(frozen=True, slots=True)
class Amended:
    """The file before and after, what is proposed, and the sources and profiles that could not be read."""

    file: MappingText
    old: str
    new: str
    told: Suggestion
    unread: tuple[Finding, ...]
    sources: tuple[str, ...]


def amended(project: Project, earlier: Mapping[str, Known]) -> Amended:
    """The mapping of a project with what is proposed for it; nothing is written.

    MappingError where the file cannot be read.
    """
    file = read_mapping(project.mapping)
    old = file.text
    found = standing(project, old, profiles(project.folder), dict(earlier))
    told = propose(found.studies, found.written)
    shared = frozenset(found.written.objects) - found.own
    told.beside += [offer for offer in told.offers if offer.object in shared]  # there is no block of ours to add to
    told.offers = [offer for offer in told.offers if offer.object not in shared]
    known = {study.table.name: study.table.columns for study in found.studies}

    def columns(source: SourcePlan) -> tuple[str, ...] | None:
        tag = [source.tag] if source.tag else []
        return (*known[source.name], *tag) if source.name in known else None

    def text(proposals: Suggestion) -> str:
        return patched(old, proposals, found.sources, project.mapping.name)

    new, told = sound(project, told, text, columns)
    return Amended(file, old, new, told, (*found.unread, *unread(project.folder)), tuple(known))
