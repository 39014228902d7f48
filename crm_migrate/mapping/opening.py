"""From what a plan says of sources and targets to what their connectors open: files found, secrets resolved."""

import difflib
import glob
import unicodedata
from pathlib import Path, PurePosixPath

from crm_migrate.connecting import archives
from crm_migrate.connecting.attached import Attached, ManifestSpec
from crm_migrate.connecting.contract import JoinSpec, Source, SourceFile, SourceSpec, Target
from crm_migrate.connecting.discovery import connector
from crm_migrate.connecting.secrets import resolve_secret
from crm_migrate.errors import InputError, UsageError
from crm_migrate.mapping.joining import Joined
from crm_migrate.mapping.plan import FilePlan, JoinPlan, Plan, SourcePlan
from crm_migrate.workspace.layout import WORK, Project


class OpenSources:
    """The sources of a project, each opened and described once: a workbook is read whole for that, by a child."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._open: dict[str, tuple[tuple[SourceSpec, tuple[JoinPlan, ...]], Source]] = {}

    def reader(self, source: SourcePlan) -> Source:
        """The reader of a source; the same one as long as the same is to be read."""
        asked = build_spec(source, self._project), source.joins
        known = self._open.get(source.name)
        if known is None or known[0] != asked:
            reader = self._joined(source, connector(source.connector).source(asked[0]))
            known = self._open[source.name] = (asked, reader)
        return self._with_files(source, known[1])

    def _with_files(self, source: SourcePlan, reader: Source) -> Source:
        """The reader, with what is known of the files that its rows name."""
        if source.manifest is None:
            return reader
        said = source.manifest
        spec = ManifestSpec(said.path, said.base, said.prefix, said.largest, frozenset(said.forbidden))
        return Attached(reader, spec, source.name, self._project.folder)

    def _joined(self, source: SourcePlan, reader: Source) -> Source:
        """The reader with the columns of the other sources that it is joined with."""
        for join in source.joins:
            if join.source is not None:
                lookup = {*join.by.values()} == {*join.source.key} and {*join.by} != {*source.key}
                reader = Joined(source.name, reader, self.reader(join.source), join, self._project.scratch, lookup)
        return reader

    def columns(self, source: SourcePlan) -> tuple[str, ...]:
        """The columns of a source. InputError or UsageError where it cannot be opened."""
        return self.reader(source).describe().columns


def open_target(plan: Plan, project: Project) -> Target:
    """The target of the plan's environment; secrets are resolved here and nowhere else."""
    options = {key: resolve_secret(value, project.folder) for key, value in plan.environment.options.items()}
    return connector(plan.environment.connector).target(options, folder=project.folder)


def build_spec(source_plan: SourcePlan, project: Project) -> SourceSpec:
    """Resolve globs (sorted, inside the project only) and the secrets of a source.

    InputError where a pattern finds nothing or leads out of the project, UsageError where a secret is not there.
    """
    return SourceSpec(
        name=source_plan.name,
        files=_files(source_plan, project),
        tag_column=source_plan.tag,
        encoding=source_plan.encoding,
        delimiter=source_plan.delimiter,
        sheet=source_plan.sheet,
        header_row=source_plan.header_row,
        short_rows=source_plan.short_rows,
        url=resolve_secret(source_plan.url, project.folder) if source_plan.url is not None else None,
        table=source_plan.table,
        query=source_plan.query,
        joins=tuple(JoinSpec(j.alias, j.table, j.by, j.take, j.gather) for j in source_plan.joins if j.source is None),
        order_by=source_plan.key if source_plan.url else (),
        locale=source_plan.locale,
        covers=source_plan.covers,
        options={key: resolve_secret(value, project.folder) for key, value in source_plan.options.items()},
        folder=project.folder,
        scratch=project.scratch,
    )


def _files(source_plan: SourcePlan, project: Project) -> tuple[SourceFile, ...]:
    files: dict[str, SourceFile] = {}
    for plan in source_plan.files:
        for file in _matches(plan, source_plan.name, project.folder):
            if file.place in files:
                raise UsageError(
                    f"source `{source_plan.name}`: {Path(file.place).name} is named by two patterns",
                    hint="make the patterns of `files:` exclude each other",
                )
            files[file.place] = file
    return tuple(files.values())


def _matches(plan: FilePlan, source: str, folder: Path) -> list[SourceFile]:
    """What a pattern means: files, or those in archives."""
    outer, inner = archives.parted(plan.pattern)
    if inner is None or (folder / outer).is_dir():
        return [SourceFile(path, plan.tag) for path in _paths(plan, plan.pattern, source, folder)]
    paths = _paths(plan, outer, source, folder)
    found = [SourceFile(path, plan.tag, member) for path in paths for member in archives.matching(path, inner)]
    if not found:
        there = sorted({member for path in paths for member in archives.members(path)})
        near = difflib.get_close_matches(inner, there, n=1)
        hint = f"did you mean `{outer}/{near[0]}`?" if near else f"there are: {', '.join(there[:5]) or 'none'}"
        raise InputError(f"source `{source}`: no file in the archive matches `{plan.pattern}`", hint=hint)
    return found


def _paths(plan: FilePlan, pattern: str, source: str, folder: Path) -> list[Path]:
    pattern = pattern.replace("\\", "/")
    parts = PurePosixPath(pattern)
    if parts.is_absolute() or Path(pattern).is_absolute() or ".." in parts.parts:
        raise UsageError(
            f"source `{source}`: `{plan.pattern}` leads out of the project folder",
            hint="copy the file into the project",
        )
    found = _ours_apart(folder, pattern) if glob.has_magic(pattern) else _literal(folder, pattern)
    if not found:
        raise InputError(f"source `{source}`: no file matches `{plan.pattern}`", hint=_near(folder, pattern))
    return [_inside(path, folder, source) for path in found]


def _ours_apart(folder: Path, pattern: str) -> list[Path]:
    """What a pattern finds, but for what we lay down ourselves: `**/*.csv` means no copy of a file that we made."""
    return sorted(path for path in folder.glob(pattern) if WORK not in path.relative_to(folder).parts)


def _literal(folder: Path, pattern: str) -> list[Path]:
    path = folder / pattern
    if path.exists() or path.is_symlink():
        return [path]
    # Some file systems keep names decomposed (NFD), and people type them composed.
    wanted = unicodedata.normalize("NFC", path.name)
    siblings = path.parent.iterdir() if path.parent.is_dir() else iter(())
    return [p for p in siblings if unicodedata.normalize("NFC", p.name) == wanted]


def _near(folder: Path, pattern: str) -> str:
    parent = (folder / pattern).parent
    names = sorted(p.name for p in parent.iterdir()) if parent.is_dir() else []
    near = difflib.get_close_matches(Path(pattern).name, names, n=1)
    where = parent.relative_to(folder).as_posix()
    if near:
        return f"did you mean `{near[0]}`?"
    return f"the folder `{where}` holds: {', '.join(names[:5]) or 'nothing'}" if names else f"is `{where}` there?"


def _inside(path: Path, folder: Path, source: str) -> Path:
    real = path.resolve()
    if not real.is_relative_to(folder.resolve()):
        raise InputError(
            f"source `{source}`: {path.name} is a link that leads out of the project folder",
            hint="copy the file into the project",
        )
    return real
