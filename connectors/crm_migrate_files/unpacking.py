"""Files in archives, unpacked for their readers into a folder of ours."""

from dataclasses import replace
from pathlib import Path

from crm_migrate.connecting import archives
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.disk.scratch import Scratch


def unpacked(spec: SourceSpec) -> tuple[Scratch | None, SourceSpec]:
    """The source with every file of an archive where its reader can open it, and the folder that holds those as long
    as it is kept. InputError where one cannot be unpacked."""
    if all(file.member is None for file in spec.files):
        return None, spec
    scratch = Scratch(spec.scratch)
    files = (_unpacked(file, scratch.path / str(number)) for number, file in enumerate(spec.files))
    return scratch, replace(spec, files=tuple(files))


def _unpacked(file: SourceFile, folder: Path) -> SourceFile:
    if file.member is None:
        return file
    folder.mkdir(mode=0o700)
    return SourceFile(archives.unpack(file.path, file.member, folder), file.tag)
