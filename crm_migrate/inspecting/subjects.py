"""The answer to a person who asks what of them lies in a project: every file and place, every record in the target."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from crm_migrate.connecting.archives import parted
from crm_migrate.inspecting.occurrences import UNREADABLE, Occurrence, Seeker
from crm_migrate.inspecting.wanted import Asked, Wanted, files_of, wanted
from crm_migrate.mapping.resolving import examine
from crm_migrate.reports.masking import mask, scrub
from crm_migrate.workspace.layout import WORK, Project

# What a file is, by where it lies; the first that fits.
_KINDS = (
    (f"{WORK}/runs/*/review/", "review"), (f"{WORK}/runs/", "staging"), (f"{WORK}/targets/*/crosswalk/", "crosswalk"),
    (f"{WORK}/targets/", "memory of the target"), (f"{WORK}/ledger.db", "ledger"), (f"{WORK}/", "work"),
    ("reports/", "report"), ("decisions/corrections", "corrections"), ("decisions/", "decisions"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One place, and what the file is that it is in."""

    kind: str
    at: Occurrence


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything about one person. `keys` are rows of sources, `records` ids in the target by object, `unread` what
    could not be looked through: nothing can be said of that."""

    found: tuple[Found, ...]
    keys: tuple[str, ...]
    entities: tuple[str, ...]
    records: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]

    def kinds(self) -> dict[str, int]:
        """How many places by kind of file."""
        return dict(sorted(Counter(each.kind for each in self.found).items()))

    def masked(self) -> "Answer":
        """The same without values: what was found keeps its looks, keys of rows stay unless they name somebody."""
        hidden = (
            replace(f, at=replace(f.at, found=_hidden(f.at.found), text="", place=scrub(f.at.place)))
            for f in self.found
        )
        return replace(self, found=tuple(hidden), keys=tuple(map(_hidden_key, self.keys)))

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "places": [{"kind": each.kind, **asdict(each.at)} for each in self.found],
            "source_rows": list(self.keys),
            "our_keys": list(self.entities),
            "target_records": [{"object": name, "id": target_id} for name, target_id in self.records],
            "not_looked_through": list(self.unread),
        }


def _hidden(found: str) -> str:
    return _hidden_key(found) if ":" in found and " " not in found.partition(":")[0] else mask(found)


def _hidden_key(text: str) -> str:
    source, _, key = text.partition(":")
    return f"{source}:{scrub(key)}"


def given(project: Project) -> tuple[str, frozenset[str]]:
    """The locale of a project, and the files of its sources; what its mapping says, as far as that can be read."""
    plan, _ = examine(project)
    if plan is None:
        return "en", frozenset()
    patterns = [parted(file.pattern)[0] for source in plan.sources for file in source.files]
    files = (path for pattern in patterns for path in project.folder.glob(pattern) if not Path(pattern).is_absolute())
    return plan.locale, frozenset(path.relative_to(project.folder).as_posix() for path in files)


def search(project: Project, asked: Asked, locale: str, sources: frozenset[str]) -> Answer:
    """Look through every file of a project. `sources` are the files that people gave, relative to the project."""
    who = wanted(project, asked, locale)
    seeker = Seeker(project.folder, who)
    found, unread = [], list(who.damaged)
    for each in _all(project, seeker):
        if each.found == UNREADABLE:
            unread.append(f"{each.file}: {each.text}")
        else:
            found.append(Found(kind_of(each.file, sources), each))
    return _answer(who, found, unread)


def _all(project: Project, seeker: Seeker) -> Iterator[Occurrence]:
    for path in files_of(project):
        yield from seeker.look(path)


def _answer(who: Wanted, found: list[Found], unread: list[str]) -> Answer:
    ordered = sorted(found, key=lambda each: (each.kind, each.at.file))
    return Answer(
        tuple(ordered), tuple(sorted(who.keys)), tuple(sorted(who.entities)), tuple(sorted(who.records)), tuple(unread)
    )


def kind_of(file: str, sources: frozenset[str]) -> str:
    """What a file is: a source, a decision, staging of a run, a report ..."""
    if file in sources:
        return "source"
    for pattern, kind in _KINDS:
        parts, wanted_parts = PurePosixPath(file).parts, PurePosixPath(pattern).parts
        heads = zip(parts, wanted_parts, strict=False)
        fits = all(want in ("*", part) or (not pattern.endswith("/") and part.startswith(want)) for part, want in heads)
        if len(parts) >= len(wanted_parts) and fits:
            return kind
    return "project file"
