"""Whether an evidence file is what was written, byte by byte, and whether its sign-offs fit what it holds."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crm_migrate import __version__
from crm_migrate.errors import CrmMigrateError, InputError
from crm_migrate.reports.json_report import ReportFile
from crm_migrate.signing.evidence import FORMAT, MANIFEST, MAPPING, PEOPLE, REPORT
from crm_migrate.signing.sealed_zip import MAX_BYTES, packed, unpacked
from crm_migrate.workspace.figures import signature_as_written
from crm_migrate.workspace.sign_offs import FILE, SignOff, bound_of, parse_sign_offs


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found: the sha256 of the manifest, what is wrong (empty: nothing), and whose sign-offs stand."""

    digest: str
    run: str
    verdict: str
    wrong: tuple[str, ...]
    signed: tuple[str, ...]


def verify(path: Path, expected: str | None = None) -> Verified:
    """Look at an evidence file. InputError where it is none, or a hostile one."""
    if not path.is_file():
        raise InputError(f"there is no file {path}", hint="check the name and the folder")
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path.name} has more than {MAX_BYTES:,} bytes: no evidence of ours is that large")
    data = path.read_bytes()
    files = unpacked(data, path.name)
    manifest = _manifest(files, path.name)
    digest = hashlib.sha256(files[MANIFEST]).hexdigest()
    wrong = list(_wrong(files, manifest["files"]))
    if not wrong and packed(files) != data:
        wrong.append("bytes were added or changed beside the files: it is not the archive that was written")
    if expected and digest != expected.strip().lower():
        wrong.append(f"the manifest has the hash {digest}, and not the one that was expected")
    if not wrong:
        found, signed = _meaning(files, manifest)
        return Verified(digest, str(manifest["run"]), str(manifest["verdict"]), tuple(found), tuple(signed))
    return Verified(digest, str(manifest["run"]), str(manifest["verdict"]), tuple(wrong), ())


def _manifest(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        said = json.loads(files[MANIFEST])
        theirs = said["crm_migrate_evidence"]
        if isinstance(theirs, int) and theirs != FORMAT:
            raise _of_another_format(name, theirs, said.get("version"))
        fits = theirs == FORMAT and all(
            isinstance(each["sha256"], str) and isinstance(each["bytes"], int) for each in said["files"].values()
        )
        fits = fits and {"run", "verdict", "figures", "sign_off"} <= said.keys()
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise InputError(f"{name} has no manifest of ours", hint="crm-migrate evidence PROJECT writes one")
    return dict(said)


def _of_another_format(name: str, theirs: int, version: object) -> InputError:
    """It may be whole: only who wrote it can tell."""
    told = f"{name} is evidence in format {theirs}, and version {__version__} reads format {FORMAT}"
    written = version if isinstance(version, str) and version.isprintable() else ""
    return InputError(
        told, hint=f"verify it with version {written}" if written else "verify it with the version that wrote it"
    )


def _wrong(files: Mapping[str, bytes], listed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Files that are missing, added or changed against the manifest."""
    for name in sorted(listed.keys() - files.keys()):
        yield f"missing: {name}"
    for name in sorted(files.keys() - listed.keys() - {MANIFEST}):
        yield f"added: {name}"
    for name in sorted(listed.keys() & files.keys()):
        found = {"sha256": hashlib.sha256(files[name]).hexdigest(), "bytes": len(files[name])}
        if found != {key: listed[name][key] for key in found}:
            yield f"changed: {name}"


def _meaning(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What does not fit together although no byte is changed, and who has signed what it holds."""
    try:
        written = files[f"{REPORT}report.json"]
        report = ReportFile.model_validate_json(written)
        sign_offs = parse_sign_offs(files[FILE]) if FILE in files else ()
    except ValidationError:
        return [f"no byte is changed, but {_written_by(written)}"], []
    except (KeyError, CrmMigrateError) as error:
        return [f"report or sign-offs cannot be read: {type(error).__name__}"], []
    figures, wrong = report.figures, []
    if (figures.header.run, figures.header.signature, figures.verdict) != (
        manifest["run"], manifest["figures"], manifest["verdict"],
    ):  # fmt: skip
        wrong.append("the manifest speaks of another run, or of other figures, than the report")
    if not report.masked and signature_as_written(json.loads(written)["figures"]) != figures.header.signature:
        wrong.append("the figures are not those that were signed")
    bound = bound_of(figures, _below(files, MAPPING), _below(files, PEOPLE))
    if bound.hash != manifest["sign_off"]:
        wrong.append("mapping, decisions, exceptions or samples are not those of the manifest")
    stand = [_told(each) for each in sign_offs if not each.void(bound)]
    return wrong, stand


def _written_by(report: bytes) -> str:
    """Why a report that is as it was written cannot be read: by the version that it says, if it says one."""
    try:
        theirs = json.loads(report)["figures"]["header"]["tool_version"]
    except (KeyError, ValueError, TypeError, RecursionError):
        theirs = __version__
    if theirs == __version__:
        return "the report is none of ours"
    return (
        f"the report was written by version {theirs}, and version {__version__} cannot read it: verify it with {theirs}"
    )


def _below(files: Mapping[str, bytes], folder: str) -> dict[str, str]:
    return {
        name.removeprefix(folder): hashlib.sha256(data).hexdigest()
        for name, data in files.items()
        if name.startswith(folder)
    }


def _told(each: SignOff) -> str:
    condition = f": {each.conditions}" if each.conditions else ""
    return f"{each.role}: {each.who}, {each.when}, {each.verdict}{condition}"
