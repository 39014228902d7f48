"""Files beside records: the manifest of a source, and the fields of attachments that take what is known of a file.

The fields are added to what was written, before anything is resolved: from there on they are lines like all others.
"""

from collections.abc import Iterator

from crm_migrate.connecting.attached import column
from crm_migrate.crm.model import ATTACHMENTS
from crm_migrate.mapping.authored import bytes_of
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import MappingFile, ObjectPart, TargetField
from crm_migrate.mapping.model_attachments import Manifest
from crm_migrate.mapping.plan import ManifestPlan
from crm_migrate.mapping.refs import inside
from crm_migrate.mapping.text import normal_name
from crm_migrate.mapping.tree import Path

HELPER = "file"
_TAKES = {"name": "name", "path": "path", "size": "size", "sha256": "sha256", "md5": "md5", "mime_type": "type"}
_ALWAYS = ("name", "path")  # the others are taken where the target has a place for them


def with_files(desk: Desk) -> MappingFile:
    """The file with the fields that its manifests fill; a manifest where it does not belong is told."""
    objects = dict(desk.file.objects)
    for name, part in desk.file.objects.items():
        path: Path = ("objects", name, "manifest")
        if part.manifest and name != ATTACHMENTS:
            message = f"`manifest:` belongs to the object `{ATTACHMENTS}`: `{name}` has no place for a file"
            desk.tell_key("field_conflict", message, path, f"Write it under `{ATTACHMENTS}:`.")
        elif part.manifest:
            said = dict(_said(desk, part, path))
            _helper_is_free(desk, part)
            if len({manifest.unusable for manifest in said.values()}) > 1:
                message = "a record whose file cannot be taken cannot do two things: the sources say it differently"
                desk.tell_key("field_conflict", message, path, "Say the same `unusable:` for each source.")
            objects[name] = _filled(desk, part, said)
    return desk.file.model_copy(update={"objects": objects})


def _helper_is_free(desk: Desk, part: ObjectPart) -> None:
    for section, fields in (("fields", part.fields), ("let", part.let)):
        if HELPER in fields:
            message = f"`{HELPER}` is what the helper of `manifest:` is called"
            desk.tell_key("field_twice", message, ("objects", ATTACHMENTS, section, HELPER), "Call it otherwise.")


def _said(desk: Desk, part: ObjectPart, path: Path) -> Iterator[tuple[str, Manifest]]:
    """The manifests by source; who is no source of the object is told."""
    feeds = list(part.from_)
    for written, manifest in part.manifest.items():
        if written in feeds or (not written and len(feeds) == 1):
            yield written or feeds[0], manifest
        elif written:
            desk.unknown("source_not_fed", f"among the sources of `{ATTACHMENTS}`", written, feeds, (*path, written))
        else:
            message = f"`{ATTACHMENTS}` has {len(feeds)} sources: say whose files these are"
            hint = f"Write `manifest: {{{next(iter(feeds), 'source')}: ...}}`."
            desk.tell_key("source_ambiguous", message, path, hint)


def _filled(desk: Desk, part: ObjectPart, said: dict[str, Manifest]) -> ObjectPart:
    fields = dict(part.fields)
    theirs = desk.target.objects.get(ATTACHMENTS) if desk.target else None
    for name, known in _TAKES.items():
        if theirs is not None and name not in (*_ALWAYS, *theirs.fields, *fields):
            continue
        fields[name] = _taking(fields.get(name), {source: column(known) for source in said})
    cells = {source: f"{column('problem')} | file_found" for source in said}
    unusable = next((each.unusable for each in said.values()), "hold")
    helper = TargetField.model_validate({**cells, "on_invalid": unusable})
    return part.model_copy(update={"fields": fields, "let": {**part.let, HELPER: helper}})


def _taking(written: TargetField | None, cells: dict[str, str]) -> TargetField:
    """A line as it is written, with the cells of those sources of which it says nothing."""
    if written is None:
        return TargetField.model_validate(cells)
    if written.constant or written.case or "" in written.cells:
        return written
    return written.model_copy(update={"cells": {**cells, **written.cells}})


def manifest_of(desk: Desk, source: str) -> ManifestPlan | None:
    """The manifest of a source as the engine reads it, with the limits of the target."""
    part = desk.file.objects.get(ATTACHMENTS)
    for written, manifest in part.manifest.items() if part else ():
        path: Path = ("objects", ATTACHMENTS, "manifest", *((written,) if written else ()))
        mine = (written or next(iter(part.from_ if part else ()), "")) == source
        if mine and inside(desk, manifest.base, (*path, "base")):
            return _plan(desk, manifest)
    return None


def with_column(desk: Desk, source: str, manifest: ManifestPlan | None) -> ManifestPlan | None:
    """The manifest with its column as the source has it."""
    if manifest is None:
        return None
    part = desk.file.objects[ATTACHMENTS]
    path: Path = ("objects", ATTACHMENTS, "manifest", *((source,) if source in part.manifest else ()), "path")
    return manifest.model_copy(update={"path": desk.column(source, manifest.path, path)})


def _plan(desk: Desk, manifest: Manifest) -> ManifestPlan:
    theirs = desk.target.objects.get(ATTACHMENTS) if desk.target else None
    largest = manifest.largest or (theirs.largest_file if theirs else None)
    endings = (*manifest.forbidden, *(theirs.forbidden_files if theirs else ()))
    return ManifestPlan(
        path=normal_name(manifest.path),
        base=manifest.base.replace("\\", "/").strip("/"),
        prefix=manifest.prefix or "",
        largest=bytes_of(largest) if largest else None,
        forbidden=tuple(sorted({ending.lower().lstrip(".") for ending in endings})),
    )
