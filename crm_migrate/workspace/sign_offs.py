"""Sign-offs of runs: `sign-offs.yaml` in the project, beside the mapping and under version control.

    sign-offs:
      - {"role": "sales_director", "who": "Ada Su", "when": "2026-03-14T22:10:00Z", "verdict": "approve", ...}

A sign-off is bound to what it is about (`Bound`): the run with all its figures, the mapping, the decisions, what was
said of exceptions, and samples. Where one of them is another one by now, it is void. A file in the project keeps nobody
from writing into it; who changed it, the version control knows.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crm_migrate.disk.plain_file import read_plain
from crm_migrate.errors import InputError
from crm_migrate.workspace import exception_states, sample_packs
from crm_migrate.workspace.decision_files import decision_files
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.files import SHARED, write_file

FILE, WORD = "sign-offs.yaml", "sign-offs"
Answer = Literal["approve", "conditions", "reject"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
BUILT_IN = "built-in/"  # begins the names of files that come with us
_MAX_BYTES = 1 << 20
_WAY_ON = "mend the file or take it out of the project, and let those sign again who must"

Digests = Mapping[str, str]  # file, by its name below the project -> sha256


@dataclass(frozen=True, slots=True)
class Bound:
    """What a sign-off is about: a run, and the sha256 of each part."""

    run: str
    figures: str
    mapping: str
    decisions: str
    exceptions: str
    samples: str

    @property
    def hash(self) -> str:
        """sha256 of all of it: what is signed, and printed."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signed as what, when, and how; under which login it was entered; and what it is bound to."""

    role: str
    who: str
    when: str
    verdict: str
    conditions: str
    login: str
    run: str
    figures: str
    mapping: str
    decisions: str
    exceptions: str
    samples: str

    @property
    def bound(self) -> Bound:
        """What it is about."""
        return Bound(self.run, self.figures, self.mapping, self.decisions, self.exceptions, self.samples)

    def void(self, now: Bound) -> tuple[str, ...]:
        """The parts that are not what was signed; none where the sign-off stands."""
        return tuple(each.name for each in fields(Bound) if getattr(self, each.name) != getattr(now, each.name))


def bound_of(figures: Figures, mapping: Digests, files: Digests) -> Bound:
    """What a sign-off of a run is bound to. `mapping` are the files of the mapping, `files` those of people."""
    return Bound(
        run=figures.header.run,
        figures=figures.header.signature,
        mapping=_digest(mapping, lambda _: True),
        decisions=_digest(files, lambda name: name.split("/")[0] in ("decisions", "decisions.yaml")),
        exceptions=_digest(files, lambda name: name == exception_states.FILE),
        samples=_digest(files, lambda name: name.startswith(f"{sample_packs.FOLDER}/")),
    )


def digests_now(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The files of a mapping as they are now, by name; of one that is gone the empty text. Without those of ours."""
    return {name: _sha256(folder / name) for name in names if not name.startswith(BUILT_IN) and not _of_people(name)}


def people_now(folder: Path) -> dict[str, str]:
    """The files in which people say something of the project: decisions, exceptions, samples."""
    found = [folder / "decisions.yaml", *decision_files(folder / "decisions"), folder / exception_states.FILE]
    found += sorted((folder / sample_packs.FOLDER).glob("S-*.json"))
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in found if path.is_file()}


def _of_people(name: str) -> bool:
    return name.split("/")[0] in ("decisions", "decisions.yaml")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def lacking(sign_offs: Iterable[SignOff], roles: Sequence[str], bound: Bound) -> list[str]:
    """Why the run that `bound` is about is not signed off, in sentences; empty where it is.

    Each of the roles has to have signed, or somebody where none is named; of several sign-offs of a role the last one
    of this run counts.
    """
    mine = {each.role: each for each in sign_offs if each.run == bound.run}
    if not roles and not mine:
        return ["nobody has signed this run"]
    return [why for role in roles or tuple(mine) if (why := _lacking(role, mine.get(role), bound))]


def _lacking(role: str, signed: SignOff | None, bound: Bound) -> str:
    if signed is None:
        return f"{role} has not signed this run"
    if parts := signed.void(bound):
        return f"the sign-off of {role} ({signed.who}, {signed.when}) is void: {', '.join(parts)} changed since"
    return f"{role} ({signed.who}) has rejected it: {signed.conditions}" if signed.verdict == "reject" else ""


def _digest(files: Digests, wanted: Any) -> str:
    listed = sorted((name, digest) for name, digest in files.items() if wanted(name))
    return hashlib.sha256(json.dumps(listed, ensure_ascii=False).encode()).hexdigest()


def read_sign_offs(folder: Path) -> tuple[SignOff, ...]:
    """All sign-offs of a project, in their order. InputError where the file is not what it should be."""
    path = folder / FILE
    return parse_sign_offs(read_plain(path, _MAX_BYTES)) if path.exists() else ()


def parse_sign_offs(data: bytes) -> tuple[SignOff, ...]:
    """The sign-offs that a file says. InputError where it is not what it should be."""
    try:
        document = YAML(typ="base").load(data.decode())  # every scalar is the text it is
    except (YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{FILE} cannot be read", hint=_WAY_ON) from error
    listed = document.get(WORD) if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise InputError(f"{FILE} has no list `{WORD}:`", hint=_WAY_ON)
    return tuple(_sign_off(number, item) for number, item in enumerate(listed, 1))


def _sign_off(number: int, item: Any) -> SignOff:
    wanted = {field.name for field in fields(SignOff)}
    if isinstance(item, dict) and set(item) == wanted and all(isinstance(value, str) for value in item.values()):
        found = SignOff(**item)
        if found.verdict in ANSWERS and found.role and found.who:
            return found
    raise InputError(f"{FILE}: entry {number} is no sign-off", hint=_WAY_ON)


def add_sign_off(folder: Path, sign_off: SignOff) -> None:
    """Write one more behind those that are there. InputError where they cannot be read."""
    lines = [f"  - {json.dumps(asdict(each), ensure_ascii=False)}\n" for each in (*read_sign_offs(folder), sign_off)]
    write_file(folder / FILE, "".join([f"{WORD}:\n", *lines]).encode(), SHARED)
