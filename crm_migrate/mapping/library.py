"""Where `use:` is looked up: the project's folder, then plug-ins, then what we ship. Never the current folder."""

import hashlib
import importlib.metadata
import importlib.resources
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from crm_migrate.finding import Finding
from crm_migrate.mapping import profile_checks, profile_index
from crm_migrate.mapping.authoring import author
from crm_migrate.mapping.profiles import SourceProfile, TargetProfile
from crm_migrate.mapping.reading import read_bytes

GROUP = "crm_migrate.mappings"
Kind = Literal["sources", "targets", "shared"]
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A profile, or a shared mapping, that was found: where (for people), and its bytes."""

    label: str
    data: bytes

    @property
    def digest(self) -> str:
        """sha256 of the bytes, hex."""
        return hashlib.sha256(self.data).hexdigest()


def builtin() -> Traversable:
    """The folder we ship: inside the wheel, or in a checkout beside the package."""
    package = importlib.resources.files("crm_migrate")
    shipped = package / "_mappings"
    return shipped if shipped.is_dir() else Path(str(package)).parent / "mappings"


def roots(project: Path) -> list[tuple[str, Traversable]]:
    """Every folder that is asked, in this order, with its name for people."""
    return [("mappings", project / "mappings"), *_plugged_in(), ("built-in", builtin())]


@cache
def _plugged_in() -> tuple[tuple[str, Traversable], ...]:
    """The folders of plug-ins; asked once, for every package that is installed is looked through for them."""
    points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda p: p.name)
    return tuple((point.name, importlib.resources.files(point.module)) for point in points)


def names(kind: Kind, project: Path) -> list[str]:
    """What can be named, sorted: `xero`, `agency/contacts`."""
    found = (name for _, root in roots(project) if (root / kind).is_dir() for name in _named(root / kind))
    return sorted(set(found))


def _named(folder: Traversable, prefix: str = "") -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.name.endswith(".yaml"):
            yield prefix + entry.name.removesuffix(".yaml")
        elif entry.is_dir() and not prefix:
            yield from _named(entry, f"{entry.name}/")


def find(kind: Kind, name: str, project: Path) -> Entry | None:
    """The first of that name, or None."""
    if not _NAME.fullmatch(name):
        return None
    for label, root in roots(project):
        path = root.joinpath(kind, *f"{name}.yaml".split("/"))
        if path.is_file():
            return Entry(f"{label}/{kind}/{name}.yaml", path.read_bytes())
    return None


def source_profile(entry: Entry) -> tuple[SourceProfile | None, list[Finding]]:
    """Read a source profile. With findings it is what is left without its wrong parts, or None."""
    profile, findings = _source_profile(entry)
    return profile, list(findings)


@cache
def _source_profile(entry: Entry) -> tuple[SourceProfile | None, tuple[Finding, ...]]:
    """The same bytes are read once: every file that is recognised asks all profiles."""
    if (ready := profile_index.profile(_shipped(), entry.digest)) is not None:
        return ready, ()
    return read_profile(entry)


@cache
def _shipped() -> profile_index.Index:
    return profile_index.read(builtin())


def read_profile(entry: Entry) -> tuple[SourceProfile | None, tuple[Finding, ...]]:
    """Read the YAML of a source profile, whether it was read before or not."""
    document, findings = read_bytes(entry.data, entry.label)
    profile, wrong = (None, findings) if findings else author(document, SourceProfile)
    return profile, (*wrong, *(profile_checks.wrong(document, profile) if profile else ()))


def target_named(name: str, project: Path) -> TargetProfile | None:
    """The target profile of that name as a project sees it; None where there is none, or none that can be read."""
    entry = find("targets", name, project)
    return target_profile(entry)[0] if entry else None


def shipped_target(name: str) -> TargetProfile | None:
    """The target profile of that name that we ship, whatever a project has under it."""
    path = builtin() / "targets" / f"{name}.yaml"
    found = _NAME.fullmatch(name) and path.is_file()
    return target_profile(Entry(f"built-in/targets/{name}.yaml", path.read_bytes()))[0] if found else None


def target_profile(entry: Entry) -> tuple[TargetProfile | None, list[Finding]]:
    """Read a target profile."""
    document, findings = read_bytes(entry.data, entry.label)
    if findings:
        return None, findings
    return author(document, TargetProfile)
