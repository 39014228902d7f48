"""From what a mapping says of a source to what a connector can open: files found, secrets resolved."""

import difflib
import glob
import unicodedata
from pathlib import Path, PurePosixPath

from crm_migrate.connecting.contract import JoinSpec, SourceFile, SourceSpec
from crm_migrate.connecting.secrets import resolve_secret
from crm_migrate.errors import InputError, UsageError
from crm_migrate.mapping.plan import FilePlan, SourcePlan
from crm_migrate.workspace.layout import Project

_SQLITE = "sqlite:///"


def build_spec(source_plan: SourcePlan, project: Project) -> SourceSpec:
    """Resolve globs (sorted, inside the project only) and the URL of a source.

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
        url=_url(source_plan.url, project),
        table=source_plan.table,
        query=source_plan.query,
        joins=tuple(JoinSpec(j.alias, j.table, j.by, j.take, j.gather) for j in source_plan.joins),
        order_by=source_plan.key if source_plan.url else (),
        locale=source_plan.locale,
        covers=source_plan.covers,
        scratch=project.scratch,
    )


def _url(url: str | None, project: Project) -> str | None:
    if url is None:
        return None
    resolved = resolve_secret(url, project.folder)
    if resolved.startswith(_SQLITE):
        # A relative database lies in the project, wherever the command was called; an absolute one where it says.
        return _SQLITE + (project.folder / resolved.removeprefix(_SQLITE)).resolve().as_posix()
    return resolved


def _files(source_plan: SourcePlan, project: Project) -> tuple[SourceFile, ...]:
    files: dict[Path, SourceFile] = {}
    for plan in source_plan.files:
        for path in _matches(plan, source_plan.name, project.folder):
            if path in files:
                raise UsageError(
                    f"source `{source_plan.name}`: {path.name} is named by two patterns",
                    hint="make the patterns of `files:` exclude each other",
                )
            files[path] = SourceFile(path, plan.tag)
    return tuple(files.values())


def _matches(plan: FilePlan, source: str, folder: Path) -> list[Path]:
    pattern = plan.pattern.replace("\\", "/")
    parts = PurePosixPath(pattern)
    if parts.is_absolute() or Path(pattern).is_absolute() or ".." in parts.parts:
        raise UsageError(
            f"source `{source}`: `{plan.pattern}` leads out of the project folder",
            hint="copy the file into the project",
        )
    found = sorted(folder.glob(pattern)) if glob.has_magic(pattern) else _literal(folder, pattern)
    if not found:
        raise InputError(f"source `{source}`: no file matches `{plan.pattern}`", hint=_near(folder, pattern))
    return [_inside(path, folder, source) for path in found]


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
