"""Decisions of people about duplicates, as YAML files under version control: `decisions/*.yaml`.

    duplicates:
      - id: M-1
        object: contacts
        members: ["kisi:17", "books:A-4"]
        decision: apart            # merge, apart or review
        who: ayse
        when: 2025-03-14
        why: father and son
        evidence: 5f0c...          # of the records' own values; where they changed, the question is asked again
        survivor: {phone: "books:A-4"}   # of a merge: which record gives a field, whatever its rule says

A file may hold other decisions beside (a list, other keys), without `members`: they are not read here.
"""

import hashlib
import json
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from crm_migrate.disk.canonical import content_hash
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.workspace.decision_files import decision_files, is_ours, read_entries, with_entries, wrong
from crm_migrate.workspace.files import SHARED, write_file

FILE = "duplicates.yaml"
WORD = "duplicates"
Word = Literal["merge", "apart", "review"]
_WORDS = ("merge", "apart", "review")
_REQUIRED = ("object", "members", "decision", "who", "when", "why")


@dataclass(frozen=True, slots=True)
class DuplicateDecision:
    """What a person said about two or more records, named `source:key`.

    `survivor` are pairs (field, record that gives it); only of a merge.
    """

    object: str
    members: tuple[str, ...]
    decision: Word
    who: str
    when: str
    why: str
    evidence: str = ""
    id: str = ""
    survivor: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Its id, or one made of what it says."""
        return (
            self.id
            or "M-" + hashlib.sha256(json.dumps([self.object, self.members, self.decision]).encode()).hexdigest()[:8]
        )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every pair of members."""
        return tuple(combinations(sorted(set(self.members)), 2))


def evidence_hash(records: Mapping[str, Mapping[str, str | None]]) -> str:
    """Hash of what records say themselves (name -> field -> value), 16 hex digits; empty cells do not count."""
    said = {name: {field: value for field, value in cells.items() if value} for name, cells in records.items()}
    return content_hash(said)[:16]


def read_duplicates(folder: Path) -> tuple[list[DuplicateDecision], list[Finding]]:
    """All decisions about duplicates, in the order of their names, and what is wrong with the files."""
    decisions, findings = _read_all(decision_files(folder))
    findings += conflicts(decisions)
    return sorted(decisions, key=lambda d: (d.object, d.members, d.when, d.name)), findings


def _read_all(paths: Iterable[Path]) -> tuple[list[DuplicateDecision], list[Finding]]:
    return read_entries(paths, WORD, "members", _decision)


def _names(member: Any) -> bool:
    return isinstance(member, str) and ":" in member


def _decision(item: Any) -> DuplicateDecision | str:
    """A decision, or what is wrong with it."""
    if not isinstance(item, dict):
        return "it is no mapping of words."
    known = DuplicateDecision.__dataclass_fields__
    if unknown := sorted(set(item) - set(known)):
        return f"unknown word `{unknown[0]}`."
    if missing := [word for word in _REQUIRED if not item.get(word)]:
        return f"`{missing[0]}` is missing."
    if odd := [word for word in item if word not in ("members", "survivor") and not isinstance(item[word], str)]:
        return f"`{odd[0]}` must be one text."
    members = item["members"]
    if not isinstance(members, list) or len(set(map(str, members))) < 2 or not all(_names(m) for m in members):
        return "`members` must name at least two records as `source:key`."
    if item["decision"] not in _WORDS:
        return f"`decision` must be one of {', '.join(_WORDS)}."
    chosen = item.get("survivor") or {}
    if unfit := _wrong_survivor(chosen, item):
        return unfit
    said = {"members": tuple(sorted(str(m) for m in members)), "survivor": tuple(sorted(chosen.items()))}
    return DuplicateDecision(**{**item, **said})


def _wrong_survivor(chosen: Any, item: Mapping[str, Any]) -> str:
    """What is wrong with `survivor`, or nothing."""
    if not isinstance(chosen, dict):
        return "`survivor` must name a record for each field: {phone: source:key}."
    if chosen and item["decision"] != "merge":
        return "`survivor` is only for a merge."
    if strange := [field for field in sorted(chosen) if chosen[field] not in item["members"]]:
        return f"`survivor` of `{strange[0]}` is none of the members."
    return ""


def conflicts(decisions: Iterable[DuplicateDecision]) -> list[Finding]:
    """Decisions that cannot all be true: A is B and B is C, but A is not C; each with its chain."""
    return [_conflict(object_name, way) for object_name, way in contradictions(decisions)]


def contradictions(decisions: Iterable[DuplicateDecision]) -> list[tuple[str, list[str]]]:
    """(object, chain) of what cannot be: each record of a chain is the next one, but the first is not the last."""
    found = []
    by_object: dict[str, list[DuplicateDecision]] = {}
    for decision in decisions:
        by_object.setdefault(decision.object, []).append(decision)
    for object_name in sorted(by_object):
        same: dict[str, set[str]] = {}
        for x, y in (pair for d in by_object[object_name] if d.decision == "merge" for pair in d.pairs):
            same.setdefault(x, set()).add(y)
            same.setdefault(y, set()).add(x)
        apart = sorted({pair for d in by_object[object_name] if d.decision == "apart" for pair in d.pairs})
        for x, y in apart:
            if way := _way(same, x, y):
                found.append((object_name, way))
    return found


def _conflict(object_name: str, way: Sequence[str]) -> Finding:
    said = f"{' = '.join(way)}, but {way[0]} ≠ {way[-1]}"
    return Finding(
        "decision_conflict",
        f"Decisions about {object_name} contradict each other: {said}.",
        place=Place(field=object_name),
        hint="Take back one of them.",
    )


def _way(same: Mapping[str, set[str]], start: str, end: str) -> list[str]:
    """The shortest chain of merges from one record to another, or nothing."""
    came, queue = {start: start}, deque([start])
    while queue and end not in came:
        here = queue.popleft()
        for there in sorted(same.get(here, set())):
            if there not in came:
                came[there] = here
                queue.append(there)
    if end not in came:
        return []
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


def write_duplicate(folder: Path, decision: DuplicateDecision) -> list[Finding]:
    """Add a decision to `duplicates.yaml`, in place of an earlier one there about the same records.

    Returns findings, and writes nothing, where it contradicts other decisions or a file cannot be read.
    """
    return write_duplicates(folder, [decision])


def write_duplicates(
    folder: Path, decisions: Sequence[DuplicateDecision], answered: Collection[str] = ()
) -> list[Finding]:
    """Add decisions to `duplicates.yaml`, all or none, each in place of an earlier one there about the same records.

    `answered` are names of questions: earlier answers there to one of them (`id: <question>.<n>`) give way as well.
    What else stands in the file stays as it is, comments too. Returns findings, and writes nothing, where decisions
    contradict each other or a file cannot be read; and writes nothing where all of them stand there already.
    """
    path = folder / FILE
    if path.exists() and not is_ours(path, WORD):
        return [wrong(path, f"It is no list of decisions under `{WORD}:`.")]
    mine, damaged = _read_all([path] if path.exists() else [])
    others, findings = _read_all(p for p in decision_files(folder) if p != path)
    new = {_about(decision): decision for decision in decisions}
    kept = [d for d in mine if _about(d) not in new and d.id.rpartition(".")[0] not in answered]
    if against := [*damaged, *findings, *conflicts([*others, *kept, *new.values()])]:
        return against
    fresh = [decision for decision in new.values() if not any(_says(old, decision) for old in mine)]
    stand = {_about(d) for d in kept} | (new.keys() - {_about(d) for d in fresh})
    if fresh or len(stand) < len(mine):
        entries = with_entries(path, WORD, map(_as_yaml, fresh), lambda item: _about_item(item) in stand)
        write_file(path, entries, SHARED)
    return []


def _about(decision: DuplicateDecision) -> tuple[str, tuple[str, ...]]:
    return decision.object, tuple(sorted(decision.members))


def _says(old: DuplicateDecision, new: DuplicateDecision) -> bool:
    """Both say the same, whenever they were said."""
    return _about(old) == _about(new) and all(
        getattr(old, word) == getattr(new, word) for word in ("decision", "who", "why", "evidence", "survivor")
    )


def _about_item(item: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return str(item["object"]), tuple(sorted(str(member) for member in item["members"]))


def _as_yaml(decision: DuplicateDecision) -> dict[str, Any]:
    said = asdict(decision) | {"id": decision.name, "members": sorted(decision.members)}
    said["survivor"] = dict(decision.survivor)
    order = ("id", "object", "members", "decision", "who", "when", "why", "evidence", "survivor")
    return {word: said[word] for word in order if said[word]}


def stale(decision: DuplicateDecision, records: Mapping[str, Mapping[str, str | None]]) -> bool:
    """Whether the records say something else than when the decision was taken (never where no hash was noted)."""
    return bool(decision.evidence) and decision.evidence != evidence_hash(records)


def obsolete(decision: DuplicateDecision, gone: Sequence[str]) -> Finding:
    """A note that a decision names records that are no more."""
    return Finding(
        "decision_obsolete",
        f"Decision {decision.name} about {decision.object} names {', '.join(gone)}, which is no record any more.",
        severity=Severity.NOTE,
        hint="Remove it from the decisions, or bring the record back.",
    )
