"""Samples and what reviewers said of them: one file per sample in `samples/` of the project, for people and for git.

No value of a record stands in them: records by our key, and the digest of what was seen. What a reviewer writes into a
note stays as it is.
"""

from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from crm_migrate.disk.plain_file import read_plain
from crm_migrate.errors import InputError
from crm_migrate.workspace.files import SHARED, write_file

FOLDER = "samples"
WRONG, OUTDATED = "sample_wrong", "sample_outdated"  # codes of the exceptions that wrong verdicts are
Judged = Literal["right", "wrong", "unclear"]
VERDICTS: tuple[Judged, ...] = get_args(Judged)
_MAX_BYTES = 16 << 20


class _Kept(BaseModel):
    """Immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SampledRecord(_Kept):
    """One record of a sample: whether it was drawn at random, what else it stands for, and what was said of it.

    `digest` is that of all its values as they were laid before the reviewer; `fields` are those that are wrong.
    """

    object: str
    entity: str
    random: bool
    why: tuple[str, ...] = ()
    digest: str
    verdict: Literal["", "right", "wrong", "unclear"] = ""
    fields: tuple[str, ...] = ()
    note: str = ""
    who: str = ""
    when: str = ""


class SamplePack(_Kept):
    """One sample for one reviewer, bound to a run, its mapping and the records as they were.

    `prove` and `confidence` are percent as text; `strata` counts what is covered, `left_out` what is not, because a
    field has too many values or patterns.
    """

    schema_version: int = 1
    id: str
    reviewer: str
    run: str
    environment: str
    mapping: str
    objects: tuple[str, ...]
    owner: str = ""
    seed: int
    prove: str
    confidence: str
    population: int
    strata: int
    left_out: int = 0
    records: tuple[SampledRecord, ...]


def read_packs(folder: Path) -> list[SamplePack]:
    """All samples of a project, by their ids. InputError where a file is none."""
    return [_read(path) for path in sorted((folder / FOLDER).glob("S-*.json"))]


def read_pack(folder: Path, name: str) -> SamplePack | None:
    """One sample by its id; None where there is none."""
    return next((each for each in read_packs(folder) if each.id == name), None)


def write_pack(folder: Path, pack: SamplePack) -> None:
    """Write a sample in place of what was known of it."""
    write_file(folder / FOLDER / f"{pack.id}.json", (pack.model_dump_json(indent=1) + "\n").encode(), SHARED)


def _read(path: Path) -> SamplePack:
    try:
        found = SamplePack.model_validate_json(read_plain(path, _MAX_BYTES))
    except (ValidationError, ValueError) as error:
        hint = "bring it back from version control, or remove it and draw the sample again"
        raise InputError(f"{FOLDER}/{path.name} is no sample that can be read", hint=hint) from error
    if path.stem != found.id:
        raise InputError(f"{FOLDER}/{path.name} holds the sample {found.id}", hint="give it back its name")
    return found
